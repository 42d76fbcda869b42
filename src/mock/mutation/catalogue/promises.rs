//! Who must notice what a response says of itself, what an operation does besides, and what time does.

use super::rejections;
use crate::mock::mutation::Effect;

/// The cases that must fail, and those that may.
pub(super) const fn noticed(effect: Effect) -> (&'static [&'static str], &'static [&'static str]) {
    match effect {
        Effect::RefusedVersionMadeAside => (
            &[
                "CreateKeyVersion/Disabled/**",
                "CreateKeyVersion/PendingDeletion/**",
                "CreateKeyVersion/PendingImport/**",
            ],
            &[],
        ),
        Effect::RejectedDisableRemembered => (&["pending-import-yields-only-to-material/EXTERNAL"], &[]),
        Effect::DataKeyIgnoresSpec => {
            (&["data-key-has-the-requested-length", "data-key-without-plaintext-has-the-requested-length"], &[])
        }
        Effect::DataKeyIgnoresNumber => {
            (&["data-key-has-the-requested-length", "data-key-without-plaintext-has-the-requested-length"], &[])
        }
        Effect::DataKeysRepeat => (&["data-keys-differ"], &[]),
        Effect::DeleteDateADayLate => {
            (&["delete-date-is-the-request-plus-the-window/**", "delete-date-counts-from-the-request"], &[])
        }
        Effect::DeleteDateInLocalTime => {
            (&["delete-date-is-the-request-plus-the-window/**", "delete-date-counts-from-the-request"], &[])
        }

        Effect::DeleteDateFromCreation => (&["delete-date-counts-from-the-request"], &[]),
        Effect::TokenExpiresInAWeek => (&["import-token-expires-a-day-after-the-request/EXTERNAL"], &[]),
        Effect::TotalCountOfPage => (&["keys-are-listed-page-by-page"], &[]),
        Effect::DisableClearsDescription => (&["disabling-and-enabling-leaves-the-rest-of-a-key-alone/**"], &[]),
        Effect::EnableLosesTags => {
            (&["disabling-and-enabling-leaves-the-rest-of-a-key-alone/**"], &["ListResourceTags/**/via-enable"])
        }
        Effect::ScheduleLosesTags => (
            &["scheduling-and-cancelling-leaves-the-rest-of-a-key-alone/**"],
            &["ListResourceTags/**", "UntagResource/PendingDeletion/**"],
        ),
        Effect::CancelLosesAliases => {
            (&["scheduling-and-cancelling-leaves-the-rest-of-a-key-alone/**"], &["DeleteAlias/**/via-cancel"])
        }
        Effect::ImportLosesTags => (
            &["material-comes-and-goes-without-the-rest-of-a-key/EXTERNAL"],
            &["ListResourceTags/**", "UntagResource/PendingDeletion/**"],
        ),
        Effect::DeleteMaterialClearsDescription => {
            (&["material-comes-and-goes-without-the-rest-of-a-key/EXTERNAL"], &[])
        }
        Effect::DescriptionLosesTags => (&["new-description-leaves-the-tags-alone"], &[]),
        Effect::TagReplacesOthers | Effect::UntagRemovesAll => (&["tags-stand-beside-each-other"], &[]),
        Effect::SameTagKeepsValue => (&["same-tag-gets-the-new-value"], &[]),
        Effect::NewKeyHasTag => (
            &["untagged-key-has-an-empty-list-of-tags/**"],
            &["missing-tags-in-tag-resource", "same-tag-gets-the-new-value", "tags-stand-beside-each-other"],
        ),
        Effect::RotationNever => (&["rotation-*"], &[]),
        Effect::RotationTooEarly => (&["rotation-happens-at-its-interval"], &[]),
        Effect::RotatesWhileDisabled => (&["rotation-is-suspended-while-disabled"], &[]),
        Effect::RotatesWhilePendingDeletion => (&["rotation-is-suspended-while-pending-deletion"], &[]),
        Effect::DisableDropsRotation => (&["rotation-is-suspended-while-disabled"], &[]),
        Effect::ScheduleDropsRotation => (&["rotation-is-suspended-while-pending-deletion"], &[]),
        Effect::RotationLosesCiphertexts => (&["rotation-keeps-older-ciphertexts"], &[]),
        Effect::SuspensionNotShown => (&["rotation-is-suspended-while-*"], &[]),
        other => rejections::noticed(other),
    }
}
