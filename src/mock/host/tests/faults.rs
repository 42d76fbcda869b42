//! Faults in the words of the toy.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::client::{call, make, toggle, try_send};
use super::toy_cloud::ToySettings;
use crate::mock::host::config::MockConfig;
use crate::mock::host::faults::Faults;
use crate::mock::host::handle::Mock;
use crate::mock::host::service::StartError;

fn faults(rules: &[&str]) -> Faults {
    Faults { seed: 1, rules: rules.iter().map(|rule| rule.parse().unwrap()).collect() }
}

fn toggle_request(key: &str) -> Value {
    json!({ "op": "toggle", "key": key })
}

#[test]
fn trouble_has_the_form_of_the_cloud() {
    let mock = Mock::start_with(ToySettings::default()).unwrap();
    let key = make(mock.address());
    for (rule, status, why) in [
        ("throttle=busy,retry-after=7", 420, "busy"),
        ("internal-error", 500, "broken"),
        ("unavailable", 503, "asleep"),
    ] {
        mock.set_faults(faults(&[&format!("{rule},operation=toggle")])).unwrap();
        let response = call(mock.address(), &toggle_request(&key));
        assert_eq!((response.status, response.json()), (status, json!({ "wrong": { "why": why } })));
        assert_eq!(response.header("toy-wait"), (why == "busy").then_some("7"));
        // Only the operation that the rule names is struck.
        make(mock.address());
    }

    mock.set_faults(Faults::default()).unwrap();
    assert_eq!(toggle(mock.address(), &key), "off");
}

#[test]
fn a_dropped_request_has_its_effect_only_if_it_is_dropped_after() {
    let mock = Mock::start_with(ToySettings::default()).unwrap();
    let key = make(mock.address());
    for (rule, next) in [("drop-before", "off"), ("drop-after", "off")] {
        mock.set_faults(faults(&[rule])).unwrap();
        let body = toggle_request(&key).to_string();
        assert!(try_send(mock.address(), "POST", "/", "", &body).is_none(), "{rule}");
        mock.set_faults(Faults::default()).unwrap();
        // After drop-before the key is still on, so it goes off; the dropped toggle of drop-after makes it on again.
        assert_eq!(toggle(mock.address(), &key), next, "{rule}");
    }
}

#[test]
fn responses_can_be_late_or_damaged() {
    let mock = Mock::start_with(ToySettings::default()).unwrap();
    let key = make(mock.address());
    mock.set_faults(faults(&["latency=80ms"])).unwrap();
    let start = Instant::now();
    toggle(mock.address(), &key);
    assert!(start.elapsed() >= Duration::from_millis(80));

    mock.set_faults(faults(&["truncate"])).unwrap();
    assert!(try_send(mock.address(), "POST", "/", "", &toggle_request(&key).to_string()).is_none());
    mock.set_faults(faults(&["garbage"])).unwrap();
    assert!(call(mock.address(), &toggle_request(&key)).body.contains("not a response"));
}

#[test]
fn faults_name_operations_and_codes_of_the_cloud_that_is_served() {
    let start = |rule: &str| {
        let cloud = ToySettings::default().into();
        Mock::start_with(MockConfig { faults: faults(&[rule]), cloud, ..MockConfig::default() })
    };
    assert!(start("garbage,operation=toggle").is_ok());
    for (rule, expected) in [
        ("garbage,operation=togle", "unknown operation `togle` (one of make, toggle); did you mean `toggle`?"),
        ("garbage,operation=Encrypt", "unknown operation `Encrypt` (one of make, toggle)"),
        ("throttle=Rejected.Throttling", "unknown throttle code `Rejected.Throttling` (one of busy)"),
    ] {
        let error = start(rule).map(|_| ()).unwrap_err();
        assert!(matches!(error, StartError::Fault(_)));
        assert_eq!(error.to_string(), expected);
    }

    let mock = Mock::start_with(ToySettings::default()).unwrap();
    assert!(mock.set_faults(faults(&["garbage,operation=Encrypt"])).is_err());
    assert!(mock.faults().rules.is_empty());
}
