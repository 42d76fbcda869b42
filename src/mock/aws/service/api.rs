//! The operations of the API, by their names.

use std::fmt;
use std::str::FromStr;

use crate::mock::aws::access_key::UnknownAwsOperation;

macro_rules! operations {
    ($($name:ident),* $(,)?) => {
        /// An operation of the API.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum Operation { $($name),* }

        impl Operation {
            /// Every operation.
            pub(crate) const ALL: &'static [Operation] = &[$(Operation::$name),*];

            /// The name on the wire.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Operation::$name => stringify!($name)),* }
            }
        }
    };
}

operations! {
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

impl Operation {
    /// Whether it is about a key, whose state counts.
    pub(crate) const fn has_subject(self) -> bool {
        !matches!(self, Self::CreateKey | Self::ListKeys | Self::ListRetirableGrants | Self::GenerateRandom)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Operation {
    type Err = UnknownAwsOperation;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Operation::ALL.iter().copied().find(|operation| operation.name() == text);
        found.ok_or_else(|| UnknownAwsOperation(text.to_owned()))
    }
}
