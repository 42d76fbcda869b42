//! Everything that was sent and received for a case, until it is known whether anybody wants to see it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::redact;
use crate::event::{CallRecord, Exchange, Purpose, RequestRecord, ResponseRecord};
use crate::provider::{HttpRequest, HttpResponse, Provider};
use crate::redact::SecretRegistry;

/// The longest recorded body of a response, in bytes.
const LONGEST_RESPONSE: usize = 4096;

/// The longest recorded URL, header or body of a request, in bytes: more than any case sends, for a request that is cut
/// can't be sent again.
const LONGEST_REQUEST: usize = 32 << 10;

/// A response longer than this, in bytes with its headers, is kept as it will be shown.
const LONGEST_KEPT: usize = 16 << 10;

/// The most exchanges of a case that are kept, and how many bytes of them. A list of many pages has more.
const MOST: Room = Room { entries: 500, bytes: 4 << 20 };

/// The same for requests that a case judges, which have the latest take the place of the one before only beyond this.
const MOST_JUDGED: Room = Room { entries: 2 * MOST.entries, bytes: 2 * MOST.bytes };

/// A limit of exchanges.
struct Room {
    entries: usize,
    bytes: usize,
}

/// The exchanges of a case, raw: it can be neither printed nor serialised, only rendered with secrets redacted.
#[derive(Default)]
pub struct Transcript {
    /// Which attempt at which case it is of; empty if it is of none.
    scope: String,
    entries: Vec<Entry>,
    bytes: usize,
}

pub(super) struct Entry {
    pub(super) purpose: Purpose,
    pub(super) operation: String,
    pub(super) attempt: u32,
    pub(super) call: Option<CallRecord>,
    pub(super) request: Arc<HttpRequest>,
    pub(super) received: Received,
    pub(super) duration: Duration,
}

/// What was received for a request.
pub(super) enum Received {
    Response(HttpResponse),
    /// A long response, as it is shown.
    Shown(ResponseRecord),
    /// Nothing, and why.
    Nothing(String),
}

impl Transcript {
    /// The exchanges of an attempt at a case.
    pub(crate) fn of(scope: String) -> Self {
        Self { scope, ..Self::default() }
    }

    /// The case that it is of, without the number of the attempt.
    pub(crate) fn case(&self) -> &str {
        self.scope.rsplit_once(' ').map_or(self.scope.as_str(), |(case, _)| case)
    }

    /// Which attempt at which case it is of; empty if it is of none.
    pub(super) fn scope(&self) -> &str {
        &self.scope
    }

    /// Keeps an exchange. When there are too many, the latest takes the place of the one before, unless a case judges
    /// that one.
    pub(super) fn push(&mut self, entry: Entry) {
        let exceeds = |room: &Room| self.entries.len() >= room.entries || self.bytes >= room.bytes;
        let (is_full, is_full_of_judged) = (exceeds(&MOST), exceeds(&MOST_JUDGED));
        let gives_way = |last: &mut Entry| is_full && (last.purpose != Purpose::Probe || is_full_of_judged);
        if let Some(last) = self.entries.pop_if(gives_way) {
            self.bytes -= last.size();
        }
        self.bytes += entry.size();
        self.entries.push(entry);
    }

    /// The exchanges with everything sensitive redacted. Signatures are handed to the registry here and not when they are
    /// made: none is valid twice, so they only count where something of their requests is written.
    pub fn render(&self, provider: &dyn Provider, secrets: &SecretRegistry) -> Vec<Exchange> {
        self.hand_in(provider, secrets);
        self.entries.iter().map(|entry| entry.render(provider, secrets)).collect()
    }

    /// Hands the signatures of all requests to the registry, since a response may repeat them.
    pub fn hand_in(&self, provider: &dyn Provider, secrets: &SecretRegistry) {
        for signature in self.entries.iter().filter_map(|entry| provider.signature_of(&entry.request)) {
            secrets.add_received(&signature);
        }
    }
}

impl Received {
    /// A response to a request. Of a long one nothing is kept but what is shown: its secrets must be registered by now.
    pub(super) fn response(
        response: HttpResponse,
        request: &HttpRequest,
        provider: &dyn Provider,
        secrets: &SecretRegistry,
    ) -> Self {
        if length(&response) <= LONGEST_KEPT {
            return Self::Response(response);
        }
        // It may be repeated where the text is cut.
        provider.signature_of(request).iter().for_each(|signature| secrets.add_received(signature));
        Self::Shown(shown(&response, provider, secrets))
    }
}

/// The length of a response with its headers, in bytes.
fn length(response: &HttpResponse) -> usize {
    let headers = response.headers.iter().map(|(name, value)| name.as_str().len() + value.len());
    response.body.len() + headers.sum::<usize>()
}

/// A response as it is reported.
fn shown(response: &HttpResponse, provider: &dyn Provider, secrets: &SecretRegistry) -> ResponseRecord {
    let mut body = redact::body(provider, response);
    redact::cut(secrets, &mut body, LONGEST_RESPONSE);
    body.shrink_to_fit();
    ResponseRecord { status: response.status, body }
}

impl Entry {
    /// About how many bytes it takes, the response above all.
    fn size(&self) -> usize {
        let received = match &self.received {
            Received::Response(response) => length(response),
            Received::Shown(response) => response.body.len(),
            Received::Nothing(cause) => cause.len(),
        };
        self.request.url.len() + self.request.body.len() + received
    }

    fn render(&self, provider: &dyn Provider, secrets: &SecretRegistry) -> Exchange {
        let cut = |mut text: String, longest: usize| {
            redact::cut(secrets, &mut text, longest);
            text
        };
        let short = |text: String| cut(text, LONGEST_REQUEST);

        // The provider knows what is sensitive by its name, the cut knows secrets by their value.
        let HttpRequest { method, url, headers, body } = provider.redact_request(&self.request);
        let request = RequestRecord {
            method: method.to_owned(),
            url: short(url),
            headers: headers.into_iter().map(|(name, value)| (name.to_owned(), short(value))).collect(),
            body: short(body),
        };
        let (response, error) = match &self.received {
            Received::Response(response) => (Some(shown(response, provider, secrets)), None),
            Received::Shown(response) => (Some(response.clone()), None),
            Received::Nothing(cause) => (None, Some(cause.clone())),
        };

        Exchange {
            purpose: self.purpose,
            operation: self.operation.clone(),
            attempt: self.attempt,
            request,
            call: self.call.clone(),
            response,
            error,
            duration_us: u64::try_from(self.duration.as_micros()).unwrap_or(u64::MAX),
        }
    }
}

impl fmt::Debug for Transcript {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Transcript({} exchanges)", self.entries.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::registry;
    use crate::redact::Secret;

    fn entry(purpose: Purpose, received: Received) -> Entry {
        let request =
            HttpRequest { method: "GET", url: "http://x/".to_owned(), headers: Vec::new(), body: String::new() };
        let (operation, duration) = ("List".to_owned(), Duration::ZERO);
        Entry { purpose, operation, attempt: 1, call: None, request: Arc::new(request), received, duration }
    }

    fn response(length: usize) -> HttpResponse {
        let body = format!("{{\"A\":\"{}\"}}", "x".repeat(length)).into_bytes();
        HttpResponse { status: 200, headers: http::HeaderMap::new(), body }
    }

    #[test]
    fn a_flood_of_responses_is_kept_in_limits_whatever_it_is_for() {
        for purpose in [Purpose::Probe, Purpose::Verification] {
            for length in [1, 15 << 10] {
                let mut transcript = Transcript::default();
                for _ in 0..3_000 {
                    transcript.push(entry(purpose, Received::Response(response(length))));
                }
                let bytes: usize = transcript.entries.iter().map(Entry::size).sum();
                assert_eq!(bytes, transcript.bytes);
                assert!(transcript.entries.len() <= MOST_JUDGED.entries, "{}", transcript.entries.len());
                assert!(bytes <= MOST_JUDGED.bytes + LONGEST_KEPT, "{bytes}");
            }
        }
    }

    #[test]
    fn a_judged_exchange_stays_where_the_others_give_way() {
        let mut transcript = Transcript::default();
        for number in 0..2 * MOST.entries {
            let purpose = if number == MOST.entries { Purpose::Probe } else { Purpose::Verification };
            transcript.push(entry(purpose, Received::Nothing(number.to_string())));
        }
        assert_eq!(transcript.entries.iter().filter(|entry| entry.purpose == Purpose::Probe).count(), 1);
        assert_eq!(transcript.entries.len(), MOST.entries + 1);
    }

    #[test]
    fn of_a_long_response_only_what_is_shown_is_kept() {
        let provider = registry::default_provider().provider();
        let secrets = SecretRegistry::new();
        secrets.add_credential(&Secret::new("the secret of the account"));
        let mut long = response(1 << 20);
        long.body.splice(2_000..2_000, *b"the secret of the account");
        let request = entry(Purpose::Probe, Received::Nothing(String::new())).request;
        let received = Received::response(long, &request, &*provider, &secrets);
        let Received::Shown(shown) = received else { panic!("it is kept as it is") };
        assert!(shown.body.contains("[redacted]") && !shown.body.contains("the secret"), "{}", shown.body);
        assert!(shown.body.len() < LONGEST_RESPONSE + 100 && shown.body.ends_with(" bytes cut"));

        // Headers count too, for they are kept with a body.
        let mut headed = response(1);
        headed.headers.insert("x-long", "x".repeat(20 << 10).parse().unwrap());
        assert!(matches!(Received::response(headed, &request, &*provider, &secrets), Received::Shown(_)));
    }
}
