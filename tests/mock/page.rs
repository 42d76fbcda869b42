//! The page for people, and what keeps other web pages away from the admin API.

use kms_conformance::mock::{AdminAccess, Mock, MockConfig};
use serde_json::json;

use super::client::{Client, Response};

const HTML: (&str, &str) = ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");

fn mock_with(admin: AdminAccess) -> Mock {
    Mock::start_with(MockConfig { admin, ..MockConfig::default() }).unwrap()
}

async fn get(client: &Client, target: &str, headers: &[(&str, &str)]) -> Response {
    client.send_raw("GET", target, headers, Vec::new()).await
}

#[tokio::test]
async fn a_browser_gets_the_page_and_a_client_of_kms_what_it_always_gets() {
    let mock = mock_with(AdminAccess::Loopback);
    let client = Client::new(&mock);
    let page = get(&client, "/", &[HTML]).await.succeeded();
    assert_eq!(page.content_type, "text/html;charset=utf-8");
    assert!(page.text.starts_with("<!doctype html>"));

    get(&client, "/", &[]).await.refused(400, "MissingAction");
    get(&client, "/", &[("accept", "*/*")]).await.refused(400, "MissingAction");
    get(&client, "/?AccessKeyId=testid", &[HTML]).await.refused(400, "MissingAction");
    get(&client, "/?Action=Nothing&Version=2016-01-20", &[HTML]).await.refused(404, "InvalidAction.NotFound");
    get(&client, "/index.html", &[HTML]).await.refused(404, "InvalidAction.NotFound");
    client.send_raw("POST", "/", &[HTML], Vec::new()).await.refused(400, "MissingAction");
    assert_eq!(client.send_raw("HEAD", "/", &[HTML], Vec::new()).await.status, 403);
    let all = client.sign("GET", client.unsigned("DescribeRegions", &[]));
    client.send("GET", &all).await.succeeded();
    let (target, headers) = client.v3("DescribeRegions", &[], b"", "page-nonce");
    let mut headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    headers.push(HTML);
    client.send_raw("POST", &target, &headers, Vec::new()).await.succeeded();
}

#[tokio::test]
async fn looking_at_the_page_is_no_request_of_kms() {
    let faults = kms_conformance::mock::Faults { seed: 0, rules: vec!["internal-error".parse().unwrap()] };
    let config = MockConfig { admin: AdminAccess::Loopback, faults, ..MockConfig::default() };
    let mock = Mock::start_with(config).unwrap();
    let client = Client::new(&mock);
    get(&client, "/", &[HTML]).await.succeeded();
    get(&client, "/_mock/page/main.js", &[]).await.succeeded();
    assert_eq!(get(&client, "/_mock/exchanges", &[]).await.json(), json!([]));
}

#[tokio::test]
async fn every_answer_to_a_browser_says_what_it_may_be_used_for() {
    let mock = mock_with(AdminAccess::Loopback);
    let client = Client::new(&mock);
    let page = get(&client, "/", &[HTML]).await;
    let mut targets: Vec<&str> = page.text.split('"').filter(|part| part.starts_with("/_mock/page/")).collect();
    targets.extend(["/", "/_mock/", "/_mock/state", "/_mock/exchanges", "/_mock/nothing"]);
    assert!(targets.len() > 9);

    for target in targets {
        let response = get(&client, target, &[HTML]).await;
        let header = |name: &str| response.headers[name].to_str().unwrap();
        let policy = header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'; "), "{target}: {policy}");
        for word in ["unsafe", "*", "http", "data:"] {
            assert!(!policy.contains(word), "{target}: {policy}");
        }
        for word in ["frame-ancestors 'none'", "form-action 'none'", "base-uri 'none'", "require-trusted-types-for"] {
            assert!(policy.contains(word), "{target}: {policy}");
        }
        assert_eq!(header("x-content-type-options"), "nosniff", "{target}");
        assert_eq!(header("cache-control"), "no-store", "{target}");
        assert_eq!(header("cross-origin-resource-policy"), "same-origin", "{target}");
        for absent in ["set-cookie", "access-control-allow-origin"] {
            assert!(!response.headers.contains_key(absent), "{target}: {absent}");
        }
    }
}

#[tokio::test]
async fn without_the_admin_api_there_is_only_a_short_text() {
    let mock = mock_with(AdminAccess::Off);
    let client = Client::new(&mock);
    let response = get(&client, "/", &[HTML]).await.succeeded();
    assert_eq!(response.content_type, "text/plain;charset=utf-8");
    assert!(response.text.contains("no page") && response.text.len() < 200, "{}", response.text);
    get(&client, "/_mock/page/main.js", &[HTML]).await.refused(404, "InvalidAction.NotFound");
    get(&client, "/", &[]).await.refused(400, "MissingAction");
}

#[tokio::test]
async fn changes_from_other_web_pages_are_refused() {
    let mock = mock_with(AdminAccess::Loopback);
    let client = Client::new(&mock);
    let key = client.create_key(&[]).await;
    let own = mock.endpoint();
    let port = mock.address().port();

    let changes = [
        ("POST", "reset", String::new()),
        ("POST", "clock", json!({"advance_seconds": 60}).to_string()),
        ("PUT", "faults", json!({"rules": ["drop-before"]}).to_string()),
        ("PUT", "deviations", json!(["Encrypt:Enabled=409/X"]).to_string()),
        ("DELETE", "faults", String::new()),
        ("DELETE", "deviations", String::new()),
    ];

    let neighbour = format!("http://127.0.0.1:{}", port ^ 1);
    let other_name = format!("http://localhost:{port}");
    for origin in ["null", "http://evil.example", &neighbour, &other_name, "chrome-extension://abc"] {
        for (method, resource, body) in &changes {
            let body = body.clone().into_bytes();
            let response = client.send_raw(method, &format!("/_mock/{resource}"), &[("origin", origin)], body).await;
            assert_eq!(response.status, 403, "{origin} {method} {resource}: {}", response.text);
        }
    }

    let crossing = [("origin", own.as_str()), ("sec-fetch-site", "cross-site")];
    assert_eq!(client.send_raw("POST", "/_mock/reset", &crossing, Vec::new()).await.status, 403);
    assert_eq!(client.state(&key).await, "Enabled");
    assert!(mock.deviations().is_empty() && mock.faults().rules.is_empty());

    let own = [("origin", own.as_str()), ("sec-fetch-site", "same-origin")];
    for (method, resource, body) in &changes {
        client.send_raw(method, &format!("/_mock/{resource}"), &own, body.clone().into_bytes()).await.succeeded();
    }
    client.send_raw("POST", "/_mock/reset", &[], Vec::new()).await.succeeded();
}

#[tokio::test]
async fn a_name_that_was_bound_to_this_machine_opens_nothing() {
    let mock = mock_with(AdminAccess::Loopback);
    let client = Client::new(&mock);
    let port = mock.address().port();
    for name in ["evil.example", "localhost.evil.example", "10.0.0.1", "kms.cn-hangzhou.aliyuncs.com"] {
        let host = format!("{name}:{port}");
        let origin = format!("http://{host}");
        let rebound = [("host", host.as_str()), ("origin", &origin), ("sec-fetch-site", "same-origin"), HTML];
        for target in ["/", "/_mock/", "/_mock/state", "/_mock/exchanges", "/_mock/page/main.js"] {
            let response = get(&client, target, &rebound).await;
            assert_eq!(response.status, 403, "{name} {target}");
            assert!(!response.text.contains(name), "{}", response.text);
        }
        assert_eq!(client.send_raw("POST", "/_mock/reset", &rebound, Vec::new()).await.status, 403, "{name}");
        // The API itself may be called by any name.
        get(&client, "/", &[("host", &host)]).await.refused(400, "MissingAction");
    }

    for name in ["localhost", "127.0.0.1", "[::1]", "kms.localhost"] {
        let host = format!("{name}:{port}");
        get(&client, "/", &[("host", &host), HTML]).await.succeeded();
        get(&client, "/_mock/state", &[("host", &host)]).await.succeeded();
    }

    let open = mock_with(AdminAccess::Everyone);
    let client = Client::new(&open);
    let host = [("host", "kms.test:8080"), ("origin", "http://kms.test:8080")];
    client.send_raw("POST", "/_mock/reset", &host, Vec::new()).await.succeeded();
    let foreign = [("host", "kms.test:8080"), ("origin", "http://other.test:8080")];
    assert_eq!(client.send_raw("POST", "/_mock/reset", &foreign, Vec::new()).await.status, 403);
}

#[tokio::test]
async fn the_page_can_ask_for_what_is_new_only() {
    let mock = mock_with(AdminAccess::Loopback);
    let client = Client::new(&mock);
    for _ in 0..3 {
        client.call("DescribeRegions", &[]).await.succeeded();
    }
    let numbers = async |query: &str| -> Vec<u64> {
        let list = get(&client, &format!("/_mock/exchanges{query}"), &[]).await.succeeded().json();
        list.as_array().unwrap().iter().map(|exchange| exchange["number"].as_u64().unwrap()).collect()
    };

    assert_eq!(numbers("").await, [1, 2, 3]);
    assert_eq!(numbers("?after=0").await, [1, 2, 3]);
    assert_eq!(numbers("?after=2").await, [3]);
    assert!(numbers("?after=3").await.is_empty());
    assert!(numbers("?after=18446744073709551615").await.is_empty());
    for query in ["?after=", "?after=-1", "?after=x", "?before=1", "?after=1&after=2"] {
        assert_eq!(get(&client, &format!("/_mock/exchanges{query}"), &[]).await.status, 400, "{query}");
    }
    let extent = |response: Response| {
        (response.json()["exchanges"]["since"].clone(), response.json()["exchanges"]["last"].clone())
    };

    let (since, last) = extent(get(&client, "/_mock/state", &[]).await);
    assert_eq!(last, 3);
    mock.reset();
    let (later, last) = extent(get(&client, "/_mock/state", &[]).await);
    assert_eq!(last, 0);
    assert_ne!(since, later);
}

#[tokio::test]
async fn the_state_says_what_the_page_shows_of_a_key() {
    let mock = mock_with(AdminAccess::Loopback);
    let client = Client::new(&mock);
    let key = client.create_key(&[("Description", "of the orders")]).await;
    let tags = [("KeyId", key.as_str()), ("Tags", r#"[{"TagKey":"team","TagValue":"payments"}]"#)];
    client.call("TagResource", &tags).await.succeeded();
    client.create_key(&[("Origin", "EXTERNAL")]).await;
    let account = &get(&client, "/_mock/state", &[]).await.json()["accounts"][0];
    let shown = &account["keys"][0];
    assert_eq!((&shown["description"], &shown["tags"]), (&json!("of the orders"), &json!({"team": "payments"})));
    assert_eq!(shown["material_expires"], json!(null));
    let states = json!({"Enabled": 1, "Disabled": 0, "PendingDeletion": 0, "PendingImport": 1});
    assert_eq!(account["states"], states);
}
