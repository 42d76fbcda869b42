//! What many failures have in common, in words.
//!
//! ```text
//! Decrypt and Encrypt seem not to look at the state of the key: they succeeded in Disabled and PendingDeletion
//! every rejection has the status 400, whatever the table says
//! ```
//!
//! Only results are used: nothing about a service is assumed.

use std::collections::{BTreeMap, BTreeSet};

use crate::event::{CaseResult, Outcome};
use crate::verdict::{Kind, Verdict};

use super::layout::Layout;
use super::text;

/// In how many states an operation must have succeeded wrongly to make a pattern.
const FEWEST_STATES: usize = 2;

/// How many cells must share a wrong status or code to make a pattern.
const FEWEST_CELLS: usize = 3;

/// How many of a hundred rejections must have the shared status or code.
const NEARLY_ALL: usize = 90;

/// Gathers the results of cells in which the table rejects.
#[derive(Debug, Default)]
pub struct Patterns {
    /// By operation and key class, then by state: whether all of its cases succeeded.
    cells: BTreeMap<(String, String), BTreeMap<String, bool>>,
    rejections: Vec<Rejection>,
}

/// A rejection where the table rejects.
#[derive(Debug)]
struct Rejection {
    cell: (String, String),
    got: Outcome,
    allowed: Vec<Outcome>,
}

impl Patterns {
    /// Takes a case. Only one that judges an operation on a key in one state counts, and only where the table rejects.
    pub fn add(&mut self, case: &CaseResult) {
        let (Some(operation), Some(state), None) = (&case.operation, &case.state, &case.original_state) else { return };
        let Some(expected) = case.expected.as_ref().filter(|expected| !is_success(expected)) else { return };
        match case.verdict {
            Verdict::Pass | Verdict::Fail | Verdict::KnownFailure | Verdict::UnexpectedPass => {}
            Verdict::Skipped | Verdict::NotRun | Verdict::Inconclusive => return,
        }

        let class = case.key_class.clone().unwrap_or_default();
        let states = self.cells.entry((operation.clone(), class)).or_default();
        // Several routes lead to a cell, and the operation must have succeeded by each of them.
        let succeeded = case.kind == Some(Kind::Allowed);
        states.entry(state.clone()).and_modify(|all| *all &= succeeded).or_insert(succeeded);

        // A wrong body or effect has a right code.
        let judged_by_code = matches!(case.kind, None | Some(Kind::Code | Kind::Status));
        if let Some(got) = case.actual.as_ref().filter(|got| judged_by_code && !is_success(got)) {
            let allowed = std::iter::once(expected).chain(&case.also_accepted).cloned().collect();
            let cell = (operation.clone(), state.clone());
            self.rejections.push(Rejection { cell, got: got.clone(), allowed });
        }
    }

    /// A sentence for each pattern; operations and states in the order of the table.
    pub fn sentences(&self, layout: &Layout) -> Vec<String> {
        let status = self.shared_value(|outcome| outcome.status);
        let status = status.map(|(status, share)| format!("{share} the status {status}, whatever the table says"));
        let code = self.shared_value(|outcome| outcome.code.as_str());
        let code = code.map(|(code, share)| match code {
            "" => format!("{share} no code, whatever the table says"),
            code => format!("{share} the code {}, whatever the table says", text::cut(&text::one_line(code), 200)),
        });

        self.operations_without_state(layout).into_iter().chain(status).chain(code).collect()
    }

    /// The operations that seem not to look at the state of a key, whatever its class.
    pub fn blind(&self) -> BTreeSet<String> {
        let mut cells: BTreeMap<&String, Vec<(&String, bool)>> = BTreeMap::new();
        for ((operation, _), states) in &self.cells {
            cells.entry(operation).or_default().extend(states.iter().map(|(state, succeeded)| (state, *succeeded)));
        }
        let is_blind = |cells: &Vec<(&String, bool)>| {
            let states: BTreeSet<&String> = cells.iter().map(|(state, _)| *state).collect();
            states.len() >= FEWEST_STATES && cells.iter().all(|(_, succeeded)| *succeeded)
        };
        cells.into_iter().filter(|(_, cells)| is_blind(cells)).map(|(operation, _)| operation.clone()).collect()
    }

    /// The operations that succeed in every state in which the table rejects.
    fn operations_without_state(&self, layout: &Layout) -> Vec<String> {
        let mut classes_of: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (operation, class) in self.cells.keys() {
            classes_of.entry(operation).or_default().push(class);
        }

        // Operations that succeed in the same states are one sentence.
        let mut alike: BTreeMap<(Option<&str>, Vec<&str>), Vec<&str>> = BTreeMap::new();
        for (operation, classes) in &classes_of {
            // The classes together first, then each on its own.
            let states = |class: &str| self.cells.get(&((*operation).to_owned(), class.to_owned()));
            let allowed = |classes: &[&str]| -> Option<Vec<&str>> {
                let cells: Vec<_> = classes.iter().filter_map(|class| states(class)).flatten().collect();
                let names: BTreeSet<&str> = cells.iter().map(|(state, _)| state.as_str()).collect();
                let ignores_state = names.len() >= FEWEST_STATES && cells.iter().all(|(_, succeeded)| **succeeded);
                ignores_state.then(|| in_order(names, &layout.states))
            };
            if let Some(states) = allowed(classes) {
                alike.entry((None, states)).or_default().push(operation);
                continue;
            }
            for class in classes {
                if let Some(states) = allowed(&[class]) {
                    alike.entry((Some(class), states)).or_default().push(operation);
                }
            }
        }

        let sentence = |((class, states), operations): (&(Option<&str>, Vec<&str>), &Vec<&str>)| {
            let operations = in_order(operations.iter().copied(), &layout.operations);
            let (verb, they) = if operations.len() == 1 { ("seems", "it") } else { ("seem", "they") };
            let of_class = class.map(|class| format!(" of class {class}")).unwrap_or_default();
            text::one_line(&format!(
                "{} {verb} not to look at the state of a key{of_class}: {they} succeeded in {}",
                listed(&operations),
                listed(states)
            ))
        };
        alike.iter().map(sentence).collect()
    }

    /// The one wrong value that nearly all rejections have where the table has another, and how many have it.
    fn shared_value<'a, T: Ord + Copy>(&'a self, value: impl Fn(&'a Outcome) -> T) -> Option<(T, String)> {
        let is_wrong =
            |rejection: &'a Rejection, wrong: T| !rejection.allowed.iter().any(|allowed| value(allowed) == wrong);
        let mut cells: BTreeMap<T, BTreeSet<&(String, String)>> = BTreeMap::new();
        for rejection in self.rejections.iter().filter(|rejection| is_wrong(rejection, value(&rejection.got))) {
            cells.entry(value(&rejection.got)).or_default().insert(&rejection.cell);
        }
        let (wrong, cells) = cells.into_iter().max_by_key(|(_, cells)| cells.len())?;

        // A rejection whose cell has this value in the table says nothing.
        let others: Vec<&Rejection> = self.rejections.iter().filter(|rejection| is_wrong(rejection, wrong)).collect();
        let having = others.iter().filter(|rejection| value(&rejection.got) == wrong).count();
        if cells.len() < FEWEST_CELLS || having * 100 < others.len() * NEARLY_ALL {
            return None;
        }
        let share = match having == others.len() {
            true => "every rejection has".to_owned(),
            false => format!("{having} of {} rejections have", others.len()),
        };
        Some((wrong, share))
    }
}

fn is_success(outcome: &Outcome) -> bool {
    (200..300).contains(&outcome.status)
}

/// The names of the list in its order, then the others.
fn in_order<'a>(names: impl IntoIterator<Item = &'a str>, order: &[String]) -> Vec<&'a str> {
    let mut names: Vec<&str> = names.into_iter().collect();
    names.sort_by_key(|name| order.iter().position(|listed| listed == name).unwrap_or(order.len()));
    names
}

/// `Encrypt`, `Encrypt and Decrypt`, `Encrypt, Decrypt and DescribeKey`.
fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn sentences(cases: &[CaseResult]) -> Vec<String> {
        let layout = Layout {
            operations: ["Encrypt", "Decrypt"].map(str::to_owned).into(),
            states: ["Enabled", "Disabled", "PendingDeletion"].map(str::to_owned).into(),
        };
        let mut patterns = Patterns::default();
        cases.iter().for_each(|case| patterns.add(case));
        patterns.sentences(&layout)
    }

    fn of_class(class: &str, case: CaseResult) -> CaseResult {
        CaseResult { key_class: Some(class.to_owned()), ..case }
    }

    #[test]
    fn operations_that_succeed_in_every_state_are_named() {
        let mut cases = Vec::new();
        for operation in ["Decrypt", "Encrypt"] {
            for state in ["Disabled", "PendingDeletion"] {
                cases.push(sample::failed(&format!("alibaba/{operation}/{state}")));
            }
        }
        // What is right in one state looks at it; what is known of one state only says nothing.
        cases.push(sample::failed("alibaba/TagResource/Disabled"));
        cases.push(sample::passed("alibaba/TagResource/PendingDeletion"));
        cases.push(sample::failed("alibaba/CreateAlias/Disabled"));
        assert_eq!(
            sentences(&cases),
            ["Encrypt and Decrypt seem not to look at the state of a key: they succeeded in Disabled and \
              PendingDeletion"]
        );
    }

    #[test]
    fn a_class_is_named_if_only_its_keys_show_the_pattern() {
        let cases = [
            of_class("EXTERNAL", sample::failed("alibaba/Encrypt/PendingDeletion")),
            of_class("EXTERNAL", sample::failed("alibaba/Encrypt/Disabled")),
            of_class("Aliyun_KMS", sample::passed("alibaba/Encrypt/Disabled")),
        ];
        assert_eq!(
            sentences(&cases),
            ["Encrypt seems not to look at the state of a key of class EXTERNAL: it succeeded in Disabled and \
              PendingDeletion"]
        );
    }

    #[test]
    fn cases_that_were_not_judged_or_fail_otherwise_make_no_pattern() {
        let cases = [
            sample::failed("alibaba/Encrypt/Disabled"),
            sample::crashed("alibaba/Encrypt/PendingDeletion"),
            sample::blocked("alibaba/Decrypt/Disabled"),
            sample::unstable("alibaba/Decrypt/PendingDeletion"),
        ];
        assert_eq!(sentences(&cases), [""; 0]);
    }

    #[test]
    fn one_status_or_code_for_every_rejection_is_one_sentence() {
        let rejected = |number: usize, code: &str, status| CaseResult {
            actual: Some(Outcome { code: code.to_owned(), status }),
            kind: Some(if status == 409 { Kind::Code } else { Kind::Status }),
            ..sample::failed(&format!("alibaba/Operation{number}/Disabled"))
        };
        let mut cases: Vec<_> = (0..12).map(|number| rejected(number, "Rejected.Disabled", 400)).collect();
        assert_eq!(sentences(&cases), ["every rejection has the status 400, whatever the table says"]);
        cases[0] = sample::passed("alibaba/Operation0/Disabled");
        assert_eq!(sentences(&cases), ["11 of 12 rejections have the status 400, whatever the table says"]);
        cases[1] = sample::passed("alibaba/Operation1/Disabled");
        assert_eq!(sentences(&cases), [""; 0]);

        let cases: Vec<_> = (0..12).map(|number| rejected(number, "\u{1b}Invalid", 409)).collect();
        assert_eq!(sentences(&cases), ["every rejection has the code \\u{1b}Invalid, whatever the table says"]);
        assert_eq!(sentences(&cases[..2]), [""; 0]);
    }
}
