//! What is known about AWS before any request is sent.

use std::sync::Arc;

use super::{Aws, examination, profile, rate};
use crate::provider::{ClockForm, CredentialVariables, Declaration, ExampleCredentials, ProfileFiles};

/// AWS among the providers.
pub static DECLARATION: Declaration = Declaration {
    name: "aws",
    title: "AWS",
    options: &[],
    credential_variables: CredentialVariables {
        access_key_id: "AWS_ACCESS_KEY_ID",
        secret: "AWS_SECRET_ACCESS_KEY",
        token: "AWS_SESSION_TOKEN",
    },
    profiles: Some(ProfileFiles {
        variable: profile::VARIABLE,
        file_variables: &profile::FILE_VARIABLES,
        read: profile::read,
        region: profile::region,
    }),
    session_file: None,
    example_credentials: ExampleCredentials {
        access_key_id: "AKIAIOSFODNN7EXAMPLE",
        secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    },
    default_region: "us-east-1",
    other_regions: &["us-west-2", "eu-west-1", "ap-southeast-2"],
    region_variables: &["AWS_REGION", "AWS_DEFAULT_REGION"],
    endpoint_variables: &["AWS_ENDPOINT_URL_KMS", "AWS_ENDPOINT_URL"],
    rate_groups: &rate::GROUPS,
    examination: &examination::EXAMINATION,
    free_data: &["Plaintext"],
    clock_form: ClockForm::UnixSeconds,
    endpoint: |region| {
        // The regions in China are a partition with a domain of its own.
        let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        format!("https://kms.{region}.{domain}")
    },
    build: |_| Arc::new(Aws),
};
