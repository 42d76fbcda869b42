//! The operations of the API, by their names.

use std::fmt;
use std::str::FromStr;

macro_rules! operations {
    ($($name:ident),* $(,)?) => {
        /// An operation of the API.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Operation {
            $(
                #[doc = concat!("`", stringify!($name), "`.")]
                $name
            ),*
        }

        impl Operation {
            /// Every operation.
            pub const ALL: &'static [Operation] = &[$(Operation::$name),*];

            /// The name on the wire.
            pub const fn name(self) -> &'static str {
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
    SetDeletionProtection,
    Encrypt,
    Decrypt,
    GenerateDataKey,
    GenerateDataKeyWithoutPlaintext,
    ReEncrypt,
    CreateAlias,
    UpdateAlias,
    DeleteAlias,
    ListAliases,
    ListAliasesByKeyId,
    GetParametersForImport,
    ImportKeyMaterial,
    DeleteKeyMaterial,
    TagResource,
    UntagResource,
    ListResourceTags,
    TagResources,
    UntagResources,
    ListTagResources,
    CreateKeyVersion,
    DescribeKeyVersion,
    ListKeyVersions,
    UpdateRotationPolicy,
    DescribeRegions,
}

impl Operation {
    /// Whether it is about one key, whose state counts.
    pub const fn has_subject(self) -> bool {
        !matches!(self, Self::CreateKey | Self::ListKeys | Self::ListAliases | Self::DescribeRegions)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// The text names no operation that the mock knows.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("unknown operation `{0}` (one of {list})", list = names())]
pub struct ParseOperationError(String);

fn names() -> String {
    Operation::ALL.iter().map(|operation| operation.name()).collect::<Vec<_>>().join(", ")
}

impl FromStr for Operation {
    type Err = ParseOperationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Operation::ALL.iter().copied().find(|operation| operation.name() == text);
        found.ok_or_else(|| ParseOperationError(text.to_owned()))
    }
}
