//! The last exchanges, with nothing secret in them, for whoever looks on.

use std::collections::VecDeque;
use std::sync::Mutex;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::answer::{Answer, Fields, Source};
use super::faults::Fault;
use super::locked;
use super::operation::Operation;
use super::parameters::Parameters;

/// How many exchanges are kept.
const KEPT: usize = 200;

/// Parameters and fields of answers that hold data of customers, or secrets.
const SECRET: [&str; 4] = ["Plaintext", "EncryptedKeyMaterial", "ImportToken", "SecurityToken"];

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
    exchanges: VecDeque<Value>,
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

    pub(crate) fn record(
        &self,
        operation: Option<Operation>,
        parameters: &Parameters<'_>,
        answer: Option<&Answer>,
        fault: Option<&Fault>,
    ) {
        if !self.on {
            return;
        }
        let mut exchange = json!({
            "at": Timestamp::now().to_string(),
            "operation": operation.map(Operation::name),
            "parameters": operation.map(|operation| shown_parameters(operation, parameters)),
            "status": answer.map(|answer| answer.status),
            "answer": answer.map(shown_answer),
            "fault": fault.map(ToString::to_string),
        });
        let mut kept = locked(&self.kept);
        kept.last += 1;
        exchange["number"] = kept.last.into();
        kept.exchanges.push_back(exchange);
        if kept.exchanges.len() > KEPT {
            kept.exchanges.pop_front();
        }
    }

    /// The kept exchanges after the one with this number, oldest first.
    pub(crate) fn list_after(&self, number: u64) -> Vec<Value> {
        let kept = locked(&self.kept);
        let missed = usize::try_from(kept.last.saturating_sub(number)).unwrap_or(usize::MAX);
        let skipped = kept.exchanges.len().saturating_sub(missed);
        kept.exchanges.iter().skip(skipped).cloned().collect()
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

fn shown_answer(answer: &Answer) -> Value {
    let mut fields = answer.fields.clone();
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
