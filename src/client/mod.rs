//! One call out, one answer back: rate limit, retries, deadlines, and a transcript of it all.

mod http;
mod rate;
mod redact;
mod retry;
mod skew;
mod transcript;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Map, Value};
use thiserror::Error;
use tokio_util::sync::CancellationToken;

pub use self::http::{ClientError, Connection, check_endpoint, is_loopback_endpoint};
use self::http::{Http, SendError};
pub use self::rate::RateLimit;
pub use self::retry::RetryPolicy;
use self::skew::Skew;
pub use self::transcript::Transcript;
use self::transcript::{Entry, Got};
use crate::event::Purpose;
use crate::provider::{
    ApiCall, ApiResponse, BodyForm, Credentials, EncodeError, ErrorClass, HttpRequest, Provider, SigningContext, Tamper,
};
use crate::redact::SecretRegistry;

/// What is tested: provider, endpoint and credentials.
#[derive(Debug, Clone)]
pub struct Target {
    /// The dialect.
    pub provider: Arc<dyn Provider>,
    /// The URL of the endpoint.
    pub endpoint: String,
    /// The region that requests are signed for.
    pub region: String,
    /// What they are signed with.
    pub credentials: Credentials,
}

/// How requests are sent.
#[derive(Debug, Clone, Default)]
pub struct ClientOptions {
    /// Time-outs and certificates.
    pub connection: Connection,
    /// When a request is sent again.
    pub retry: RetryPolicy,
    /// How many requests may be sent in a second.
    pub rate: Option<RateLimit>,
    /// Where secrets are handed in: the credentials, and what answers hold.
    pub secrets: SecretRegistry,
}

/// The longest error code that is told, in bytes; those of services have some 30.
const LONGEST_CODE: usize = 200;

/// The longest error message that is told, in bytes.
const LONGEST_MESSAGE: usize = 2_000;

/// Sends calls to one target.
#[derive(Debug)]
pub struct Client {
    target: Target,
    http: Http,
    retry: RetryPolicy,
    rate: Option<rate::Bucket>,
    secrets: SecretRegistry,
    requests: AtomicU64,
    retries: AtomicU64,
    skew: Skew,
    /// Whether the service has ever answered.
    answered: AtomicBool,
    /// How many requests succeeded.
    accepted: AtomicU64,
}

/// A call to be sent.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing<'a> {
    /// What is right or wrong with its request.
    pub envelope: Envelope<'a>,
    /// What it is for.
    pub purpose: Purpose,
    /// The operation.
    pub operation: &'a str,
    /// Its parameters.
    pub parameters: &'a Map<String, Value>,
    /// How often it is sent at most; as often as the retry policy says unless given.
    pub attempts: Option<u32>,
}

/// The request of a call.
#[derive(Debug, Clone, Copy)]
pub enum Envelope<'a> {
    /// As it must be.
    Right,
    /// As it must be, and in which form the body of the response is requested.
    Formed(BodyForm),
    /// Wrong beside what it asks, also when it is sent again.
    Tampered(Tamper),
    /// One that was sent before, byte by byte, also when it is sent again.
    Replayed(&'a Sent),
}

/// A request that was sent. It is signed, so it can't be printed.
#[derive(Clone)]
pub struct Sent(Arc<HttpRequest>);

impl fmt::Debug for Sent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Sent")
    }
}

/// An answer of the service, and what it took to get it.
#[derive(Debug)]
pub struct Response {
    /// The answer: a success or a refusal that says something about the key.
    pub content: ApiResponse,
    /// What kind of refusal it is; none for a success.
    pub class: Option<ErrorClass>,
    /// Whether an earlier attempt got no usable answer, so that it may have had its effect.
    pub lost_before: bool,
    /// The request that it answers.
    pub sent: Sent,
}

/// Why a call has no answer that says something about the key.
#[derive(Debug, Error)]
pub enum CallError {
    /// The call can't be put on the wire.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The endpoint gave no usable response, also not when the request was sent again.
    #[error("{cause} ({})", attempts_text(*attempts))]
    NoResponse {
        /// The last trouble, in one line.
        cause: String,
        /// How often the request was sent.
        attempts: u32,
        /// Whether one of the attempts may have had its effect.
        lost: bool,
        /// Whether the service has ever answered, this call or another.
        answered: bool,
        /// What came, if it was the same each time the request was sent.
        repeated: Option<Unusable>,
    },
    /// The endpoint refuses this account as a whole.
    #[error("{code} ({status}): {message}")]
    Denied {
        /// Credentials, account or quota.
        class: ErrorClass,
        /// The code.
        code: String,
        /// The HTTP status.
        status: u16,
        /// The message, or the empty text.
        message: String,
        /// How many seconds the local clock was ahead of the endpoint's when the answer came, if it had a date.
        clock_skew_seconds: Option<i64>,
    },
    /// The run was told to stop before an answer came.
    #[error("the run was stopped")]
    Stopped,
}

/// A response that says nothing about a key, and that a service of this kind must not give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unusable {
    /// The HTTP status.
    pub status: u16,
    /// The error code, or the empty text.
    pub code: String,
    /// The service's message, or the empty text.
    pub message: String,
    /// What is wrong with its form, in a few words; none for a server error with a code.
    pub malformed: Option<String>,
}

impl Unusable {
    /// Whether two are the same but for their messages, which may name the key.
    pub fn is_like(&self, other: &Self) -> bool {
        (self.status, &self.code, &self.malformed) == (other.status, &other.code, &other.malformed)
    }
}

fn attempts_text(attempts: u32) -> String {
    if attempts == 1 { "1 attempt".to_owned() } else { format!("{attempts} attempts") }
}

/// How many requests were sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traffic {
    /// All of them.
    pub requests: u64,
    /// Those that were sent again.
    pub retries: u64,
}

impl Client {
    /// Makes a client.
    ///
    /// # Errors
    ///
    /// When the endpoint is no URL, or certificates can't be read.
    pub fn new(target: Target, options: ClientOptions) -> Result<Self, ClientError> {
        let http = Http::new(&target.endpoint, &options.connection)?;
        options.secrets.add_credential(&target.credentials.secret);
        if let Some(token) = &target.credentials.token {
            options.secrets.add_credential(token);
        }
        Ok(Self {
            target,
            http,
            retry: options.retry,
            rate: options.rate.map(rate::Bucket::new),
            secrets: options.secrets,
            requests: AtomicU64::new(0),
            retries: AtomicU64::new(0),
            skew: Skew::default(),
            answered: AtomicBool::new(false),
            accepted: AtomicU64::new(0),
        })
    }

    /// What is tested.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// The secrets of what was sent and answered so far.
    pub fn secrets(&self) -> &SecretRegistry {
        &self.secrets
    }

    /// Whether the service has ever answered, were it with trouble of its own.
    pub fn has_responded(&self) -> bool {
        self.answered.load(Ordering::Relaxed)
    }

    /// Whether the service has ever accepted a request.
    pub fn has_accepted(&self) -> bool {
        self.accepted.load(Ordering::Relaxed) > 0
    }

    /// How many requests were sent so far.
    pub fn traffic(&self) -> Traffic {
        Traffic { requests: self.requests.load(Ordering::Relaxed), retries: self.retries.load(Ordering::Relaxed) }
    }

    /// Sends a call until a usable response comes or the attempts are used up, and notes every attempt in the
    /// transcript. Once `stop` is cancelled, the request under way is finished and none is sent any more.
    ///
    /// That a request which is wrong on purpose is rejected for its signature, its time or its nonce is a response like
    /// any other, and says nothing about the account.
    ///
    /// # Errors
    ///
    /// When no response comes that says something about the key: see [`CallError`].
    pub async fn call(
        &self,
        outgoing: Outgoing<'_>,
        transcript: &mut Transcript,
        stop: &CancellationToken,
    ) -> Result<Response, CallError> {
        let Outgoing { envelope, purpose, operation, parameters, attempts } = outgoing;
        let call = ApiCall { operation, parameters };
        let mut lost = false;
        let mut repeated: Option<Unusable> = None;
        let mut attempt = 0;

        loop {
            attempt += 1;
            self.wait_for_turn(stop).await?;
            let request = match envelope {
                Envelope::Right => Arc::new(self.encode(&call, None, None)?),
                Envelope::Formed(format) => Arc::new(self.encode(&call, None, Some(format))?),
                Envelope::Tampered(tamper) => Arc::new(self.encode(&call, Some(tamper), None)?),
                Envelope::Replayed(sent) => Arc::clone(&sent.0),
            };

            self.requests.fetch_add(1, Ordering::Relaxed);
            if attempt > 1 {
                self.retries.fetch_add(1, Ordering::Relaxed);
            }
            let begin = Instant::now();
            let sent = self.http.send(&request).await;
            let (got, attempted) = self.judge(sent, matches!(envelope, Envelope::Right | Envelope::Formed(_)));
            transcript.push(Entry {
                purpose,
                operation: operation.to_owned(),
                attempt,
                request: Arc::clone(&request),
                got,
                duration: begin.elapsed(),
            });
            if !matches!(attempted, Attempted::Trouble { response: false, .. }) {
                self.answered.store(true, Ordering::Relaxed);
            }

            let (cause, retry_after) = match attempted {
                Attempted::Response { answer, class } => {
                    if answer.code.is_none() {
                        self.accepted.fetch_add(1, Ordering::Relaxed);
                    }
                    return Ok(Response { content: answer, class, lost_before: lost, sent: Sent(request) });
                }
                Attempted::Denied(error) => return Err(error),
                Attempted::Trouble { cause, maybe_effect, retry_after, unusable, .. } => {
                    lost |= maybe_effect;
                    // What differs once is noise, however it goes on.
                    repeated = match (attempt, repeated, unusable) {
                        (1, _, unusable) => unusable,
                        (_, Some(before), Some(now)) if now.is_like(&before) => Some(now),
                        _ => None,
                    };
                    (cause, retry_after)
                }
            };

            let answered = self.has_responded();
            let spent = attempts.is_some_and(|most| attempt >= most);
            let Some(pause) = self.retry.pause(attempt, retry_after).filter(|_| !spent) else {
                return Err(CallError::NoResponse { cause, attempts: attempt, lost, answered, repeated });
            };
            tokio::select! {
                () = stop.cancelled() => {
                    // The attempts that are left might have ended otherwise.
                    return Err(CallError::NoResponse { cause, attempts: attempt, lost, answered, repeated: None });
                }
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Waits until the rate allows a request.
    async fn wait_for_turn(&self, stop: &CancellationToken) -> Result<(), CallError> {
        if let Some(bucket) = &self.rate {
            tokio::select! {
                () = stop.cancelled() => {}
                () = bucket.take() => {}
            }
        }
        if stop.is_cancelled() { Err(CallError::Stopped) } else { Ok(()) }
    }

    fn encode(
        &self,
        call: &ApiCall<'_>,
        tamper: Option<Tamper>,
        format: Option<BodyForm>,
    ) -> Result<HttpRequest, EncodeError> {
        let nonce = format!("{:032x}", fastrand::u128(..));
        let context = SigningContext {
            endpoint: &self.target.endpoint,
            region: &self.target.region,
            credentials: &self.target.credentials,
            now: Timestamp::now(),
            nonce: &nonce,
            tamper,
            format,
        };
        self.target.provider.encode(call, &context)
    }

    /// How many seconds the local clock is ahead of the endpoint's, by the dates of the first answers.
    pub fn clock_skew_seconds(&self) -> Option<i64> {
        self.skew.median()
    }

    /// What an attempt came to: an answer about the key, a refusal of the whole account, or trouble that may pass. Only
    /// a request that is `right` can be told something about the account by the refusal of its signature or time.
    fn judge(&self, sent: Result<http::Received, SendError>, right: bool) -> (Got, Attempted) {
        let received = match sent {
            Ok(received) => received,
            Err(error) => {
                let cause = error.to_string();
                let attempted = Attempted::Trouble {
                    maybe_effect: error.maybe_effect(),
                    response: error.response_began(),
                    retry_after: None,
                    cause: cause.clone(),
                    unusable: None,
                };
                return (Got::Nothing(cause), attempted);
            }
        };
        let retry_after = received.retry_after;
        let clock_skew_seconds = received.date.map(|date| self.skew.note(date, Timestamp::now()));
        let status = received.response.status;
        let attempted = match self.target.provider.decode(&received.response) {
            // A gateway says by a header of its own that it throttles, whatever it calls that.
            answer if received.throttled && status >= 400 => Attempted::Trouble {
                cause: match answer {
                    Ok(ApiResponse { code: Some(code), .. }) => format!("{code} ({status})"),
                    _ => format!("HTTP {status} that says when to come back"),
                },
                maybe_effect: false,
                response: true,
                retry_after,
                unusable: None,
            },
            // A status that means "not implemented" needs no code to be understood, from a service that
            // has accepted something. Without that it may be any web server's page for a method.
            Err(error) if status == 501 && self.has_accepted() => {
                let code = Some("NotImplemented".to_owned());
                let (form, content_type) = (BodyForm::Json, received.response.content_type.clone());
                let message = error.to_string();
                let answer = ApiResponse { status, code, message, fields: Value::Null, form, content_type };
                Attempted::Response { answer, class: Some(ErrorClass::UnknownOperation) }
            }
            Err(error) => {
                // Something answers there, but it may not be this service.
                let malformed = Some(error.to_string());
                let unusable = Unusable { status, code: String::new(), message: String::new(), malformed };
                Attempted::Trouble {
                    cause: error.to_string(),
                    maybe_effect: true,
                    response: false,
                    retry_after,
                    unusable: Some(unusable),
                }
            }
            Ok(mut answer) => {
                self.tame(&mut answer);
                self.judge_answer(answer, right, retry_after, clock_skew_seconds)
            }
        };
        (Got::Response(received.response), attempted)
    }

    /// Takes note of the secrets of an answer, and cuts what an error says to a length that people read.
    fn tame(&self, answer: &mut ApiResponse) {
        redact::sensitive(&*self.target.provider, &answer.fields, &mut |text| self.secrets.add_received(text));
        if let Some(code) = &mut answer.code {
            redact::cut(&self.secrets, code, LONGEST_CODE);
        }
        redact::cut(&self.secrets, &mut answer.message, LONGEST_MESSAGE);
    }

    fn judge_answer(
        &self,
        answer: ApiResponse,
        right: bool,
        retry_after: Option<Duration>,
        clock_skew_seconds: Option<i64>,
    ) -> Attempted {
        let Some(code) = &answer.code else { return Attempted::Response { answer, class: None } };
        let class = self.target.provider.classify(answer.status, code);
        match class {
            ErrorClass::Throttled | ErrorClass::Transient => Attempted::Trouble {
                cause: format!("{code} ({})", answer.status),
                maybe_effect: class == ErrorClass::Transient,
                response: true,
                retry_after,
                unusable: (class == ErrorClass::Transient).then(|| Unusable {
                    status: answer.status,
                    code: code.clone(),
                    message: answer.message.clone(),
                    malformed: None,
                }),
            },
            ErrorClass::Auth | ErrorClass::Clock if !right => Attempted::Response { answer, class: Some(class) },
            ErrorClass::Auth | ErrorClass::Clock | ErrorClass::Account | ErrorClass::Quota => {
                Attempted::Denied(CallError::Denied {
                    class,
                    code: code.clone(),
                    status: answer.status,
                    message: answer.message,
                    clock_skew_seconds,
                })
            }
            ErrorClass::StateRejection
            | ErrorClass::NotFound
            | ErrorClass::Permission
            | ErrorClass::UnknownOperation
            | ErrorClass::Other => Attempted::Response { answer, class: Some(class) },
        }
    }
}

enum Attempted {
    Response {
        answer: ApiResponse,
        class: Option<ErrorClass>,
    },
    Denied(CallError),
    Trouble {
        cause: String,
        maybe_effect: bool,
        response: bool,
        retry_after: Option<Duration>,
        unusable: Option<Unusable>,
    },
}
