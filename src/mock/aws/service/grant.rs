//! Grants: who may use a key for what. Nobody but whoever signs requests is known here, so a grant is kept and listed, and
//! lets nobody in.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::mock::host::names::wire_names;

wire_names! {
    /// What a grant can be for.
    GrantOperation {
        Decrypt = "Decrypt",
        Encrypt = "Encrypt",
        GenerateDataKey = "GenerateDataKey",
        GenerateDataKeyWithoutPlaintext = "GenerateDataKeyWithoutPlaintext",
        ReEncryptFrom = "ReEncryptFrom",
        ReEncryptTo = "ReEncryptTo",
        Sign = "Sign",
        Verify = "Verify",
        GetPublicKey = "GetPublicKey",
        CreateGrant = "CreateGrant",
        RetireGrant = "RetireGrant",
        DescribeKey = "DescribeKey",
        GenerateDataKeyPair = "GenerateDataKeyPair",
        GenerateDataKeyPairWithoutPlaintext = "GenerateDataKeyPairWithoutPlaintext",
        GenerateMac = "GenerateMac",
        VerifyMac = "VerifyMac",
        DeriveSharedSecret = "DeriveSharedSecret",
    }
}

/// A grant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Grant {
    pub(crate) id: String,
    pub(crate) created: i64,
    pub(crate) grantee: String,
    pub(crate) retiring: Option<String>,
    pub(crate) operations: Vec<String>,
    /// The object as it was sent.
    pub(crate) constraints: Option<Value>,
    pub(crate) name: Option<String>,
}

impl Grant {
    /// Whether another grant is the same but for its id and its time.
    pub(crate) fn is_as(&self, other: &Self) -> bool {
        let Self { id: _, created: _, grantee, retiring, operations, constraints, name } = self;
        *grantee == other.grantee
            && *retiring == other.retiring
            && *operations == other.operations
            && *constraints == other.constraints
            && *name == other.name
    }
}
