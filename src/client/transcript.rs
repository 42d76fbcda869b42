//! Everything that was sent and received for a case, until it is known whether anybody wants to see it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::redact;
use crate::event::{Exchange, Purpose, RequestRecord, ResponseRecord};
use crate::provider::{HttpRequest, HttpResponse, Provider};
use crate::redact::SecretRegistry;

/// The longest recorded body of a response, in bytes.
const LONGEST_RESPONSE: usize = 4096;

/// The longest recorded URL, header or body of a request, in bytes: more than any case sends, for a request that is cut
/// can't be sent again.
const LONGEST_REQUEST: usize = 32 << 10;

/// The most exchanges of a case that are kept, and how many bytes of responses. A list of many pages has more.
const MOST_ENTRIES: usize = 500;
const MOST_BYTES: usize = 8 << 20;

/// The exchanges of a case, raw: it can be neither printed nor serialised, only rendered with secrets redacted.
#[derive(Default)]
pub struct Transcript {
    entries: Vec<Entry>,
    bytes: usize,
}

pub(super) struct Entry {
    pub(super) purpose: Purpose,
    pub(super) operation: String,
    pub(super) attempt: u32,
    pub(super) request: Arc<HttpRequest>,
    pub(super) received: Received,
    pub(super) duration: Duration,
}

/// What was received for a request.
pub(super) enum Received {
    Response(HttpResponse),
    /// Nothing, and why.
    Nothing(String),
}

impl Transcript {
    /// Keeps an exchange. When there are too many, the latest takes the place of the one before, unless a case judges
    /// that one.
    pub(super) fn push(&mut self, entry: Entry) {
        let full = self.entries.len() >= MOST_ENTRIES || self.bytes >= MOST_BYTES;
        if full && let Some(last) = self.entries.pop_if(|last| last.purpose != Purpose::Probe) {
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

impl Entry {
    /// About how many bytes it takes, the response above all.
    fn size(&self) -> usize {
        let received = match &self.received {
            Received::Response(response) => response.body.len(),
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
            Received::Response(response) => {
                let body = cut(redact::body(provider, response), LONGEST_RESPONSE);
                (Some(ResponseRecord { status: response.status, body }), None)
            }
            Received::Nothing(cause) => (None, Some(cause.clone())),
        };

        Exchange {
            purpose: self.purpose,
            operation: self.operation.clone(),
            attempt: self.attempt,
            request,
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
