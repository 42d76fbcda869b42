//! What a response says about the next try.

use std::time::{Duration, SystemTime};

use super::HttpResponse;

/// What a response says about the next try.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RetryHint {
    /// Whether it says that requests are throttled, whatever its error code is.
    pub throttles: bool,
    /// How long to wait at least.
    pub pause: Option<Duration>,
}

impl RetryHint {
    /// The hint of the standard header: a `Retry-After` in seconds, or with the date of the next try. A date is compared
    /// with that of the response, for the clocks of the two sides may differ.
    pub fn standard(response: &HttpResponse) -> Self {
        let pause = response.header("retry-after").map(str::trim).and_then(|text| match text.parse() {
            Ok(seconds) => Some(Duration::from_secs(seconds)),
            Err(_) => fraction(text).or_else(|| until(text, response)),
        });
        Self { throttles: false, pause }
    }
}

/// A number of seconds with a fraction, which no standard allows and some servers send.
fn fraction(text: &str) -> Option<Duration> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let seconds = text.parse().ok().filter(|_| is_number)?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// How long it is until a date of HTTP; nothing if it is over.
fn until(date: &str, response: &HttpResponse) -> Option<Duration> {
    let then = httpdate::parse_http_date(date).ok()?;
    let now = response.date().map_or_else(SystemTime::now, SystemTime::from);
    Some(then.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use http::header::{DATE, RETRY_AFTER};

    use super::*;

    fn pause(after: &str) -> Option<Duration> {
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        let headers = HeaderMap::from_iter([(DATE, date.parse().unwrap()), (RETRY_AFTER, after.parse().unwrap())]);
        RetryHint::standard(&HttpResponse { status: 503, headers, body: Vec::new() }).pause
    }

    #[test]
    fn the_standard_header_has_seconds_or_a_date() {
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        for (after, wanted) in [
            ("0", seconds(0)),
            ("120", seconds(120)),
            ("1.5", Some(Duration::from_millis(1500))),
            (".", None),
            ("inf", None),
            ("1e9", None),
            // The three forms of RFC 9110, 5.6.7.
            ("Sun, 06 Nov 1994 08:50:07 GMT", seconds(30)),
            ("Sunday, 06-Nov-94 08:50:07 GMT", seconds(30)),
            ("Sun Nov  6 08:50:07 1994", seconds(30)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", seconds(0)),
            ("soon", None),
            ("-1", None),
            ("", None),
        ] {
            assert_eq!(pause(after), wanted, "{after}");
        }
    }
}
