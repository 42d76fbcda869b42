//! A bug of the program itself costs one case, and is reported.

use std::sync::Arc;

use kms_conformance::provider::alibaba::Alibaba;
use kms_conformance::provider::{
    ApiCall, ApiResponse, Declaration, DecodeError, EncodeError, ErrorClass, HttpRequest, HttpResponse, Provider,
    RetryHint, SigningContext,
};
use kms_conformance::verdict::{Kind, Verdict};

use super::test_run::TestRun;

/// The usual provider with a bug: it panics at an operation.
#[derive(Debug, Default)]
struct Panicking(Alibaba);

impl Provider for Panicking {
    fn declaration(&self) -> &'static Declaration {
        self.0.declaration()
    }

    fn encode(&self, call: &ApiCall<'_>, context: &SigningContext<'_>) -> Result<HttpRequest, EncodeError> {
        assert_ne!(call.operation, "TagResource", "a bug");
        self.0.encode(call, context)
    }

    fn decode(&self, response: &HttpResponse) -> Result<ApiResponse, DecodeError> {
        self.0.decode(response)
    }

    fn retry_hint(&self, response: &HttpResponse) -> RetryHint {
        self.0.retry_hint(response)
    }

    fn redact_request(&self, request: &HttpRequest) -> HttpRequest {
        self.0.redact_request(request)
    }

    fn redact_body(&self, response: &HttpResponse) -> Option<String> {
        self.0.redact_body(response)
    }

    fn signature_of(&self, request: &HttpRequest) -> Option<String> {
        self.0.signature_of(request)
    }

    fn signed_text(&self, request: &HttpRequest) -> Option<String> {
        self.0.signed_text(request)
    }

    fn signed_text_of_service(&self, response: &HttpResponse) -> Option<String> {
        self.0.signed_text_of_service(response)
    }

    fn classify(&self, status: u16, code: &str) -> ErrorClass {
        self.0.classify(status, code)
    }

    fn is_sensitive(&self, name: &str) -> bool {
        self.0.is_sensitive(name)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_panics_is_reported_and_the_others_are_judged() {
    let test_run = TestRun { provider: Some(Arc::new(Panicking::default())), ..TestRun::new() };
    let record = test_run.run(&["DisableKey/Enabled", "TagResource/Enabled", "Encrypt/Enabled"]).await;
    let verdicts: Vec<Verdict> = record.results.iter().map(|result| result.verdict).collect();
    assert_eq!(verdicts, [Verdict::Pass, Verdict::Inconclusive, Verdict::Pass]);
    let result = &record.results[1];
    assert_eq!((&*result.id, result.kind), ("alibaba/TagResource/Enabled", Some(Kind::Cut)));
    let says = "the case ended unexpectedly, which is a bug of this program: ";
    assert!(result.reason.starts_with(says) && result.reason.contains("a bug"), "{}", result.reason);
    let leak = format!("what the case made of alibaba/TagResource/Enabled was left behind: {}", result.reason);
    assert_eq!(record.footer.leaks, [leak]);
    assert!(!record.footer.complete);
}
