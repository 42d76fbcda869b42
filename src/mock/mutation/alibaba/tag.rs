//! Tags.

use super::named::{Named, call};
use super::step::is_invalid;
use crate::mock::alibaba::service::api::Operation::{TagResource, UntagResource};
use crate::mock::alibaba::service::tags::read_tags;
use crate::mock::host::response::Fields;

pub(super) const DEVIATIONS: &[Named] = &[
    call("tag-does-nothing", "TagResource succeeds and writes no tag", &[TagResource], |step, account| {
        step.and_undo(account)
    }),
    call("tag-replaces-others", "TagResource removes all other tags of the key", &[TagResource], |step, account| {
        let written = read_tags(step.call, "Tags").ok().flatten().unwrap_or_default();
        step.and_edit(account, |key, _| key.tags.retain(|name, _| written.iter().any(|(written, _)| written == name)))
    }),
    call(
        "same-tag-keeps-value",
        "TagResource leaves a tag that is there with its value",
        &[TagResource],
        |step, account| step.and_edit(account, |key, before| key.tags.extend(before.tags.clone())),
    ),
    call(
        "any-tag-key-accepted",
        "TagResource takes tags of any name, and does nothing then",
        &[TagResource],
        |step, account| step.or(account, is_invalid("Tags"), |_| Ok(Fields::new())),
    ),
    call("untag-does-nothing", "UntagResource succeeds and the tag stays", &[UntagResource], |step, account| {
        step.and_undo(account)
    }),
    call("untag-removes-all", "UntagResource removes all tags of the key", &[UntagResource], |step, account| {
        step.and_edit(account, |key, _| key.tags.clear())
    }),
];
