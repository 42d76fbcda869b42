//! The operations of the API, by their names.

use std::str::FromStr;

use crate::mock::host::names::operations;

operations! {
    pub enum Operation {
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
}

impl Operation {
    /// Whether it is about one key, whose state counts.
    pub const fn has_subject(self) -> bool {
        !matches!(self, Self::CreateKey | Self::ListKeys | Self::ListAliases | Self::DescribeRegions)
    }
}

/// The text names no operation that the mock knows.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("unknown operation `{0}` (one of {list})", list = names())]
pub struct ParseOperationError(String);

fn names() -> String {
    Operation::NAMES.join(", ")
}

impl FromStr for Operation {
    type Err = ParseOperationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Operation::by_name(text).ok_or_else(|| ParseOperationError(text.to_owned()))
    }
}
