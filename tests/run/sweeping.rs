//! Keys whose creation got no usable response are looked for and removed, or reported.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::altering_proxy::Alteration;
use super::test_run::TestRun;

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_can_not_be_examined_are_reported_up_to_a_limit() {
    let mut faults: Vec<String> = (2..=13).map(|nth| format!("drop-after,operation=CreateKey,nth={nth}")).collect();
    faults.push("internal-error,operation=DescribeKey".to_owned());
    let record = TestRun { faults, ..TestRun::new() }.run(&["DisableKey/Enabled", "Encrypt/Enabled"]).await;
    let leaks = &record.footer.leaks;
    let (last, keys) = leaks.split_last().unwrap();
    assert_eq!(last, "keys whose creation got no usable response: further ones were not looked for", "{leaks:?}");
    assert_eq!(keys.len(), 10, "{keys:?}");
    for line in keys {
        assert!(line.starts_with("key "), "{line}");
        assert!(line.contains(": it is not known whether this run made it: DescribeKey failed each time: "), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_found_key_that_can_not_be_removed_is_a_leak() {
    let deviations = vec!["ScheduleKeyDeletion:Enabled=409/Rejected.Odd".to_owned()];
    let faults = vec!["drop-after,operation=CreateKey,nth=1".to_owned()];
    let record = TestRun { deviations, faults, ..TestRun::new() }.run(&["Encrypt/Enabled"]).await;
    let leaks = &record.footer.leaks;
    assert_eq!(leaks.len(), 2, "{leaks:?}");
    let why =
        "its creation got no usable response; ScheduleKeyDeletion responded Rejected.Odd (409), and the key is Enabled";
    assert!(leaks[1].starts_with("key ") && leaks[1].ends_with(why), "{leaks:?}");
    let usage = &record.footer.usage;
    assert_eq!((usage.keys_created, usage.keys_left), (2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_keys_of_unknown_creations_are_swept() {
    let faults = vec!["drop-after,operation=CreateKey,nth=1".to_owned()];
    let record = TestRun { faults, ..TestRun::new() }.run(&["DisableKey/Enabled", "Encrypt/Enabled"]).await;
    assert_eq!(record.notices, ["1 key whose creation got no usable response: found and removed"]);
    assert_eq!((record.footer.usage.keys_created, record.footer.usage.keys_left), (3, 0));

    let faults = vec!["drop-before,operation=CreateKey,nth=1".to_owned()];
    let record = TestRun { faults, ..TestRun::new() }.run(&["DisableKey/Enabled", "Encrypt/Enabled"]).await;
    assert_eq!(record.notices, [""; 0]);
}

/// The list names one key, that of the case, so many times. Its entries differ, for no page has those of another.
fn listing(entries: u64) -> Alteration {
    let id: Mutex<Value> = Mutex::default();
    Arc::new(move |operation, _, fields| match operation {
        "CreateKey" => *id.lock().unwrap() = fields["KeyMetadata"]["KeyId"].clone(),
        "ListKeys" => {
            let (number, size) = (&fields["PageNumber"], 100);
            let first = (number.as_u64().unwrap() - 1) * size;
            let id = id.lock().unwrap().clone();
            let keys: Vec<Value> = (first..entries.min(first + size))
                .map(|entry| json!({"KeyId": id, "KeyArn": entry.to_string()}))
                .collect();
            *fields = json!({"TotalCount": entries, "PageNumber": number, "PageSize": size, "Keys": {"Key": keys}});
        }
        _ => {}
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_very_many_keys_is_read_in_part() {
    for (entries, expected) in [
        (10_000, &[][..]),
        (
            10_001,
            &[
                "keys whose creation got no usable response: not all of them could be looked for: the account has more than 10000 keys",
            ],
        ),
    ] {
        let faults = vec!["drop-before,operation=CreateKey,nth=1".to_owned()];
        let alter = Some(listing(entries));
        let record = TestRun { faults, alter, ..TestRun::new() }.run(&["Encrypt/Enabled"]).await;
        assert_eq!(record.footer.leaks, expected, "{entries}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_the_response_does_not_name_is_found_and_removed() {
    let alter: Alteration = Arc::new(|operation, _, fields| {
        if operation == "CreateKey" {
            fields["KeyMetadata"].as_object_mut().unwrap().remove("KeyId");
        }
    });
    let record = TestRun { alter: Some(alter), ..TestRun::new() }.run(&["Encrypt/Enabled"]).await;
    assert!(record.footer.usage.keys_created > 0 && record.footer.usage.keys_left == 0, "{:?}", record.footer);
    assert!(record.notices.iter().any(|notice| notice.ends_with("found and removed")), "{:?}", record.notices);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_not_described_may_be_one_of_the_run() {
    let known: Mutex<Vec<Value>> = Mutex::default();
    let alter: Alteration = Arc::new(move |operation, status, fields| {
        let id = fields["KeyMetadata"]["KeyId"].clone();
        let mut known = known.lock().unwrap();
        if operation == "CreateKey" {
            known.push(id);
        } else if operation == "DescribeKey" && !known.contains(&id) {
            *status = 400;
            *fields = json!({"Code": "UnsupportedOperation", "Message": "as the test wants it", "RequestId": "1"});
        }
    });
    let faults = vec!["drop-after,operation=CreateKey,nth=1".to_owned()];
    let record = TestRun { faults, alter: Some(alter), ..TestRun::new() }.run(&["Encrypt/Enabled"]).await;
    let leaks = &record.footer.leaks;
    let why = "it is not known whether this run made it: DescribeKey responded UnsupportedOperation (400)";
    assert!(leaks.len() == 1 && leaks[0].ends_with(why), "{leaks:?}");
}
