//! Everything that was sent and received for a case, until it is known whether anybody wants to see it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::redact;
use crate::event::{Exchange, Purpose, RequestRecord, ResponseRecord};
use crate::provider::{HttpRequest, HttpResponse, Provider, REDACTED};
use crate::redact::SecretRegistry;

/// The longest recorded body of an answer, in bytes.
const LONGEST_ANSWER: usize = 4096;

/// The longest recorded URL, header or body of a request, in bytes: more than any case sends, for a request that is cut
/// can't be sent again.
const LONGEST_REQUEST: usize = 32 << 10;

/// The most exchanges of a case that are kept, and how many bytes of answers. A list of many pages has more.
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
    pub(super) got: Got,
    pub(super) duration: Duration,
}

pub(super) enum Got {
    Response(HttpResponse),
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
    /// made: none is valid twice, so they only count where something is told of their requests.
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
    /// About how many bytes it takes, the answer above all.
    fn size(&self) -> usize {
        let Entry { request, got, .. } = self;
        let got = match got {
            Got::Response(response) => response.body.len(),
            Got::Nothing(cause) => cause.len(),
        };
        request.url.len() + request.body.len() + got
    }

    fn render(&self, provider: &dyn Provider, secrets: &SecretRegistry) -> Exchange {
        let cut = |mut text: String, longest: usize| {
            redact::cut(secrets, &mut text, longest);
            text
        };
        let short = |text: String| cut(text, LONGEST_REQUEST);
        let headers = self.request.headers.iter().map(|(name, value)| {
            let value = if provider.is_sensitive(name) { REDACTED } else { value.as_str() };
            ((*name).to_owned(), short(value.to_owned()))
        });
        let (answer, error) = match &self.got {
            Got::Response(response) => {
                let body = cut(redact::answer(provider, response), LONGEST_ANSWER);
                (Some(ResponseRecord { status: response.status, body }), None)
            }
            Got::Nothing(cause) => (None, Some(cause.clone())),
        };
        Exchange {
            purpose: self.purpose,
            operation: self.operation.clone(),
            attempt: self.attempt,
            request: RequestRecord {
                method: self.request.method.to_owned(),
                url: short(redact::url(provider, &self.request.url)),
                headers: headers.collect(),
                body: short(redact::form(provider, &self.request.body)),
            },
            response: answer,
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
