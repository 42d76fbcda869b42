//! What is known about Alibaba Cloud before any request is sent.

use std::sync::Arc;

use super::{Alibaba, Format, Method, Signature, credentials, examination, rate};
use crate::provider::{
    Choices, ClockForm, CredentialVariables, Declaration, ExampleCredentials, OptionValue, ProfileFiles, ProviderOption,
};

/// Alibaba Cloud among the providers.
pub static DECLARATION: Declaration = Declaration {
    name: "alibaba",
    title: "Alibaba Cloud",
    options: &OPTIONS,
    credential_variables: CredentialVariables {
        access_key_id: "ALIBABA_CLOUD_ACCESS_KEY_ID",
        secret: "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
        token: "ALIBABA_CLOUD_SECURITY_TOKEN",
    },
    profiles: Some(ProfileFiles {
        variable: credentials::VARIABLE,
        file_variables: &[],
        read: credentials::read,
        region: |variable| credentials::read(variable).ok()?.region,
    }),
    session_file: Some(credentials::session),
    example_credentials: ExampleCredentials { access_key_id: "testid", secret: "testsecret" },
    default_region: "cn-hangzhou",
    other_regions: &[],
    region_variables: &[],
    endpoint_variables: &[],
    rate_groups: &rate::GROUPS,
    examination: &examination::EXAMINATION,
    free_data: &["Plaintext"],
    clock_form: ClockForm::Rfc3339,
    endpoint: |region| format!("https://kms.{region}.aliyuncs.com"),
    build: |choices| Arc::new(Alibaba::chosen(choices)),
};

static OPTIONS: [ProviderOption; 3] = [
    ProviderOption {
        name: "signature",
        help: "How requests are signed",
        value_name: "VERSION",
        values: &[
            OptionValue { name: "v1", help: "HMAC-SHA1 over the parameters, the one that the KMS documents describe" },
            OptionValue { name: "v3", help: "ACS3-HMAC-SHA256 over the request, in headers: that of the newer SDKs" },
        ],
    },
    ProviderOption {
        name: "format",
        help: "The form of responses to request",
        value_name: "FORMAT",
        values: &[OptionValue { name: "json", help: "JSON" }, OptionValue { name: "xml", help: "XML" }],
    },
    ProviderOption {
        name: "method",
        help: "How requests are sent",
        value_name: "METHOD",
        values: &[
            OptionValue { name: "post", help: "`POST`, parameters in a form body" },
            OptionValue { name: "get", help: "`GET`, parameters in the query" },
        ],
    },
];

impl Alibaba {
    /// The dialect as a user chose it.
    fn chosen(choices: &Choices) -> Self {
        // Choices hold declared values alone, so `_` is the default of each option.
        Self {
            signature: match choices.value("signature") {
                "v3" => Signature::V3,
                _ => Signature::V1,
            },
            format: match choices.value("format") {
                "xml" => Format::Xml,
                _ => Format::Json,
            },
            method: match choices.value("method") {
                "get" => Method::Get,
                _ => Method::Post,
            },
        }
    }
}
