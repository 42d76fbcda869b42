//! Whatever a run makes is written down before it is made.

use std::path::Path;

use kms_conformance::ledger::{Ledger, LedgerLine};

use super::test_run::TestRun;

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_lists_what_is_made_and_removed_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.jsonl");
    let ledger = Some(Ledger::open(&path, "kc-run").unwrap());
    let record = TestRun { ledger, ..TestRun::new() }.run(&["CreateAlias/Enabled", "DeleteAlias/Enabled"]).await;
    assert_eq!(record.notices, [""; 0]);
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<LedgerLine> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for case in ["CreateAlias/Enabled", "DeleteAlias/Enabled"] {
        let of_case = lines.iter().filter(|line| line.case == format!("alibaba/{case}"));
        let written: Vec<String> = of_case
            .map(|line| format!("{:?} {} {}", line.entry, line.operation, line.name.as_ref().map_or(0, String::len)))
            .collect();
        let wanted = [
            "Making CreateKey 0",
            "Made CreateKey 36",
            "Making CreateAlias 34",
            "Made CreateAlias 34",
            "Removed DeleteAlias 34",
            "Removed ScheduleKeyDeletion 36",
        ];
        assert_eq!(written, wanted, "{case}");
    }
    assert!(lines.iter().all(|line| line.run == "kc-run"), "{text}");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_made_if_the_ledger_can_not_be_written() {
    let ledger = Some(Ledger::open(Path::new("/dev/full"), "kc-run").unwrap());
    let record = TestRun { ledger, ..TestRun::new() }.run(&["CreateAlias/Enabled", "DeleteAlias/Enabled"]).await;
    let stopped = record.footer.stopped.unwrap();
    assert!(stopped.starts_with("the ledger can't be written (No space left on device"), "{stopped}");
    assert!(stopped.ends_with("so nothing more is made"), "{stopped}");
    assert_eq!((record.footer.usage.requests, record.footer.usage.keys_created), (0, 0));
}
