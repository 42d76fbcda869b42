//! An answer that was lost may have had its effect, which explains what would be a deviation.

use kms_conformance::verdict::{Kind, Verdict};

use super::asked::Asking;

fn asking(lost: &[u32]) -> Asking {
    let rule = |nth: &u32| format!("drop-after,operation=DisableKey,nth={nth}");
    let deviations = vec!["DisableKey:PendingDeletion=409/Rejected.Odd".to_owned()];
    Asking { deviations, faults: lost.iter().map(rule).collect(), ..Asking::new() }
}

const SAYS: &str = "DisableKey responded Rejected.Odd (409) instead of Rejected.StateModifiedFailed (409)";

#[tokio::test(flavor = "multi_thread")]
async fn a_deviation_after_a_lost_response_is_run_again_and_confirmed() {
    let result = asking(&[1]).ask_for(&["DisableKey/PendingDeletion"]).await.results.remove(0);
    assert_eq!((result.verdict, result.kind, result.attempts), (Verdict::Fail, Some(Kind::Code), 3));
    assert_eq!(result.reason, SAYS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deviation_that_a_lost_response_may_explain_each_time_is_inconclusive() {
    let result = asking(&[1, 3, 5]).ask_for(&["DisableKey/PendingDeletion"]).await.results.remove(0);
    assert_eq!((result.verdict, result.kind, result.attempts), (Verdict::Inconclusive, Some(Kind::Transport), 3));
    assert_eq!(result.reason, format!("{SAYS}, but an earlier response was lost, which may explain it"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_effect_that_can_not_be_seen_after_a_lost_response_is_looked_for_again() {
    let deviations = vec!["ListAliases:Enabled=409/Rejected.Odd".to_owned()];
    let faults = vec!["drop-after,operation=ListAliases,nth=1".to_owned()];
    let asking = Asking { deviations, faults, ..Asking::new() };
    let result = asking.ask_for(&["CreateAlias/Enabled"]).await.results.remove(0);
    assert_eq!((result.verdict, result.kind, result.attempts), (Verdict::Inconclusive, Some(Kind::Effect), 2));
}
