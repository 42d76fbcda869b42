//! Tags and descriptions.

use super::named::{Named, call};
use super::step::is_for_state;
use crate::mock::aws::service::api::Operation::{
    CreateKey, DisableKey, EnableKey, ListResourceTags, ScheduleKeyDeletion, TagResource, UntagResource,
    UpdateKeyDescription,
};
use crate::mock::aws::service::state::Rule;

pub(super) const DEVIATIONS: &[Named] = &[
    call("tag-does-nothing", "TagResource succeeds and writes no tag", &[TagResource], |step, account| {
        step.and_undo(account)
    }),
    call("tag-keeps-old-value", "TagResource does not change the value of a tag", &[TagResource], |step, account| {
        step.and_edit(account, |key, before| key.tags.extend(before.tags.clone()))
    }),
    call("tag-replaces-all", "TagResource removes the other tags of the key", &[TagResource], |step, account| {
        step.and_edit(account, |key, before| key.tags.retain(|name, _| !before.tags.contains_key(name)))
    }),
    call("untag-does-nothing", "UntagResource succeeds and the tag stays", &[UntagResource], |step, account| {
        step.and_undo(account)
    }),
    call("tags-of-new-key-lost", "CreateKey ignores the tags of the key", &[CreateKey], |step, account| {
        step.run_without("Tags", account)
    }),
    call("list-tags-is-empty", "ListResourceTags lists no tag", &[ListResourceTags], |step, account| {
        step.and_say(account, |response| {
            response.insert("Tags".to_owned(), Vec::<String>::new().into());
        })
    }),
    call("refused-tag-written", "a TagResource that is rejected writes the tag", &[TagResource], |step, account| {
        step.despite(account, is_for_state, |account| step.run_by_row(Rule::ALWAYS, account))
    }),
    call(
        "refused-untag-removes",
        "an UntagResource that is rejected removes the tag",
        &[UntagResource],
        |step, account| step.despite(account, is_for_state, |account| step.run_by_row(Rule::ALWAYS, account)),
    ),
    call(
        "description-does-nothing",
        "UpdateKeyDescription succeeds and the description stays",
        &[UpdateKeyDescription],
        |step, account| step.and_undo(account),
    ),
    call(
        "disable-clears-description",
        "DisableKey removes the description of the key",
        &[DisableKey],
        |step, account| step.and_edit(account, |key, _| key.description.clear()),
    ),
    call("enable-clears-description", "EnableKey removes the description of the key", &[EnableKey], |step, account| {
        step.and_edit(account, |key, _| key.description.clear())
    }),
    call(
        "schedule-clears-description",
        "ScheduleKeyDeletion removes the description of the key",
        &[ScheduleKeyDeletion],
        |step, account| step.and_edit(account, |key, _| key.description.clear()),
    ),
    call(
        "refused-description-written",
        "an UpdateKeyDescription that is rejected writes the description",
        &[UpdateKeyDescription],
        |step, account| step.despite(account, is_for_state, |account| step.run_by_row(Rule::ALWAYS, account)),
    ),
];
