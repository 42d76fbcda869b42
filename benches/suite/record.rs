//! The provider, with a note of every call that it signs.

use std::sync::Mutex;

use kms_conformance::provider::alibaba::Alibaba;
use kms_conformance::provider::{
    ApiCall, ApiResponse, Declaration, DecodeError, EncodeError, ErrorClass, HttpRequest, HttpResponse, Provider,
    RetryHint, SigningContext,
};
use serde_json::{Map, Value};

/// A call that was signed.
pub struct Sent {
    pub operation: String,
    pub parameters: Map<String, Value>,
}

/// The provider, with a note of every call that it signs.
#[derive(Debug, Default)]
pub struct Recorder {
    provider: Alibaba,
    sent: Mutex<Vec<(String, Map<String, Value>)>>,
}

impl Recorder {
    pub fn region(&self) -> String {
        self.provider.default_region().to_owned()
    }

    /// The calls so far.
    pub fn take(&self) -> Vec<Sent> {
        let sent = std::mem::take(&mut *self.sent.lock().unwrap());
        sent.into_iter().map(|(operation, parameters)| Sent { operation, parameters }).collect()
    }
}

impl Provider for Recorder {
    fn declaration(&self) -> &'static Declaration {
        self.provider.declaration()
    }

    fn encode(&self, call: &ApiCall<'_>, context: &SigningContext<'_>) -> Result<HttpRequest, EncodeError> {
        self.sent.lock().unwrap().push((call.operation.to_owned(), call.parameters.clone()));
        self.provider.encode(call, context)
    }

    fn decode(&self, response: &HttpResponse) -> Result<ApiResponse, DecodeError> {
        self.provider.decode(response)
    }

    fn retry_hint(&self, response: &HttpResponse) -> RetryHint {
        self.provider.retry_hint(response)
    }

    fn redact_request(&self, request: &HttpRequest) -> HttpRequest {
        self.provider.redact_request(request)
    }

    fn redact_body(&self, response: &HttpResponse) -> Option<String> {
        self.provider.redact_body(response)
    }

    fn signature_of(&self, request: &HttpRequest) -> Option<String> {
        self.provider.signature_of(request)
    }

    fn classify(&self, status: u16, code: &str) -> ErrorClass {
        self.provider.classify(status, code)
    }

    fn is_sensitive(&self, name: &str) -> bool {
        self.provider.is_sensitive(name)
    }
}
