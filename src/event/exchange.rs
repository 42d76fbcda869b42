//! What was sent and received.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One request and its response, redacted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// What the request was for.
    pub purpose: Purpose,
    /// The operation.
    pub operation: String,
    /// Which attempt at this call it was, from 1.
    pub attempt: u32,
    /// The request as it went out, with signature and secrets redacted.
    pub request: RequestRecord,
    /// What sends the request again, signed anew; none if it was wrong on purpose, or holds what a service gave for one use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<CallRecord>,
    /// The response; none if none was received.
    #[serde(default, rename = "answer", skip_serializing_if = "Option::is_none")]
    pub response: Option<ResponseRecord>,
    /// Why no usable response was received: one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// How long it took, in microseconds.
    pub duration_us: u64,
}

/// What a request of a case is for: the phase that sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// It makes a key or a fixture, or drives a key to its next state.
    #[serde(rename = "drive")]
    Setup,
    /// It observes, before the probe, whether a key has reached its state.
    Settle,
    /// It is the request that the case judges.
    Probe,
    /// It checks the effect of the probe.
    #[serde(rename = "effect")]
    Verification,
    /// It removes what the case made.
    #[serde(rename = "clean-up")]
    Teardown,
}

/// A call by its parameters, from which the same request can be made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallRecord {
    /// The parameters with their types. In the place of sensitive ones, such as a plaintext, is test data of the same length.
    pub parameters: Map<String, Value>,
    /// What was chosen of the provider's options, by their flags, where it is not the default.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
    /// The region, where it is not the provider's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The words of a command line by which the endpoint is reached besides its URL, such as `--target-kind emulator`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<String>,
    /// The words of a `run` besides the case, where the request can't be sent again by its parameters: the endpoint was a mock
    /// that ended with the run, or something stood in it that can't be written or is good for one use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Vec<String>>,
}

impl CallRecord {
    /// The texts of the parameters, at any depth.
    pub(crate) fn texts(&mut self) -> Vec<&mut String> {
        let mut texts = Vec::new();
        let mut open: Vec<&mut Value> = self.parameters.values_mut().collect();
        while let Some(value) = open.pop() {
            match value {
                Value::String(text) => texts.push(text),
                Value::Array(items) => open.extend(items),
                Value::Object(fields) => open.extend(fields.values_mut()),
                Value::Null | Value::Bool(_) | Value::Number(_) => {}
            }
        }
        texts
    }

    /// The words of a command line that runs a case against an endpoint as it was reached, besides the case.
    pub fn words_of_run(&self, endpoint: &str) -> Vec<String> {
        let mut words = vec!["--endpoint".to_owned(), endpoint.to_owned()];
        words.extend(self.region.iter().flat_map(|region| ["--region".to_owned(), region.clone()]));
        words.extend(self.options.iter().flat_map(|(name, value)| [format!("--{name}"), value.clone()]));
        words.extend(self.flags.iter().cloned());
        words
    }
}

/// A request, redacted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestRecord {
    /// `GET` or `POST`.
    pub method: String,
    /// The URL with its query.
    pub url: String,
    /// The headers that the provider set.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The body, or the empty text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
}

/// A response, redacted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResponseRecord {
    /// The HTTP status.
    pub status: u16,
    /// The body, cut to a few KiB.
    pub body: String,
}
