//! What is different between two results: of a branch and its base, of this night and the one before, of two endpoints.

use std::cmp::Ordering;

use serde::Serialize;

use super::{failure_text, text};
use crate::event::{CaseResult, Outcome};
use crate::verdict::{Kind, Verdict};

/// How a case differs. The order is that in which reports show them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It fails, and did not before, or there was no such case.
    NewFailure,
    /// It failed and passes now.
    Fixed,
    /// Its response has another code or status.
    Code,
    /// The response has the same code and status, and something else is wrong: a field, or the effect.
    Effect,
    /// Its verdict is another one, and none of the above: it can't be judged any more, or is a known failure now.
    Verdict,
    /// Only the first results have it.
    OnlyBefore,
    /// Only the second results have it, and it does not fail there.
    OnlyAfter,
}

impl Change {
    /// Every change, in the order in which reports show them.
    pub const ALL: [Self; 7] =
        [Self::NewFailure, Self::Fixed, Self::Code, Self::Effect, Self::Verdict, Self::OnlyBefore, Self::OnlyAfter];
}

/// A case that differs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Changed<'r> {
    /// How it differs.
    pub change: Change,
    /// Its first result, if there is one.
    pub before: Option<&'r CaseResult>,
    /// Its second result, if there is one.
    pub after: Option<&'r CaseResult>,
}

impl<'r> Changed<'r> {
    /// The id of the case.
    pub fn id(&self) -> &'r str {
        self.after.or(self.before).map_or("", |case| &case.id)
    }
}

/// Which of two endpoints behaved as documented, for the cases that were judged in both.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct FourWays {
    /// Both did.
    pub both_right: usize,
    /// Only that of the first results.
    pub only_a_right: usize,
    /// Only that of the second results.
    pub only_b_right: usize,
    /// Neither did, and reports show the same of both: code, status, and what is wrong with a body or an effect.
    pub both_wrong_alike: usize,
    /// Neither did, and they differ.
    pub both_wrong_differently: usize,
}

/// The difference of two results.
#[derive(Debug, Default)]
pub struct Difference<'r> {
    /// The cases that differ, in the order of their ids.
    pub changed: Vec<Changed<'r>>,
    /// How the others were judged.
    pub ways: FourWays,
}

impl<'r> Difference<'r> {
    /// Compares the results of cases; both lists are in the order of ids.
    pub fn of(before: &'r [CaseResult], after: &'r [CaseResult]) -> Self {
        let mut difference = Self::default();
        let (mut before, mut after) = (before.iter().peekable(), after.iter().peekable());
        loop {
            let order = match (before.peek(), after.peek()) {
                (None, None) => return difference,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(one), Some(next)) => one.id.cmp(&next.id),
            };
            let before = before.next_if(|_| order.is_le());
            difference.add(before, after.next_if(|_| order.is_ge()));
        }
    }

    fn add(&mut self, before: Option<&'r CaseResult>, after: Option<&'r CaseResult>) {
        if let (Some(before), Some(after)) = (before, after) {
            self.ways.add(before, after);
        }
        let change = match (before, after) {
            (Some(before), Some(after)) => change(before, after),
            (None, Some(after)) if fails(after) => Some(Change::NewFailure),
            (None, Some(_)) => Some(Change::OnlyAfter),
            (Some(_), None) => Some(Change::OnlyBefore),
            (None, None) => None,
        };
        self.changed.extend(change.map(|change| Changed { change, before, after }));
    }

    /// The cases that differ in this way.
    pub fn by(&self, change: Change) -> impl Iterator<Item = &Changed<'r>> {
        self.changed.iter().filter(move |changed| changed.change == change)
    }
}

/// Which of two endpoints behaved as documented in a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// Both did.
    BothRight,
    /// Only that of the first results.
    OnlyA,
    /// Only that of the second results.
    OnlyB,
    /// Neither did, and reports show the same of both: code, status, and what is wrong with a body or an effect.
    WrongAlike,
    /// Neither did, and they differ.
    WrongDifferently,
}

impl Way {
    /// That of a case; none if it was not judged in both results.
    pub fn of(a: &CaseResult, b: &CaseResult) -> Option<Self> {
        Some(match (is_right(a)?, is_right(b)?) {
            (true, true) => Self::BothRight,
            (true, false) => Self::OnlyA,
            (false, true) => Self::OnlyB,
            (false, false) if is_wrong_alike(a, b) => Self::WrongAlike,
            (false, false) => Self::WrongDifferently,
        })
    }

    /// Whether a case was judged.
    pub fn is_judged(case: &CaseResult) -> bool {
        is_right(case).is_some()
    }

    /// The way in words, as the title of its cases.
    pub const fn title(self) -> &'static str {
        match self {
            Self::BothRight => "both right",
            Self::OnlyA => "only a right",
            Self::OnlyB => "only b right",
            Self::WrongAlike => "both wrong, alike",
            Self::WrongDifferently => "both wrong, differently",
        }
    }
}

/// The cases that both lists have; both are in the order of ids.
pub fn pairs<'r>(a: &'r [CaseResult], b: &'r [CaseResult]) -> Vec<(&'r CaseResult, &'r CaseResult)> {
    let of = |id: &str| b.binary_search_by(|other| (*other.id).cmp(id)).ok().and_then(|index| b.get(index));
    a.iter().filter_map(|one| Some((one, of(&one.id)?))).collect()
}

impl FourWays {
    fn add(&mut self, before: &CaseResult, after: &CaseResult) {
        if let Some(way) = Way::of(before, after) {
            self.count(way);
        }
    }

    /// Counts a case.
    pub fn count(&mut self, way: Way) {
        *match way {
            Way::BothRight => &mut self.both_right,
            Way::OnlyA => &mut self.only_a_right,
            Way::OnlyB => &mut self.only_b_right,
            Way::WrongAlike => &mut self.both_wrong_alike,
            Way::WrongDifferently => &mut self.both_wrong_differently,
        } += 1;
    }
}

/// Whether the endpoint behaved as documented; none if that could not be judged. Lists of known failures don't count.
fn is_right(case: &CaseResult) -> Option<bool> {
    match case.verdict {
        Verdict::Pass | Verdict::UnexpectedPass => Some(true),
        Verdict::Fail => Some(false),
        // A case that can't be judged may be listed too.
        Verdict::KnownFailure => case.blocked_by.is_none().then_some(false),
        Verdict::Skipped | Verdict::NotRun | Verdict::Inconclusive => None,
    }
}

/// Whether a case makes a run fail.
pub(super) fn fails(case: &CaseResult) -> bool {
    matches!(case.verdict, Verdict::Fail | Verdict::UnexpectedPass)
}

/// How the second result of a case differs from its first; none if it says the same.
pub(super) fn change(before: &CaseResult, after: &CaseResult) -> Option<Change> {
    if fails(after) && !fails(before) {
        return Some(Change::NewFailure);
    }
    if fails(before) && after.verdict == Verdict::Pass {
        return Some(Change::Fixed);
    }

    // Without a response there is no code to compare.
    if let (Some(one), Some(next)) = (&before.actual, &after.actual)
        && one != next
    {
        return Some(Change::Code);
    }
    if before.verdict != after.verdict {
        return Some(Change::Verdict);
    }
    (!says_the_same(before, after)).then_some(if is_right(after).is_some() { Change::Effect } else { Change::Verdict })
}

/// Whether two results with one verdict and one code have the same reason.
fn says_the_same(before: &CaseResult, after: &CaseResult) -> bool {
    if before.kind != after.kind || before.actual != after.actual {
        return false;
    }
    match (&before.blocked_by, &after.blocked_by) {
        (Some(one), Some(next)) => return one.is_like(next),
        (None, None) => {}
        (Some(_), None) | (None, Some(_)) => return false,
    }

    // What is wrong with a body or an effect stands only in the reason. Other reasons may tell of times and numbers.
    let by_reason = matches!(before.kind, Some(Kind::Body | Kind::Effect | Kind::Malformed));
    !by_reason || text::without_ids(&before.reason) == text::without_ids(&after.reason)
}

/// Whether reports show the same of two failures, but for ids and times.
fn is_wrong_alike(a: &CaseResult, b: &CaseResult) -> bool {
    let shown = |case: &CaseResult| text::without_ids(&failure_text::observed(case));
    a.kind == b.kind && a.actual == b.actual && shown(a) == shown(b)
}

/// What was found in a case, in words: the response, and what was wrong with it where code and status do not say it.
pub fn found(case: &CaseResult) -> String {
    let is_wrong = is_right(case) == Some(false);
    let outcome = outcome(case);
    match case.kind {
        Some(Kind::Body | Kind::Effect | Kind::Malformed) if is_wrong => {
            format!("{outcome}, {}", failure_text::observed(case))
        }
        _ => outcome,
    }
}

/// The response of a case in words, or its verdict if there was none.
pub fn outcome(case: &CaseResult) -> String {
    match &case.actual {
        Some(Outcome { code, status }) => text::one_line(&format!("{} ({status})", text::cut(code, 200))),
        None => case.verdict.name().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn effect(id: &str, reason: &str) -> CaseResult {
        let right = sample::passed(id);
        CaseResult { actual: right.actual, kind: Some(Kind::Effect), reason: reason.to_owned(), ..sample::failed(id) }
    }

    /// The change between two results of a case.
    fn between(before: CaseResult, after: CaseResult) -> Option<Change> {
        change(&before, &after)
    }

    #[test]
    fn each_change_has_its_name() {
        let id = "alibaba/Encrypt/Disabled";
        let skipped = || sample::other(id, Verdict::Skipped, Kind::Unavailable, "the clock stands still");
        let known = || CaseResult { verdict: Verdict::KnownFailure, ..sample::failed(id) };
        let tried = [
            (sample::passed(id), sample::passed(id), None),
            (sample::failed(id), sample::failed(id), None),
            (sample::passed(id), sample::failed(id), Some(Change::NewFailure)),
            (skipped(), sample::failed(id), Some(Change::NewFailure)),
            (known(), sample::failed(id), Some(Change::NewFailure)),
            (sample::failed(id), sample::passed(id), Some(Change::Fixed)),
            (sample::failed(id), known(), Some(Change::Verdict)),
            (sample::failed(id), skipped(), Some(Change::Verdict)),
            (sample::passed(id), skipped(), Some(Change::Verdict)),
            (sample::failed(id), sample::crashed(id), Some(Change::Code)),
            (effect(id, "the key is gone"), effect(id, "the key is Disabled"), Some(Change::Effect)),
            (effect(id, "key 0b7d4e21-6a9f is gone"), effect(id, "key 1c7d4e21-6a9f is gone"), None),
            (sample::blocked(id), sample::blocked(id), None),
            (sample::blocked(id), sample::unstable(id), Some(Change::Verdict)),
        ];

        for (index, (before, after, wanted)) in tried.into_iter().enumerate() {
            assert_eq!(between(before, after), wanted, "{index}");
        }
    }

    #[test]
    fn failures_are_alike_if_reports_show_the_same() {
        let id = "alibaba/DisableKey/Enabled";
        let way = |a: &CaseResult, b: &CaseResult| Way::of(a, b).unwrap();
        let status = |status| CaseResult {
            actual: Some(Outcome { code: "Rejected.X".into(), status }),
            kind: Some(Kind::Code),
            ..sample::failed(id)
        };
        let (gone, still) = (effect(id, "key 0b7d4e21-6a9f is gone"), effect(id, "key 0b7d4e21-6a9f is Enabled"));

        assert_eq!(way(&gone, &effect(id, "key 1c7d4e21-6a9f is gone")), Way::WrongAlike);
        assert_eq!(way(&gone, &still), Way::WrongDifferently);
        assert_eq!(way(&status(400), &status(400)), Way::WrongAlike);
        assert_eq!(way(&status(400), &status(409)), Way::WrongDifferently);
        assert!(found(&gone).ends_with(", key 0b7d4e21-6a9f is gone"), "{}", found(&gone));
        assert_eq!(found(&status(400)), "Rejected.X (400)");
        assert_eq!(found(&sample::passed(id)), outcome(&sample::passed(id)));
    }

    #[test]
    fn lists_are_compared_case_by_case() {
        let before = ["a/1", "a/2", "a/4"].map(sample::passed);
        let after = [sample::passed("a/2"), sample::passed("a/3"), sample::failed("a/4"), sample::failed("a/5")];
        let difference = Difference::of(&before, &after);
        let found: Vec<_> = difference.changed.iter().map(|changed| (changed.id(), changed.change)).collect();
        let wanted = [
            ("a/1", Change::OnlyBefore),
            ("a/3", Change::OnlyAfter),
            ("a/4", Change::NewFailure),
            ("a/5", Change::NewFailure),
        ];
        assert_eq!(found, wanted);
        let ways = FourWays { both_right: 1, only_a_right: 1, ..FourWays::default() };
        assert_eq!(difference.ways, ways);
        assert_eq!(Difference::of(&after, &after).changed, []);
    }
}
