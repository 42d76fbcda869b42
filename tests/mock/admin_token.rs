//! A token for the admin API and the page.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kms_conformance::mock::{AdminAccess, AdminToken, Mock, MockConfig};

use super::client::{Client, Response};

const HTML: (&str, &str) = ("accept", "text/html");

fn mock_with(admin: AdminAccess) -> Mock {
    let admin_token = Some(AdminToken::new("open-sesame").unwrap());
    Mock::start_with(MockConfig { admin, admin_token, ..MockConfig::default() }).unwrap()
}

async fn send(client: &Client, method: &str, target: &str, headers: &[(&str, &str)]) -> Response {
    client.send_raw(method, target, headers, Vec::new()).await
}

#[tokio::test]
async fn without_it_nothing_is_shown_or_done() {
    for admin in [AdminAccess::Loopback, AdminAccess::Everyone] {
        let mock = mock_with(admin);
        let client = Client::new(&mock);
        let key = client.create_key(&[]).await;
        let wrong = format!("Basic {}", STANDARD.encode("open-sesame:wrong"));
        for header in [HTML, ("authorization", "Bearer open"), ("authorization", &wrong)] {
            for (method, target) in [
                ("GET", "/_mock/"),
                ("GET", "/_mock/state"),
                ("HEAD", "/_mock/state"),
                ("POST", "/_mock/reset"),
                ("DELETE", "/_mock/nothing"),
                ("GET", "/_mock/page/main.js"),
            ] {
                let response = send(&client, method, target, &[header]).await;
                assert_eq!(response.status, 401, "{method} {target} {header:?}");
                let challenges: Vec<_> = response.headers.get_all("www-authenticate").iter().collect();
                assert_eq!(challenges, ["Bearer realm=\"mock\"", "Basic realm=\"mock\", charset=\"UTF-8\""]);
                assert!(!response.text.contains("sesame"), "{}", response.text);
            }
        }
        assert_eq!(send(&client, "GET", "/", &[HTML]).await.status, 401);
        // The API of the cloud has access keys of its own.
        assert_eq!(client.state(&key).await, "Enabled");
    }
}

#[tokio::test]
async fn with_it_a_program_and_a_browser_may_call_the_mock_by_any_name() {
    let mock = mock_with(AdminAccess::Loopback);
    let client = Client::new(&mock);
    let password = format!("Basic {}", STANDARD.encode("anybody:open-sesame"));
    for authorization in ["Bearer open-sesame", &password] {
        // A proxy on this machine sends the name that it was called by.
        for host in ["localhost", "kms.example"] {
            let headers = [("host", host), ("authorization", authorization), HTML];
            let page = send(&client, "GET", "/", &headers).await.succeeded();
            assert!(page.text.starts_with("<!doctype html>"));
            for target in ["/_mock/", "/_mock/state", "/_mock/page/main.js"] {
                send(&client, "GET", target, &headers).await.succeeded();
            }
            send(&client, "POST", "/_mock/reset", &headers).await.succeeded();
        }
    }

    // A page of another origin is kept out with it too: the browser would send it along.
    let crossing = [("authorization", password.as_str()), ("origin", "http://evil.example")];
    assert_eq!(send(&client, "POST", "/_mock/reset", &crossing).await.status, 403);
}

#[tokio::test]
async fn it_is_shown_nowhere() {
    let mock = mock_with(AdminAccess::Loopback);
    let client = Client::new(&mock);
    let headers = [("authorization", "Bearer open-sesame")];
    send(&client, "GET", "/?Action=ListKeys&Version=2016-01-20", &headers).await;
    for resource in ["", "state", "exchanges", "cloud", "faults"] {
        let response = send(&client, "GET", &format!("/_mock/{resource}"), &headers).await.succeeded();
        assert!(!response.text.contains("sesame"), "{}", response.text);
    }
    assert!(!format!("{mock:?}").contains("sesame"));
}
