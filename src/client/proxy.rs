//! The proxies that the environment names.

use std::fmt;

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::NoProxy;
use url::Url;

use super::ClientError;
use super::endpoint::{hidden_character, is_loopback};

/// What the environment says of proxies. Its variables are those of curl; an upper-case name comes first.
#[derive(Clone, Default)]
pub struct ProxyVariables {
    http: Option<Variable>,
    https: Option<Variable>,
    all: Option<Variable>,
    /// The hosts that are reached without a proxy.
    no: Option<String>,
}

#[derive(Clone)]
struct Variable {
    name: String,
    /// May hold a password.
    value: String,
}

/// A proxy, and how it is called in messages.
#[derive(Debug)]
pub(super) struct Proxy {
    /// For the client.
    pub(super) proxy: reqwest::Proxy,
    /// Whether the connection to it needs TLS.
    pub(super) has_tls: bool,
    /// Its URL without credentials, and its variable.
    pub(super) name: String,
}

impl fmt::Debug for ProxyVariables {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [&self.http, &self.https, &self.all].into_iter().flatten().map(|variable| &variable.name);
        write!(formatter, "ProxyVariables({})", names.cloned().collect::<Vec<_>>().join(", "))
    }
}

impl ProxyVariables {
    /// Reads the variables of an environment. An empty one counts as not set.
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let value = |name: &str| variable(name).filter(|value| !value.is_empty());
        let either = |name: &str| {
            let names = [name.to_ascii_uppercase(), name.to_ascii_lowercase()];
            names.into_iter().find_map(|name| Some(Variable { value: value(&name)?, name }))
        };

        // Where this program is a CGI script, a header of a request has become this variable.
        let is_cgi = value("REQUEST_METHOD").is_some();
        Self {
            http: either("HTTP_PROXY").filter(|_| !is_cgi),
            https: either("HTTPS_PROXY"),
            all: either("ALL_PROXY"),
            no: either("NO_PROXY").map(|variable| variable.value),
        }
    }

    /// The proxy of requests to a URL; none for this machine, which a proxy would look for on its own host.
    ///
    /// # Errors
    ///
    /// The proxy is not the URL of one: to go without it would send the requests where they must not be seen.
    pub(super) fn for_url(&self, url: &Url) -> Result<Option<Proxy>, ClientError> {
        let own = if url.scheme() == "https" { &self.https } else { &self.http };
        let Some(variable) = own.as_ref().or(self.all.as_ref()) else { return Ok(None) };
        if is_loopback(url) || self.excludes(url) {
            return Ok(None);
        }

        let wrong = |reason: String| ClientError::Proxy { variable: variable.name.clone(), reason };
        let proxy = parse(&variable.value).map_err(wrong)?;
        let name = format!("{} of {}", shown(&proxy), variable.name);
        let has_tls = proxy.scheme() == "https";
        let proxy = reqwest::Proxy::all(proxy.as_str()).map_err(|error| wrong(error.without_url().to_string()))?;
        // Requests for another region go to another host.
        let proxy = proxy.no_proxy(self.no.as_deref().and_then(NoProxy::from_string));
        Ok(Some(Proxy { proxy, has_tls, name }))
    }

    /// The proxy of requests to an endpoint, for messages.
    ///
    /// # Errors
    ///
    /// The proxy is not the URL of one.
    #[cfg(feature = "cli")]
    pub(crate) fn name_for(&self, endpoint: &super::EndpointUrl) -> Result<Option<String>, ClientError> {
        Ok(self.for_url(endpoint.url())?.map(|proxy| proxy.name))
    }

    /// Whether the host of a URL is reached without a proxy.
    fn excludes(&self, url: &Url) -> bool {
        let (Some(no), Ok(uri)) = (&self.no, url.as_str().parse()) else { return false };
        // The matcher of the client says which proxy there is for a URL; any would do.
        Matcher::builder().all("http://127.0.0.1").no(no.as_str()).build().intercept(&uri).is_none()
    }
}

/// Reads the URL of a proxy; a host and a port alone are one by plain HTTP. The error is what is wrong with it.
fn parse(value: &str) -> Result<Url, String> {
    if let Some(character) = hidden_character(value) {
        return Err(format!("it holds {character}"));
    }
    let with_scheme = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
    let url = Url::parse(&with_scheme).map_err(|error| error.to_string())?;

    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("its scheme is `{}`, and only proxies by `http` or `https` can be used", url.scheme()));
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err("it has more than a host and a port".to_owned());
    }
    if url.port() == Some(0) {
        return Err("port 0 is not a port to connect to".to_owned());
    }
    Ok(url)
}

/// The URL of a proxy without credentials.
fn shown(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
    format!("{}://{host}{port}", url.scheme())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &'static [(&str, &str)]) -> ProxyVariables {
        let value = |name: &str| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        ProxyVariables::of(value)
    }

    fn name(variables: &ProxyVariables, url: &str) -> Option<String> {
        variables.for_url(&Url::parse(url).unwrap()).unwrap().map(|proxy| proxy.name)
    }

    #[test]
    fn each_scheme_has_its_proxy() {
        let set = variables(&[
            ("HTTP_PROXY", ""),
            ("http_proxy", "http://user:password@a:1/"),
            ("HTTPS_PROXY", "b:2"),
            ("NO_PROXY", "example.org,10.0.0.0/8"),
        ]);
        assert_eq!(name(&set, "http://kms.example").as_deref(), Some("http://a:1 of http_proxy"));
        assert_eq!(name(&set, "https://kms.example").as_deref(), Some("http://b:2 of HTTPS_PROXY"));
        for direct in ["http://kms.example.org", "https://10.1.2.3", "http://kms.localhost", "https://[::1]:1"] {
            assert_eq!(name(&set, direct), None, "{direct}");
        }
        assert!(!format!("{set:?}").contains("password"));

        let set = variables(&[("all_proxy", "https://c"), ("NO_PROXY", "")]);
        assert_eq!(name(&set, "http://kms.example").as_deref(), Some("https://c of all_proxy"));
        assert_eq!(name(&variables(&[]), "http://kms.example"), None);
        assert_eq!(name(&variables(&[("HTTP_PROXY", "a"), ("REQUEST_METHOD", "GET")]), "http://kms.example"), None);
    }

    #[test]
    fn a_proxy_that_is_none_is_an_error_where_it_would_be_used() {
        for (set, reason) in [
            (variables(&[("HTTP_PROXY", "http://:secret@")]), "empty host"),
            (variables(&[("HTTP_PROXY", "socks5://a:secret@b")]), "its scheme is `socks5`"),
            (variables(&[("HTTP_PROXY", "http://a\r")]), "it holds a carriage return `\\r`"),
            (variables(&[("HTTP_PROXY", "a:b")]), "invalid port number"),
            (variables(&[("HTTP_PROXY", "http://a/secret")]), "it has more than a host and a port"),
        ] {
            let error = set.for_url(&Url::parse("http://kms.example").unwrap()).unwrap_err().to_string();
            assert!(error.contains("HTTP_PROXY") && error.contains(reason) && !error.contains("secret"), "{error}");
            assert_eq!(name(&set, "https://kms.example"), None);
            assert_eq!(name(&set, "http://127.0.0.1:1"), None);
        }
    }
}
