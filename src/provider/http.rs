//! Requests and responses of HTTP, as they are on the wire.

use http::HeaderMap;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

/// A request, ready to be sent.
#[derive(Clone)]
pub struct HttpRequest {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The whole URL, query included, encoded.
    pub url: String,
    /// The headers to set.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

/// A response as it was received.
#[derive(Debug, Clone)]
pub struct HttpResponse {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl HttpResponse {
    /// The value of a header, if it was sent and is a text.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// The time of the `Date` header.
    pub fn date(&self) -> Option<Timestamp> {
        DateTimeParser::new().parse_timestamp(self.header("date")?).ok()
    }
}

/// The value of a header, if it was sent and is a text.
pub(super) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;

    fn response(name: HeaderName, value: &str) -> HttpResponse {
        let headers = HeaderMap::from_iter([(name, value.parse().unwrap())]);
        HttpResponse { status: 200, headers, body: Vec::new() }
    }

    #[test]
    fn a_response_is_dated_by_its_date_header() {
        let dated = response(http::header::DATE, "Fri, 02 Jan 2026 03:04:05 GMT");
        assert_eq!(dated.date(), "2026-01-02T03:04:05Z".parse().ok());
        assert_eq!(response(http::header::DATE, "yesterday").date(), None);
        assert_eq!(response(http::header::SERVER, "x").date(), None);
    }
}
