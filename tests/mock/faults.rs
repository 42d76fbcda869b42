//! Trouble on the way, as a client meets it.

use jiff::Timestamp;
use kms_conformance::mock::{Faults, Mock, MockConfig, Operation};
use kms_conformance::provider::alibaba::Alibaba;
use kms_conformance::provider::{HttpResponse, Provider as _, RetryHint};

use super::client::Client;

fn faults(rules: &[&str]) -> Faults {
    Faults { seed: 7, rules: rules.iter().map(|rule| rule.parse().unwrap()).collect() }
}

fn troubled(rules: &[&str]) -> Mock {
    Mock::start_with(MockConfig { faults: faults(rules), ..MockConfig::default() }).unwrap()
}

#[tokio::test]
async fn a_connection_dropped_before_has_no_effect_and_one_dropped_after_has() {
    let mock = troubled(&["drop-before,operation=DisableKey,nth=1", "drop-after,operation=DisableKey,nth=2"]);
    let client = Client::new(&mock);
    let key = client.create_key(&[]).await;
    assert!(client.try_call("DisableKey", &[("KeyId", &key)]).await.is_err());
    assert_eq!(client.state(&key).await, "Enabled");
    assert!(client.try_call("DisableKey", &[("KeyId", &key)]).await.is_err());
    assert_eq!(client.state(&key).await, "Disabled");
    client.call("DisableKey", &[("KeyId", &key)]).await.succeeded();
    assert_eq!(mock.requests(Operation::DisableKey), 3);
}

#[tokio::test]
async fn errors_and_throttles_come_in_every_form_without_an_effect() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let key = client.create_key(&[]).await;
    for (rule, status, code) in [
        ("internal-error", 500, "InternalFailure"),
        ("unavailable", 503, "ServiceUnavailableTemporary"),
        ("throttle=Rejected.Throttling", 429, "Rejected.Throttling"),
        ("throttle=Throttling", 400, "Throttling"),
        ("throttle=Throttling.User", 400, "Throttling.User"),
        ("throttle=Throttling.Api,retry-after=3", 400, "Throttling.Api"),
    ] {
        mock.set_faults(faults(&[&format!("{rule},operation=DisableKey")])).unwrap();
        let response = client.call("DisableKey", &[("KeyId", &key)]).await.refused(status, code);
        let waits = |name: &str| response.headers.get(name).map(|value| value.to_str().unwrap());
        let is_told = rule.ends_with("=3");
        assert_eq!(waits("retry-after"), is_told.then_some("3"));
        assert_eq!(waits("x-acs-retry-after"), is_told.then_some("3000"));

        // What the mock says is what the client understands.
        let response = HttpResponse { status: response.status, headers: response.headers.clone(), body: Vec::new() };
        let hint = Alibaba::default().retry_hint(&response);
        let pause = is_told.then(|| std::time::Duration::from_secs(3));
        assert_eq!(hint, RetryHint { throttles: is_told, pause });
        assert_eq!(client.state(&key).await, "Enabled");
    }
}

#[tokio::test]
async fn bodies_can_be_garbage_or_break_off() {
    let mock = troubled(&["garbage,operation=ListKeys", "truncate,operation=ListAliases"]);
    let client = Client::new(&mock);
    let response = client.call("ListKeys", &[]).await;
    assert_eq!(response.status, 200);
    assert!(serde_json::from_str::<serde_json::Value>(&response.text).is_err());
    let error = client.try_call("ListAliases", &[]).await.unwrap_err();
    assert!(error.is_decode() || error.is_body(), "{error:?}");
}

#[tokio::test]
async fn describe_key_can_lag_behind() {
    let mock = troubled(&["stale=86400s,operation=DescribeKey"]);
    let client = Client::new(&mock);
    let key = client.create_key(&[]).await;
    assert_eq!(client.state(&key).await, "Enabled");
    client.call("DisableKey", &[("KeyId", &key)]).await.succeeded();
    assert_eq!(client.state(&key).await, "Enabled");
    let encrypt = [("KeyId", key.as_str()), ("Plaintext", "p")];
    client.call("Encrypt", &encrypt).await.refused(409, "Rejected.Disabled");
    client.call("ScheduleKeyDeletion", &[("KeyId", &key)]).await.succeeded();
    assert_eq!(client.state(&key).await, "Disabled");
    assert_eq!(client.metadata(&key, "DeleteDate").await, "");
    mock.set_faults(Faults::default()).unwrap();
    assert_eq!(client.state(&key).await, "PendingDeletion");
}

#[tokio::test]
async fn a_skewed_clock_shows_and_refuses_timestamps() {
    let mock = troubled(&["skew=-1200,operation=ListKeys", "skew=600,operation=ListAliases"]);
    let client = Client::new(&mock);
    client.call("ListKeys", &[]).await.refused(400, "InvalidTimeStamp.Expired");
    let response = client.call("ListAliases", &[]).await.succeeded();
    let date = response.headers["date"].to_str().unwrap();
    let shown = jiff::fmt::rfc2822::parse(&date.replace("GMT", "+0000")).unwrap().timestamp();
    let ahead = shown.as_second() - Timestamp::now().as_second();
    assert!((500..=600).contains(&ahead), "{ahead}");
}

#[tokio::test]
async fn latency_delays_the_answer_and_not_the_service() {
    let mock = troubled(&["latency=86400s,operation=DisableKey"]);
    let client = Client::new(&mock);
    let key = client.create_key(&[]).await;
    let waiting = {
        let (client, key) = (client.clone(), key.clone());
        tokio::spawn(async move { client.try_call("DisableKey", &[("KeyId", &key)]).await })
    };
    // The effect comes before the delay.
    while client.state(&key).await != "Disabled" {
        tokio::task::yield_now().await;
    }
    assert!(!waiting.is_finished());
    mock.shutdown();
    assert!(waiting.await.unwrap().is_err());
}

#[tokio::test]
async fn the_same_seed_gives_the_same_trouble() {
    let rules = ["unavailable,operation=ListKeys,probability=0.4"];
    let mut runs = Vec::new();
    for _ in 0..2 {
        let mock = troubled(&rules);
        let client = Client::new(&mock);
        let mut codes = Vec::new();
        for _ in 0..40 {
            codes.push(client.call("ListKeys", &[]).await.code());
        }
        assert!(codes.iter().any(|code| code == "Success") && codes.iter().any(|code| code != "Success"));
        runs.push(codes);
    }
    assert_eq!(runs[0], runs[1]);
}
