//! Requests that a web page has made a browser send: refused, unless the page's origin is allowed.

use kms_conformance::mock::{AccessKey, AdminAccess, AdminToken, AlibabaConfig, Mock, MockConfig};
use serde_json::json;

use super::client::{Client, Response};

const APP: &str = "http://app.example:3000";

/// A mock that takes unsigned requests, so that a page needs no secret.
fn mock_with(admin: AdminAccess) -> Mock {
    let cloud = AlibabaConfig { anonymous: Some(AccessKey::new("anonymous", "")), ..AlibabaConfig::default() };
    let allowed_origins = vec![APP.parse().unwrap(), "https://other.example".parse().unwrap()];
    Mock::start_with(MockConfig { admin, allowed_origins, ..cloud.into() }).unwrap()
}

const CREATE: &str = "/?Action=CreateKey&Version=2016-01-20";

async fn keys(client: &Client) -> u64 {
    client.call("ListKeys", &[]).await.succeeded().json()["TotalCount"].as_u64().unwrap()
}

/// The headers of the response that a browser needs to show it to the page.
fn shown_to(response: &Response) -> Option<&str> {
    response.headers.get("access-control-allow-origin").map(|origin| origin.to_str().unwrap())
}

#[tokio::test]
async fn a_foreign_page_gets_nothing_from_either_api() {
    for admin in [AdminAccess::Off, AdminAccess::Loopback, AdminAccess::Everyone] {
        let mock = mock_with(admin);
        let client = Client::new(&mock);
        let neighbour = format!("http://127.0.0.1:{}", mock.address().port() ^ 1);
        let marks = [
            [("origin", "http://evil.example"), ("sec-fetch-site", "cross-site")],
            [("origin", "null"), ("accept", "*/*")],
            [("origin", &neighbour), ("sec-fetch-site", "same-site")],
            [("origin", "http://app.example:3001"), ("accept", "*/*")],
            // An image, a link and a form of a page say where they come from, but not which page it is.
            [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")],
            [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")],
            [("sec-fetch-site", "same-site"), ("accept", "*/*")],
        ];
        for mark in marks {
            for method in ["GET", "POST", "OPTIONS"] {
                let body = if method == "POST" { b"Action=CreateKey&Version=2016-01-20".to_vec() } else { Vec::new() };
                let response = client.send_raw(method, CREATE, &mark, body).await;
                assert_eq!(response.status, 403, "{mark:?} {method}: {}", response.text);
                assert!(response.json()["error"].as_str().unwrap().contains("--allow-origin"), "{}", response.text);
                assert_eq!(shown_to(&response), None);
            }
            for resource in ["", "state", "exchanges", "reset", "clock"] {
                let response = client.send_raw("POST", &format!("/_mock/{resource}"), &mark, Vec::new()).await;
                assert_eq!(response.status, 403, "{mark:?} {resource}");
                let response = client.send_raw("GET", &format!("/_mock/{resource}"), &mark, Vec::new()).await;
                assert_eq!(response.status, 403, "{mark:?} {resource}");
            }
        }
        assert_eq!(keys(&client).await, 0);
    }
}

#[tokio::test]
async fn a_page_whose_name_was_bound_to_this_machine_is_no_page_of_the_mock() {
    let mock = mock_with(AdminAccess::Everyone);
    let client = Client::new(&mock);
    let host = format!("evil.example:{}", mock.address().port());
    let origin = format!("http://{host}");
    let rebound = [("host", host.as_str()), ("origin", &origin), ("sec-fetch-site", "same-origin")];
    assert_eq!(client.send_raw("POST", CREATE, &rebound, Vec::new()).await.status, 403);
    assert_eq!(keys(&client).await, 0);

    // At a name that nobody else decides about, the origin of the mock is its own.
    let own = mock.endpoint();
    let own = [("origin", own.as_str()), ("sec-fetch-site", "same-origin")];
    client.send_raw("POST", CREATE, &own, Vec::new()).await.succeeded();
    assert_eq!(keys(&client).await, 1);
}

#[tokio::test]
async fn an_allowed_page_may_do_what_a_program_may() {
    let mock = mock_with(AdminAccess::Loopback);
    let client = Client::new(&mock);
    let page = [("origin", APP), ("sec-fetch-site", "cross-site")];

    let response = client.send_raw("POST", CREATE, &page, Vec::new()).await.succeeded();
    assert_eq!((shown_to(&response), response.headers["vary"].as_bytes()), (Some(APP), &b"origin"[..]));
    assert_eq!(response.headers["access-control-expose-headers"], "*");
    assert!(!response.headers.contains_key("access-control-allow-credentials"));
    assert_eq!(keys(&client).await, 1);

    // Errors are shown to it too, those of the cloud and those of the admin API.
    let response = client.send_raw("POST", "/?Action=Nothing", &page, Vec::new()).await;
    assert_eq!((response.status, shown_to(&response)), (400, Some(APP)));
    let response = client.send_raw("POST", "/_mock/clock", &page, Vec::new()).await;
    assert_eq!((response.status, shown_to(&response)), (400, Some(APP)));
    let body = json!({ "advance_seconds": 60 }).to_string().into_bytes();
    client.send_raw("POST", "/_mock/clock", &page, body).await.succeeded();

    let other = [("origin", "https://other.example")];
    assert_eq!(shown_to(&client.send_raw("GET", CREATE, &other, Vec::new()).await), Some("https://other.example"));
    // A program gets none of these headers.
    assert_eq!(shown_to(&client.send_raw("GET", CREATE, &[], Vec::new()).await), None);
}

#[tokio::test]
async fn a_browser_that_wants_to_know_first_is_given_what_it_needs() {
    let cloud = AlibabaConfig::default();
    let allowed_origins = vec![APP.parse().unwrap()];
    let admin_token = Some(AdminToken::new("token").unwrap());
    let admin = AdminAccess::Loopback;
    let mock = Mock::start_with(MockConfig { admin, admin_token, allowed_origins, ..cloud.into() }).unwrap();
    let client = Client::new(&mock);

    let preflight = [
        ("origin", APP),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "authorization,x-acs-action,x-acs-date"),
        ("access-control-request-private-network", "true"),
    ];

    for target in ["/", "/_mock/clock"] {
        let response = client.send_raw("OPTIONS", target, &preflight, Vec::new()).await;
        assert_eq!((response.status, response.text.as_str(), shown_to(&response)), (204, "", Some(APP)), "{target}");
        let header = |name: &str| response.headers[name].to_str().unwrap();
        assert_eq!(header("access-control-allow-headers"), "authorization,x-acs-action,x-acs-date");
        assert_eq!(header("access-control-allow-methods"), "GET, HEAD, POST, PUT, DELETE");
        assert_eq!(header("access-control-allow-private-network"), "true");
    }

    assert_eq!(mock.total_requests(), 0);

    // What it may send is then judged like anything else.
    let response = client.send_raw("GET", "/_mock/state", &[("origin", APP)], Vec::new()).await;
    assert_eq!((response.status, shown_to(&response)), (401, Some(APP)));
    let mut foreign = preflight;
    foreign[0].1 = "http://evil.example";
    assert_eq!(client.send_raw("OPTIONS", "/", &foreign, Vec::new()).await.status, 403);
}
