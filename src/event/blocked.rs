//! What kept a case from being judged.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What kept a case from being judged: a step before its own judgement that went otherwise than the table says.
///
/// Cases with equal blockers have one cause, so reports group by it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BlockedBy {
    /// The phase of the case.
    pub step: BlockedStep,
    /// The operation that is to blame; none where no operation is, as when the target's clock did not move.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The class of the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_class: Option<String>,
    /// The state that the key was in when the request was sent, or that it should have come into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// What came; none where no response came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<BlockingResponse>,
    /// What is wrong with that, in one line without ids: `had no effect`.
    pub problem: String,
}

/// The phase in which a case was blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BlockedStep {
    /// A key or a fixture could not be made, or a key not driven into its state.
    Setup,
    /// The request that the case judges got no response that says something about the key.
    Probe,
    /// The effect could not be seen.
    Verification,
}

impl BlockedBy {
    /// Whether two are one cause. Messages don't count, for they may name the key.
    pub fn is_like(&self, other: &Self) -> bool {
        let Self { step, operation, key_class, state, response, problem } = self;
        let seen = |response: &BlockingResponse| (response.code.clone(), response.status);
        (step, operation, key_class, state, problem)
            == (&other.step, &other.operation, &other.key_class, &other.state, &other.problem)
            && response.as_ref().map(seen) == other.response.as_ref().map(seen)
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
    /// The error code, or `Success`; empty where the response had none.
    pub code: String,
    /// The HTTP status.
    pub status: u16,
    /// The service's message without what differs from key to key, or the empty text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
}

impl fmt::Display for BlockedBy {
    /// One line: `DisableKey of a key of class EXTERNAL in Enabled responded InternalFailure (500)`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { step: _, operation, key_class, state, response, problem } = self;
        let mut begun = false;
        if let Some(operation) = operation {
            write!(formatter, "{operation}")?;
            match (key_class, state) {
                (Some(class), Some(state)) => write!(formatter, " ({class}, {state})")?,
                (Some(one), None) | (None, Some(one)) => write!(formatter, " ({one})")?,
                (None, None) => {}
            }
            begun = true;
        }
        if begun {
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
