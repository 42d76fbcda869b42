//! Requests and responses as they may be recorded.

use super::HttpRequest;

/// What stands for a value that is not recorded.
pub const REDACTED: &str = "REDACTED";

/// A query or form body with the values of sensitive parameters replaced.
pub fn redact_form(text: &str, is_sensitive: impl Fn(&str) -> bool) -> String {
    let redact = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if is_sensitive(name) => format!("{name}={REDACTED}"),
        _ => pair.to_owned(),
    };
    text.split('&').map(redact).collect::<Vec<_>>().join("&")
}

/// A URL with the values of sensitive parameters replaced.
pub fn redact_url(text: &str, is_sensitive: impl Fn(&str) -> bool) -> String {
    match text.split_once('?') {
        Some((base, query)) => format!("{base}?{}", redact_form(query, is_sensitive)),
        None => text.to_owned(),
    }
}

/// The headers of a request with the values of sensitive ones replaced.
pub fn redact_headers(request: &HttpRequest, is_sensitive: impl Fn(&str) -> bool) -> Vec<(&'static str, String)> {
    let redact = |(name, value): &(&'static str, String)| {
        (*name, if is_sensitive(name) { REDACTED.to_owned() } else { value.clone() })
    };
    request.headers.iter().map(redact).collect()
}
