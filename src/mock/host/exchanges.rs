//! The last exchanges, with nothing secret in them, for whoever looks on.

use std::collections::VecDeque;
use std::sync::Mutex;

use bytes::Bytes;
use http::Uri;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::mock::alibaba::service::operation::Operation;
use crate::mock::alibaba::wire::parameters::Parameters;
use crate::mock::alibaba::wire::request::Received;
use crate::mock::alibaba::wire::response::{Answer, Fields, Format, Source};
use crate::mock::host::faults::Fault;
use crate::mock::locked;

/// How many exchanges are kept.
const KEPT: usize = 200;

/// Parameters and fields of answers that hold data of customers, or secrets.
const SECRET: [&str; 4] = ["Plaintext", "EncryptedKeyMaterial", "ImportToken", "SecurityToken"];

/// The longest body of a request that is kept, in bytes; no call of a well-behaved client comes near it.
const LONGEST_BODY: usize = 64 << 10;

const REDACTED: &str = "(redacted)";

/// The last exchanges; none unless somebody can ask for them.
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
}

/// What came and what went, in as few pieces of memory as can be: most exchanges are never looked at, and are made
/// presentable only then.
#[derive(Debug)]
struct Exchange {
    number: u64,
    at: Timestamp,
    operation: Option<Operation>,
    uri: Uri,
    form: Bytes,
    answer: Option<Told>,
    fault: Option<Fault>,
}

/// An answer that went out.
#[derive(Debug)]
struct Told {
    status: u16,
    source: Source,
    said: Said,
}

#[derive(Debug)]
enum Said {
    /// The text on the wire.
    Json(Bytes),
    Xml(Fields),
}

impl Exchange {
    /// With nothing secret in it.
    fn shown(&self) -> Value {
        let parameters = Parameters::parse(self.uri.query().unwrap_or_default(), &self.form).unwrap_or_default();
        json!({
            "at": self.at.to_string(),
            "operation": self.operation.map(Operation::name),
            "parameters": self.operation.map(|operation| shown_parameters(operation, &parameters)),
            "status": self.answer.as_ref().map(|answer| answer.status),
            "answer": self.answer.as_ref().map(shown_answer),
            "fault": self.fault.as_ref().map(ToString::to_string),
            "number": self.number,
        })
    }
}

impl Kept {
    fn none() -> Self {
        Self { since: Timestamp::now(), last: 0, exchanges: VecDeque::new() }
    }
}

impl Exchanges {
    pub(crate) fn new(on: bool) -> Self {
        Self { on, kept: Mutex::new(Kept::none()) }
    }

    /// Takes note of an exchange. The body is that of the answer.
    pub(crate) fn record(
        &self,
        operation: Option<Operation>,
        received: &Received,
        answer: Option<(&Answer, &Bytes)>,
        fault: Option<&Fault>,
    ) {
        if !self.on {
            return;
        }
        let at = Timestamp::now();
        let form = received.form().filter(|form| form.len() <= LONGEST_BODY).cloned().unwrap_or_default();
        let answer = answer.map(|(answer, body)| Told {
            status: answer.status,
            source: answer.source,
            said: match answer.format {
                Format::Json => Said::Json(body.clone()),
                Format::Xml => Said::Xml(answer.fields.clone()),
            },
        });
        let (uri, fault) = (received.uri.clone(), fault.cloned());
        let mut kept = locked(&self.kept);
        kept.last += 1;
        let number = kept.last;
        kept.exchanges.push_back(Exchange { number, at, operation, uri, form, answer, fault });
        let oldest = if kept.exchanges.len() > KEPT { kept.exchanges.pop_front() } else { None };
        drop(kept);
        drop(oldest);
    }

    /// The kept exchanges after the one with this number, oldest first.
    pub(crate) fn list_after(&self, number: u64) -> Vec<Value> {
        let kept = locked(&self.kept);
        let missed = usize::try_from(kept.last.saturating_sub(number)).unwrap_or(usize::MAX);
        let skipped = kept.exchanges.len().saturating_sub(missed);
        kept.exchanges.iter().skip(skipped).map(Exchange::shown).collect()
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

/// The parameters of the operation; a value is shown only if it is known to be harmless.
fn shown_parameters(operation: Operation, parameters: &Parameters<'_>) -> Fields {
    let known = operation.definition().parameters;
    let shown = parameters.iter().filter(|(name, _)| known.contains(name));
    shown.map(|(name, value)| (name.to_owned(), if SECRET.contains(&name) { REDACTED } else { value }.into())).collect()
}

fn shown_answer(answer: &Told) -> Value {
    let mut fields = match &answer.said {
        Said::Json(body) => serde_json::from_slice(body).unwrap_or_default(),
        Said::Xml(fields) => fields.clone(),
    };
    // The string to sign repeats the request with all that it holds.
    if answer.source == Source::Gateway {
        fields.insert("Message".to_owned(), REDACTED.into());
    }
    for name in SECRET {
        if let Some(value) = fields.get_mut(name) {
            *value = REDACTED.into();
        }
    }
    Value::Object(fields)
}
