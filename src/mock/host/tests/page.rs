//! The page before the toy.

use super::admin::administered;
use super::client::send;
use super::toy_cloud::ToySettings;
use crate::mock::host::handle::Mock;

#[test]
fn the_page_draws_the_states_of_the_cloud_and_of_no_other() {
    let mock = administered(ToySettings::default());
    let page = send(mock.address(), "GET", "/", "accept: text/html\r\n", "");
    assert_eq!(page.header("content-type"), Some("text/html;charset=utf-8"));
    assert!(page.body.contains("State graph of the toy"));
    assert!(page.body.contains("data-state=\"off\""));

    let mut all = page.body.clone();
    for part in page.body.split('"').filter(|part| part.starts_with("/_mock/page/")) {
        all += &send(mock.address(), "GET", part, "", "").body;
    }
    for part in ["graph.js", "keys.js", "requests.js", "facts.js", "controls.js", "document.js", "time.js"] {
        all += &send(mock.address(), "GET", &format!("/_mock/page/{part}"), "", "").body;
    }
    for foreign in ["Alibaba", "Aliyun", "CreateKey", "KeyId", "PendingDeletion", "EXTERNAL"] {
        assert!(!all.contains(foreign), "{foreign}");
    }
}

#[test]
fn the_cloud_says_which_visits_are_requests_of_its_api() {
    let mock = administered(ToySettings::default());
    let visit = send(mock.address(), "GET", "/", "accept: text/html\r\ntoy: yes\r\n", "");
    assert_eq!(visit.header("content-type"), Some("text/toy"));

    let without_admin = Mock::start_with(ToySettings::default()).unwrap();
    let text = send(without_admin.address(), "GET", "/", "accept: text/html\r\n", "").body;
    assert!(text.starts_with("This is the mock of Toy Cloud "), "{text}");
}
