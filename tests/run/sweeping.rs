//! Keys whose making was never answered are looked for, and what became of them is told.

use std::sync::Arc;

use serde_json::json;

use crate::altering::Alter;
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
    let alter: Alter = Arc::new(|operation, status, fields| {
        if operation == "ScheduleKeyDeletion" {
            *status = 409;
            *fields = json!({"Code": "Rejected.Odd", "Message": "", "RequestId": "1"});
        }
    });
    let faults = vec!["drop-after,operation=CreateKey,nth=1".to_owned()];
    let asked = Asking { alter: Some(alter), faults, ..Asking::new() }.ask_for(&["Encrypt/Enabled"]).await;
    assert_eq!(asked.notices.len(), 2, "{:?}", asked.notices);
    let found = &asked.notices[1];
    let why = "whose making was never answered, was left behind: ScheduleKeyDeletion answered Rejected.Odd (409)";
    assert!(found.starts_with("key ") && found.ends_with(why), "{found}");
    let usage = &asked.footer.usage;
    assert_eq!((usage.keys_created, usage.keys_left), (2, 2));
}
