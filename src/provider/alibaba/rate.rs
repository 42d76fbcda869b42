//! How many requests a second an account may send in a region, by the lowest figures that the documents have had for the
//! shared service (2021): later editions allow more, and an older account may not have them.

use std::num::NonZeroU32;

use crate::provider::RateGroup;

pub(super) static GROUPS: [RateGroup; 4] = [
    RateGroup { name: "keys made", per_second: NonZeroU32::new(10).unwrap(), operations: &["CreateKey"] },
    RateGroup {
        name: "cryptography",
        per_second: NonZeroU32::new(750).unwrap(),
        operations: &["Encrypt", "Decrypt", "ReEncrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext"],
    },
    RateGroup {
        name: "reads",
        per_second: NonZeroU32::new(20).unwrap(),
        operations: &[
            "DescribeKey",
            "DescribeKeyVersion",
            "DescribeRegions",
            "GetParametersForImport",
            "ListAliases",
            "ListAliasesByKeyId",
            "ListKeyVersions",
            "ListKeys",
            "ListResourceTags",
            "ListTagResources",
        ],
    },
    RateGroup { name: "writes", per_second: NonZeroU32::new(10).unwrap(), operations: &[] },
];
