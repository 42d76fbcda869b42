//! The last exchanges, with nothing secret in them, for the admin API and the page.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Mutex;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::mock::host::cloud::{Cloud, OperationIndex};
use crate::mock::host::faults::Fault;
use crate::mock::host::request::Received;
use crate::mock::host::response::{Fields, Response, Shown};
use crate::mock::locked;

/// How many exchanges are kept.
const KEPT: usize = 200;

/// The longest body of a request that is kept, in bytes; no call of a well-behaved client comes near it.
const LONGEST_BODY: usize = 64 << 10;

/// The longest parameters of a request that are kept, in bytes of memory.
const LONGEST_PARAMETERS: usize = 256 << 10;

/// How many bytes of exchanges are kept, about.
const MOST_BYTES: usize = 8 << 20;

/// About what a field takes in memory besides its texts.
const FIELD: usize = 150;

/// What stands in the place of a secret.
pub(crate) const REDACTED: &str = "(redacted)";

/// The last exchanges; none unless somebody can look at them.
#[derive(Debug)]
pub(crate) struct Exchanges {
    on: bool,
    kept: Mutex<Kept>,
}

/// The exchanges since a moment in real time, each with its number, counted from 1.
#[derive(Debug)]
struct Kept {
    since: Timestamp,
    last: u64,
    exchanges: VecDeque<Exchange>,
    bytes: usize,
}

/// What was received and sent. Of the request only what may be shown is kept, for it holds credentials; most exchanges are
/// never looked at, so the response is made presentable only then.
struct Exchange {
    number: u64,
    at: Timestamp,
    operation: Option<OperationIndex>,
    /// None for a request without an operation.
    parameters: Option<Fields>,
    response: Option<Sent>,
    fault: Option<Fault>,
    /// About how many bytes it takes.
    size: usize,
}

/// Its response holds plaintext and tokens.
impl fmt::Debug for Exchange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Exchange").field("number", &self.number).finish_non_exhaustive()
    }
}

/// A response that was sent.
struct Sent {
    status: u16,
    body: Bytes,
    shown: Shown,
}

impl Exchange {
    /// With nothing secret in it.
    fn shown(&self, cloud: &dyn Cloud) -> Value {
        let name = self.operation.and_then(|operation| cloud.description().operations.get(operation.0));
        let parameters = self.parameters.as_ref();
        let response = self.response.as_ref().map(Sent::fields);
        // What is summed up has lost its secrets before.
        let none = Fields::new();
        let summary = cloud.summary(parameters.unwrap_or(&none), response.as_ref().unwrap_or(&none));

        json!({
            "at": self.at.to_string(),
            "operation": name,
            "parameters": parameters,
            "status": self.response.as_ref().map(|response| response.status),
            "answer": response,
            "fault": self.fault.as_ref().map(ToString::to_string),
            "number": self.number,
            "key": summary.key,
            "about": summary.about,
            "code": summary.code,
        })
    }
}

/// About how many bytes fields take.
fn size_of(fields: &Fields) -> usize {
    fn size(value: &Value) -> usize {
        FIELD
            + match value {
                Value::String(text) => text.len(),
                Value::Array(items) => items.iter().map(size).sum(),
                Value::Object(fields) => size_of(fields),
                Value::Null | Value::Bool(_) | Value::Number(_) => 0,
            }
    }
    fields.iter().map(|(name, value)| name.len() + size(value)).sum()
}

impl Sent {
    /// About how many bytes it takes.
    fn size(&self) -> usize {
        self.body.len() + self.shown.fields.as_ref().map_or(0, size_of)
    }

    /// The fields of the response, with nothing secret in them.
    fn fields(&self) -> Fields {
        let fields = self.shown.fields.clone();
        let mut fields = fields.unwrap_or_else(|| serde_json::from_slice(&self.body).unwrap_or_default());
        for name in self.shown.secret {
            if let Some(value) = fields.get_mut(*name) {
                *value = REDACTED.into();
            }
        }
        fields
    }
}

impl Kept {
    fn none() -> Self {
        Self { since: Timestamp::now(), last: 0, exchanges: VecDeque::new(), bytes: 0 }
    }
}

impl Exchanges {
    pub(crate) fn new(on: bool) -> Self {
        Self { on, kept: Mutex::new(Kept::none()) }
    }

    /// Takes note of an exchange. What is shown of the response moves out of it.
    pub(crate) fn record(
        &self,
        operation: Option<OperationIndex>,
        received: &Received,
        cloud: &dyn Cloud,
        response: Option<&mut Response>,
        fault: Option<&Fault>,
    ) {
        if !self.on {
            return;
        }

        // Bodies of any size would make the list cost two hundred times the largest.
        let is_short = received.body.len() <= LONGEST_BODY;
        let shown = |operation| if is_short { cloud.shown_parameters(operation, received) } else { Fields::new() };
        let parameters = operation
            .map(shown)
            .map(|fields| if size_of(&fields) <= LONGEST_PARAMETERS { fields } else { Fields::new() });
        let response = response.map(|response| Sent {
            status: response.status,
            body: response.body.clone(),
            shown: std::mem::take(&mut response.shown),
        });
        let (at, fault) = (Timestamp::now(), fault.cloned());
        let size = parameters.as_ref().map_or(0, size_of) + response.as_ref().map_or(0, Sent::size);

        let mut kept = locked(&self.kept);
        kept.last += 1;
        let number = kept.last;
        kept.bytes += size;
        kept.exchanges.push_back(Exchange { number, at, operation, parameters, response, fault, size });
        let mut oldest = Vec::new();
        while kept.exchanges.len() > KEPT || kept.bytes > MOST_BYTES {
            let Some(gone) = kept.exchanges.pop_front() else { break };
            kept.bytes -= gone.size;
            oldest.push(gone);
        }
        // Freeing memory needs no lock.
        drop(kept);
        drop(oldest);
    }

    /// The kept exchanges after the one with this number, oldest first.
    pub(crate) fn list_after(&self, number: u64, cloud: &dyn Cloud) -> Vec<Value> {
        let kept = locked(&self.kept);
        // By number and not by place: older ones may be gone by now.
        let missed = usize::try_from(kept.last.saturating_sub(number)).unwrap_or(usize::MAX);
        let skipped = kept.exchanges.len().saturating_sub(missed);
        kept.exchanges.iter().skip(skipped).map(|exchange| exchange.shown(cloud)).collect()
    }

    /// Since when exchanges are counted, in real time, and the number of the last one. Another start means other
    /// exchanges under the same numbers.
    pub(crate) fn extent(&self) -> (Timestamp, u64) {
        let kept = locked(&self.kept);
        (kept.since, kept.last)
    }

    pub(crate) fn clear(&self) {
        *locked(&self.kept) = Kept::none();
    }
}
