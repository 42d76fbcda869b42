//! How many requests a second an account may send in a region, by the lowest defaults of the developer guide (2022). The
//! quotas are of single operations, so a group never sends more than one of them allows.

use std::num::NonZeroU32;

use crate::provider::RateGroup;

pub(super) static GROUPS: [RateGroup; 8] = [
    // One in four seconds is allowed; what is throttled in between is sent again.
    RateGroup { name: "import parameters", per_second: limit(1), operations: &["GetParametersForImport"] },
    RateGroup {
        name: "pairs of data keys",
        per_second: limit(25),
        operations: &["GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext"],
    },
    RateGroup {
        name: "cryptography",
        per_second: limit(300),
        operations: &[
            "Decrypt",
            "Encrypt",
            "GenerateDataKey",
            "GenerateDataKeyWithoutPlaintext",
            "GenerateMac",
            "ReEncrypt",
            "Sign",
            "Verify",
            "VerifyMac",
        ],
    },
    RateGroup {
        name: "reads",
        per_second: limit(500),
        operations: &[
            "DescribeKey",
            "GetKeyPolicy",
            "GetKeyRotationStatus",
            "GetPublicKey",
            "ListAliases",
            "ListKeys",
            "ListResourceTags",
        ],
    },
    RateGroup {
        name: "lists of grants and policies",
        per_second: limit(100),
        operations: &["ListGrants", "ListKeyPolicies"],
    },
    RateGroup { name: "grants", per_second: limit(30), operations: &["CreateGrant", "RetireGrant", "RevokeGrant"] },
    RateGroup {
        name: "tags, deletions and policies",
        per_second: limit(10),
        operations: &["DeleteAlias", "EnableKeyRotation", "PutKeyPolicy", "ScheduleKeyDeletion", "TagResource"],
    },
    RateGroup { name: "changes", per_second: limit(5), operations: &[] },
];

const fn limit(per_second: u32) -> NonZeroU32 {
    match NonZeroU32::new(per_second) {
        Some(limit) => limit,
        None => NonZeroU32::MIN,
    }
}
