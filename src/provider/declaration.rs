//! What a provider says about itself before any request is sent.

use std::sync::Arc;

use super::{Choices, ClockForm, Credentials, Examination, ProfileFiles, Provider, RateGroup, ReadSession};
use crate::redact::Secret;

/// What a provider says about itself: everything that the rest of the program needs to know before there is a request.
#[derive(Debug)]
pub struct Declaration {
    /// The name, as it stands in ids, in `cases/` and after `--provider`.
    pub name: &'static str,
    /// The cloud's name as people write it.
    pub title: &'static str,
    /// What a user may choose about the wire.
    pub options: &'static [ProviderOption],
    /// The environment variables with the credentials.
    pub credential_variables: CredentialVariables,
    /// The files in which the cloud's official tools keep credentials, where they have such.
    pub profiles: Option<ProfileFiles>,
    /// Reads a file with temporary credentials, where the cloud's responses have a form for them.
    pub session_file: Option<ReadSession>,
    /// The credentials of the cloud's own examples, which mocks and emulators accept.
    pub example_credentials: ExampleCredentials,
    /// The region that requests are signed for unless another is given.
    pub default_region: &'static str,
    /// Other regions, for cases that need more than one; those that are not the target's count, in this order.
    pub other_regions: &'static [&'static str],
    /// The environment variables with the region that requests are signed for; the first that is set counts.
    pub region_variables: &'static [&'static str],
    /// The environment variables with the URL of an endpoint that is used in place of the cloud's own; the first that is set
    /// counts.
    pub endpoint_variables: &'static [&'static str],
    /// How many requests of each kind an account may send in a second.
    pub rate_groups: &'static [RateGroup],
    /// What is requested to see whether a client is in order.
    pub examination: &'static Examination,
    /// The sensitive parameters for which any data of the same form and length would do as well. What a service has made,
    /// such as a ciphertext or a token, is none of them.
    pub free_data: &'static [&'static str],
    /// How times are written in parameters and fields.
    pub clock_form: ClockForm,
    /// The URL of the cloud's own endpoint in a region.
    pub endpoint: fn(&str) -> String,
    /// Makes the dialect as a user chose it.
    pub build: fn(&Choices) -> Arc<dyn Provider>,
}

impl Declaration {
    /// The dialect with the default of every option.
    pub fn provider(&'static self) -> Arc<dyn Provider> {
        (self.build)(&Choices::defaults(self))
    }
}

/// Something that a wire leaves to a client, and that a user may choose: a flag of the command line.
#[derive(Debug)]
pub struct ProviderOption {
    /// The name of the flag, without dashes. No two providers may have the same.
    pub name: &'static str,
    /// What it is about, in one line.
    pub help: &'static str,
    /// What stands for its value in a usage line.
    pub value_name: &'static str,
    /// The values that it can have; the first is the default.
    pub values: &'static [OptionValue],
}

impl ProviderOption {
    /// The value that it has unless another is given.
    pub const fn default(&self) -> &'static str {
        self.values[0].name
    }
}

/// A value of an option.
#[derive(Debug)]
pub struct OptionValue {
    /// The value.
    pub name: &'static str,
    /// What it means, in one line.
    pub help: &'static str,
}

/// The environment variables with the credentials.
#[derive(Debug, Clone, Copy)]
pub struct CredentialVariables {
    /// The id of the access key.
    pub access_key_id: &'static str,
    /// Its secret.
    pub secret: &'static str,
    /// The token of temporary credentials.
    pub token: &'static str,
}

impl CredentialVariables {
    /// Those whose values must never be written.
    pub const fn secrets(&self) -> [&'static str; 2] {
        [self.secret, self.token]
    }
}

/// Credentials of a cloud's own examples. They protect nothing.
#[derive(Debug, Clone, Copy)]
pub struct ExampleCredentials {
    /// The id of the access key.
    pub access_key_id: &'static str,
    /// Its secret.
    pub secret: &'static str,
}

impl From<ExampleCredentials> for Credentials {
    fn from(example: ExampleCredentials) -> Self {
        let ExampleCredentials { access_key_id, secret } = example;
        Self { access_key_id: access_key_id.to_owned(), secret: Secret::new(secret), token: None }
    }
}
