//! What one attempt at a call came to.

use std::time::Duration;

use http::StatusCode;
use jiff::Timestamp;
use serde_json::Value;

use super::http::SendError;
use super::{CallError, Client, Unusable, redact};
use crate::provider::{ApiResponse, BodyForm, ErrorClass, HttpResponse, RetryHint};

/// The longest error code that is reported, in bytes; those of services have some 30.
const LONGEST_CODE: usize = 200;

/// The longest error message that is reported, in bytes.
const LONGEST_MESSAGE: usize = 2_000;

/// What one attempt at a call came to.
pub(super) enum Attempt {
    /// A response that says something about the key.
    Response {
        /// What it says.
        content: ApiResponse,
        /// What kind of rejection it is; none for a success.
        class: Option<ErrorClass>,
    },
    /// The account as a whole is rejected, so nothing is gained by sending anything again.
    Denied(Denial),
    /// Nothing usable; sent again, it may be otherwise.
    Trouble(Trouble),
}

/// The rejection of an account as a whole.
pub(super) struct Denial {
    class: ErrorClass,
    code: String,
    status: u16,
    message: String,
    clock_skew_seconds: Option<i64>,
}

impl Denial {
    /// The error that it is; `lost` says whether an attempt before may have had its effect.
    pub(super) fn into_error(self, lost: bool) -> CallError {
        let Self { class, code, status, message, clock_skew_seconds } = self;
        CallError::Denied { class, code, status, message, clock_skew_seconds, lost }
    }
}

/// Why an attempt came to nothing.
pub(super) struct Trouble {
    /// In one line.
    pub(super) cause: String,
    /// Whether the request may have had its effect.
    pub(super) maybe_effect: bool,
    /// Whether the service responded, as far as that can be known.
    pub(super) responded: bool,
    /// How long the endpoint wants the client to wait.
    pub(super) pause: Option<Duration>,
    /// The response, if a service must not give such a one.
    pub(super) unusable: Option<Unusable>,
    /// Whether it would be the same however often the request is sent.
    pub(super) is_final: bool,
}

impl Attempt {
    /// An attempt that got no response.
    pub(super) fn failed(error: &SendError) -> Self {
        Self::Trouble(Trouble {
            cause: error.to_string(),
            maybe_effect: error.maybe_effect(),
            responded: error.response_began(),
            pause: None,
            unusable: None,
            is_final: matches!(error, SendError::Missing(_)),
        })
    }
}

impl Client {
    /// Judges what was received: a response about the key, a rejection of the whole account, or trouble that may pass.
    /// Only the rejection of a request that is `right` says something about the account.
    pub(super) fn judge(&self, received: &HttpResponse, right: bool) -> Attempt {
        let provider = &*self.target.provider;
        let hint = provider.retry_hint(received);
        // What was recorded says nothing of the clock of today.
        let time = provider.time_of(received).filter(|_| !self.plays());
        let clock_skew_seconds = time.map(|time| self.skew.note(time, Timestamp::now()));

        let decoded = match unrequested_encoding(received) {
            Some(encoding) => Err(encoding),
            None => provider.decode(received).map_err(|error| error.to_string()),
        };

        match decoded {
            // A gateway says in its own way that it throttles, whatever the error code is.
            decoded if hint.throttles && received.status >= 400 => throttled(decoded.ok(), received.status, hint),
            // A status that means "not implemented" needs no code to be understood, from a service that
            // has accepted something. Without that it may be any web server's page for a method.
            Err(error) if received.status == NOT_IMPLEMENTED && self.has_accepted() => not_implemented(received, error),
            Err(error) => {
                // The page may be one of the proxy.
                malformed(received.status, error + &self.http.through(), hint)
            }
            Ok(mut content) => {
                // In this order, for a secret that was cut in half would not be found any more.
                self.register_secrets(&content);
                self.shorten(&mut content);
                self.judge_content(content, right, hint, clock_skew_seconds)
            }
        }
    }

    /// Hands in the secrets of a response.
    fn register_secrets(&self, content: &ApiResponse) {
        redact::sensitive(&*self.target.provider, &content.fields, &mut |text| self.secrets.add_received(text));
    }

    /// Cuts what an error says to a length that people read.
    fn shorten(&self, content: &mut ApiResponse) {
        if let Some(code) = &mut content.code {
            redact::cut(&self.secrets, code, LONGEST_CODE);
        }
        redact::cut(&self.secrets, &mut content.message, LONGEST_MESSAGE);
    }

    fn judge_content(
        &self,
        content: ApiResponse,
        right: bool,
        hint: RetryHint,
        clock_skew_seconds: Option<i64>,
    ) -> Attempt {
        let Some(code) = &content.code else { return Attempt::Response { content, class: None } };
        let status = content.status;
        let class = self.target.provider.classify(status, code);

        match class {
            ErrorClass::Throttled => throttled(Some(content), status, hint),
            ErrorClass::Transient => transient(content, hint),
            // A request that is wrong on purpose is meant to be rejected for that.
            ErrorClass::Auth | ErrorClass::Clock if !right => Attempt::Response { content, class: Some(class) },
            ErrorClass::Auth | ErrorClass::Clock | ErrorClass::Account | ErrorClass::Quota => {
                let (code, message) = (code.clone(), content.message);
                Attempt::Denied(Denial { class, code, status, message, clock_skew_seconds })
            }
            ErrorClass::StateRejection
            | ErrorClass::NotFound
            | ErrorClass::Permission
            | ErrorClass::UnknownOperation
            | ErrorClass::Other => Attempt::Response { content, class: Some(class) },
        }
    }
}

/// How a body is encoded although no request wants an encoding.
fn unrequested_encoding(received: &HttpResponse) -> Option<String> {
    let encoding = received.header("content-encoding").map(str::trim).filter(|name| !name.is_empty());
    // The first bytes of gzip, from a server that does not say so.
    let encoding = encoding.or_else(|| received.body.starts_with(b"\x1f\x8b").then_some("gzip"));
    let encoding = encoding.filter(|name| !name.eq_ignore_ascii_case("identity"))?;
    let status = received.status;
    Some(format!("HTTP {status} with a body in the encoding `{encoding}`, which the request did not accept"))
}

const NOT_IMPLEMENTED: u16 = StatusCode::NOT_IMPLEMENTED.as_u16();

/// Too many requests. Those that are throttled have no effect.
fn throttled(content: Option<ApiResponse>, status: u16, hint: RetryHint) -> Attempt {
    let cause = match content.and_then(|content| content.code) {
        Some(code) => format!("{code} ({status})"),
        None => format!("HTTP {status} that says when to come back"),
    };
    Attempt::Trouble(Trouble {
        cause,
        maybe_effect: false,
        responded: true,
        pause: hint.pause,
        unusable: None,
        is_final: false,
    })
}

/// A server error with a code.
fn transient(content: ApiResponse, hint: RetryHint) -> Attempt {
    let ApiResponse { status, code, message, .. } = content;
    let code = code.unwrap_or_default();
    Attempt::Trouble(Trouble {
        cause: format!("{code} ({status})"),
        maybe_effect: true,
        responded: true,
        pause: hint.pause,
        unusable: Some(Unusable { status, code, message, malformed: None }),
        is_final: false,
    })
}

/// Something that is not a response of the service: another server may be listening there.
fn malformed(status: u16, cause: String, hint: RetryHint) -> Attempt {
    let malformed = Some(cause.clone());
    Attempt::Trouble(Trouble {
        cause,
        maybe_effect: true,
        responded: false,
        pause: hint.pause,
        unusable: Some(Unusable { status, code: String::new(), message: String::new(), malformed }),
        is_final: false,
    })
}

/// A status that says by itself that the operation is unknown.
fn not_implemented(received: &HttpResponse, message: String) -> Attempt {
    let content = ApiResponse {
        status: received.status,
        headers: received.headers.clone(),
        code: Some("NotImplemented".to_owned()),
        message,
        fields: Value::Null,
        form: BodyForm::Json,
    };
    Attempt::Response { content, class: Some(ErrorClass::UnknownOperation) }
}
