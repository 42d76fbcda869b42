//! The health resource: for everybody, whatever else is switched off.

use kms_conformance::mock::{AdminAccess, AdminToken, Faults, Mock, MockConfig};
use serde_json::json;

use super::client::Client;

const PATH: &str = "/_mock/health";

fn mock_with(admin: AdminAccess, token: Option<&str>) -> Mock {
    let admin_token = token.map(|token| AdminToken::new(token).unwrap());
    let faults = Faults { seed: 0, rules: vec!["drop-before".parse().unwrap()] };
    Mock::start_with(MockConfig { admin, admin_token, faults, ..MockConfig::default() }).unwrap()
}

#[tokio::test]
async fn it_responds_to_every_host_whoever_may_use_the_admin_api() {
    for (admin, token) in [
        (AdminAccess::Off, None),
        (AdminAccess::Loopback, None),
        (AdminAccess::Loopback, Some("token")),
        (AdminAccess::Everyone, Some("token")),
    ] {
        let mock = mock_with(admin, token);
        let client = Client::new(&mock);
        for host in ["kms:8080", "10.0.0.1", "evil.example", "kms.cn-hangzhou.aliyuncs.com", "localhost"] {
            for crossing in [("accept", "*/*"), ("origin", "http://other.example"), ("sec-fetch-site", "cross-site")] {
                let response = client.send_raw("GET", PATH, &[("host", host), crossing], Vec::new()).await.succeeded();
                assert_eq!(response.json(), json!({ "status": "ok" }), "{host}");
                assert!(!response.headers.contains_key("access-control-allow-origin"));

                let head = client.send_raw("HEAD", PATH, &[("host", host), crossing], Vec::new()).await.succeeded();
                assert_eq!((head.text.as_str(), head.headers["content-length"].as_bytes()), ("", &b"15"[..]));
            }
        }
        client.send_raw("GET", "/_mock/health?at=now", &[], Vec::new()).await.succeeded();
        assert_eq!(mock.total_requests(), 0);
    }
}

#[tokio::test]
async fn it_takes_no_other_method_and_reads_no_body() {
    let mock = mock_with(AdminAccess::Off, None);
    let client = Client::new(&mock);
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        let response = client.send_raw(method, PATH, &[], b"anything".to_vec()).await;
        assert_eq!((response.status, response.headers["allow"].as_bytes()), (405, &b"GET, HEAD"[..]), "{method}");
        assert_eq!(response.json()["error"], "/_mock/health takes GET and HEAD only");
    }
}
