//! The URL of an endpoint, parsed once: what was checked is what requests are sent to.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use url::{Host, Url};

use super::ClientError;

/// The URL of an endpoint: `http` or `https`, a host, perhaps a port, and nothing else.
///
/// It is kept as it was understood and not as it was written: `HTTP://127.1:80/` is `http://127.0.0.1`. The address on
/// which a server listens for everybody, `0.0.0.0` or `[::]`, is not an address to connect to on every system, so it is kept
/// as the loopback address that such a server has too.
#[derive(Clone, PartialEq, Eq)]
pub struct EndpointUrl {
    url: Url,
    /// The URL without the slash at its end.
    text: String,
}

impl EndpointUrl {
    /// The URL without a slash at its end, such as `http://127.0.0.1:8080`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is on a loopback address in any spelling, so that requests don't leave this machine by themselves.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.url)
    }

    /// Whether requests are sent to it without TLS.
    pub fn is_plain_http(&self) -> bool {
        self.url.scheme() == "http"
    }

    /// The host as it is looked up, and the port.
    #[cfg(feature = "cli")]
    pub(crate) fn host_and_port(&self) -> (String, u16) {
        let host = match self.url.host() {
            Some(Host::Ipv6(address)) => address.to_string(),
            Some(host) => host.to_string(),
            None => String::new(),
        };
        // Both schemes have a usual port.
        (host, self.url.port_or_known_default().unwrap_or_default())
    }

    /// The URL.
    pub(super) fn url(&self) -> &Url {
        &self.url
    }
}

impl FromStr for EndpointUrl {
    type Err = ClientError;

    fn from_str(given: &str) -> Result<Self, ClientError> {
        let wrong = |reason: String| ClientError::Endpoint { endpoint: shown(given), reason };
        if given.is_empty() {
            return Err(wrong("it is empty; give a URL such as http://127.0.0.1:8080".to_owned()));
        }
        // A parser of URLs leaves some of them out without a word, and then it is not the text that is used.
        if let Some(character) = hidden_character(given) {
            return Err(wrong(format!("it holds {character}; leave that out")));
        }

        let url = parse(given).map_err(wrong)?;
        let text = url.as_str().trim_end_matches('/').to_owned();
        Ok(Self { url, text })
    }
}

impl fmt::Display for EndpointUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl fmt::Debug for EndpointUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, formatter)
    }
}

/// Reads a URL of plain characters; the error is what is wrong with it.
fn parse(given: &str) -> Result<Url, String> {
    let Some((scheme, _)) = given.split_once("://") else {
        let wanted = with_scheme(given);
        return Err(format!(
            "it has no scheme; {}",
            wanted.unwrap_or_else(|| "it begins with http:// or https://".into())
        ));
    };
    if !["http", "https"].iter().any(|known| known.eq_ignore_ascii_case(scheme)) {
        return Err(format!("its scheme is `{scheme}`, and requests are sent by `http` or `https`"));
    }

    let mut url =
        Url::parse(given).map_err(|error| format!("it is not a URL such as http://127.0.0.1:8080: {error}"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it holds credentials; those belong into environment variables".to_owned());
    }

    let part = match (url.path(), url.query(), url.fragment()) {
        ("/", None, None) => None,
        ("/", None, Some(_)) => Some("a fragment"),
        ("/", Some(_), _) => Some("a query"),
        _ => Some("a path"),
    };
    if let Some(part) = part {
        let plain = url.join("/").map_err(|error| error.to_string())?;
        let plain = plain.as_str().trim_end_matches('/');
        return Err(format!("it has {part}, and requests go to `/`; did you mean {plain}?"));
    }
    if url.port() == Some(0) {
        return Err("port 0 is not a port to connect to; give the one that the service listens on".to_owned());
    }

    use_loopback_for_everybody(&mut url);
    Ok(url)
}

/// What a text without a scheme may have been meant for.
fn with_scheme(given: &str) -> Option<String> {
    let lower = given.to_ascii_lowercase();
    let bare = lower.strip_prefix("https:").or_else(|| lower.strip_prefix("http:"));
    let host = bare.unwrap_or(&lower).trim_start_matches('/');
    let url = parse(&format!("http://{host}")).ok()?;

    // Services with a port of their own, and those of this machine, are mocks and emulators.
    let secure = lower.starts_with("https:") || url.port() == Some(443) || (url.port().is_none() && !is_loopback(&url));
    let scheme = if secure { "https" } else { "http" };
    Some(format!("did you mean {scheme}://{}?", host.trim_end_matches('/')))
}

/// Replaces the address on which a server listens for everybody.
fn use_loopback_for_everybody(url: &mut Url) {
    let loopback = match url.host() {
        Some(Host::Ipv4(address)) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        Some(Host::Ipv6(address)) if address.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        Some(Host::Ipv6(address)) if address.to_canonical().is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        _ => return,
    };
    // It can't fail for a URL that has a host.
    let _ = url.set_ip_host(loopback);
}

/// Whether the host of a URL is a loopback address. Names of it are those that no name server decides: RFC 6761, 6.3.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
            name == "localhost" || name.ends_with(".localhost")
        }
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
        None => false,
    }
}

/// The first character of a text that can't stand in a URL as it is, in words.
pub(crate) fn hidden_character(text: &str) -> Option<String> {
    text.chars().find(|character| !may_stand_in_url(*character)).map(name_of)
}

/// Whether a character may stand in the URL of an endpoint as it is. Letters of every script do: names of hosts have
/// them.
fn may_stand_in_url(character: char) -> bool {
    if character.is_ascii() { character.is_ascii_graphic() && character != '\\' } else { character.is_alphanumeric() }
}

/// A character in words, with its escape where it can't be seen.
pub(crate) fn name_of(character: char) -> String {
    let name = match character {
        ' ' => return "a space".to_owned(),
        '\\' => return "a backslash".to_owned(),
        '\t' => "a tab",
        '\r' => "a carriage return",
        '\n' => "a line feed",
        '\u{a0}' => "a no-break space",
        '\u{feff}' => "a byte-order mark",
        _ => "the character",
    };
    format!("{name} `{}`", character.escape_default())
}

/// A text as it may be shown, whatever is wrong with it: without credentials and with escapes for what can't be seen.
fn shown(endpoint: &str) -> String {
    let plain = match endpoint.rsplit_once('@') {
        None => endpoint.to_owned(),
        Some((before, host)) => match before.split_once("://") {
            Some((scheme, _)) => format!("{scheme}://…@{host}"),
            None => format!("…@{host}"),
        },
    };
    // A query may hold a token.
    let plain = plain.split_once('?').map_or_else(|| plain.clone(), |(before, _)| format!("{before}?…"));
    let escaped = |character: char| match character {
        '…' | '\\' | ' ' => character.to_string(),
        _ if may_stand_in_url(character) => character.to_string(),
        _ => character.escape_default().to_string(),
    };
    plain.chars().map(escaped).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(endpoint: &str) -> EndpointUrl {
        endpoint.parse().unwrap_or_else(|error| panic!("{endpoint}: {error}"))
    }

    #[test]
    fn only_plain_urls_are_endpoints() {
        for (endpoint, part) in [
            ("", "it is empty"),
            ("ftp://host", "its scheme is `ftp`"),
            ("http://", "is not a URL such as http://127.0.0.1:8080: empty host"),
            ("http://host:99999", "invalid port number"),
            ("http://1.2.3.4.5", "invalid IPv4 address"),
            ("http://host:0", "port 0 is not a port to connect to"),
            ("http://user:pw@host", "it holds credentials"),
            ("http://host/path", "it has a path, and requests go to `/`; did you mean http://host?"),
            ("http://host:1/?x=pw", "it has a query, and requests go to `/`; did you mean http://host:1?"),
            ("https://host/#x", "it has a fragment, and requests go to `/`; did you mean https://host?"),
            ("http://id:pw/with/@s@host", "the endpoint `http://…@host` can't be used"),
            ("id:pw@host", "the endpoint `…@host` can't be used"),
        ] {
            let error = endpoint.parse::<EndpointUrl>().unwrap_err().to_string();
            assert!(error.contains(part) && !error.contains("pw"), "{endpoint}: {error}");
        }
    }

    #[test]
    fn what_can_not_be_seen_is_named() {
        for (endpoint, part) in [
            ("http://host:1/ ", "it holds a space; leave that out"),
            (" http://host:1", "it holds a space"),
            ("http://host:1\r", "the endpoint `http://host:1\\r` can't be used: it holds a carriage return `\\r`"),
            ("http://host:1\n", "it holds a line feed `\\n`"),
            ("http://ho\tst", "it holds a tab `\\t`"),
            ("http:\\\\host", "it holds a backslash"),
            ("http://host\0", "it holds the character `\\u{0}`"),
            ("\u{feff}http://host", "it holds a byte-order mark `\\u{feff}`"),
            ("http://ho\u{200b}st", "it holds the character `\\u{200b}`"),
            ("http://host\u{a0}", "it holds a no-break space `\\u{a0}`"),
        ] {
            let error = endpoint.parse::<EndpointUrl>().unwrap_err().to_string();
            assert!(error.contains(part), "{endpoint:?}: {error}");
        }
    }

    #[test]
    fn a_scheme_that_is_missing_is_proposed() {
        for (endpoint, wanted) in [
            ("localhost:8080", "http://localhost:8080"),
            ("127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("kms.local:8080/", "http://kms.local:8080"),
            ("[::1]:8080", "http://[::1]:8080"),
            ("//localhost:8080", "http://localhost:8080"),
            ("http:/localhost:8080", "http://localhost:8080"),
            ("https:localhost", "https://localhost"),
            ("localhost", "http://localhost"),
            ("kms.example.com", "https://kms.example.com"),
            ("kms.example.com:443", "https://kms.example.com:443"),
        ] {
            let error = endpoint.parse::<EndpointUrl>().unwrap_err().to_string();
            assert!(error.ends_with(&format!("it has no scheme; did you mean {wanted}?")), "{endpoint}: {error}");
            assert!(wanted.parse::<EndpointUrl>().is_ok(), "{wanted}");
        }
        let error = "a/b".parse::<EndpointUrl>().unwrap_err().to_string();
        assert!(error.ends_with("it has no scheme; it begins with http:// or https://"), "{error}");
    }

    #[test]
    fn an_endpoint_is_kept_as_it_was_understood() {
        for (endpoint, text) in [
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
            ("HTTP://LocalHost:80", "http://localhost"),
            ("https://127.1:443", "https://127.0.0.1"),
            ("http://0.0.0.0:8080", "http://127.0.0.1:8080"),
            ("http://0:8080", "http://127.0.0.1:8080"),
            ("http://[::]:8080", "http://[::1]:8080"),
            ("http://[::ffff:0.0.0.0]:8080", "http://127.0.0.1:8080"),
            ("https://kms.bücher.example", "https://kms.xn--bcher-kva.example"),
        ] {
            assert_eq!(parsed(endpoint).as_str(), text, "{endpoint}");
        }
    }

    #[test]
    fn loopback_is_recognised_in_every_spelling() {
        for host in [
            "localhost",
            "LOCALHOST",
            "localhost.",
            "kms.localhost",
            "kms.localhost.",
            "127.0.0.1",
            "127.1",
            "0x7f000001",
            "2130706433",
            "127.8.9.1",
            "127.0.0.1.",
            "[::1]",
            "[0:0:0:0:0:0:0:1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "0.0.0.0",
            "[::]",
        ] {
            assert!(parsed(&format!("http://{host}:1")).is_loopback(), "{host}");
        }

        for host in [
            "kms.example.com",
            "10.0.0.1",
            "localhost.example",
            "notlocalhost",
            "128.0.0.1",
            "[2001:db8::1]",
            "[fe80::1]",
        ] {
            assert!(!parsed(&format!("http://{host}:1")).is_loopback(), "{host}");
        }
    }
}
