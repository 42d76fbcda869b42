//! Recordings: every request and response of a run as HAR 1.2, which the tools of browsers open, and from which a run can be judged
//! again without a network.
//!
//! Secrets are not in it. The values of sensitive fields of a response are replaced by stand-ins, equal ones for equal values and of the
//! same form and length, so that what cases compare can still be compared; other secrets are replaced as everywhere. What this program
//! needs beyond the format stands in fields whose names begin with an underscore, as the format has it.

mod play;
mod record;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

pub use self::play::{Recording, RecordingError};
pub use self::record::HarRecorder;

/// The version of what this program adds to the format.
const FORMAT: u32 = 1;

/// Values shorter than this are not secrets that could be told from other text.
const SHORTEST: usize = 8;

/// What is known of a run before it begins, and needed to judge it again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RecordedRun {
    /// The version of these fields; `1`.
    pub format: u32,
    /// The provider's name.
    pub provider: String,
    /// The URL of the endpoint.
    pub endpoint: String,
    /// The region.
    pub region: String,
    /// What kind of target it was: `mock`, `loopback`, `emulator` or `account`.
    pub kind: String,
    /// Which version of the target it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_version: Option<String>,
    /// Whether effects were to be seen at once.
    pub prompt: bool,
    /// Whether the access key was another one than that of the examples.
    pub own_credentials: bool,
    /// Whether the clock of the target could be moved.
    pub moves_clock: bool,
    /// The hash of the case files.
    pub suite: String,
    /// The seed of the test data.
    pub seed: u32,
    /// The mark of the run.
    pub mark: String,
    /// What stand-ins are made with.
    pub salt: String,
    /// Whether cases shared keys.
    pub tour: bool,
    /// How many keys the run might make, if that was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_keys: Option<u64>,
    /// How often a failure was confirmed.
    pub confirm_failures: u32,
    /// How often a state was confirmed, if that was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmations: Option<u32>,
    /// How long a state was waited for, in milliseconds, if that was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settle_timeout: Option<u64>,
    /// Whether responses that the documents only leave room for failed.
    pub strict: bool,
    /// Whether cases were skipped that need an unknown operation.
    pub skip_unsupported: bool,
    /// The ids of the cases, in the order of the run.
    pub cases: Vec<String>,
}

impl RecordedRun {
    /// The version that is written.
    pub const FORMAT: u32 = FORMAT;
}

/// A text in the place of a sensitive one: of the same form and length, equal for equal ones, and not to be turned back.
fn stand_in(salt: &str, value: &str) -> String {
    let stream = |length: usize| -> Vec<u8> {
        let block = |number: u32| {
            // HMAC takes keys of any length.
            let mac = Hmac::<Sha256>::new_from_slice(salt.as_bytes()).ok();
            mac.map(|mac| mac.chain_update(number.to_be_bytes()).chain_update(value).finalize().into_bytes().to_vec())
        };
        (0..).map_while(block).flatten().take(length).collect()
    };
    match STANDARD.decode(value) {
        Ok(bytes) => STANDARD.encode(stream(bytes.len())),
        Err(_) => stream(value.len().div_ceil(2)).iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stand_in_has_the_form_of_what_it_stands_for_and_says_nothing_of_it() {
        let value = STANDARD.encode([7; 33]);
        let one = stand_in("salt", &value);
        assert_eq!(STANDARD.decode(&one).unwrap().len(), 33);
        assert_eq!(one, stand_in("salt", &value));
        assert_ne!(one, stand_in("other", &value));
        assert_ne!(one, stand_in("salt", &STANDARD.encode([8; 33])));
        let text = stand_in("salt", "no base64, this");
        assert!(text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit()), "{text}");
    }
}
