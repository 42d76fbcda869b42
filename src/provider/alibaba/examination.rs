//! Requests that show whether a client and its access key are in order, and change nothing.

use std::time::Duration;

use crate::provider::{Examination, KeyQuota};

/// By the general documents of the gateway, either way.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(15 * 60);

pub(super) static EXAMINATION: Examination = Examination {
    credentials: "DescribeRegions",
    clock_tolerance: CLOCK_TOLERANCE,
    permissions: &PERMISSIONS,
    unseen: &[("CreateKey", "it would make a key")],
    // Of the shared service; a key that waits for its deletion counts.
    quota: Some(KeyQuota { operation: "ListKeys", field: "TotalCount", keys: 200 }),
};

/// Every parameter that is required is there, so that nothing else is rejected before the permission is looked at.
static PERMISSIONS: [(&str, &str); 28] = [
    ("GenerateDataKey", r#"{"KeyId": "UNKNOWN-KEY"}"#),
    ("GenerateDataKeyWithoutPlaintext", r#"{"KeyId": "UNKNOWN-KEY"}"#),
    ("Encrypt", r#"{"KeyId": "UNKNOWN-KEY", "Plaintext": "aGVsbG8="}"#),
    ("Decrypt", r#"{"CiphertextBlob": "aGVsbG8="}"#),
    ("ReEncrypt", r#"{"CiphertextBlob": "aGVsbG8=", "DestinationKeyId": "UNKNOWN-KEY"}"#),
    ("ListKeys", r#"{"PageSize": 1}"#),
    ("DescribeKey", r#"{"KeyId": "UNKNOWN-KEY"}"#),
    ("EnableKey", r#"{"KeyId": "UNKNOWN-KEY"}"#),
    ("DisableKey", r#"{"KeyId": "UNKNOWN-KEY"}"#),
    ("ScheduleKeyDeletion", r#"{"KeyId": "UNKNOWN-KEY", "PendingWindowInDays": 7}"#),
    ("CancelKeyDeletion", r#"{"KeyId": "UNKNOWN-KEY"}"#),
    ("CreateAlias", r#"{"KeyId": "UNKNOWN-KEY", "AliasName": "alias/UNKNOWN-KEY"}"#),
    ("DeleteAlias", r#"{"AliasName": "alias/UNKNOWN-KEY"}"#),
    ("ListAliases", r#"{"PageSize": 1}"#),
    ("ListAliasesByKeyId", r#"{"KeyId": "UNKNOWN-KEY"}"#),
    ("UpdateAlias", r#"{"KeyId": "UNKNOWN-KEY", "AliasName": "alias/UNKNOWN-KEY"}"#),
    (
        "GetParametersForImport",
        r#"{"KeyId": "UNKNOWN-KEY", "WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"}"#,
    ),
    (
        "ImportKeyMaterial",
        r#"{"KeyId": "UNKNOWN-KEY", "EncryptedKeyMaterial": "aGVsbG8=", "ImportToken": "aGVsbG8=", "KeyMaterialExpireUnix": 0}"#,
    ),
    ("DeleteKeyMaterial", r#"{"KeyId": "UNKNOWN-KEY"}"#),
    ("UpdateKeyDescription", r#"{"KeyId": "UNKNOWN-KEY", "Description": "unchanged"}"#),
    ("TagResource", r#"{"KeyId": "UNKNOWN-KEY", "Tags": [{"TagKey": "k", "TagValue": "v"}]}"#),
    ("UntagResource", r#"{"KeyId": "UNKNOWN-KEY", "TagKeys": ["k"]}"#),
    ("ListResourceTags", r#"{"KeyId": "UNKNOWN-KEY"}"#),
    ("CreateKeyVersion", r#"{"KeyId": "UNKNOWN-KEY"}"#),
    ("DescribeKeyVersion", r#"{"KeyId": "UNKNOWN-KEY", "KeyVersionId": "UNKNOWN-KEY"}"#),
    ("ListKeyVersions", r#"{"KeyId": "UNKNOWN-KEY"}"#),
    ("UpdateRotationPolicy", r#"{"KeyId": "UNKNOWN-KEY", "EnableAutomaticRotation": false}"#),
    (
        "SetDeletionProtection",
        r#"{"ProtectedResourceArn": "acs:kms:region:0:key/UNKNOWN-KEY", "EnableDeletionProtection": false}"#,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::UNKNOWN_KEY;

    #[test]
    fn whatever_may_change_something_names_a_key_that_does_not_exist() {
        for (operation, parameters) in PERMISSIONS {
            let parameters: serde_json::Value = serde_json::from_str(parameters).unwrap();
            let reads = ["Decrypt", "ListKeys", "ListAliases"].contains(&operation);
            assert!(reads || parameters.to_string().contains(UNKNOWN_KEY), "{operation}");
        }
    }
}
