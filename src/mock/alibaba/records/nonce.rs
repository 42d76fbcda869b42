//! The records of nonces. All that there is to know of one stands in its name.

use jiff::Timestamp;

use crate::mock::alibaba::wire::gateway::NONCE_LIFE_SECONDS;
use crate::mock::host::clock::from_seconds;
use crate::mock::host::persistence::Change;

/// The record of a nonce that came with a request which changed something. Those of other requests are not worth a
/// write: to send such a request again changes nothing either.
pub(crate) fn nonce(noted: Timestamp, access_key: &str, nonce: &str) -> Change {
    Change::record(super::NONCE, nonce_name(noted, access_key, nonce), &true)
}

fn nonce_name(noted: Timestamp, access_key: &str, nonce: &str) -> String {
    format!("{}\n{access_key}\n{nonce}", noted.as_second())
}

/// The parts of the name of a nonce.
pub(super) fn parse_nonce_name(name: &str) -> Option<(Timestamp, &str, &str)> {
    let (seconds, rest) = name.split_once('\n')?;
    let (access_key, nonce) = rest.split_once('\n')?;
    Some((from_seconds(seconds.parse().ok()?), access_key, nonce))
}

/// Whether a record is of no use any more.
pub(crate) fn is_outdated(table: &str, name: &str, now: Timestamp) -> bool {
    let noted = parse_nonce_name(name).map(|(noted, ..)| noted.as_second());
    table == super::NONCE && noted.is_none_or(|noted| now.as_second() - noted > NONCE_LIFE_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_outdated_once_nobody_can_use_it() {
        let now = from_seconds(1_700_000_000);
        let name = nonce_name(now, "id", "with\na line feed");
        assert_eq!(parse_nonce_name(&name), Some((now, "id", "with\na line feed")));
        for (later, expected) in [(0, false), (NONCE_LIFE_SECONDS, false), (NONCE_LIFE_SECONDS + 1, true)] {
            assert_eq!(is_outdated(super::super::NONCE, &name, from_seconds(now.as_second() + later)), expected);
        }
        assert!(!is_outdated("key", &name, from_seconds(i64::MAX)));
    }
}
