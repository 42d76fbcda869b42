//! What an update makes of a text.

use proptest::prelude::*;
use snapbox::{IntoData, assert_data_eq, str};

use super::*;
use crate::known::sample::{ALLOWED, End, PASS, UNJUDGED, acceptance, judged, known, results, suite};
use crate::verdict::Verdict;

/// The text after an update from a run in which these cases did not pass.
fn updated(text: &str, ends: &[(&str, End<'_>)]) -> Result<String, EditError> {
    let known = known(text);
    let acceptance = acceptance();
    let update = Update::plan(&known, suite(), judged(&results(ends)), Some(&acceptance)).unwrap();
    apply(text, &known, suite(), &update, Some(&acceptance))
}

const LIST: &str = "\
# The list of our emulator.

format = 1   # the only one

# Encrypt: both go away with the new store.
[[known_failures]] # reported twice
case = 'alibaba/Encrypt/Disabled'
code = \"Success\"
# It was 201 once.
status = 200 # as always
reason = \"It does not look at the state.\"
until = 2026-12-31

[[known_failures]]
case = \"alibaba/Encrypt/PendingDeletion\"
code = \"Success\"
status = 200
reason = \"\"\"
It does not look
at the state.\"\"\"
until = \"2026-12-31\"
# Aliases.
[[known_failures]]
reason = 'x # y'   # soon
  case = \"alibaba/CreateAlias/Disabled\"
  code = 'Success'
  status = 200
  until = 2026-12-31

[[known_failures]]
case = \"alibaba/DisableKey/Enabled\"
# The key counts the call.
kind = \"effect\" # or so
reason = \"x\"
until = 2026-12-31
# The end.
";

#[test]
fn everything_else_keeps_its_bytes() {
    let ends = [
        ("alibaba/Encrypt/Disabled", ("code", "Rejected.Other", 409)),
        ("alibaba/CreateAlias/Disabled", ("effect", "No: \"way\"", 200)),
        ("alibaba/DisableKey/Enabled", ("refused", "Rejected.Disabled", 409)),
        ("alibaba/GetKeyPolicy/Enabled", ALLOWED),
        ("alibaba/TagResource/Enabled", ("body", "Success", 200)),
    ];
    assert_data_eq!(
        updated(LIST, &ends).unwrap(),
        str![[r##"
# The list of our emulator.

format = 1   # the only one

# Encrypt: both go away with the new store.
[[known_failures]] # reported twice
case = 'alibaba/Encrypt/Disabled'
code = "Rejected.Other"
# It was 201 once.
status = 409 # as always
reason = "It does not look at the state."
until = 2026-12-31
# Aliases.
[[known_failures]]
  case = "alibaba/CreateAlias/Disabled"
  code = 'No: "way"'
  status = 200
kind = "effect"
reason = 'x # y'   # soon
  until = 2026-12-31

[[known_failures]]
case = "alibaba/DisableKey/Enabled"
code = "Rejected.Disabled"
status = 409
# The key counts the call.
# or so
reason = "x"
until = 2026-12-31

[[known_failures]]
case = "alibaba/TagResource/Enabled"
code = "Success"
status = 200
kind = "body"
reason = "new: since 2.0"
until = 2026-12-31
# The end.

"##]]
        .raw()
    );
}

#[test]
fn an_entry_that_goes_leaves_the_comments_above_it() {
    let text = updated(LIST, &[]).unwrap();
    assert_data_eq!(
        text,
        str![[r#"
# The list of our emulator.

format = 1   # the only one

# Encrypt: both go away with the new store.
# Aliases.
# The end.

"#]]
        .raw()
    );
}

#[test]
fn a_list_comes_from_nothing_and_goes_back_to_it() {
    let full = updated(EMPTY, &[("alibaba/Encrypt/Disabled", ALLOWED)]).unwrap();
    assert_data_eq!(
        full.clone(),
        str![[r##"
# Failures that are known and accepted for a while: `kms-conformance run --known` reads this list.
# An entry says how a case fails, why that is accepted, and until when. What fails otherwise, passes or has expired
# fails the run, so that the list stays true; `kms-conformance known --update` brings it up to date.
format = 1

[[known_failures]]
case = "alibaba/Encrypt/Disabled"
code = "Success"
status = 200
reason = "new: since 2.0"
until = 2026-12-31

"##]]
        .raw()
    );
    assert_eq!(updated(&full, &[]).unwrap(), EMPTY);

    for text in ["known_failures = [ ] # none\nformat = 1", "format = 1\r\n# x\r\n", "format = 1"] {
        let full = updated(text, &[("alibaba/Encrypt/Disabled", ALLOWED)]).unwrap();
        let newline = if text.contains('\r') { "\r\n" } else { "\n" };
        let comments = text.matches('#').count();
        assert_eq!(full.matches('#').count(), comments, "{full:?}");
        assert!(full.contains(&format!("[[known_failures]]{newline}case = ")), "{full:?}");
        assert_eq!(full.matches('\r').count() > 0, text.contains('\r'), "{full:?}");
    }
}

#[test]
fn entries_that_are_not_tables_are_left_alone() {
    let entry = "case = 'alibaba/Encrypt/Disabled', code = 'Success', status = 200, reason = 'x', until = 2026-12-31";
    let text = format!("format = 1\nknown_failures = [{{{entry}}}]\n");
    assert_eq!(updated(&text, &[("alibaba/Encrypt/Disabled", ("code", "X", 409))]), Err(EditError));
    assert_eq!(updated(&text, &[("alibaba/Encrypt/Disabled", ALLOWED)]).unwrap(), text);
}

#[test]
fn a_pattern_is_replaced_by_its_cases() {
    let text = "\
format = 1

[[known_failures]]
case = '**/Encrypt/*' # all
status = 200
code = 'Success'
reason = 'x'
issue = 'https://example.com/1'
until = 2026-12-31
";
    let ends = [("alibaba/Encrypt/Disabled", ALLOWED), ("alibaba/Encrypt/PendingDeletion", ("code", "X", 409))];
    assert_data_eq!(
        updated(text, &ends).unwrap(),
        str![[r#"
format = 1

[[known_failures]]
case = "alibaba/Encrypt/Disabled" # all
status = 200
code = 'Success'
reason = 'x'
issue = 'https://example.com/1'
until = 2026-12-31

[[known_failures]]
case = "alibaba/Encrypt/PendingDeletion"
code = "X"
status = 409
reason = "x"
issue = "https://example.com/1"
until = 2026-12-31

"#]]
        .raw()
    );
}

/// Cases that a generated list may name.
const IDS: [&str; 8] = [
    "alibaba/Encrypt/Disabled",
    "alibaba/Encrypt/PendingDeletion",
    "alibaba/Decrypt/Disabled",
    "alibaba/CreateAlias/Disabled",
    "alibaba/DisableKey/Enabled",
    "alibaba/DescribeKey/Enabled",
    "alibaba/new-key-is-enabled",
    "alibaba/update-alias/Enabled-to-Disabled",
];

/// A generated entry: its text, and how its case ends in the run.
#[derive(Debug, Clone)]
struct Generated {
    above: String,
    text: String,
    end: End<'static>,
}

/// Lines that say nothing.
fn silence() -> BoxedStrategy<String> {
    prop_oneof![Just(String::new()), Just("\n".to_owned()), "( {0,4}#[ a-zé:'\"{}\\[\\]=-]{0,12}\n|\n){1,3}"].boxed()
}

/// A comment at the end of a line.
fn comment() -> BoxedStrategy<String> {
    prop_oneof![Just(String::new()), " {1,3}#[ a-zé:'\"{}\\[\\]=-]{0,12}"].boxed()
}

fn generated(id: &'static str) -> BoxedStrategy<Generated> {
    let failure = prop_oneof![
        Just(vec!["code = \"Success\"", "status = 200"]),
        Just(vec!["status = 0xc8", "code = 'Success'"]),
        Just(vec!["kind = \"effect\"", "code = \"Success\"", "status = 200"]),
        Just(vec!["kind = 'body'"]),
        Just(vec!["kind = \"inconclusive\""]),
    ];

    let reason = prop_oneof![
        Just("reason = \"plain words\""),
        Just("reason = 'it is # no comment'"),
        Just("reason = \"a \\\" b: c\""),
        Just("reason = '''\ntwo\n# lines'''"),
        Just("reason = \"\"\"one \\\n  line\"\"\""),
    ];

    let end = prop_oneof![
        Just(("fixture", "", 0)),
        Just(ALLOWED),
        Just(PASS),
        Just(UNJUDGED),
        Just(("code", "Rejected.Other", 409)),
        Just(("effect", "Success", 200)),
        Just(("body", "", 0)),
    ];

    let places = prop::collection::vec((comment(), silence()), 7);
    (failure, reason, end, any::<(bool, bool)>(), silence(), places)
        .prop_map(move |(failure, reason, end, (case_last, dated), above, places)| {
            let mut fields: Vec<String> = failure.into_iter().map(str::to_owned).collect();
            fields.insert(if case_last { fields.len() } else { 0 }, format!("case = '{id}'"));
            fields.insert(1, reason.to_owned());
            fields.push(if dated { "until = 2026-12-31".to_owned() } else { "until = '2026-12-31'".to_owned() });

            let mut text = format!("[[known_failures]]{}\n", places[6].0);
            for (index, (field, (comment, silence))) in fields.iter().zip(&places).enumerate() {
                let silence = if index + 1 == fields.len() { "" } else { silence };
                text.push_str(&format!("{field}{comment}\n{silence}"));
            }
            Generated { above, text, end }
        })
        .boxed()
}

proptest! {
    // Each reads the list three times against the whole suite, which takes a tenth of a second.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn untouched_entries_and_comments_keep_their_bytes(
        head in silence(),
        entries in IDS.map(|id| prop::option::weighted(0.5, generated(id))),
        tail in silence(),
        windows in any::<bool>(),
    ) {
        let entries: Vec<Generated> = entries.into_iter().flatten().collect();
        let list: String = entries.iter().map(|entry| format!("{}{}", entry.above, entry.text)).collect();
        let text = format!("{head}format = 1 # one\n{list}{tail}");
        let text = if windows { text.replace('\n', "\r\n") } else { text };
        let before = known(&text);

        let end_of = |id: &str| entries.iter().find(|entry| entry.text.contains(id)).map(|entry| entry.end);
        let ends: Vec<(&str, End<'_>)> = IDS.iter().map(|id| (*id, end_of(id).unwrap_or(ALLOWED))).collect();
        let new = updated(&text, &ends).unwrap();

        // The entries say what was seen.
        let after = known(&new);
        let cases = results(&ends);
        for (id, _) in ends {
            let result = cases.iter().find(|case| &*case.id == id).unwrap();
            let failure = Failure::of(result.verdict, result.kind, result.actual.as_ref());
            let entry = after.entry(id).map(|entry| entry.failure.clone());
            match result.verdict {
                Verdict::Pass => prop_assert_eq!(entry, None),
                Verdict::Fail => prop_assert_eq!(entry, failure),
                _ => prop_assert_eq!(entry, before.entry(id).map(|entry| entry.failure.clone())),
            }
        }

        // What did not change is there still, in its order.
        let unix = new.replace("\r\n", "\n");
        prop_assert_eq!(new.contains("\r\n"), windows);
        let is_same = |entry: &Generated| {
            let old = before.entries().iter().find(|old| entry.text.contains(&old.case)).unwrap();
            after.entry(&old.case).is_some_and(|new| new.failure == old.failure)
        };
        let pieces = entries.iter().flat_map(|entry| {
            let above = if entry.above.contains('#') { entry.above.as_str() } else { "" };
            [above, if is_same(entry) { entry.text.as_str() } else { "" }]
        });
        let mut rest = unix.as_str();
        for piece in std::iter::once(head.as_str()).chain(pieces) {
            let at = rest.find(piece);
            prop_assert!(at.is_some(), "{:?} is gone from {}", piece, unix);
            rest = &rest[at.unwrap() + piece.len()..];
        }
        prop_assert!(rest.contains(&tail));

        // A corrected entry keeps every comment.
        for entry in entries.iter().filter(|entry| entry.end != PASS) {
            for line in entry.text.lines().filter(|line| line.trim_start().starts_with('#')) {
                prop_assert!(unix.contains(line), "{:?} is gone from {}", line, unix);
            }
        }
        prop_assert_eq!(updated(&new, &ends_of(&cases)).unwrap(), new);
    }
}

/// The ends of the cases, as they were.
fn ends_of(cases: &[crate::event::CaseResult]) -> Vec<(&str, End<'_>)> {
    let ends = cases.iter().filter(|case| case.verdict != Verdict::Pass).map(|case| {
        let (code, status) = case.actual.as_ref().map_or(("", 0), |actual| (actual.code.as_str(), actual.status));
        let kind = if case.verdict == Verdict::Fail { case.kind.unwrap().name() } else { "inconclusive" };
        (&*case.id, (kind, code, status))
    });
    ends.collect()
}
