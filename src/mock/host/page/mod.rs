//! The page at `/` for people: what the mock holds and which requests it receives, live.
//!
//! A cloud's API may live on the same path, so only what no client of it sends gets the page: a GET without a query that
//! accepts HTML. The page is static, with the cloud's drawing of its states, and reads the admin API; nothing in it comes
//! from a request.

mod asset;

use std::net::IpAddr;

use http::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use http::{Method, Response, StatusCode};

use self::asset::Asset;
use crate::mock::host::browser::response;
use crate::mock::host::cloud::Cloud;
use crate::mock::host::request::Received;
use crate::mock::host::response_body::ResponseBody;
use crate::mock::host::service::Service;
use crate::mock::host::token::has_scheme_of_token;

const TEXT: HeaderValue = HeaderValue::from_static("text/plain;charset=utf-8");

/// Responds to a browser that wants the page or a part of it. Nothing for every other request.
pub(crate) fn respond(service: &Service, peer: IpAddr, received: &Received) -> Option<Response<ResponseBody>> {
    let (access, token) = (service.config.admin, service.config.admin_token.as_ref());
    let cloud = &*service.cloud;
    let asset = if is_visit(received, cloud, token.is_some()) { Some(Asset::PAGE) } else { Asset::find(received) };
    // Without the admin API the parts are paths like any other, and the cloud's to respond to.
    let asset = asset.filter(|asset| access.is_on() || asset.is_page())?;

    if !access.is_on() {
        return Some(text(StatusCode::OK, no_page(cloud)));
    }
    if let Err(barred) = access.admit(token, peer, received) {
        let mut response = text(barred.status(), format!("{barred}\n"));
        barred.challenge(&mut response);
        return Some(response);
    }
    if asset.is_page() {
        let page = asset.text.replace(GRAPH_PLACE, cloud.description().graph);
        return Some(response(StatusCode::OK, asset.content_type(), page));
    }
    Some(response(StatusCode::OK, asset.content_type(), asset.text))
}

/// Where the page has the cloud's drawing of its states.
const GRAPH_PLACE: &str = "<!-- the graph of states -->";

fn no_page(cloud: &dyn Cloud) -> String {
    format!(
        "This is the mock of {} of {} {}. It has no page, since it was started without its admin API.\n",
        cloud.description().title,
        env!("CARGO_PKG_NAME"),
        env!("CARGO_PKG_VERSION"),
    )
}

/// Whether a person opens the page. Every request of a cloud's API has a query, a body or headers that a browser does
/// not send. With a token, a browser sends that.
fn is_visit(received: &Received, cloud: &dyn Cloud, has_token: bool) -> bool {
    let accepts_html = received.header(ACCEPT.as_str()).is_some_and(|accept| {
        let names = accept.split(',').map(|part| part.split(';').next().unwrap_or_default().trim());
        names.into_iter().any(|name| name.eq_ignore_ascii_case("text/html"))
    });
    received.method == Method::GET
        && received.uri.path() == "/"
        && received.uri.query().unwrap_or_default().is_empty()
        && received.body.is_empty()
        && accepts_html
        && (!received.headers.contains_key(AUTHORIZATION) || has_token && has_scheme_of_token(received))
        && !cloud.is_api_request(received)
}

fn text(status: StatusCode, text: String) -> Response<ResponseBody> {
    response(status, TEXT, text)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::mock::host::access::AdminAccess;
    use crate::mock::host::config::MockConfig;
    use crate::mock::host::tests::toy_cloud::ToySettings;

    fn service(admin: AdminAccess) -> Service {
        Service::new(MockConfig { admin, ..ToySettings::default().into() }).unwrap()
    }

    fn received(method: Method, target: &str, headers: &[(&'static str, &str)], body: &'static str) -> Received {
        Received {
            method,
            uri: target.parse().unwrap(),
            headers: headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect(),
            body: Bytes::from_static(body.as_bytes()),
        }
    }

    #[test]
    fn only_a_browser_that_wants_nothing_else_is_a_visitor() {
        const HTML: (&str, &str) = ("accept", "application/xhtml+xml, Text/HTML;q=0.9,*/*;q=0.8");
        let service = service(AdminAccess::Loopback);
        let is_visit = |received: &Received| is_visit(received, &*service.cloud, false);
        let get =
            |target: &str, headers: &[(&'static str, &str)]| is_visit(&received(Method::GET, target, headers, ""));
        assert!(get("/", &[HTML]));
        assert!(get("/?", &[HTML]));
        assert!(!get("/", &[]));
        assert!(!get("/", &[("accept", "*/*")]));

        assert!(!get("/", &[("accept", "text/htmlx, text/xml")]));
        for query in ["/?Action=ListKeys", "/?Signature=x", "/?AccessKeyId=x", "/?KeyId=x", "/?Format=XML", "/?x"] {
            assert!(!get(query, &[HTML]), "{query}");
        }
        assert!(!get("/index.html", &[HTML]));
        assert!(!get("/", &[HTML, ("toy", "yes")]));
        assert!(!get("/", &[HTML, ("authorization", "Bearer x")]));
        let with_token = received(Method::GET, "/", &[HTML, ("authorization", "Basic eDp5")], "");
        assert!(!is_visit(&with_token) && super::is_visit(&with_token, &*service.cloud, true));

        let signed = received(Method::GET, "/", &[HTML, ("authorization", "TOY x")], "");
        assert!(!super::is_visit(&signed, &*service.cloud, true));
        assert!(!is_visit(&received(Method::POST, "/", &[HTML], "")));
        assert!(!is_visit(&received(Method::GET, "/", &[HTML], "Action=ListKeys")));
    }

    #[test]
    fn parts_are_there_only_with_the_admin_api() {
        let part = received(Method::GET, "/_mock/page/main.js", &[("host", "localhost:1")], "");
        let loopback = IpAddr::from([127, 0, 0, 1]);
        assert!(respond(&service(AdminAccess::Off), loopback, &part).is_none());
        let status = |access, peer: [u8; 4]| respond(&service(access), IpAddr::from(peer), &part).unwrap().status();
        assert_eq!(status(AdminAccess::Loopback, [127, 0, 0, 1]), StatusCode::OK);
        assert_eq!(status(AdminAccess::Loopback, [10, 0, 0, 1]), StatusCode::FORBIDDEN);
        assert_eq!(status(AdminAccess::Everyone, [10, 0, 0, 1]), StatusCode::OK);
    }
}
