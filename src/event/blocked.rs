//! What kept a case from being judged.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What kept a case from being judged: an earlier step in which the endpoint deviated from the table.
///
/// Cases with equal values have the same cause, so reports group by it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BlockedBy {
    /// The phase of the case.
    pub step: BlockedStep,
    /// The operation that is to blame; none if it was not an operation, as when the target's clock did not move.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The class of the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_class: Option<String>,
    /// The state of the key when the request was sent, or the one that it should have reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// What was received; none if there was no response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<BlockingResponse>,
    /// What is wrong with it, in one line without ids: `had no effect`.
    pub problem: String,
}

/// The phase in which a case was blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BlockedStep {
    /// A key or a fixture could not be made, or a key did not reach its state.
    Setup,
    /// The request that the case judges got no response that says something about the key.
    Probe,
    /// The effect could not be observed.
    Verification,
}

impl BlockedBy {
    /// Whether two are the same cause. Messages don't count, because they may name the key.
    pub fn is_like(&self, other: &Self) -> bool {
        let Self { step, operation, key_class, state, response, problem } = self;
        let outcome = |response: &BlockingResponse| (response.code.clone(), response.status);
        (step, operation, key_class, state, problem)
            == (&other.step, &other.operation, &other.key_class, &other.state, &other.problem)
            && response.as_ref().map(outcome) == other.response.as_ref().map(outcome)
    }
}

impl BlockedStep {
    /// The name as it stands in files and on the terminal.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Probe => "probe",
            Self::Verification => "verification",
        }
    }
}

/// The response that blocked a case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BlockingResponse {
    /// The error code, or `Success`; empty if the response had none.
    pub code: String,
    /// The HTTP status.
    pub status: u16,
    /// The service's message without what differs from key to key, or the empty text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
}

impl fmt::Display for BlockedBy {
    /// One line: `DisableKey (EXTERNAL, Enabled) failed each time: InternalFailure (500)`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { step: _, operation, key_class, state, response, problem } = self;
        if let Some(operation) = operation {
            write!(formatter, "{operation}")?;
            match (key_class, state) {
                (Some(class), Some(state)) => write!(formatter, " ({class}, {state})")?,
                (Some(one), None) | (None, Some(one)) => write!(formatter, " ({one})")?,
                (None, None) => {}
            }
            formatter.write_str(" ")?;
        }
        formatter.write_str(problem)?;

        if let Some(BlockingResponse { code, status, message }) = response {
            let code = if code.is_empty() { "no code" } else { code };
            write!(formatter, ": {code} ({status})")?;
            if !message.is_empty() {
                write!(formatter, " {message}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocked() -> BlockedBy {
        BlockedBy {
            step: BlockedStep::Setup,
            operation: Some("DisableKey".to_owned()),
            key_class: Some("EXTERNAL".to_owned()),
            state: Some("Enabled".to_owned()),
            response: Some(BlockingResponse {
                code: "InternalFailure".to_owned(),
                status: 500,
                message: String::new(),
            }),
            problem: "failed".to_owned(),
        }
    }

    #[test]
    fn a_blocker_reads_as_one_line() {
        assert_eq!(blocked().to_string(), "DisableKey (EXTERNAL, Enabled) failed: InternalFailure (500)");
        let clock =
            BlockedBy { operation: None, response: None, problem: "the clock did not move".into(), ..blocked() };
        assert_eq!(clock.to_string(), "the clock did not move");
    }

    #[test]
    fn equal_causes_are_equal_values_and_survive_json() {
        let json = serde_json::to_string(&blocked()).unwrap();
        assert_eq!(serde_json::from_str::<BlockedBy>(&json).unwrap(), blocked());
        assert!(json.starts_with(r#"{"step":"setup","operation":"DisableKey""#), "{json}");
    }
}
