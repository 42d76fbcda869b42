//! Descriptions of keys.

use super::named::{Named, call};
use crate::mock::alibaba::service::api::Operation::UpdateKeyDescription;

pub(super) const DEVIATIONS: &[Named] = &[
    call(
        "description-does-nothing",
        "UpdateKeyDescription succeeds and the description stays",
        &[UpdateKeyDescription],
        |step, account| step.and_undo(account),
    ),
    call(
        "description-loses-tags",
        "UpdateKeyDescription removes the tags of the key",
        &[UpdateKeyDescription],
        |step, account| step.and_edit(account, |key, _| key.tags.clear()),
    ),
    call(
        "long-description-accepted",
        "UpdateKeyDescription takes descriptions of any length",
        &[UpdateKeyDescription],
        |step, account| step.run_by(|rules| rules.longest_description = usize::MAX, account),
    ),
];
