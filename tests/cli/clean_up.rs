//! What a run made is removed, whatever happened to the responses.

use kms_conformance::mock::{Faults, Mock, Operation};

use super::program::{Ended, Place, ended};

/// A run of one case, and how often a removal was sent.
fn run(faults: &[&str]) -> (Ended, u64, Place) {
    let mock = Mock::start().unwrap();
    mock.set_faults(Faults { seed: 1, rules: faults.iter().map(|rule| rule.parse().unwrap()).collect() }).unwrap();
    let place = Place::new();
    let ended = ended(place.program(&format!("run -q alibaba/Encrypt/Enabled --endpoint {}", mock.endpoint())));
    let removals = mock.requests(Operation::ScheduleKeyDeletion);
    (ended, removals, place)
}

#[test]
fn a_key_whose_creation_got_no_response_is_found_and_removed() {
    let (ended, removals, place) = run(&["drop-after,operation=CreateKey,nth=1"]);
    assert!(ended.out.contains("1 key whose creation got no usable response: found and removed"), "{}", ended.out);
    let usage = place.results().usage;
    assert_eq!((ended.code, removals, usage.keys_created, usage.keys_left), (0, 2, 2, 0), "{}", ended.out);
    assert_eq!(place.results().notices.len(), 1, "{}", ended.out);
}

#[test]
fn removing_such_a_key_is_tried_several_times() {
    let throttled: Vec<String> =
        (2..=5).map(|nth| format!("throttle=Throttling,operation=ScheduleKeyDeletion,nth={nth}")).collect();
    let mut faults = vec!["drop-after,operation=CreateKey,nth=1"];
    faults.extend(throttled.iter().map(String::as_str));
    let (ended, removals, place) = run(&faults);
    let usage = place.results().usage;
    assert_eq!((ended.code, removals, usage.keys_created, usage.keys_left), (0, 6, 2, 0), "{}", ended.out);
}

#[test]
fn a_key_that_can_not_be_removed_is_named() {
    let (ended, _, place) = run(&["throttle=Throttling,operation=ScheduleKeyDeletion"]);
    let usage = place.results().usage;
    assert_eq!((usage.keys_created, usage.keys_left), (1, 1), "{}", ended.out);
    assert_eq!(ended.code, 3, "{}", ended.out);
    assert!(ended.out.contains("of alibaba/Encrypt/Enabled was left behind: ScheduleKeyDeletion"), "{}", ended.out);
}

#[test]
fn keys_that_can_not_be_listed_are_a_leak() {
    let (ended, _, place) = run(&["drop-after,operation=CreateKey,nth=1", "internal-error,operation=ListKeys"]);
    let leak =
        "keys whose creation got no usable response: not all of them could be looked for: ListKeys failed each time";
    assert!(ended.code == 3 && ended.out.contains(leak), "{}", ended.out);
    assert!(place.results().leaks.iter().any(|line| line.starts_with(leak)));
}
