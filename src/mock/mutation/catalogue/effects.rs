//! Who must notice wrong effects.

use super::CatalogueEntry;
use super::Family;
use super::case;
use super::general;
use super::promises;
use crate::mock::mutation::{Deviation, Effect};

/// Every effect.
pub(super) fn entries() -> impl Iterator<Item = CatalogueEntry> {
    Effect::ALL.iter().filter(|effect| !general::has(**effect)).map(|effect| {
        let (caught_by, disturbed) = noticed(*effect);
        let caught_by = caught_by.iter().map(|pattern| case(pattern)).collect();
        let description = effect.description().to_owned();
        let entry = CatalogueEntry::new(Deviation::Effect(*effect), Family::Effect, description, caught_by);
        // Pages overlap in every list that is longer than one, and the keys of all cases are in one list.
        let account_wide = matches!(effect, Effect::ListPagesOverlap);
        CatalogueEntry { uncaught: uncaught(*effect), account_wide, ..entry }.disturbing(disturbed)
    })
}

/// Why no case can catch it.
const fn uncaught(effect: Effect) -> Option<&'static str> {
    match effect {
        Effect::ImportEnablesDisabledKey => {
            Some("no document says in which state a key is after its material was imported again; results note it")
        }
        _ => None,
    }
}

/// The cases that must fail when the deletion of no key is scheduled, whatever is shown.
const DELETION_IS_NOT_SCHEDULED: &[&str] = &[
    "ScheduleKeyDeletion/Enabled",
    "ScheduleKeyDeletion/Enabled/EXTERNAL",
    "ScheduleKeyDeletion/Disabled",
    "ScheduleKeyDeletion/Disabled/EXTERNAL",
    "ScheduleKeyDeletion/*/**/via-enable",
    "ScheduleKeyDeletion/*/EXTERNAL/via-reimport",
    "ScheduleKeyDeletion/PendingImport/**",
    "cancel-deletion-*/**",
    "disabled-key-waits-for-its-deletion/**",
];

/// The cases that must fail, and those that may.
const fn noticed(effect: Effect) -> (&'static [&'static str], &'static [&'static str]) {
    match effect {
        Effect::DisableDoesNothing => (
            // By the route through EnableKey the key is never Disabled, which is settled by then.
            &[
                "DisableKey/Enabled",
                "DisableKey/Enabled/EXTERNAL",
                "DisableKey/Enabled/**/via-cancel",
                "DisableKey/Enabled/EXTERNAL/via-reimport",
                "disabled-key-works-again-once-enabled/**",
                "replayed-request-in-disable-key",
            ],
            &[],
        ),
        Effect::EnableDoesNothing => (
            &[
                "EnableKey/Disabled",
                "EnableKey/Disabled/EXTERNAL",
                "EnableKey/Disabled/**/via-cancel",
                "EnableKey/Disabled/EXTERNAL/via-reimport",
                "disabled-key-works-again-once-enabled/**",
            ],
            &[],
        ),
        Effect::DisableToggles => (&["DisableKey/Disabled/**"], &[]),
        Effect::EnableToggles => (&["EnableKey/Enabled/**"], &[]),
        Effect::EnableLosesCiphertexts => (
            &[
                "Decrypt/Enabled/**/via-enable",
                "disabled-key-works-again-once-enabled/**",
                "only-enabled-keys-encrypt/**",
            ],
            &[],
        ),
        Effect::ScheduleDoesNothing => (DELETION_IS_NOT_SCHEDULED, &[]),
        Effect::ScheduleIgnoresWindow => (
            &[
                "pending-deletion-ends-in-deletion/**",
                "delete-date-is-the-request-plus-the-window/**",
                "delete-date-counts-from-the-request",
            ],
            &[],
        ),
        Effect::CancelDoesNothing => (
            &[
                "CancelKeyDeletion/PendingDeletion/**",
                "cancel-deletion-*/**",
                "key-stays-until-its-window-ends/**",
                "pending-deletion-yields-only-to-cancel/**",
            ],
            &[],
        ),
        Effect::CancelLeavesDisabled => (
            &[
                "CancelKeyDeletion/PendingDeletion",
                "CancelKeyDeletion/PendingDeletion/EXTERNAL/via-import",
                "cancel-deletion-of-an-enabled-key/**",
                "key-stays-until-its-window-ends/**",
                "pending-deletion-yields-only-to-cancel/**",
            ],
            &[],
        ),
        Effect::CancelKeepsDeleteDate => (&["CancelKeyDeletion/PendingDeletion/**", "cancel-deletion-*/**"], &[]),
        Effect::CancelLosesCiphertexts => (
            &[
                "Decrypt/Enabled/**/via-cancel",
                "cancel-deletion-of-an-enabled-key/**",
                "key-stays-until-its-window-ends/**",
                "only-enabled-keys-encrypt/**",
            ],
            &[],
        ),
        Effect::KeyNeverGone => (&["pending-deletion-ends-in-deletion/**"], &[]),
        Effect::GoneTooEarly => (&["key-stays-until-its-window-ends/**"], &[]),
        Effect::NewKeyIsDisabled => (&["new-key-is-enabled", "defaults-of-a-new-key"], &[]),
        Effect::NewExternalKeyIsEnabled => (&["new-external-key-is-pending-import/EXTERNAL"], &[]),
        Effect::RefusedDisableDisables => (
            &["DisableKey/PendingDeletion/**", "DisableKey/PendingImport/**"],
            &["pending-deletion-yields-only-to-cancel/**", "pending-import-yields-only-to-material/EXTERNAL"],
        ),
        Effect::RefusedEnableEnables => (
            &["EnableKey/PendingDeletion/**", "EnableKey/PendingImport/**"],
            &[
                "pending-deletion-yields-only-to-cancel/**",
                "pending-import-yields-only-to-material/EXTERNAL",
                "disabled-key-waits-for-its-deletion/**",
            ],
        ),
        Effect::RefusedScheduleMovesDeleteDate => {
            (&["ScheduleKeyDeletion/PendingDeletion/**", "pending-deletion-yields-only-to-cancel/**"], &[])
        }
        Effect::RefusedCancelEnables => (&["CancelKeyDeletion/Disabled/**"], &[]),
        Effect::RefusedImportImports => {
            (&["ImportKeyMaterial/PendingDeletion/**", "refused-import-leaves-the-expiry-alone/EXTERNAL"], &[])
        }
        Effect::RefusedCreateAliasCreates => (&["CreateAlias/PendingDeletion/**"], &[]),
        Effect::RefusedUpdateAliasMoves => (&["update-alias/*-to-PendingDeletion"], &[]),
        Effect::RefusedTagWritten => (&["TagResource/PendingDeletion/**"], &[]),
        Effect::RefusedUntagRemoves => (&["UntagResource/PendingDeletion/**"], &[]),
        Effect::RefusedDescriptionWritten => (&["UpdateKeyDescription/PendingDeletion/**"], &[]),
        Effect::RotationRefusedButSet => (
            &[
                "UpdateRotationPolicy/Disabled/**",
                "UpdateRotationPolicy/PendingDeletion/**",
                "UpdateRotationPolicy/PendingImport/**",
            ],
            &[],
        ),
        Effect::RefusedVersionMade => (
            &[
                "CreateKeyVersion/Disabled/**",
                "CreateKeyVersion/PendingDeletion/**",
                "CreateKeyVersion/PendingImport/**",
            ],
            &[],
        ),
        Effect::ImportDoesNothing => (
            // That a key never comes out of its first state is settled before the other routes are taken.
            &[
                "ImportKeyMaterial/PendingImport/EXTERNAL",
                "ImportKeyMaterial/PendingImport/EXTERNAL/via-expiry",
                "import-wrapped-with-*/EXTERNAL",
                "pending-import-yields-only-to-material/EXTERNAL",
            ],
            &["material-expires-while-*/EXTERNAL", "reimport-resets-the-expiry/EXTERNAL"],
        ),
        Effect::ImportLeavesDisabled => (
            &[
                // Deleted or expired, the material is to be imported again, whatever state the key was in meanwhile.
                "ImportKeyMaterial/PendingImport/**",
                "import-wrapped-with-*/EXTERNAL",
                "pending-import-yields-only-to-material/EXTERNAL",
            ],
            &["material-expires-while-enabled/EXTERNAL", "reimport-resets-the-expiry/EXTERNAL"],
        ),
        Effect::ImportEnablesDisabledKey => (&[], &[]),
        Effect::ImportIgnoresExpiry => {
            (&["material-expires-while-*/EXTERNAL", "reimport-resets-the-expiry/EXTERNAL"], &[])
        }
        Effect::ReimportKeepsExpiry => (&["reimport-resets-the-expiry/EXTERNAL"], &[]),
        Effect::ReimportLosesCiphertexts => (
            &[
                "Decrypt/Enabled/EXTERNAL/via-reimport",
                "reimport-brings-ciphertexts-back/EXTERNAL",
                "material-is-the-same-however-it-is-wrapped/EXTERNAL",
            ],
            &[
                "keys-without-material-do-not-encrypt/EXTERNAL",
                "material-expires-while-enabled/EXTERNAL",
                "other-material-is-refused/EXTERNAL",
            ],
        ),
        Effect::FailedImportEnablesKey => (
            &[
                "damaged-material-is-refused/EXTERNAL",
                "damaged-import-token-is-refused/EXTERNAL",
                "other-material-is-refused/EXTERNAL",
                "import-token-expires/EXTERNAL",
                "import-token-of-another-key-is-refused/EXTERNAL",
                "short-material-in-import-key-material/EXTERNAL",
            ],
            &[],
        ),
        Effect::OtherMaterialAccepted => (&["other-material-is-refused/EXTERNAL"], &[]),
        Effect::DamagedMaterialAccepted => {
            (&["damaged-material-is-refused/EXTERNAL", "short-material-in-import-key-material/EXTERNAL"], &[])
        }
        Effect::TokenOfAnotherKeyAccepted => (&["import-token-of-another-key-is-refused/EXTERNAL"], &[]),
        Effect::ExpiredTokenAccepted => (&["import-token-expires/EXTERNAL"], &[]),
        Effect::DamagedTokenAccepted => (&["damaged-import-token-is-refused/EXTERNAL"], &[]),
        Effect::TokenServesOnce => (
            &["reimport-brings-ciphertexts-back/EXTERNAL"],
            &[
                "ImportKeyMaterial/Enabled/**",
                "ImportKeyMaterial/Disabled/**",
                "ImportKeyMaterial/PendingImport/EXTERNAL/via-*",
                "material-expires-while-enabled/EXTERNAL",
            ],
        ),
        Effect::ImportParametersRepeat => (&["import-parameters-are-new-each-time/EXTERNAL"], &[]),
        Effect::ImportParametersForAnyOrigin => (&["import-parameters-only-for-external-keys"], &[]),
        Effect::DeleteMaterialDoesNothing => (
            &[
                "DeleteKeyMaterial/Enabled/EXTERNAL",
                "DeleteKeyMaterial/Enabled/EXTERNAL/via-cancel",
                "DeleteKeyMaterial/Enabled/EXTERNAL/via-enable",
                "DeleteKeyMaterial/Disabled/EXTERNAL",
                "DeleteKeyMaterial/Disabled/EXTERNAL/via-cancel",
                "DeleteKeyMaterial/Disabled/EXTERNAL/via-enable",
                "delete-material-of-*/EXTERNAL",
            ],
            &["other-material-is-refused/EXTERNAL"],
        ),
        Effect::DeleteMaterialKeepsEnabled => (
            &[
                "DeleteKeyMaterial/Enabled/EXTERNAL",
                "DeleteKeyMaterial/Enabled/EXTERNAL/via-cancel",
                "DeleteKeyMaterial/Enabled/EXTERNAL/via-enable",
                "delete-material-of-an-enabled-key/EXTERNAL",
            ],
            &["other-material-is-refused/EXTERNAL"],
        ),
        Effect::DeleteMaterialCancelsDeletion => (
            &[
                "DeleteKeyMaterial/PendingDeletion/EXTERNAL",
                "DeleteKeyMaterial/PendingDeletion/EXTERNAL/via-disabled",
                "DeleteKeyMaterial/PendingDeletion/EXTERNAL/via-import",
                "DeleteKeyMaterial/PendingDeletion/EXTERNAL/via-delete-material",
                "delete-material-while-pending-deletion/EXTERNAL",
            ],
            &[],
        ),
        Effect::DeleteMaterialMovesDeleteDate => (&["delete-material-while-pending-deletion/EXTERNAL"], &[]),
        Effect::MaterialNeverExpires => {
            (&["material-expires-while-enabled/EXTERNAL", "material-expires-while-disabled/EXTERNAL"], &[])
        }
        Effect::ExpiryCancelsDeletion => (&["material-expires-while-pending-deletion/EXTERNAL"], &[]),
        Effect::ExpiryLeavesDisabled => (&["material-expires-while-disabled/EXTERNAL"], &[]),
        Effect::CreateAliasDoesNothing => (
            &["CreateAlias/Enabled/**", "CreateAlias/Disabled/**", "CreateAlias/PendingImport/**"],
            &[
                "DeleteAlias/**",
                "ListAliases/**",
                "update-alias/*",
                "alias-*/**",
                "deleting-one-alias-keeps-the-others",
                "moved-alias-stands-for-its-new-key",
                "*-in-update-alias",
                "*-in-delete-alias",
                "same-alias-in-create-alias",
            ],
        ),
        Effect::CreateAliasTakesAnother => (&["alias-belongs-to-one-key"], &[]),
        Effect::SecondAliasReplacesFirst => (&["key-has-many-aliases"], &["deleting-one-alias-keeps-the-others"]),
        Effect::DeleteAliasDoesNothing => {
            (&["DeleteAlias/**", "deleted-alias-stands-for-nothing", "alias-outlives-scheduled-deletion/**"], &[])
        }
        Effect::DeleteAliasDeletesAnother => (&["deleting-one-alias-keeps-the-others"], &[]),
        Effect::DeleteAliasDisablesKey => (&["DeleteAlias/Enabled/**", "deleted-alias-stands-for-nothing"], &[]),
        Effect::UpdateAliasDoesNotMove => (
            &[
                "update-alias/*-to-Enabled",
                "update-alias/*-to-Disabled",
                "update-alias/*-to-PendingImport",
                "moved-alias-stands-for-its-new-key",
            ],
            &[],
        ),
        Effect::UpdateAliasLeavesItOnBoth => {
            (&["update-alias/*-to-Enabled", "update-alias/*-to-Disabled", "update-alias/*-to-PendingImport"], &[])
        }
        Effect::UpdateAliasDisablesOldKey => (
            &[
                "update-alias/Enabled-to-Enabled",
                "update-alias/Enabled-to-Disabled",
                "update-alias/Enabled-to-PendingImport",
                "moved-alias-stands-for-its-new-key",
            ],
            &[],
        ),
        Effect::AliasVanishesWhenScheduled => (
            &[
                "ListAliases/PendingDeletion/**",
                "DeleteAlias/PendingDeletion/**",
                "DeleteAlias/*/**/via-cancel",
                "update-alias/PendingDeletion-to-*",
            ],
            &[],
        ),
        Effect::AliasTakenAnywhere => (&["alias-does-not-stand-for-a-key-everywhere"], &[]),
        Effect::AliasAnsweredForKeyId => (
            &["alias-in-encrypt", "alias-in-generate-data-key", "alias-in-generate-data-key-without-plaintext"],
            &["moved-alias-stands-for-its-new-key"],
        ),
        Effect::EncryptIgnoresContext => (&["encryption-context-must-be-the-same/**", "Decrypt/Enabled/**"], &[]),
        Effect::DecryptIgnoresContext => (&["encryption-context-must-be-the-same/**"], &[]),
        Effect::DecryptReturnsOtherText => (
            &["Decrypt/Enabled/**", "Encrypt/Enabled/**", "GenerateDataKey/Enabled/**"],
            &["GenerateDataKeyWithoutPlaintext/Enabled/**"],
        ),
        Effect::LongPlaintextAccepted => (&["plaintext-has-at-most-6-kb"], &[]),
        Effect::DataKeyDiffers => (&["GenerateDataKey/Enabled/**", "alias-in-generate-data-key"], &[]),
        Effect::DataKeyShown => (&["GenerateDataKeyWithoutPlaintext/Enabled/**"], &[]),
        Effect::DescribeHidesDeleteDate => (
            &[
                "ScheduleKeyDeletion/Enabled/**",
                "ScheduleKeyDeletion/Disabled/**",
                "ScheduleKeyDeletion/PendingImport/**",
                "cancel-deletion-of-an-enabled-key/**",
                "delete-date-is-the-request-plus-the-window/**",
                "delete-date-counts-from-the-request",
            ],
            &[
                "delete-material-while-pending-deletion/**",
                "material-expires-while-pending-deletion/**",
                "pending-deletion-yields-only-to-cancel/**",
                "refused-import-leaves-the-expiry-alone/**",
            ],
        ),
        Effect::ListPagesOverlap => (&["keys-are-listed-page-by-page"], &[]),
        Effect::ListKeyVersionsOmitsPrimary => {
            (&["ListKeyVersions/**"], &["CreateKeyVersion/Enabled/**", "CreateKeyVersion/*/**"])
        }
        Effect::TagDoesNothing => (
            &["TagResource/Enabled/**", "TagResource/Disabled/**", "TagResource/PendingImport/**"],
            &["ListResourceTags/**", "UntagResource/PendingDeletion/**", "missing-tag-keys-in-untag-resource"],
        ),
        Effect::UntagDoesNothing => (
            &[
                "UntagResource/Enabled/**",
                "UntagResource/Disabled/**",
                "UntagResource/PendingImport/**",
                "tags-stand-beside-each-other",
                "untagged-key-has-an-empty-list-of-tags/**",
            ],
            &[],
        ),
        Effect::DescriptionDoesNothing => (
            &[
                "UpdateKeyDescription/Enabled/**",
                "UpdateKeyDescription/Disabled/**",
                "UpdateKeyDescription/PendingImport/**",
            ],
            &[],
        ),
        Effect::RotationPolicyDoesNothing => (
            &["UpdateRotationPolicy/Enabled", "UpdateRotationPolicy/Enabled/via-*"],
            &["rotation-*", "next-rotation-is-the-last-plus-the-interval"],
        ),
        Effect::VersionNotMade => {
            (&["CreateKeyVersion/Enabled", "CreateKeyVersion/Enabled/via-*"], &["new-version-is-the-primary-one"])
        }
        Effect::VersionNotPrimary => (&["new-version-is-the-primary-one"], &[]),
        other => promises::noticed(other),
    }
}
