//! Everything that was sent and received for a case, until it is known whether anybody wants to see it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::redact;
use crate::event::{AnswerRecord, Exchange, Purpose, RequestRecord};
use crate::provider::{HttpRequest, HttpResponse, Provider, REDACTED};

/// The longest recorded body, in bytes.
const LONGEST_RECORD: usize = 4096;

/// The exchanges of a case, raw: it can be neither printed nor serialised, only rendered with secrets redacted.
#[derive(Default)]
pub struct Transcript {
    entries: Vec<Entry>,
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
    pub(super) fn push(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// The exchanges with everything sensitive redacted.
    pub fn render(&self, provider: &dyn Provider) -> Vec<Exchange> {
        self.entries.iter().map(|entry| entry.render(provider)).collect()
    }
}

impl Entry {
    fn render(&self, provider: &dyn Provider) -> Exchange {
        let headers = self.request.headers.iter().map(|(name, value)| {
            let value = if provider.is_sensitive(name) { REDACTED } else { value.as_str() };
            ((*name).to_owned(), value.to_owned())
        });
        let (answer, error) = match &self.got {
            Got::Response(response) => {
                let body = redact::answer(provider, response, LONGEST_RECORD);
                (Some(AnswerRecord { status: response.status, body }), None)
            }
            Got::Nothing(cause) => (None, Some(cause.clone())),
        };
        Exchange {
            purpose: self.purpose,
            operation: self.operation.clone(),
            attempt: self.attempt,
            request: RequestRecord {
                method: self.request.method.to_owned(),
                url: redact::url(provider, &self.request.url),
                headers: headers.collect(),
                body: redact::form(provider, &self.request.body),
            },
            answer,
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
