//! The time of a request.

use http::header::DATE;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::GatewayError;
use crate::mock::host::request::Received;

/// How far the time of a request may be from that of the server.
const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// The form of a time that is signed.
const FORM: &str = "%Y%m%dT%H%M%SZ";

/// The time of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RequestTime {
    pub(super) at: Timestamp,
    /// As it is signed, such as `20150830T123600Z`.
    pub(super) text: String,
}

impl RequestTime {
    /// The day, such as `20150830`.
    pub(super) fn day(&self) -> &str {
        self.text.split('T').next().unwrap_or_default()
    }
}

/// Reads X-Amz-Date, or else Date.
pub(super) fn read(received: &Received) -> Result<RequestTime, GatewayError> {
    let header = |name: &str| received.header(name);
    if let Some(text) = header("x-amz-date") {
        let time = parse(text).ok_or_else(|| {
            GatewayError::Incomplete(format!("Date must be in ISO-8601 'basic format'. Got '{text}'."))
        })?;
        return Ok(RequestTime { at: time, text: text.to_owned() });
    }

    let missing = || {
        GatewayError::Incomplete(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.".to_owned(),
        )
    };
    let date = httpdate::parse_http_date(header(DATE.as_str()).ok_or_else(missing)?).map_err(|_| missing())?;
    let at = Timestamp::try_from(date).map_err(|_| missing())?;
    Ok(RequestTime { at, text: wire(at) })
}

/// Checks the distance of a request to now.
pub(super) fn check(time: &RequestTime, now: Timestamp) -> Result<(), GatewayError> {
    let distance = time.at.duration_since(now);
    if distance.abs() <= TOLERANCE {
        return Ok(());
    }

    let (text, here) = (&time.text, wire(now));
    let wrong = if distance.is_negative() {
        let bound = now.checked_sub(TOLERANCE).map(wire).unwrap_or_default();
        format!("Signature expired: {text} is now earlier than {bound} ({here} - 5 min.)")
    } else {
        let bound = now.checked_add(TOLERANCE).map(wire).unwrap_or_default();
        format!("Signature not yet current: {text} is still later than {bound} ({here} + 5 min.)")
    };
    Err(GatewayError::WrongTime(wrong))
}

fn parse(text: &str) -> Option<Timestamp> {
    // A lenient parser would take other forms too.
    let has_form = text.len() == 16
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 => byte == b'T',
            15 => byte == b'Z',
            _ => byte.is_ascii_digit(),
        });
    let time = DateTime::strptime(FORM, text).ok().filter(|_| has_form)?;
    time.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

fn wire(time: Timestamp) -> String {
    time.strftime(FORM).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_one_form_and_five_minutes() {
        let now: Timestamp = "2015-08-30T12:36:00Z".parse().unwrap();
        for (text, is_near) in [
            ("20150830T123600Z", true),
            ("20150830T124100Z", true),
            ("20150830T123100Z", true),
            ("20150830T124101Z", false),
            ("20150830T123059Z", false),
            ("00010101T000000Z", false),
        ] {
            let time = RequestTime { at: parse(text).unwrap(), text: text.to_owned() };
            assert_eq!(wire(time.at), text);
            assert_eq!(check(&time, now).is_ok(), is_near, "{text}");
        }
        for text in
            ["", "2015-08-30T12:36:00Z", "20150830T123600", "20151330T123600Z", "20150830T123600ZZ", "20150830 123600Z"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
