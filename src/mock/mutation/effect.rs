//! Wrong effects, and answers that are wrong in what they say.

use crate::mock::alibaba::service::operation::Operation;

macro_rules! effects {
    ($($variant:ident $name:literal: $description:literal),* $(,)?) => {
        /// What an operation does or says otherwise than the documents want.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Effect {
            $(#[doc = concat!($description, ".")] $variant),*
        }

        impl Effect {
            /// Every effect.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name, which never changes.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// What happens, in one sentence without its end.
            pub(super) const fn description(self) -> &'static str {
                match self { $(Self::$variant => $description),* }
            }
        }
    };
}

effects! {
    DisableDoesNothing "disable-does-nothing": "DisableKey succeeds and leaves the key as it is",
    EnableDoesNothing "enable-does-nothing": "EnableKey succeeds and leaves the key as it is",
    DisableToggles "disable-toggles": "DisableKey enables a key that is Disabled",
    EnableToggles "enable-toggles": "EnableKey disables a key that is Enabled",
    EnableLosesCiphertexts "enable-loses-ciphertexts":
        "what a key encrypted before it was disabled can't be decrypted after it is enabled",
    ScheduleDoesNothing "schedule-does-nothing": "ScheduleKeyDeletion succeeds and leaves the key as it is",
    ScheduleIgnoresWindow "schedule-ignores-window": "ScheduleKeyDeletion takes 30 days whatever the window",
    CancelDoesNothing "cancel-does-nothing": "CancelKeyDeletion succeeds and leaves the key as it is",
    CancelLeavesDisabled "cancel-leaves-disabled": "CancelKeyDeletion leaves the key Disabled",
    CancelKeepsDeleteDate "cancel-keeps-delete-date": "CancelKeyDeletion leaves the key with its DeleteDate",
    CancelLosesCiphertexts "cancel-loses-ciphertexts":
        "what a key encrypted before its deletion was scheduled can't be decrypted after that is cancelled",
    KeyNeverGone "key-never-gone": "a key stays after the date of its deletion",
    GoneTooEarly "gone-too-early": "a key is gone two days before the date of its deletion",
    NewKeyIsDisabled "new-key-is-disabled": "a new key is Disabled",
    NewExternalKeyIsEnabled "new-external-key-is-enabled": "a new key of Origin EXTERNAL is Enabled",
    RefusedDisableDisables "refused-disable-disables": "a DisableKey that is refused has its effect all the same",
    RefusedEnableEnables "refused-enable-enables": "an EnableKey that is refused has its effect all the same",
    RefusedScheduleMovesDeleteDate "refused-schedule-moves-delete-date":
        "a ScheduleKeyDeletion that is refused moves the DeleteDate by its window",
    RefusedCancelEnables "refused-cancel-enables":
        "a CancelKeyDeletion that is refused enables a key that has material",
    RefusedImportImports "refused-import-imports":
        "an ImportKeyMaterial that is refused for the key's state keeps the material and its expiry",
    RefusedCreateAliasCreates "refused-create-alias-creates": "a CreateAlias that is refused makes the alias",
    RefusedUpdateAliasMoves "refused-update-alias-moves": "an UpdateAlias that is refused moves the alias",
    RefusedTagWritten "refused-tag-written": "a TagResource that is refused writes the tag",
    RefusedUntagRemoves "refused-untag-removes": "an UntagResource that is refused removes the tag",
    RefusedDescriptionWritten "refused-description-written":
        "an UpdateKeyDescription that is refused writes the description",
    RotationRefusedButSet "rotation-refused-but-set": "an UpdateRotationPolicy that is refused sets the policy",
    RefusedVersionMade "refused-version-made": "a CreateKeyVersion that is refused makes the version",
    ImportDoesNothing "import-does-nothing": "ImportKeyMaterial succeeds and the key goes on waiting for its material",
    ImportLeavesDisabled "import-leaves-disabled": "the import of its material leaves a key Disabled",
    ImportEnablesDisabledKey "import-enables-disabled-key": "importing the material of a Disabled key again enables it",
    ImportIgnoresExpiry "import-ignores-expiry": "ImportKeyMaterial takes no notice of KeyMaterialExpireUnix",
    ReimportKeepsExpiry "reimport-keeps-expiry": "importing material again leaves its expiry as it was",
    ReimportLosesCiphertexts "reimport-loses-ciphertexts":
        "what a key encrypted can't be decrypted after the same material was imported again",
    FailedImportEnablesKey "failed-import-enables-key":
        "an ImportKeyMaterial that is refused for its token or material enables the key",
    OtherMaterialAccepted "other-material-accepted": "a key takes other material than its first",
    DamagedMaterialAccepted "damaged-material-accepted": "ImportKeyMaterial takes material that can't be unwrapped",
    TokenOfAnotherKeyAccepted "token-of-another-key-accepted": "ImportKeyMaterial takes the token of another key",
    ExpiredTokenAccepted "expired-token-accepted": "ImportKeyMaterial takes a token that is older than 24 hours",
    DamagedTokenAccepted "damaged-token-accepted": "ImportKeyMaterial takes a token whose last byte is wrong",
    TokenServesOnce "token-serves-once": "an import token serves only once",
    ImportParametersRepeat "import-parameters-repeat": "GetParametersForImport hands out the same token again",
    ImportParametersForAnyOrigin "import-parameters-for-any-origin":
        "GetParametersForImport takes keys of every origin",
    DeleteMaterialDoesNothing "delete-material-does-nothing": "DeleteKeyMaterial succeeds and leaves the key as it is",
    DeleteMaterialKeepsEnabled "delete-material-keeps-enabled": "DeleteKeyMaterial leaves an Enabled key Enabled",
    DeleteMaterialCancelsDeletion "delete-material-cancels-deletion":
        "DeleteKeyMaterial takes the key out of PendingDeletion",
    DeleteMaterialMovesDeleteDate "delete-material-moves-delete-date":
        "DeleteKeyMaterial moves the DeleteDate of a key in PendingDeletion by a day",
    MaterialNeverExpires "material-never-expires": "material stays after its MaterialExpireTime",
    ExpiryCancelsDeletion "expiry-cancels-deletion":
        "a key in PendingDeletion becomes PendingImport when its material expires",
    ExpiryLeavesDisabled "expiry-leaves-disabled": "a Disabled key stays so when its material expires",
    CreateAliasDoesNothing "create-alias-does-nothing": "CreateAlias succeeds and makes no alias",
    CreateAliasTakesAnother "create-alias-takes-another": "CreateAlias moves an alias that another key has",
    SecondAliasReplacesFirst "second-alias-replaces-first": "a new alias takes the place of those that the key has",
    DeleteAliasDoesNothing "delete-alias-does-nothing": "DeleteAlias succeeds and the alias stays",
    DeleteAliasDeletesAnother "delete-alias-deletes-another": "DeleteAlias deletes the other aliases of the key too",
    DeleteAliasDisablesKey "delete-alias-disables-key": "DeleteAlias disables the key of the alias",
    UpdateAliasDoesNotMove "update-alias-does-not-move": "UpdateAlias succeeds and the alias stays where it is",
    UpdateAliasLeavesItOnBoth "update-alias-leaves-it-on-both": "after UpdateAlias both keys have the alias",
    UpdateAliasDisablesOldKey "update-alias-disables-old-key": "UpdateAlias disables the key that the alias leaves",
    AliasVanishesWhenScheduled "alias-vanishes-when-scheduled": "ScheduleKeyDeletion deletes the aliases of the key",
    AliasTakenAnywhere "alias-taken-anywhere": "every operation takes an alias for a key",
    AliasAnsweredForKeyId "alias-answered-for-key-id": "an operation that is given an alias answers it as the KeyId",
    EncryptIgnoresContext "encrypt-ignores-context": "the EncryptionContext of an encryption is ignored",
    DecryptIgnoresContext "decrypt-ignores-context": "Decrypt takes any EncryptionContext",
    DecryptReturnsOtherText "decrypt-returns-other-text": "Decrypt answers another text than was encrypted",
    LongPlaintextAccepted "long-plaintext-accepted": "Encrypt takes plaintexts of any length",
    DataKeyDiffers "data-key-differs-from-its-ciphertext": "GenerateDataKey encrypts another data key than it answers",
    DataKeyShown "data-key-without-plaintext-shows-it":
        "GenerateDataKeyWithoutPlaintext answers the data key in clear too",
    DescribeHidesDeleteDate "describe-hides-delete-date": "DescribeKey never names a DeleteDate",
    ListPagesOverlap "list-pages-overlap": "every page of ListKeys begins with the last key of the page before it",
    ListKeyVersionsOmitsPrimary "list-key-versions-omits-primary": "ListKeyVersions does not list the primary version",
    TagDoesNothing "tag-does-nothing": "TagResource succeeds and writes no tag",
    UntagDoesNothing "untag-does-nothing": "UntagResource succeeds and the tag stays",
    DescriptionDoesNothing "description-does-nothing": "UpdateKeyDescription succeeds and the description stays",
    RotationPolicyDoesNothing "rotation-policy-does-nothing": "UpdateRotationPolicy succeeds and the policy stays",
    VersionNotMade "version-not-made": "CreateKeyVersion answers a version and keeps none",
    DisableOnlyShown "disable-only-shown": "DisableKey makes DescribeKey say Disabled, and the key works as before",
    EnableOnlyShown "enable-only-shown": "EnableKey makes DescribeKey say Enabled, and the key goes on refusing",
    ScheduleOnlyShown "schedule-only-shown":
        "ScheduleKeyDeletion makes DescribeKey say PendingDeletion, and the key works as before",
    SignatureNotChecked "signature-not-checked": "the gateway takes any signature for the right one",
    UnsignedAccepted "unsigned-accepted": "the gateway takes a request without a signature",
    StaleTimestampAccepted "stale-timestamp-accepted": "the gateway takes requests however old they are",
    EarlyTimestampAccepted "early-timestamp-accepted": "the gateway takes requests from however far in the future",
    NonceReuseAccepted "nonce-reuse-accepted": "the gateway takes a nonce again",
    BadSignatureHasEffect "bad-signature-has-effect":
        "a request that is refused for its signature has its effect all the same",
    UnsignedHasEffect "unsigned-has-effect": "a request that is refused for want of a signature has its effect all the same",
    WrongTimeHasEffect "wrong-time-has-effect":
        "a request that is refused for its timestamp has its effect all the same",
    RefusedReplayHasEffect "refused-replay-has-effect":
        "a request that is refused for a used nonce has its effect all the same",
    MissingParameterAccepted "missing-parameter-accepted":
        "a request that lacks a parameter succeeds and does nothing",
    UnknownKeyAccepted "unknown-key-accepted": "a request for a key that is not there succeeds and does nothing",
    UnknownAliasAccepted "unknown-alias-accepted": "a request for an alias that is not there succeeds and does nothing",
    UnknownAliasMade "unknown-alias-made": "UpdateAlias makes an alias that is not there",
    MalformedKeyIdAccepted "malformed-key-id-accepted":
        "a request with a KeyId that can't be one succeeds and does nothing",
    DamagedCiphertextAccepted "damaged-ciphertext-accepted": "Decrypt takes a ciphertext whose last byte is wrong",
    AnyContextAccepted "any-context-accepted": "an EncryptionContext that is no map of texts counts as none",
    AnyWaitingPeriodAccepted "any-waiting-period-accepted": "ScheduleKeyDeletion takes a waiting period of any length",
    RefusedWaitingPeriodSchedules "refused-waiting-period-schedules":
        "a ScheduleKeyDeletion that is refused for its waiting period has its effect all the same",
    AnyAliasNameAccepted "any-alias-name-accepted": "CreateAlias takes any text for the name of an alias",
    RefusedAliasNameMade "refused-alias-name-made": "a CreateAlias that is refused for its name makes the alias",
    RefusedSecondAliasMoves "refused-second-alias-moves":
        "a CreateAlias that is refused because another key has the alias moves it",
    LongDescriptionAccepted "long-description-accepted": "UpdateKeyDescription takes descriptions of any length",
    RefusedLongDescriptionWritten "refused-long-description-written":
        "an UpdateKeyDescription that is refused for its length writes the description",
    LongDataKeyAccepted "long-data-key-accepted": "GenerateDataKey makes data keys of any length",
    PastExpiryAccepted "past-expiry-accepted": "ImportKeyMaterial takes material that has expired already",
    ShortMaterialAccepted "short-material-accepted": "ImportKeyMaterial takes material that is too short",
    ImportForAnyOrigin "import-for-any-origin": "ImportKeyMaterial takes keys of every origin",
    ProtectionIgnored "deletion-protection-ignored": "ScheduleKeyDeletion takes a key that is protected from it",
    DeleteMaterialOfAnyOrigin "delete-material-of-any-origin": "DeleteKeyMaterial takes keys of every origin",
    VersionNotPrimary "version-not-primary": "CreateKeyVersion makes a version that is not the primary one",
    ExternalKeysUnknown "external-keys-unknown": "CreateKey takes no Origin EXTERNAL",
    ExternalKeysCrash "external-keys-crash":
        "every CreateKey with Origin EXTERNAL ends in InternalFailure with HTTP status 500",
    DescribeHidesState "describe-hides-state": "DescribeKey does not name the state of a key",
    RefusedVersionMadeAside "rejected-version-made-aside":
        "a CreateKeyVersion that is rejected makes a version that is not the primary one",
    RejectedDisableRemembered "rejected-disable-remembered":
        "a DisableKey that is rejected for a key without material disables it once that is imported",
    DataKeyIgnoresSpec "data-key-ignores-spec": "a data key has 32 bytes whatever its KeySpec",
    DataKeyIgnoresNumber "data-key-ignores-number-of-bytes": "a data key has 32 bytes whatever NumberOfBytes says",
    DataKeysRepeat "data-keys-repeat": "two data keys of one length are the same",
    DeleteDateADayLate "delete-date-a-day-late": "ScheduleKeyDeletion takes a day more than the window",
    DeleteDateInLocalTime "delete-date-in-local-time": "DescribeKey names a DeleteDate eight hours late, as if in UTC",
    DeleteDateFromCreation "delete-date-from-creation":
        "ScheduleKeyDeletion counts the window from the creation of the key",
    TokenExpiresInAWeek "token-expires-in-a-week": "GetParametersForImport says that its token serves a week",
    TotalCountOfPage "total-count-of-page": "the TotalCount of ListKeys is the number of the entries on the page",
    DisableClearsDescription "disable-clears-description": "DisableKey deletes the description of the key",
    EnableLosesTags "enable-loses-tags": "EnableKey removes the tags of the key",
    ScheduleLosesTags "schedule-loses-tags": "ScheduleKeyDeletion removes the tags of the key",
    CancelLosesAliases "cancel-loses-aliases": "CancelKeyDeletion deletes the aliases of the key",
    ImportLosesTags "import-loses-tags": "ImportKeyMaterial removes the tags of the key",
    DeleteMaterialClearsDescription "delete-material-clears-description":
        "DeleteKeyMaterial deletes the description of the key",
    DescriptionLosesTags "description-loses-tags": "UpdateKeyDescription removes the tags of the key",
    TagReplacesOthers "tag-replaces-others": "TagResource removes all other tags of the key",
    UntagRemovesAll "untag-removes-all": "UntagResource removes all tags of the key",
    SameTagKeepsValue "same-tag-keeps-value": "TagResource leaves a tag that is there with its value",
    NewKeyHasTag "new-key-has-tag": "a new key has a tag that nobody gave it",
    RotationNever "rotation-never": "automatic rotation never happens",
    RotationTooEarly "rotation-too-early": "automatic rotation happens when half of its interval is over",
    RotatesWhileDisabled "rotates-while-disabled": "automatic rotation goes on while the key is Disabled",
    RotatesWhilePendingDeletion "rotates-while-pending-deletion":
        "automatic rotation goes on while the key waits for its deletion",
    DisableDropsRotation "disable-drops-rotation": "DisableKey switches automatic rotation off for good",
    ScheduleDropsRotation "schedule-drops-rotation": "ScheduleKeyDeletion switches automatic rotation off for good",
    RotationLosesCiphertexts "rotation-loses-ciphertexts":
        "what a key encrypted before its rotation can't be decrypted afterwards",
    SuspensionNotShown "suspension-not-shown": "DescribeKey says Enabled of automatic rotation that is suspended",
    UnknownAccessKeyAccepted "unknown-access-key-accepted": "the gateway takes an access key that nobody has",
    UnknownAccessKeyHasEffect "unknown-access-key-has-effect":
        "a request that is rejected for its access key has its effect all the same",
    BodyNotSigned "body-not-signed": "the gateway takes a V3 signature whatever the body is",
    V3SignatureNotChecked "v3-signature-not-checked": "the gateway takes any V3 signature for the right one",
    MissingNamesAnother "missing-parameter-names-another": "the error for a missing parameter names another one",
    MissingNamesNone "missing-parameter-names-none": "the error for a missing parameter names none",
    InvalidNamesAnother "invalid-parameter-names-another": "the error for a wrong parameter names another one",
}

impl Effect {
    /// The effect of an operation that is refused and is done all the same.
    pub(crate) const fn of_refused(operation: Operation) -> Option<Self> {
        Some(match operation {
            Operation::DisableKey => Self::RefusedDisableDisables,
            Operation::EnableKey => Self::RefusedEnableEnables,
            Operation::ScheduleKeyDeletion => Self::RefusedScheduleMovesDeleteDate,
            Operation::CancelKeyDeletion => Self::RefusedCancelEnables,
            Operation::ImportKeyMaterial => Self::RefusedImportImports,
            Operation::CreateAlias => Self::RefusedCreateAliasCreates,
            Operation::UpdateAlias => Self::RefusedUpdateAliasMoves,
            Operation::TagResource => Self::RefusedTagWritten,
            Operation::UntagResource => Self::RefusedUntagRemoves,
            Operation::UpdateKeyDescription => Self::RefusedDescriptionWritten,
            Operation::UpdateRotationPolicy => Self::RotationRefusedButSet,
            Operation::CreateKeyVersion => Self::RefusedVersionMade,
            _ => return None,
        })
    }
}
