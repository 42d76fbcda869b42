//! The operations of the API, by their names.

use std::str::FromStr;

use crate::mock::aws::access_key::UnknownAwsOperation;
use crate::mock::host::names::operations;

operations! {
    pub(crate) enum Operation {
        CreateKey,
        DescribeKey,
        ListKeys,
        EnableKey,
        DisableKey,
        ScheduleKeyDeletion,
        CancelKeyDeletion,
        UpdateKeyDescription,
        Encrypt,
        Decrypt,
        ReEncrypt,
        GenerateDataKey,
        GenerateDataKeyWithoutPlaintext,
        GenerateDataKeyPair,
        GenerateDataKeyPairWithoutPlaintext,
        GenerateRandom,
        Sign,
        Verify,
        GetPublicKey,
        GenerateMac,
        VerifyMac,
        CreateAlias,
        UpdateAlias,
        DeleteAlias,
        ListAliases,
        TagResource,
        UntagResource,
        ListResourceTags,
        GetKeyPolicy,
        PutKeyPolicy,
        ListKeyPolicies,
        CreateGrant,
        ListGrants,
        ListRetirableGrants,
        RetireGrant,
        RevokeGrant,
        GetParametersForImport,
        ImportKeyMaterial,
        DeleteImportedKeyMaterial,
        EnableKeyRotation,
        DisableKeyRotation,
        GetKeyRotationStatus,
        RotateKeyOnDemand,
        ListKeyRotations,
        ReplicateKey,
        UpdatePrimaryRegion,
    }
}

impl Operation {
    /// Whether it is about a key, whose state counts.
    pub(crate) const fn has_subject(self) -> bool {
        !matches!(self, Self::CreateKey | Self::ListKeys | Self::ListRetirableGrants | Self::GenerateRandom)
    }
}

impl FromStr for Operation {
    type Err = UnknownAwsOperation;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Operation::by_name(text).ok_or_else(|| UnknownAwsOperation(text.to_owned()))
    }
}
