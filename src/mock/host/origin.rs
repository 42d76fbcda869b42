//! What a browser says of the page that has sent a request, and what a host name means.
//!
//! A page could have its own name resolved to a loopback address, which makes the mock its own origin; so the admin API
//! accepts only names that always mean the loopback interface, and [`crate::mock::host::web`] takes no other for the
//! mock's own page.

use std::net::{IpAddr, Ipv6Addr};

use http::header::{HOST, ORIGIN};

use crate::mock::host::request::Received;

/// Whether a browser says that another origin than the one it calls has made the request.
pub(crate) fn is_foreign(received: &Received) -> bool {
    let host = received.header(HOST.as_str()).unwrap_or_default();
    let is_own = |origin: &str| {
        let authority = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        authority.is_some_and(|authority| !host.is_empty() && authority.eq_ignore_ascii_case(host))
    };
    let foreign_origin = received.headers.get_all(ORIGIN).iter().any(|origin| !origin.to_str().is_ok_and(is_own));
    // Also distinguishes origins that differ in the scheme only.
    let fetch_site = received.headers.get_all("sec-fetch-site");
    let foreign_site = fetch_site.iter().any(|site| site != "same-origin" && site != "none");
    foreign_origin || foreign_site
}

/// Whether a host, without its port, means the loopback interface whatever name servers say.
pub(crate) fn names_loopback(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return address.parse().is_ok_and(|address: Ipv6Addr| address.to_canonical().is_loopback());
    }
    if let Ok(address) = host.parse::<IpAddr>() {
        return address.is_loopback();
    }
    let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::Method;

    use super::*;

    fn is_foreign_with(headers: &[(&'static str, &str)]) -> bool {
        is_foreign(&Received {
            method: Method::POST,
            uri: "/_mock/reset".parse().unwrap(),
            headers: headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect(),
            body: Bytes::new(),
        })
    }

    #[test]
    fn only_the_origin_that_is_called_is_its_own() {
        const HOST: (&str, &str) = ("host", "localhost:8080");
        assert!(!is_foreign_with(&[HOST]));
        assert!(!is_foreign_with(&[HOST, ("origin", "http://localhost:8080")]));
        assert!(!is_foreign_with(&[HOST, ("origin", "https://LOCALHOST:8080"), ("sec-fetch-site", "same-origin")]));

        for origin in [
            "null",
            "",
            "localhost:8080",
            "http://localhost",
            "http://localhost:8081",
            "http://localhost:8080.evil.example",
            "http://evil.example",
            "http://127.0.0.1:8080",
            "file://",
            "\u{e9}",
        ] {
            assert!(is_foreign_with(&[HOST, ("origin", origin)]), "{origin}");
        }

        assert!(is_foreign_with(&[("origin", "http://")]));
        assert!(is_foreign_with(&[HOST, ("origin", "http://localhost:8080"), ("sec-fetch-site", "cross-site")]));
        assert!(is_foreign_with(&[HOST, ("sec-fetch-site", "same-site")]));
        assert!(!is_foreign_with(&[HOST, ("sec-fetch-site", "none")]));
    }

    #[test]
    fn a_name_is_loopback_only_if_no_name_server_decides() {
        for host in
            ["localhost", "LocalHost.", "kms.localhost", "127.0.0.1", "127.8.9.1", "[::1]", "[::ffff:127.0.0.1]"]
        {
            assert!(names_loopback(host), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "localhost.evil.example",
            "notlocalhost",
            "127.0.0.1.evil.example",
            "10.0.0.1",
            "0.0.0.0",
            "[::2]",
            "[::1",
            "kms.region.cloud.example",
        ] {
            assert!(!names_loopback(host), "{host}");
        }
    }
}
