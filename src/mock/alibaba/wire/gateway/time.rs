//! The timestamp of a request.

use jiff::Timestamp;

use super::{Gateway, GatewayError};

/// The most seconds between a request's timestamp and the server's clock.
const TOLERANCE_SECONDS: u64 = 15 * 60;

/// Checks the shape of a timestamp and its distance to now.
pub(super) fn check(text: &str, gateway: &Gateway<'_>) -> Result<(), GatewayError> {
    if !gateway.lenient_timestamps && !is_documented_shape(text) {
        return Err(GatewayError::MalformedTimestamp);
    }
    let instant: Timestamp = text.parse().map_err(|_| GatewayError::MalformedTimestamp)?;
    if instant.as_second().abs_diff(gateway.now.as_second()) > TOLERANCE_SECONDS {
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
        let nonces = crate::mock::alibaba::wire::gateway::Nonces::new();
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
            let gateway =
                Gateway { access_keys: &[], anonymous: None, lenient_timestamps: lenient, nonces: &nonces, now };
            assert_eq!(check(text, &gateway), expected, "{text} {lenient}");
        }
    }
}
