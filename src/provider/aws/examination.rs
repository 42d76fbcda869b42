//! Requests that show whether a client and its access key are in order, and change nothing.

use std::time::Duration;

use crate::provider::Examination;

/// How far the time of a signature may be from that of the service, either way.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(5 * 60);

pub(super) static EXAMINATION: Examination = Examination {
    credentials: "ListKeys",
    clock_tolerance: CLOCK_TOLERANCE,
    permissions: &PERMISSIONS,
    unseen: &[("CreateKey", "it would make a key")],
    // No operation says how many keys there are.
    quota: None,
};

static PERMISSIONS: [(&str, &str); 16] = [
    ("DescribeKey", r#"{"KeyId": "UNKNOWN-KEY"}"#),
    ("EnableKey", r#"{"KeyId": "UNKNOWN-KEY"}"#),
    ("DisableKey", r#"{"KeyId": "UNKNOWN-KEY"}"#),
    ("ScheduleKeyDeletion", r#"{"KeyId": "UNKNOWN-KEY", "PendingWindowInDays": 7}"#),
    ("CancelKeyDeletion", r#"{"KeyId": "UNKNOWN-KEY"}"#),
    ("Encrypt", r#"{"KeyId": "UNKNOWN-KEY", "Plaintext": "aGVsbG8="}"#),
    ("GenerateDataKey", r#"{"KeyId": "UNKNOWN-KEY", "KeySpec": "AES_256"}"#),
    ("CreateAlias", r#"{"AliasName": "alias/UNKNOWN-KEY", "TargetKeyId": "UNKNOWN-KEY"}"#),
    ("DeleteAlias", r#"{"AliasName": "alias/UNKNOWN-KEY"}"#),
    ("ListAliases", r#"{"Limit": 1}"#),
    ("EnableKeyRotation", r#"{"KeyId": "UNKNOWN-KEY"}"#),
    ("DisableKeyRotation", r#"{"KeyId": "UNKNOWN-KEY"}"#),
    ("GetKeyRotationStatus", r#"{"KeyId": "UNKNOWN-KEY"}"#),
    ("ListGrants", r#"{"KeyId": "UNKNOWN-KEY"}"#),
    ("ListResourceTags", r#"{"KeyId": "UNKNOWN-KEY"}"#),
    ("UpdateKeyDescription", r#"{"KeyId": "UNKNOWN-KEY", "Description": "unchanged"}"#),
];
