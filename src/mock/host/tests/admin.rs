//! The admin API before the toy.

use serde_json::{Map, Value, json};

use super::client::{admin, call, make, toggle};
use super::toy_cloud::ToySettings;
use crate::mock::host::access::AdminAccess;
use crate::mock::host::clock::ClockMode;
use crate::mock::host::config::MockConfig;
use crate::mock::host::handle::Mock;

pub(super) fn administered(settings: ToySettings) -> Mock {
    let clock = ClockMode::Manual("2030-01-02T03:04:05Z".parse().unwrap());
    let config = MockConfig { admin: AdminAccess::Loopback, clock, cloud: settings.into(), ..MockConfig::default() };
    Mock::start_with(config).unwrap()
}

#[test]
fn the_cloud_and_its_keys_are_shown() {
    let mock = administered(ToySettings::default());
    let (status, cloud) = admin(&mock, "GET", "cloud", &Value::Null);
    assert_eq!(status, 200);
    assert_eq!((&cloud["name"], &cloud["title"]), (&json!("toy"), &json!("Toy Cloud")));
    assert_eq!((&cloud["operations"], &cloud["states"]), (&json!(["make", "toggle"]), &json!(["on", "off"])));

    let key = make(mock.address());
    toggle(mock.address(), &key);
    let (_, state) = admin(&mock, "GET", "state", &Value::Null);
    let account = &state["accounts"][0];
    assert_eq!((&account["account"], &account["states"]), (&json!("everybody"), &json!({ "on": 0, "off": 1 })));
    let shown = &account["keys"][0];
    assert_eq!((&shown["id"], &shown["state"], &shown["class"]), (&json!(key), &json!("off"), &json!("plain")));
    assert_eq!((&shown["colour"], &shown["created"]), (&json!("red"), &json!("2030-01-02T03:04:05Z")));
    assert_eq!(state["requests"], json!({ "make": 1, "toggle": 1 }));
}

#[test]
fn exchanges_are_listed_without_what_the_cloud_holds_back() {
    let mock = administered(ToySettings::default());
    let key = make(mock.address());
    call(mock.address(), &json!({ "op": "toggle", "key": key, "secret": "hush" }));
    call(mock.address(), &json!({ "op": "toggle", "key": "nothing" }));
    call(mock.address(), &json!({ "op": "guess" }));

    let (_, exchanges) = admin(&mock, "GET", "exchanges", &Value::Null);
    let fields = |at: usize, names: [&str; 4]| names.map(|name| exchanges[at][name].clone());
    let shown = ["operation", "status", "key", "code"];
    assert_eq!(fields(0, shown), [json!("make"), json!(200), json!(key), Value::Null]);
    assert_eq!(fields(1, shown), [json!("toggle"), json!(200), json!(key), Value::Null]);
    assert_eq!(fields(2, shown), [json!("toggle"), json!(400), json!("nothing"), json!("lost")]);
    assert_eq!(fields(3, shown), [Value::Null, json!(400), Value::Null, json!("what")]);
    assert!(!exchanges.to_string().contains("hush"));
}

#[test]
fn exchanges_are_bounded_in_bytes() {
    let mock = administered(ToySettings::default());
    let long = "x".repeat(60_000);
    for number in 0..200 {
        call(mock.address(), &json!({ "op": "toggle", "key": format!("{number} {long}") }));
    }
    // Many short fields take more than they look.
    let many: Map<String, Value> = (0..4_000).map(|number| (format!("f{number}"), json!(""))).collect();
    let mut many = many;
    many.insert("op".to_owned(), json!("toggle"));
    call(mock.address(), &Value::Object(many));

    let (_, exchanges) = admin(&mock, "GET", "exchanges", &Value::Null);
    let listed = exchanges.as_array().unwrap();
    assert!((20..190).contains(&listed.len()), "{}", listed.len());
    assert_eq!(listed.last().unwrap()["number"], 201);
    assert_eq!(listed.last().unwrap()["parameters"], json!({}));
}

#[test]
fn deviations_are_those_of_the_cloud() {
    let mock = administered(ToySettings::default());
    let key = make(mock.address());
    let wanted = json!(["toggle-does-nothing"]);
    assert_eq!(admin(&mock, "PUT", "deviations", &wanted), (200, wanted.clone()));
    assert_eq!(toggle(mock.address(), &key), "off");
    assert_eq!(toggle(mock.address(), &key), "off");

    let unknown = json!({ "error": "the toy has no deviation `Encrypt:Disabled=Success`" });
    assert_eq!(admin(&mock, "PUT", "deviations", &json!(["Encrypt:Disabled=Success"])), (400, unknown));
    assert_eq!(admin(&mock, "GET", "deviations", &Value::Null), (200, wanted));
    assert_eq!(admin(&mock, "PUT", "faults", &json!({ "rules": ["garbage,operation=x"] })).0, 400);
}

#[test]
fn a_reset_begins_again_with_the_planted_keys() {
    let mock = administered(ToySettings { planted: 2 });
    let ids = || {
        let (_, state) = admin(&mock, "GET", "state", &Value::Null);
        let keys = state["accounts"][0]["keys"].as_array().unwrap().clone();
        keys.into_iter().map(|key| key["id"].clone()).collect::<Vec<_>>()
    };
    let planted = ids();
    assert_eq!(planted.len(), 2);
    make(mock.address());
    admin(&mock, "POST", "clock", &json!({ "advance_seconds": 60 }));
    assert_eq!(mock.now().to_string(), "2030-01-02T03:05:05Z");

    assert_eq!(admin(&mock, "POST", "reset", &Value::Null), (200, json!({})));
    assert_eq!(ids(), planted);
    assert_eq!((mock.total_requests(), mock.now().to_string().as_str()), (0, "2030-01-02T03:04:05Z"));
}
