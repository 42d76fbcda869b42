//! Requests and responses in the words of the toy.

use serde_json::json;

use super::client::{call, make, send, toggle, try_send};
use super::toy_cloud::ToySettings;
use crate::mock::host::handle::Mock;

#[test]
fn a_cloud_is_served_in_its_own_words() {
    let mock = Mock::start_with(ToySettings::default()).unwrap();
    let address = mock.address();
    let key = make(address);
    assert_eq!(toggle(address, &key), "off");
    assert_eq!(toggle(address, &key), "on");

    let lost = call(address, &json!({ "op": "toggle", "key": "nothing" }));
    assert_eq!((lost.status, lost.json()), (400, json!({ "wrong": { "why": "lost" } })));
    assert_eq!((lost.header("content-type"), lost.header("toy")), (Some("text/toy"), Some("yes")));

    // Whatever is not for the admin API or the page is the cloud's to respond to.
    let odd = send(address, "DELETE", "/any/path?Action=ListKeys", "x-acs-action: ListKeys\r\n", "no json");
    assert_eq!((odd.status, odd.json()), (400, json!({ "wrong": { "why": "what" } })));
}

#[test]
fn requests_are_counted_by_operation() {
    let mock = Mock::start_with(ToySettings::default()).unwrap();
    let key = make(mock.address());
    toggle(mock.address(), &key);
    toggle(mock.address(), &key);
    call(mock.address(), &json!({ "op": "unknown" }));

    assert_eq!((mock.requests("make"), mock.requests("toggle"), mock.requests("unknown")), (1, 2, 0));
    assert_eq!(mock.total_requests(), 3);
}

#[test]
fn a_body_that_is_too_large_is_rejected_by_the_cloud() {
    let mock = Mock::start_with(ToySettings::default()).unwrap();
    let body = "x".repeat((1 << 20) + 1);
    // The connection may be closed while the body is still being sent.
    if let Some(response) = try_send(mock.address(), "POST", "/", "", &body) {
        assert_eq!((response.status, response.json()), (413, json!({ "wrong": { "why": "huge" } })));
    }
}
