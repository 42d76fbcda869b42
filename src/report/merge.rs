//! Several results as one: shards of a run, or runs of other cases of one suite against one target.

use std::collections::BTreeMap;

use jiff::Timestamp;
use thiserror::Error;

use super::results::Results;
use super::text;
use crate::event::{RouteCoverage, ShardHeader, Summary, TargetHeader, Usage};

/// How many ids a message names.
const MOST_NAMED: usize = 5;

/// Results and where they come from.
#[derive(Debug, Clone)]
pub struct Part {
    /// The file, as it was given.
    pub name: String,
    /// What it holds.
    pub results: Results,
}

/// Several results as one.
#[derive(Debug, Clone)]
pub struct Merged {
    /// The results of all parts.
    pub results: Results,
    /// What is missing of them, a line each; empty if nothing is.
    pub missing: Vec<String>,
}

/// Why results can't be merged.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MergeError {
    /// There are none.
    #[error("there are no results to merge")]
    Nothing,
    /// They are not of one suite, target or version.
    #[error(
        "{one} and {other} have different {what}: {} and {}; only results of one suite, one target and one version can be merged",
        values[0], values[1]
    )]
    Different {
        /// What differs: `suites`.
        what: &'static str,
        /// The one file.
        one: String,
        /// The other one.
        other: String,
        /// What each of them has.
        values: [String; 2],
    },
    /// One is a merge itself, and does not say any more which shards it is of.
    #[error("{name} is a merge of which shards are missing; merge the results of all shards in one step")]
    Incomplete {
        /// The file.
        name: String,
    },
    /// Cases have a result in two of them.
    #[error("{one} and {other} both have results of {cases}; leave out one of them, or select other cases for it")]
    Double {
        /// The one file.
        one: String,
        /// The other one.
        other: String,
        /// The cases in words.
        cases: String,
    },
}

/// Merges results. The order of the parts does not matter.
///
/// # Errors
///
/// They are of different suites, targets or versions of the program, or a case is in two of them.
pub fn merge(mut parts: Vec<Part>) -> Result<Merged, MergeError> {
    let [first, others @ ..] = parts.as_slice() else { return Err(MergeError::Nothing) };
    if let Some(part) = parts.iter().find(|part| !others.is_empty() && lacks_shards(&part.results)) {
        return Err(MergeError::Incomplete { name: part.name.clone() });
    }
    others.iter().try_for_each(|other| check_alike(first, other))?;
    check_apart(&parts)?;

    // By what is in them and not by their names, so that the shell's order of files makes no difference.
    parts.sort_by(|one, other| first_id(one).cmp(&first_id(other)));
    let shards = missing_shards(&parts);
    let missing: Vec<String> = parts.iter().flat_map(missing_of).chain(shards.iter().cloned()).collect();
    let expected = first_shard(&parts).map(|shard| shard.cases);
    let mut parts = parts.into_iter().map(|part| part.results);
    let Some(first) = parts.next() else { return Err(MergeError::Nothing) };
    let mut results = first;
    parts.for_each(|part| add(&mut results, part));

    results.cases.sort_by(|one, other| one.id.cmp(&other.id));
    results.blockers.clear();
    results.summary = Summary::default();
    for case in &results.cases {
        results.summary.count(case.verdict);
    }

    // The merged results are those of the whole run, and not whole if a part of it is missing.
    results.shard = None;
    results.suite.cases = expected.unwrap_or(results.suite.cases);
    if !shards.is_empty() {
        results.complete = false;
        let stopped = results.stopped.into_iter().chain(shards).collect::<Vec<_>>();
        results.stopped = Some(stopped.join("; "));
    }
    Ok(Merged { results, missing })
}

fn first_id(part: &Part) -> Option<&str> {
    part.results.cases.first().map(|case| &*case.id)
}

/// Whether two results are about the same thing.
fn check_alike(one: &Part, other: &Part) -> Result<(), MergeError> {
    let version = |part: &Part| format!("{} {}", part.results.tool.name, part.results.tool.version);
    let suite = |part: &Part| format!("the suite {}", part.results.suite.hash);
    let properties: [(&'static str, [String; 2]); 4] = [
        ("versions of the program", [version(one), version(other)]),
        ("targets", [target(&one.results.target), target(&other.results.target)]),
        ("case files", [suite(one), suite(other)]),
        ("selections of cases", [sharded(&one.results), sharded(&other.results)]),
    ];
    match properties.into_iter().find(|(_, [one, other])| one != other) {
        Some((what, values)) => {
            Err(MergeError::Different { what, one: one.name.clone(), other: other.name.clone(), values })
        }
        None => Ok(()),
    }
}

/// The run that shards are part of, in words.
fn sharded(results: &Results) -> String {
    match &results.shard {
        Some(ShardHeader { method, number: _, of, cases, selection }) => {
            format!("a shard {}:…/{of} of {cases} cases ({selection:.8}…)", method.name())
        }
        None => "all selected cases".to_owned(),
    }
}

fn first_shard(parts: &[Part]) -> Option<&ShardHeader> {
    parts.iter().find_map(|part| part.results.shard.as_ref())
}

/// The shards that are not there.
fn missing_shards(parts: &[Part]) -> Vec<String> {
    let Some(ShardHeader { method, of, .. }) = first_shard(parts) else { return Vec::new() };
    let is_there =
        |number: usize| parts.iter().filter_map(|part| part.results.shard.as_ref()).any(|shard| shard.number == number);
    let missing = (1..=*of).filter(|number| !is_there(*number));
    missing.map(|number| format!("shard {}:{number}/{of} is missing", method.name())).collect()
}

/// Whether results are a merge of which shards are missing.
fn lacks_shards(results: &Results) -> bool {
    let is_missing = |reason: &str| reason.starts_with("shard ") && reason.ends_with(" is missing");
    results.shard.is_none() && results.stopped.iter().any(|stopped| stopped.split("; ").any(is_missing))
}

/// A target in words. The bundled mock has another port each time and is the same all the same.
fn target(target: &TargetHeader) -> String {
    let TargetHeader { provider, endpoint, bundled_mock, version } = target;
    let name = match bundled_mock {
        true => format!("the bundled mock of {provider}"),
        false => format!("{endpoint} of {provider}"),
    };
    name + &version.as_ref().map(|version| format!(", version {version}")).unwrap_or_default()
}

/// Whether no case has a result in two parts.
fn check_apart(parts: &[Part]) -> Result<(), MergeError> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut double: BTreeMap<(usize, usize), Vec<&str>> = BTreeMap::new();
    for (index, part) in parts.iter().enumerate() {
        for case in &part.results.cases {
            if let Some(before) = seen.insert(&case.id, index) {
                double.entry((before, index)).or_default().push(&case.id);
            }
        }
    }

    let Some(((one, other), ids)) = double.into_iter().next() else { return Ok(()) };
    let [one, other] = [one, other].map(|index| parts[index].name.clone());
    Err(MergeError::Double { one, other, cases: named(&ids) })
}

/// Cases in words: their number and the first of them.
fn named(ids: &[&str]) -> String {
    let shown = ids.iter().take(MOST_NAMED).map(|id| text::one_line(id)).collect::<Vec<_>>().join(", ");
    let more = if ids.len() > MOST_NAMED { ", …" } else { "" };
    format!("{} ({shown}{more})", text::count(text::as_u64(ids.len()), "case"))
}

/// What is missing of one part.
fn missing_of(part: &Part) -> Option<String> {
    let Results { suite, cases, complete, stopped, .. } = &part.results;
    let without = suite.cases.saturating_sub(cases.len());
    if *complete && without == 0 {
        return None;
    }

    let reason = stopped.as_deref().unwrap_or("the run ended early");
    let not_run = part.results.summary.not_run + without;
    Some(format!("{}: {}; {} not run", part.name, text::one_line(reason), text::count(text::as_u64(not_run), "case")))
}

/// Adds one part to what is merged already; what follows from the cases is found later.
fn add(sum: &mut Results, part: Results) {
    (sum.started_at, sum.duration_ms) = time_of_both(sum, &part);
    sum.suite.cases += part.suite.cases;
    sum.suite.editions = in_common_order(&sum.suite.editions, &part.suite.editions);
    sum.seed = sum.seed.filter(|seed| part.seed == Some(*seed));
    sum.table = sum.table.take().or(part.table);
    sum.clauses.extend(part.clauses);

    sum.complete &= part.complete;
    if let Some(stopped) = part.stopped {
        match &mut sum.stopped {
            Some(before) if *before != stopped => *before = format!("{before}; {stopped}"),
            Some(_) => {}
            none => *none = Some(stopped),
        }
    }

    add_usage(&mut sum.usage, &part.usage);
    sum.routes = sum
        .routes
        .zip(part.routes)
        .map(|(one, other)| RouteCoverage { total: one.total.max(other.total), run: one.run + other.run });
    sum.leaks.extend(part.leaks);
    // A message about the suite or the target comes in each of them.
    for notice in part.notices {
        if !sum.notices.contains(&notice) {
            sum.notices.push(notice);
        }
    }
    sum.cases.extend(part.cases);
}

/// When the first of two began, and how long it was from there to the end of the last.
fn time_of_both(one: &Results, other: &Results) -> (String, u64) {
    let begin = |results: &Results| results.started_at.parse::<Timestamp>().ok().map(Timestamp::as_millisecond);
    let started_at = one.started_at.clone().min(other.started_at.clone());
    let (Some(first), Some(second)) = (begin(one), begin(other)) else {
        return (started_at, one.duration_ms.max(other.duration_ms));
    };

    let end = |begin: i64, results: &Results| begin.saturating_add_unsigned(results.duration_ms);
    let whole = end(first, one).max(end(second, other)).saturating_sub(first.min(second));
    (started_at, u64::try_from(whole).unwrap_or(0))
}

fn add_usage(sum: &mut Usage, part: &Usage) {
    let Usage { requests, retries, keys_created, keys_reused, keys_left, clock_skew_seconds } = part;
    sum.requests += requests;
    sum.retries += retries;
    sum.keys_created += keys_created;
    if let Some(reused) = keys_reused {
        *sum.keys_reused.get_or_insert_default() += reused;
    }
    sum.keys_left += keys_left;
    // The skew that may matter is the greatest one.
    let skews = [sum.clock_skew_seconds, *clock_skew_seconds];
    sum.clock_skew_seconds = skews.into_iter().flatten().max_by_key(|skew| skew.unsigned_abs());
}

/// Two lists that are parts of one as that one, as far as they show its order.
fn in_common_order(one: &[String], other: &[String]) -> Vec<String> {
    let mut all = one.to_vec();
    for (index, item) in other.iter().enumerate() {
        if all.contains(item) {
            continue;
        }
        // Before the first of those that it stands before.
        let next = all.iter().position(|known| other[index..].contains(known));
        all.insert(next.unwrap_or(all.len()), item.clone());
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Event, RunFooter, ShardMethod};
    use crate::report::json::tests::written;
    use crate::report::sample;

    fn parts_of(events: &[Event], number: usize) -> Vec<Part> {
        let whole: Results = written(events).parse().unwrap();
        let part = |index: usize| {
            let mut results = whole.clone();
            let mut cases = whole.cases.iter().enumerate();
            results.cases =
                cases.by_ref().filter(|(at, _)| at % number == index).map(|(_, case)| case.clone()).collect();
            results.suite.cases = results.cases.len();
            results.usage.requests = if index == 0 { whole.usage.requests } else { 0 };
            results.usage.keys_created = if index == 0 { whole.usage.keys_created } else { 0 };
            results.usage.keys_left = 0;
            results.routes = results.routes.map(|routes| RouteCoverage { run: results.cases.len(), ..routes });
            results.suite.editions =
                if index.is_multiple_of(2) { vec!["official".into(), "later".into()] } else { vec!["later".into()] };
            Part { name: format!("{index}.json"), results }
        };
        (0..number).map(part).collect()
    }

    #[test]
    fn parts_make_the_whole_in_whatever_order() {
        let events = sample::every_verdict();
        for number in 1..5 {
            let mut parts = parts_of(&events, number);
            for _ in 0..number {
                parts.rotate_left(1);
                let merged = merge(parts.clone()).unwrap();
                assert!(merged.missing.is_empty());
                let replayed: Vec<Event> = merged.results.into_events().collect();
                assert_eq!(written(&replayed), written(&events), "{number}");
            }
        }
    }

    #[test]
    fn results_of_something_else_are_refused() {
        let parts = parts_of(&sample::every_verdict(), 2);
        let refused = |change: fn(&mut Results)| {
            let mut parts = parts.clone();
            change(&mut parts[1].results);
            merge(parts).unwrap_err().to_string()
        };
        let error = refused(|results| results.suite.hash = "5f71".to_owned());
        assert!(error.starts_with("0.json and 1.json have different case files: the suite 5f70bf"), "{error}");
        let error = refused(|results| results.tool.version = "9.0.0".to_owned());
        assert!(error.contains("different versions of the program: kms-conformance 0.0.0 and "), "{error}");
        let error = refused(|results| results.target.bundled_mock = false);
        assert!(error.contains("targets: the bundled mock of alibaba and http://127.0.0.1:8080/ of "), "{error}");
        assert_eq!(merge(Vec::new()).unwrap_err(), MergeError::Nothing);

        // Another port of the bundled mock is not another target.
        let mut parts = parts.clone();
        parts[1].results.target.endpoint = "http://127.0.0.1:8081/".to_owned();
        assert!(merge(parts).is_ok());
    }

    #[test]
    fn what_is_double_is_named_and_so_is_what_is_missing() {
        let mut parts = parts_of(&sample::every_verdict(), 2);
        parts.push(Part { name: "again.json".to_owned(), ..parts[0].clone() });
        let error = merge(parts.clone()).unwrap_err().to_string();
        assert!(error.starts_with("0.json and again.json both have results of 7 cases (alibaba/DescribeKey/Enabled, "));

        parts.pop();
        let results = &mut parts[1].results;
        (results.complete, results.stopped) = (false, Some("interrupted".to_owned()));
        results.cases.pop();
        let merged = merge(parts).unwrap();
        assert_eq!(merged.missing, ["1.json: interrupted; 1 case not run"]);
        let last = merged.results.into_events().last().unwrap();
        let Event::RunFinished(footer) = last else { panic!("{last:?}") };
        let RunFooter { complete, stopped, summary, .. } = *footer;
        assert_eq!((complete, stopped.as_deref(), summary.total()), (false, Some("interrupted"), 12));
    }

    #[test]
    fn shards_that_are_missing_are_named() {
        let mut parts = parts_of(&sample::every_verdict(), 3);
        for (index, part) in parts.iter_mut().enumerate() {
            let selection = "ab".repeat(32);
            part.results.shard =
                Some(ShardHeader { method: ShardMethod::Hash, number: index + 1, of: 3, cases: 13, selection });
        }
        assert!(merge(parts.clone()).unwrap().missing.is_empty());

        // A merge in which some are missing is shown, and not merged again: it does not say which it is of.
        let some = merge(parts[..2].to_vec()).unwrap().results;
        let some = Part { name: "some.json".to_owned(), results: some };
        let error = merge(vec![some.clone(), parts[2].clone()]).unwrap_err();
        assert_eq!(error, MergeError::Incomplete { name: "some.json".to_owned() });
        assert!(merge(vec![some]).is_ok());

        let unlike = parts_of(&sample::every_verdict(), 3).remove(1);
        let error = merge(vec![parts[0].clone(), unlike]).unwrap_err().to_string();
        assert!(
            error.contains(
                "different selections of cases: a shard hash:…/3 of 13 cases (abababab…) and all selected cases;"
            ),
            "{error}"
        );

        parts.remove(1);
        let merged = merge(parts).unwrap();
        assert_eq!(merged.missing, ["shard hash:2/3 is missing"]);
        let Results { complete, stopped, shard, suite, .. } = merged.results;
        assert_eq!((complete, stopped.as_deref(), shard), (false, Some("shard hash:2/3 is missing"), None));
        assert_eq!(suite.cases, 13);
    }

    #[test]
    fn lists_are_merged_in_the_order_that_they_show() {
        let merged = |one: &str, other: &str| {
            let list = |text: &str| text.chars().map(String::from).collect::<Vec<_>>();
            in_common_order(&list(one), &list(other)).concat()
        };
        assert_eq!((merged("b", "ab"), merged("ab", "b")), ("ab".to_owned(), "ab".to_owned()));
        assert_eq!((merged("ac", "abc"), merged("", "a")), ("abc".to_owned(), "a".to_owned()));
    }
}
