//! The timestamp of a request.

use jiff::Timestamp;

use super::GatewayError;
use crate::mock::mutation::{Deviations, Effect};

/// The most seconds between a request's timestamp and the server's clock, either way.
const TOLERANCE_SECONDS: i64 = 15 * 60;

/// Checks the shape of a timestamp and its distance to `now`.
pub(super) fn check(text: &str, lenient: bool, deviations: &Deviations, now: Timestamp) -> Result<(), GatewayError> {
    if !lenient && !is_documented_shape(text) {
        return Err(GatewayError::MalformedTimestamp);
    }
    let instant: Timestamp = text.parse().map_err(|_| GatewayError::MalformedTimestamp)?;
    let ahead = instant.as_second().saturating_sub(now.as_second());
    let taken = if ahead < 0 { Effect::StaleTimestampAccepted } else { Effect::EarlyTimestampAccepted };
    if ahead.abs() > TOLERANCE_SECONDS && !deviations.has(taken) {
        return Err(GatewayError::ExpiredTimestamp);
    }
    Ok(())
}

/// Whether `text` reads `yyyy-MM-ddTHH:mm:ssZ`.
fn is_documented_shape(text: &str) -> bool {
    const SHAPE: &[u8] = b"0000-00-00T00:00:00Z";
    text.len() == SHAPE.len()
        && text.bytes().zip(SHAPE).all(|(byte, shape)| match shape {
            b'0' => byte.is_ascii_digit(),
            other => byte == *other,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strict_knows_one_shape_and_lenient_rfc_3339() {
        let now = "2024-01-02T03:04:05Z".parse().unwrap();
        for (text, lenient, expected) in [
            ("2024-01-02T03:04:05Z", false, Ok(())),
            ("2024-01-02T03:19:05Z", false, Ok(())),
            ("2024-01-02T02:49:05Z", false, Ok(())),
            ("2024-01-02T03:19:06Z", false, Err(GatewayError::ExpiredTimestamp)),
            ("2024-01-02T02:49:04Z", false, Err(GatewayError::ExpiredTimestamp)),
            ("2024-01-02T03:04:05", false, Err(GatewayError::MalformedTimestamp)),
            ("2024-01-02T03:04:05.123Z", false, Err(GatewayError::MalformedTimestamp)),
            ("2024-01-02T11:04:05+08:00", false, Err(GatewayError::MalformedTimestamp)),
            ("2024-13-02T03:04:05Z", false, Err(GatewayError::MalformedTimestamp)),
            ("2024-01-02T03:04:05.123Z", true, Ok(())),
            ("2024-01-02T11:04:05+08:00", true, Ok(())),
            ("yesterday", true, Err(GatewayError::MalformedTimestamp)),
        ] {
            assert_eq!(check(text, lenient, &Deviations::new(Vec::new()), now), expected, "{text} {lenient}");
        }
    }
}
