//! Requests that show whether a client and its access key are in order, and change nothing.

use std::time::Duration;

use crate::provider::Examination;

/// How far the time of a signature may be from that of the service, either way.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(5 * 60);

pub(super) static EXAMINATION: Examination = Examination {
    credentials: "ListKeys",
    clock_tolerance: CLOCK_TOLERANCE,
    permissions: &PERMISSIONS,
    unseen: &[("CreateKey", "it would make a key"), ("RetireGrant", "whoever the grant is for may always call it")],
    // No operation says how many keys there are.
    quota: None,
};

/// Every parameter that is required is there, so that nothing else is rejected before the permission is looked at.
static PERMISSIONS: [(&str, &str); 39] = [
    ("CancelKeyDeletion", r#"{"KeyId": "UNKNOWN-KEY"}"#),
    ("CreateAlias", r#"{"AliasName": "alias/UNKNOWN-KEY", "TargetKeyId": "UNKNOWN-KEY"}"#),
    (
        "CreateGrant",
        r#"{"KeyId": "UNKNOWN-KEY", "GranteePrincipal": "arn:aws:iam::111122223333:root", "Operations": ["DescribeKey"]}"#,
    ),
    ("Decrypt", r#"{"KeyId": "UNKNOWN-KEY", "CiphertextBlob": "aGVsbG8="}"#),
    ("DeleteAlias", r#"{"AliasName": "alias/UNKNOWN-KEY"}"#),
    ("DeleteImportedKeyMaterial", r#"{"KeyId": "UNKNOWN-KEY"}"#),
    ("DescribeKey", r#"{"KeyId": "UNKNOWN-KEY"}"#),
    ("DisableKey", r#"{"KeyId": "UNKNOWN-KEY"}"#),
    ("DisableKeyRotation", r#"{"KeyId": "UNKNOWN-KEY"}"#),
    ("EnableKey", r#"{"KeyId": "UNKNOWN-KEY"}"#),
    ("EnableKeyRotation", r#"{"KeyId": "UNKNOWN-KEY"}"#),
    ("Encrypt", r#"{"KeyId": "UNKNOWN-KEY", "Plaintext": "aGVsbG8="}"#),
    ("GenerateDataKey", r#"{"KeyId": "UNKNOWN-KEY", "KeySpec": "AES_256"}"#),
    ("GenerateDataKeyPair", r#"{"KeyId": "UNKNOWN-KEY", "KeyPairSpec": "ECC_NIST_P256"}"#),
    ("GenerateDataKeyPairWithoutPlaintext", r#"{"KeyId": "UNKNOWN-KEY", "KeyPairSpec": "ECC_NIST_P256"}"#),
    ("GenerateDataKeyWithoutPlaintext", r#"{"KeyId": "UNKNOWN-KEY", "KeySpec": "AES_256"}"#),
    ("GenerateMac", r#"{"KeyId": "UNKNOWN-KEY", "Message": "aGVsbG8=", "MacAlgorithm": "HMAC_SHA_256"}"#),
    ("GetKeyPolicy", r#"{"KeyId": "UNKNOWN-KEY"}"#),
    ("GetKeyRotationStatus", r#"{"KeyId": "UNKNOWN-KEY"}"#),
    (
        "GetParametersForImport",
        r#"{"KeyId": "UNKNOWN-KEY", "WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"}"#,
    ),
    ("GetPublicKey", r#"{"KeyId": "UNKNOWN-KEY"}"#),
    (
        "ImportKeyMaterial",
        r#"{"KeyId": "UNKNOWN-KEY", "EncryptedKeyMaterial": "aGVsbG8=", "ImportToken": "aGVsbG8=", "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}"#,
    ),
    ("ListAliases", r#"{"Limit": 1}"#),
    ("ListGrants", r#"{"KeyId": "UNKNOWN-KEY"}"#),
    ("ListKeyPolicies", r#"{"KeyId": "UNKNOWN-KEY"}"#),
    ("ListResourceTags", r#"{"KeyId": "UNKNOWN-KEY"}"#),
    ("PutKeyPolicy", r#"{"KeyId": "UNKNOWN-KEY", "Policy": "{}"}"#),
    ("ReEncrypt", r#"{"CiphertextBlob": "aGVsbG8=", "DestinationKeyId": "UNKNOWN-KEY"}"#),
    ("ReplicateKey", r#"{"KeyId": "UNKNOWN-KEY", "ReplicaRegion": "us-west-2"}"#),
    (
        "RevokeGrant",
        r#"{"KeyId": "UNKNOWN-KEY", "GrantId": "0000000000000000000000000000000000000000000000000000000000000000"}"#,
    ),
    ("ScheduleKeyDeletion", r#"{"KeyId": "UNKNOWN-KEY", "PendingWindowInDays": 7}"#),
    ("Sign", r#"{"KeyId": "UNKNOWN-KEY", "Message": "aGVsbG8=", "SigningAlgorithm": "ECDSA_SHA_256"}"#),
    ("TagResource", r#"{"KeyId": "UNKNOWN-KEY", "Tags": [{"TagKey": "k", "TagValue": "v"}]}"#),
    ("UntagResource", r#"{"KeyId": "UNKNOWN-KEY", "TagKeys": ["k"]}"#),
    ("UpdateAlias", r#"{"AliasName": "alias/UNKNOWN-KEY", "TargetKeyId": "UNKNOWN-KEY"}"#),
    ("UpdateKeyDescription", r#"{"KeyId": "UNKNOWN-KEY", "Description": "unchanged"}"#),
    ("UpdatePrimaryRegion", r#"{"KeyId": "UNKNOWN-KEY", "PrimaryRegion": "us-west-2"}"#),
    (
        "Verify",
        r#"{"KeyId": "UNKNOWN-KEY", "Message": "aGVsbG8=", "Signature": "aGVsbG8=", "SigningAlgorithm": "ECDSA_SHA_256"}"#,
    ),
    (
        "VerifyMac",
        r#"{"KeyId": "UNKNOWN-KEY", "Message": "aGVsbG8=", "Mac": "aGVsbG8=", "MacAlgorithm": "HMAC_SHA_256"}"#,
    ),
];
