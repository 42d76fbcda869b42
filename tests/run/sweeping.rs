//! Keys whose making was never answered are looked for, and what became of them is told.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::altering::{Alter, refused};
use crate::asked::Asking;

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_found_out_is_told_for_some_keys() {
    let mut faults: Vec<String> = (2..=13).map(|nth| format!("drop-after,operation=CreateKey,nth={nth}")).collect();
    faults.push("internal-error,operation=DescribeKey".to_owned());
    let asked = Asking { faults, ..Asking::new() }.ask_for(&["DisableKey/Enabled", "Encrypt/Enabled"]).await;
    let (last, told) = asked.notices.split_last().unwrap();
    assert_eq!(last, "further keys whose making was not answered were not looked for", "{:?}", asked.notices);
    assert_eq!(told.len(), 10, "{told:?}");
    for line in told {
        let why = "is of this run could not be found out: DescribeKey: InternalFailure (500) (4 attempts)";
        assert!(line.starts_with("whether key ") && line.ends_with(why), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_found_key_that_can_not_be_removed_is_told() {
    let alter = Some(refused("ScheduleKeyDeletion", 409, "Rejected.Odd"));
    let faults = vec!["drop-after,operation=CreateKey,nth=1".to_owned()];
    let asked = Asking { alter, faults, ..Asking::new() }.ask_for(&["Encrypt/Enabled"]).await;
    assert_eq!(asked.notices.len(), 2, "{:?}", asked.notices);
    let found = &asked.notices[1];
    let why = "whose making was never answered, was left behind: ScheduleKeyDeletion answered Rejected.Odd (409)";
    assert!(found.starts_with("key ") && found.ends_with(why), "{found}");
    let usage = &asked.footer.usage;
    assert_eq!((usage.keys_created, usage.keys_left), (2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_keys_that_nobody_knows_of_are_looked_for() {
    let faults = vec!["drop-after,operation=CreateKey,nth=1".to_owned()];
    let asked = Asking { faults, ..Asking::new() }.ask_for(&["DisableKey/Enabled", "Encrypt/Enabled"]).await;
    assert_eq!(asked.notices, ["1 key was found and removed whose making was never answered"]);
    assert_eq!((asked.footer.usage.keys_created, asked.footer.usage.keys_left), (3, 0));

    let faults = vec!["drop-before,operation=CreateKey,nth=1".to_owned()];
    let asked = Asking { faults, ..Asking::new() }.ask_for(&["DisableKey/Enabled", "Encrypt/Enabled"]).await;
    assert_eq!(asked.notices, [""; 0]);
}

/// The list names one key, that of the case, so many times.
fn listing(entries: u64) -> Alter {
    let id: Mutex<Value> = Mutex::default();
    Arc::new(move |operation, _, fields| match operation {
        "CreateKey" => *id.lock().unwrap() = fields["KeyMetadata"]["KeyId"].clone(),
        "ListKeys" => {
            let keys = vec![json!({"KeyId": *id.lock().unwrap(), "KeyArn": ""}); 100];
            let (number, size) = (&fields["PageNumber"], 100);
            let rest = entries - (number.as_u64().unwrap() - 1) * size;
            let keys = &keys[..usize::try_from(rest.min(size)).unwrap()];
            *fields = json!({"TotalCount": entries, "PageNumber": number, "PageSize": size, "Keys": {"Key": keys}});
        }
        _ => {}
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_very_many_keys_is_read_in_part() {
    for (entries, told) in [
        (10_000, &[][..]),
        (
            10_001,
            &["not all keys whose making was not answered could be looked for: the account has more than 10000 keys"],
        ),
    ] {
        let faults = vec!["drop-before,operation=CreateKey,nth=1".to_owned()];
        let alter = Some(listing(entries));
        let asked = Asking { faults, alter, ..Asking::new() }.ask_for(&["Encrypt/Enabled"]).await;
        assert_eq!(asked.notices, told, "{entries}");
    }
}
