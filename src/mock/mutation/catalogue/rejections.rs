//! Who must notice that a request is not refused which has a fault of its own, or that its rejection is only said.

use crate::mock::mutation::Effect;

/// The cases that must fail, and those that may.
pub(super) const fn noticed(effect: Effect) -> (&'static [&'static str], &'static [&'static str]) {
    match effect {
        // What is described is the state by the document, so these belong to the cells of the operations that contradict.
        Effect::DisableOnlyShown => (
            &[
                "Encrypt/Disabled/**",
                "Decrypt/Disabled/**",
                "GenerateDataKey/Disabled/**",
                "GenerateDataKeyWithoutPlaintext/Disabled/**",
                "CreateKeyVersion/Disabled",
                "CreateKeyVersion/Disabled/via-*",
                "UpdateRotationPolicy/Disabled",
                "UpdateRotationPolicy/Disabled/via-*",
            ],
            &[
                "DescribeKey/PendingDeletion/**/via-disabled",
                "delete-material-of-a-disabled-key/EXTERNAL",
                "rotation-is-suspended-while-disabled",
            ],
        ),
        Effect::EnableOnlyShown => (
            &[
                "Encrypt/Enabled/**/via-enable",
                "Decrypt/Enabled/**/via-enable",
                "GenerateDataKey/Enabled/**/via-enable",
                "GenerateDataKeyWithoutPlaintext/Enabled/**/via-enable",
                "CreateKeyVersion/Enabled/**/via-enable",
                "UpdateRotationPolicy/Enabled/**/via-enable",
            ],
            &[
                "data-keys-without-plaintext-only-while-enabled/**",
                "disabled-key-works-again-once-enabled/**",
                "only-enabled-keys-encrypt/**",
                "rotation-is-suspended-while-disabled",
            ],
        ),
        Effect::ScheduleOnlyShown => (
            &[
                "Encrypt/PendingDeletion/**",
                "Decrypt/PendingDeletion/**",
                "GenerateDataKey/PendingDeletion/**",
                "GenerateDataKeyWithoutPlaintext/PendingDeletion/**",
                "CancelKeyDeletion/PendingDeletion/**",
                "ScheduleKeyDeletion/PendingDeletion/**",
                "CreateAlias/PendingDeletion/**",
                "update-alias/*-to-PendingDeletion",
                "ImportKeyMaterial/PendingDeletion/**",
                "TagResource/PendingDeletion/**",
                "UntagResource/PendingDeletion/**",
                "UpdateKeyDescription/PendingDeletion/**",
                // A key that waits for its material is neither enabled nor disabled, whatever it waits for besides.
                "EnableKey/PendingDeletion",
                "EnableKey/PendingDeletion/**/via-disabled",
                "EnableKey/PendingDeletion/EXTERNAL/via-import",
                "DisableKey/PendingDeletion",
                "DisableKey/PendingDeletion/**/via-disabled",
                "DisableKey/PendingDeletion/EXTERNAL/via-import",
                // That an imported key which is Enabled has one version for ever may be said first.
                "CreateKeyVersion/PendingDeletion",
                "CreateKeyVersion/PendingDeletion/EXTERNAL",
                "CreateKeyVersion/PendingDeletion/**/via-disabled",
                "CreateKeyVersion/PendingDeletion/EXTERNAL/via-delete-material*",
                "UpdateRotationPolicy/PendingDeletion",
                "UpdateRotationPolicy/PendingDeletion/EXTERNAL",
                "UpdateRotationPolicy/PendingDeletion/**/via-disabled",
                "UpdateRotationPolicy/PendingDeletion/EXTERNAL/via-delete-material*",
            ],
            &[
                "pending-deletion-ends-in-deletion/**",
                "pending-deletion-yields-only-to-cancel/EXTERNAL",
                "rotation-is-suspended-while-pending-deletion",
            ],
        ),
        Effect::SignatureNotChecked => (
            &[
                "bad-signature-in-disable-key",
                "signature-over-another-query-in-disable-key",
                "signature-over-another-header-in-disable-key",
            ],
            &[],
        ),
        Effect::BadSignatureHasEffect => {
            (&["bad-signature-in-disable-key", "signature-over-another-*-in-disable-key"], &[])
        }
        Effect::UnsignedAccepted | Effect::UnsignedHasEffect => (&["no-signature-in-disable-key"], &[]),
        Effect::StaleTimestampAccepted => (&["stale-request-in-disable-key"], &[]),
        Effect::EarlyTimestampAccepted => (&["early-request-in-disable-key"], &[]),
        Effect::WrongTimeHasEffect => (&["stale-request-in-disable-key", "early-request-in-disable-key"], &[]),
        Effect::NonceReuseAccepted | Effect::RefusedReplayHasEffect => (&["replayed-request-in-disable-key"], &[]),
        Effect::UnknownAccessKeyAccepted | Effect::UnknownAccessKeyHasEffect => {
            (&["unknown-access-key-in-disable-key"], &[])
        }
        Effect::BodyNotSigned => (&["signature-over-another-body-in-disable-key"], &[]),
        Effect::V3SignatureNotChecked => {
            (&["signature-over-another-query-in-disable-key", "signature-over-another-header-in-disable-key"], &[])
        }
        Effect::MissingNamesAnother | Effect::MissingNamesNone => {
            (&["missing-*-in-*/**", "request-ids-never-repeat"], &[])
        }
        Effect::InvalidNamesAnother => (
            &[
                "bad-context-in-encrypt",
                "bad-name-in-create-alias",
                "bad-page-in-list-keys",
                "bad-waiting-period-in-schedule-key-deletion",
                "damaged-ciphertext-in-decrypt",
                "encryption-context-must-be-the-same/**",
                "long-data-key-in-generate-data-key",
                "long-description-in-update-key-description",
                "malformed-key-in-*",
                "past-expiry-in-import-key-material/EXTERNAL",
                "plaintext-has-at-most-6-kb",
                "short-ciphertext-in-decrypt",
                "unknown-algorithm-in-get-parameters-for-import/**",
            ],
            &[],
        ),
        Effect::MissingParameterAccepted => (&["missing-*-in-*/**", "request-ids-never-repeat"], &[]),
        Effect::UnknownKeyAccepted => (
            &[
                "unknown-key-in-*/**",
                "pending-deletion-ends-in-deletion/**",
                "request-ids-never-repeat",
                "responses-come-in-*-when-requested",
            ],
            &[],
        ),
        Effect::UnknownAliasAccepted => (&["unknown-alias-in-*", "deleted-alias-stands-for-nothing"], &[]),
        Effect::UnknownAliasMade => (&["unknown-alias-in-update-alias"], &[]),
        Effect::MalformedKeyIdAccepted => (&["malformed-key-in-*"], &[]),
        Effect::DamagedCiphertextAccepted => (&["damaged-ciphertext-in-decrypt"], &[]),
        Effect::AnyContextAccepted => (&["bad-context-in-encrypt"], &[]),
        Effect::AnyWaitingPeriodAccepted | Effect::RefusedWaitingPeriodSchedules => {
            (&["bad-waiting-period-in-schedule-key-deletion"], &[])
        }
        Effect::AnyAliasNameAccepted | Effect::RefusedAliasNameMade => (&["bad-name-in-create-alias"], &[]),
        Effect::RefusedSecondAliasMoves => (&["alias-belongs-to-one-key"], &[]),
        Effect::LongDescriptionAccepted | Effect::RefusedLongDescriptionWritten => {
            (&["long-description-in-update-key-description"], &[])
        }
        Effect::LongDataKeyAccepted => (&["long-data-key-in-generate-data-key"], &[]),
        Effect::PastExpiryAccepted => (&["past-expiry-in-import-key-material/EXTERNAL"], &[]),
        Effect::ShortMaterialAccepted => (&["short-material-in-import-key-material/EXTERNAL"], &[]),
        Effect::ImportForAnyOrigin => {
            (&["wrong-origin-in-import-key-material"], &["import-token-of-another-key-is-refused/EXTERNAL"])
        }
        Effect::DeleteMaterialOfAnyOrigin => (&["wrong-origin-in-delete-key-material"], &[]),
        Effect::ProtectionIgnored => (&["protected-key-in-schedule-key-deletion"], &[]),
        _ => (&[], &[]),
    }
}
