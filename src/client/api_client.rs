//! Sends calls to one target.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::again;
use super::attempt::{Attempt, Trouble};
use super::budget::Budget;
use super::counters::Counters;
use super::http::{Http, SendError};
use super::rate::Buckets;
use super::silence::Silence;
use super::skew::Skew;
use super::transcript::{Entry, Received};
use super::{
    CallError, ClientError, ClientOptions, Envelope, Lost, Outgoing, Played, RawExchange, Response, RetryPolicy, Sent,
    Tape, Target, Traffic, Transcript, Unusable, redact,
};
use crate::event::Purpose;
use crate::provider::{ApiCall, EncodeError, HttpRequest, HttpResponse, SigningContext};
use crate::redact::SecretRegistry;

/// How long the response to a request under way is waited for once a run was stopped. Whoever stops a process kills it
/// after some 10 s, and what was made must be removed in that time too.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// Completes when nothing that was under way is waited for any longer, because the run was stopped.
pub(crate) async fn patience_ends(stop: &CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(PATIENCE).await;
}

/// Sends calls to one target.
#[derive(Debug)]
pub struct Client {
    pub(super) target: Target,
    pub(super) secrets: SecretRegistry,
    pub(super) skew: Skew,
    pub(super) http: Http,
    retry: RetryPolicy,
    rate: Option<Buckets>,
    budget: Option<Budget>,
    counters: Counters,
    silence: Silence,
    timeout: Duration,
    tape: Tape,
}

impl Client {
    /// Makes a client.
    ///
    /// # Errors
    ///
    /// When certificates can't be read, or a proxy is wrong.
    pub fn new(target: Target, options: ClientOptions) -> Result<Self, ClientError> {
        let ClientOptions { connection, retry, rate, max_requests, secrets } = options;
        let http = Http::new(&target.endpoint, &connection)?;

        // Registered before anything is sent, so that no transcript shows them.
        secrets.add_credential(&target.credentials.secret);
        if let Some(token) = &target.credentials.token {
            secrets.add_credential(token);
        }

        let timeout = connection.timeout;
        let (skew, counters, silence) = (Skew::default(), Counters::default(), Silence::new(timeout));
        let (rate, budget) = (Buckets::new(rate), max_requests.map(Budget::new));
        Ok(Self { target, secrets, skew, http, retry, rate, budget, counters, silence, timeout, tape: Tape::Off })
    }

    /// The same with its exchanges recorded, or with those of a recording.
    #[must_use]
    pub fn with_tape(self, tape: Tape) -> Self {
        Self { tape, ..self }
    }

    /// Whether the responses are those of a recording.
    pub(super) fn plays(&self) -> bool {
        matches!(self.tape, Tape::Play(_))
    }

    /// What is tested.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// The secrets of what was sent and received so far.
    pub fn secrets(&self) -> &SecretRegistry {
        &self.secrets
    }

    /// Whether the service has ever responded, were it with trouble of its own.
    pub fn has_responded(&self) -> bool {
        self.counters.has_responded()
    }

    /// Whether the service has ever accepted a request.
    pub fn has_accepted(&self) -> bool {
        self.counters.has_accepted()
    }

    /// How many requests were sent so far.
    pub fn traffic(&self) -> Traffic {
        self.counters.traffic()
    }

    /// Keeps requests back for the removal of something that is about to be made. [`Self::release`] ends that.
    pub fn keep_back(&self, requests: u64) {
        if let Some(budget) = &self.budget {
            budget.keep_back(requests);
        }
    }

    /// Keeps fewer requests back, because something was removed or not made.
    pub fn release(&self, requests: u64) {
        if let Some(budget) = &self.budget {
            budget.release(requests);
        }
    }

    /// How many seconds the local clock is ahead of the endpoint's, by the dates of the first responses.
    pub fn clock_skew_seconds(&self) -> Option<i64> {
        self.skew.median()
    }

    /// How long one request may take.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Completes when nothing was received for so many time-outs in a row, although requests were sent.
    pub(crate) async fn is_silent_for(&self, timeouts: u32) {
        self.silence.lasts(timeouts).await;
    }

    /// Begins anew to count how long nothing is received.
    pub(crate) fn forget_silence(&self) {
        self.silence.ends();
    }

    /// Sends a call until a usable response comes or the attempts are used up, and notes every attempt in the
    /// transcript. Once `stop` is cancelled, the request under way has a little time left, and none is sent any more.
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
        let mut lost = false;
        let mut repeated: Option<Unusable> = None;
        let mut attempt = 0;

        loop {
            attempt += 1;
            if !self.wait_for_turn(outgoing.operation, stop).await {
                return Err(CallError::Stopped { lost });
            }
            self.take_from_budget(outgoing.purpose).map_err(|most| CallError::Spent { most, lost })?;
            let request = self.request(&outgoing)?;

            let (judged, length) = self.attempt(&outgoing, attempt, &request, transcript, stop).await;
            let trouble = match judged {
                Attempt::Response { content, class } => {
                    return Ok(Response { content, class, lost_before: lost, length, sent: Sent(request) });
                }
                Attempt::Denied(denial) => return Err(denial.into_error(lost)),
                Attempt::Trouble(trouble) => trouble,
            };
            let Trouble { cause, maybe_effect, pause, unusable, is_final, .. } = trouble;

            // Every request of the kind is meant, and not this one alone.
            if let (Some(buckets), Some(pause)) = (&self.rate, pause) {
                buckets.hold(outgoing.operation, self.retry.at_most(pause)).await;
            }

            // The next attempt may find that the lost one had its effect.
            lost |= maybe_effect;

            // What differs once is noise, however it goes on.
            repeated = match (attempt, repeated, unusable) {
                (1, _, unusable) => unusable,
                (_, Some(before), Some(now)) if now.is_like(&before) => Some(now),
                _ => None,
            };

            let responded = self.has_responded();
            let last = is_final || outgoing.attempts.is_some_and(|most| attempt >= most);
            let spent = last || (maybe_effect && !outgoing.again_if_lost);
            // A recording needs no time to recover.
            let again = self.retry.pause(attempt, pause).filter(|_| !spent);
            let again = again.map(|pause| if self.plays() { Duration::ZERO } else { pause });
            let Some(pause) = again else {
                // Without the attempts that are left, nobody knows whether the next one would have gone alike.
                let is_each_time = last || attempt >= self.retry.attempts;
                let (repeated, once) = if is_each_time { (repeated, None) } else { (None, repeated) };
                return Err(CallError::NoResponse { cause, attempts: attempt, lost, responded, repeated, once });
            };
            tokio::select! {
                () = stop.cancelled() => {
                    // The attempts that are left might have ended otherwise.
                    return Err(CallError::NoResponse { cause, attempts: attempt, lost, responded, repeated: None, once: None });
                }
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Waits until the rate allows a request.
    #[cfg(feature = "cli")]
    pub(super) async fn turn(&self, operation: &str) {
        if let Some(buckets) = &self.rate {
            buckets.take(operation).await;
        }
    }

    /// Waits until the rate allows a request; whether it may still be sent then.
    async fn wait_for_turn(&self, operation: &str, stop: &CancellationToken) -> bool {
        if let Some(buckets) = &self.rate {
            tokio::select! {
                () = stop.cancelled() => {}
                () = buckets.take(operation) => {}
            }
        }
        !stop.is_cancelled()
    }

    /// Takes a request from what may be sent, or gives how many that are. What was made is removed in any case.
    fn take_from_budget(&self, purpose: Purpose) -> Result<(), u64> {
        let Some(budget) = &self.budget else { return Ok(()) };
        if purpose == Purpose::Teardown {
            budget.count();
            return Ok(());
        }
        if budget.take() { Ok(()) } else { Err(budget.most()) }
    }

    /// The request of a call. It is signed anew for each attempt, unless it must be the same bytes again.
    pub(super) fn request(&self, outgoing: &Outgoing<'_>) -> Result<Arc<HttpRequest>, EncodeError> {
        let (tamper, format) = match outgoing.envelope {
            Envelope::Right => (None, None),
            Envelope::Formed(format) => (None, Some(format)),
            Envelope::Tampered(tamper) => (Some(tamper), None),
            Envelope::Replayed(sent) => return Ok(Arc::clone(&sent.0)),
        };

        let Target { provider, region, credentials, .. } = &self.target;
        let region = outgoing.region.unwrap_or(region);
        let endpoint = self.target.endpoint_in(region)?;
        // A service rejects a nonce that it has seen.
        let nonce = format!("{:032x}", fastrand::u128(..));
        let now = Timestamp::now();
        let context =
            SigningContext { endpoint: endpoint.as_str(), region, credentials, now, nonce: &nonce, tamper, format };
        let call = ApiCall { operation: outgoing.operation, parameters: outgoing.parameters };
        provider.encode(&call, &context).map(Arc::new)
    }

    /// Sends a request once, counts it, and notes it in the transcript. Also gives the length of the body that was
    /// received.
    async fn attempt(
        &self,
        outgoing: &Outgoing<'_>,
        attempt: u32,
        request: &Arc<HttpRequest>,
        transcript: &mut Transcript,
        stop: &CancellationToken,
    ) -> (Attempt, usize) {
        self.counters.count(attempt);
        let (begin, began) = (Instant::now(), Timestamp::now());
        let sent = match &self.tape {
            Tape::Off | Tape::Record(_) => tokio::select! {
                sent = self.http.send(request) => sent,
                () = patience_ends(stop) => Err(SendError::Stopped),
            },
            Tape::Play(playback) => {
                let parameters = Value::Object(outgoing.parameters.clone());
                match playback.next(transcript.scope(), outgoing.operation, &self.sensitive_in(&parameters)) {
                    Played::Response(response) => Ok(response),
                    Played::Lost(lost) => Err(SendError::Recorded(lost)),
                    Played::Missing(why) => Err(SendError::Missing(why)),
                }
            }
        };

        let (received, judged, length) = match sent {
            Ok(response) => {
                self.silence.ends();
                let (judged, length) = (self.judge(&response, outgoing.envelope.is_right()), response.body.len());
                // Only now, for what is shown of it must hold no secret of its own.
                self.record(outgoing, request, Ok(&response), transcript, (began, begin.elapsed()));
                let received = Received::response(response, request, &*self.target.provider, &self.secrets);
                (received, judged, length)
            }
            Err(error) => {
                if error.something_came() {
                    self.silence.ends();
                } else if !matches!(error, SendError::Stopped) {
                    self.silence.goes_on();
                }
                let lost = Lost {
                    reason: error.to_string(),
                    maybe_effect: error.maybe_effect(),
                    something_came: error.something_came(),
                    response_began: error.response_began(),
                };
                self.record(outgoing, request, Err(lost), transcript, (began, begin.elapsed()));
                (Received::Nothing(error.to_string()), Attempt::failed(&error), 0)
            }
        };

        transcript.push(Entry {
            purpose: outgoing.purpose,
            operation: outgoing.operation.to_owned(),
            attempt,
            call: again::record(outgoing, &self.target),
            request: Arc::clone(request),
            received,
            duration: begin.elapsed(),
        });

        // A page that is not the service's own does not show that the service is there.
        if !matches!(judged, Attempt::Trouble(Trouble { responded: false, .. })) {
            self.counters.note_response();
        }
        if matches!(&judged, Attempt::Response { class: None, .. }) {
            self.counters.note_success();
        }
        (judged, length)
    }

    /// Hands an exchange to whoever records them.
    fn record(
        &self,
        outgoing: &Outgoing<'_>,
        request: &HttpRequest,
        received: Result<&HttpResponse, Lost>,
        transcript: &Transcript,
        (began, duration): (Timestamp, Duration),
    ) {
        let Tape::Record(recorder) = &self.tape else { return };
        let decoded = received.as_ref().ok().and_then(|response| self.target.provider.decode(response).ok());
        recorder.take(&RawExchange {
            scope: transcript.scope(),
            purpose: outgoing.purpose,
            operation: outgoing.operation,
            request,
            received,
            sensitive: decoded.map(|content| self.sensitive_in(&content.fields)).unwrap_or_default(),
            began,
            duration,
            provider: &*self.target.provider,
            secrets: &self.secrets,
        });
    }

    /// The values of sensitive fields.
    fn sensitive_in(&self, fields: &Value) -> Vec<String> {
        let mut values = Vec::new();
        redact::sensitive(&*self.target.provider, fields, &mut |text| values.push(text.to_owned()));
        values
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Map;
    use tokio::time;

    use super::*;
    use crate::provider::registry;

    #[tokio::test(start_paused = true)]
    async fn a_request_under_way_is_not_waited_for_long_after_a_stop() {
        // It takes connections, and nobody reads from them.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let target = Target::with_examples(registry::default_provider().provider(), endpoint);
        let client = Client::new(target, ClientOptions::default()).unwrap();
        let (stop, begin) = (CancellationToken::new(), time::Instant::now());

        let parameters = Map::new();
        let outgoing = Outgoing {
            region: None,
            envelope: Envelope::Right,
            purpose: Purpose::Probe,
            operation: "Operation",
            parameters: &parameters,
            attempts: None,
            again_if_lost: true,
        };
        let mut transcript = Transcript::default();
        let stopping = async {
            time::sleep(Duration::from_secs(1)).await;
            stop.cancel();
        };
        let (response, ()) = tokio::join!(client.call(outgoing, &mut transcript, &stop), stopping);

        let error = response.unwrap_err();
        // It may have had its effect.
        assert!(error.is_lost() && error.to_string().contains("the run was stopped"), "{error}");
        assert!(begin.elapsed() < PATIENCE + Duration::from_secs(2), "{:?}", begin.elapsed());
    }
}
