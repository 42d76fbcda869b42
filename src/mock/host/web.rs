//! Requests that a web page has made a browser send: which pages may, and what a browser needs to let them.
//!
//! Any page that a person opens can have requests sent to a loopback address, and it can sign them, for the access key
//! of the documents is public. So a request that a browser says is another page's is rejected, whatever it is for,
//! unless the settings name the page's origin; and then the response has the headers by which the browser shows it to
//! the page. Programs send none of these headers and are not concerned.

use std::fmt;
use std::str::FromStr;

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, HeaderName, HeaderValue, ORIGIN, VARY,
};
use http::{Method, Response, StatusCode};
use url::Url;

use crate::mock::host::browser;
use crate::mock::host::origin;
use crate::mock::host::request::Received;
use crate::mock::host::response_body::ResponseBody;

/// The origin of a web page, as a browser writes it: `http://localhost:3000`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebOrigin(String);

impl fmt::Display for WebOrigin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The text is not an origin of a web page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseOriginError {
    /// `null` is what a browser says of every page whose origin it holds back.
    #[error(
        "`null` is the origin of every page that has none of its own, a malicious one too; serve the page from a URL"
    )]
    Null,
    /// Any page could send requests.
    #[error("`*` would let every web page in; name each origin")]
    Every,
    /// No scheme and host, or more than that.
    #[error("expected the scheme, the host and the port of a page, and nothing else, such as http://localhost:3000")]
    Form,
}

impl FromStr for WebOrigin {
    type Err = ParseOriginError;

    fn from_str(text: &str) -> Result<Self, ParseOriginError> {
        match text {
            "null" => return Err(ParseOriginError::Null),
            "*" => return Err(ParseOriginError::Every),
            _ => {}
        }

        // The crate forgives what a browser never writes, such as blanks at the ends.
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        let url = Url::parse(text).ok().filter(|_| is_plain).ok_or(ParseOriginError::Form)?;
        let is_bare = matches!(url.path(), "" | "/")
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if !is_bare || url.host_str().is_none_or(str::is_empty) {
            return Err(ParseOriginError::Form);
        }

        let origin = url.origin();
        // That of an extension is none for the crate, but its browser sends it as it is written.
        let written = if origin.is_tuple() {
            origin.ascii_serialization()
        } else {
            text.strip_suffix('/').unwrap_or(text).to_ascii_lowercase()
        };
        Ok(Self(written))
    }
}

/// Who has sent a request, as far as its headers say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sender {
    /// A program, or a person who has typed the address.
    Program,
    /// A page that the mock itself serves.
    OwnPage,
    /// A page whose origin the settings name.
    AllowedPage(HeaderValue),
    /// Any other page.
    ForeignPage,
}

impl Sender {
    /// Who has sent a request, where pages of these origins are allowed.
    pub(crate) fn of(received: &Received, allowed: &[WebOrigin]) -> Self {
        let mut origins = received.headers.get_all(ORIGIN).iter();
        let (first, second) = (origins.next(), origins.next());
        if let (Some(origin), None) = (first, second)
            && allowed.iter().any(|allowed| allowed.0.as_bytes() == origin.as_bytes())
        {
            return Self::AllowedPage(origin.clone());
        }

        if origin::is_foreign(received) {
            Self::ForeignPage
        } else if first.is_some() || received.headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin") {
            Self::OwnPage
        } else {
            Self::Program
        }
    }

    /// The response to a request that goes no further: one of a page that is not allowed, or the question of a browser
    /// whether a page is.
    pub(crate) fn respond(&self, received: &Received, is_for_admin: bool) -> Option<Response<ResponseBody>> {
        match self {
            Self::ForeignPage => Some(rejection()),
            // A page whose name a name server has pointed here is its own origin too. The mock's page calls nothing but
            // the admin API, which has rules of its own for hosts.
            Self::OwnPage if !is_for_admin && !origin::names_loopback(received.host()) => Some(rejection()),
            Self::AllowedPage(_) if is_preflight(received) => Some(self.preflight(received)),
            Self::Program | Self::OwnPage | Self::AllowedPage(_) => None,
        }
    }

    /// Lets the browser show a response to the page.
    pub(crate) fn show_to_page(&self, response: &mut Response<ResponseBody>) {
        let Self::AllowedPage(origin) = self else { return };
        let headers = response.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("*"));
        headers.append(VARY, HeaderValue::from_static("origin"));
    }

    fn preflight(&self, received: &Received) -> Response<ResponseBody> {
        let mut response = browser::response(StatusCode::NO_CONTENT, HeaderValue::from_static("text/plain"), "");
        self.show_to_page(&mut response);

        let headers = response.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD, POST, PUT, DELETE"));
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
        // By name, for `*` leaves Authorization out.
        for names in received.headers.get_all(ACCESS_CONTROL_REQUEST_HEADERS) {
            headers.append(ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
        }
        // A page from the network that sends to a loopback address needs this too.
        if received.headers.contains_key("access-control-request-private-network") {
            let name = HeaderName::from_static("access-control-allow-private-network");
            headers.insert(name, HeaderValue::from_static("true"));
        }
        response
    }
}

fn is_preflight(received: &Received) -> bool {
    received.method == Method::OPTIONS && received.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

fn rejection() -> Response<ResponseBody> {
    let text = r#"{"error":"a web page that is not allowed to has sent this; `mock --allow-origin ORIGIN` names those that are"}"#;
    browser::json(StatusCode::FORBIDDEN, text)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn received(headers: &[(&'static str, &str)]) -> Received {
        Received {
            method: Method::POST,
            uri: "/".parse().unwrap(),
            headers: headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect(),
            body: Bytes::new(),
        }
    }

    #[test]
    fn an_origin_is_a_scheme_a_host_and_a_port() {
        for (text, origin) in [
            ("http://localhost:3000", "http://localhost:3000"),
            ("HTTPS://App.Example:443/", "https://app.example"),
            ("http://[::1]:80", "http://[::1]"),
            ("chrome-extension://abcdef", "chrome-extension://abcdef"),
        ] {
            assert_eq!(text.parse::<WebOrigin>().unwrap().to_string(), origin, "{text}");
        }

        assert_eq!("null".parse::<WebOrigin>(), Err(ParseOriginError::Null));
        assert_eq!("*".parse::<WebOrigin>(), Err(ParseOriginError::Every));
        for text in [
            "",
            "localhost:3000",
            "app.example",
            "http://",
            "file:///",
            "http://app.example/page",
            "http://app.example?x",
            "http://app.example#x",
            "http://user@app.example",
            "http://app.example\\",
            " http://app.example",
            "http://app.example\n",
            "data:text/html,x",
            "http://*.example/*",
        ] {
            assert_eq!(text.parse::<WebOrigin>(), Err(ParseOriginError::Form), "{text:?}");
        }
    }

    #[test]
    fn only_the_page_itself_and_named_pages_are_let_in() {
        const HOST: (&str, &str) = ("host", "localhost:8080");
        let allowed = ["http://app.example:3000".parse().unwrap()];
        let sender = |headers: &[(&'static str, &str)]| Sender::of(&received(headers), &allowed);
        assert_eq!(sender(&[HOST]), Sender::Program);
        assert_eq!(sender(&[HOST, ("sec-fetch-site", "none")]), Sender::Program);
        assert_eq!(sender(&[HOST, ("origin", "http://localhost:8080")]), Sender::OwnPage);
        assert_eq!(sender(&[HOST, ("sec-fetch-site", "same-origin")]), Sender::OwnPage);

        let app = ("origin", "http://app.example:3000");
        let page = Sender::AllowedPage(HeaderValue::from_static(app.1));
        assert_eq!(sender(&[HOST, app, ("sec-fetch-site", "cross-site")]), page);
        // An image or a link of the page says where it comes from, but not whose it is.
        assert_eq!(sender(&[HOST, ("sec-fetch-site", "cross-site")]), Sender::ForeignPage);
        for origin in ["http://app.example", "http://app.example:3000/", "http://APP.example:3000", "null", ""] {
            assert_eq!(sender(&[HOST, ("origin", origin)]), Sender::ForeignPage, "{origin}");
        }
        assert_eq!(sender(&[HOST, app, ("origin", "http://evil.example")]), Sender::ForeignPage);
    }
}
