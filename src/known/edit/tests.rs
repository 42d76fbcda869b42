//! What an update makes of a text.

use proptest::prelude::*;
use snapbox::{IntoData, assert_data_eq, str};

use super::*;
use crate::known::sample::{ALLOWED, End, PASS, UNJUDGED, acceptance, judged, known, results, suite};

/// The text after an update from a run in which these cases did not pass.
fn updated(text: &str, ends: &[(&str, End<'_>)]) -> Result<String, EditError> {
    let known = known(text);
    let acceptance = acceptance();
    let update = Update::plan(&known, suite(), judged(&results(ends)), Some(&acceptance)).unwrap();
    apply(text, &known, suite(), &update, Some(&acceptance))
}

const LIST: &str = "\
# The list of our emulator.

format: 1   # the only one

known_failures:

  # Encrypt: both go away with the new store.
  - case: alibaba/Encrypt/Disabled # reported twice
    code: Success
    # It was 201 once.
    status: 200 # as always
    reason: It does not look at the state.
    until: 2026-12-31

  - case: alibaba/Encrypt/PendingDeletion
    code: Success
    status: 200
    reason: >-
      It does not look
      at the state.
    until: 2026-12-31
  # Aliases.
  - {case: alibaba/CreateAlias/Disabled, code: 'Success', status: 200, reason: 'x # y', until: \"2026-12-31\"} # soon

  -
    # The key counts the call.
    case: alibaba/DisableKey/Enabled
    kind: effect
    reason: x
    until: 2026-12-31
# The end.
";

#[test]
fn everything_else_stays_as_it_is() {
    let ends = [
        ("alibaba/Encrypt/Disabled", ("code", "Rejected.Other", 409)),
        ("alibaba/CreateAlias/Disabled", ("effect", "No: way", 200)),
        ("alibaba/DisableKey/Enabled", ("refused", "Rejected.Disabled", 409)),
        ("alibaba/GetKeyPolicy/Enabled", ALLOWED),
        ("alibaba/TagResource/Enabled", ("body", "Success", 200)),
    ];
    assert_data_eq!(
        updated(LIST, &ends).unwrap(),
        str![[r##"
# The list of our emulator.

format: 1   # the only one

known_failures:

  # Encrypt: both go away with the new store.
  - case: alibaba/Encrypt/Disabled # reported twice
    code: Rejected.Other
    # It was 201 once.
    status: 409 # as always
    reason: It does not look at the state.
    until: 2026-12-31

  # Aliases.
  - {case: alibaba/CreateAlias/Disabled, code: "No: way", status: 200, kind: effect, reason: 'x # y', until: "2026-12-31"} # soon

  -
    # The key counts the call.
    case: alibaba/DisableKey/Enabled
    code: Rejected.Disabled
    status: 409
    reason: x
    until: 2026-12-31
  - case: alibaba/TagResource/Enabled
    code: Success
    status: 200
    kind: body
    reason: "new: since 2.0"
    until: 2026-12-31
# The end.

"##]]
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
format: 1
known_failures:
  - case: alibaba/Encrypt/Disabled
    code: Success
    status: 200
    reason: "new: since 2.0"
    until: 2026-12-31

"##]]
        .raw()
    );
    assert_eq!(updated(&full, &[]).unwrap(), EMPTY);
    for (text, wanted) in [
        ("known_failures:   [ ] # none\nformat: 1", "known_failures: # none\n  - case: alibaba/Encrypt/Disabled\n"),
        ("format: 1\r\nknown_failures: []\r\n# x\r\n", "known_failures:\r\n  - case: alibaba/Encrypt/Disabled\r\n"),
        ("format: 1\nknown_failures: []", "known_failures:\n  - case: alibaba/Encrypt/Disabled\n"),
    ] {
        let full = updated(text, &[("alibaba/Encrypt/Disabled", ALLOWED)]).unwrap();
        assert!(full.contains(wanted), "{full}");
        assert_eq!(full.lines().count(), text.lines().count() + 5);
    }
}

#[test]
fn what_can_not_be_changed_with_care_is_refused() {
    let entry = "case: alibaba/Encrypt/Disabled, code: Success, status: 200, reason: x, until: '2026-12-31'";
    let other = ("alibaba/Encrypt/Disabled", ("code", "X", 409));
    for text in [
        format!("format: 1\nknown_failures: [{{{entry}}}]\n"),
        format!("{{format: 1, known_failures: [{{{entry}}}]}}\n"),
        format!(
            "format: 1\nknown_failures:\n  - {}\n",
            entry.replace(", ", "\n    ").replace("code: ", "code: >-\n      ")
        ),
        "{format: 1, known_failures: []}\n".to_owned(),
        // Without the field between them, the comment would become a part of the reason.
        LIST.replace(
            "    code: Success\n    # It was",
            "    reason: >-\n      x\n    kind: body\n      # y\n    code: Success\n    # It was",
        )
        .replace("    reason: It does not look at the state.\n", ""),
    ] {
        assert_eq!(updated(&text, &[other]), Err(EditError), "{text}");
    }
}

#[test]
fn a_pattern_is_replaced_by_its_cases() {
    let text = "\
format: 1
known_failures:
- case: '**/Encrypt/*' # all
  status: 200
  code: Success
  reason: x
  issue: https://example.com/1
  until: 2026-12-31
";
    let ends = [("alibaba/Encrypt/Disabled", ALLOWED), ("alibaba/Encrypt/PendingDeletion", ("code", "X", 409))];
    assert_data_eq!(
        updated(text, &ends).unwrap(),
        str![[r#"
format: 1
known_failures:
- case: alibaba/Encrypt/Disabled # all
  status: 200
  code: Success
  reason: x
  issue: https://example.com/1
  until: 2026-12-31
- case: alibaba/Encrypt/PendingDeletion
  code: X
  status: 409
  reason: x
  issue: https://example.com/1
  until: 2026-12-31

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

fn silence() -> BoxedStrategy<String> {
    prop_oneof![Just(String::new()), Just("\n".to_owned()), "( {0,4}#[ a-zé:'\"{}\\[\\]-]{0,12}\n|\n){1,3}"].boxed()
}

fn comment() -> BoxedStrategy<String> {
    prop_oneof![Just(String::new()), " {1,3}#[ a-zé:'\"{}\\[\\]-]{0,12}"].boxed()
}

fn generated(id: &'static str) -> BoxedStrategy<Generated> {
    let failure = prop_oneof![
        Just(vec![("code", "Success"), ("status", "200")]),
        Just(vec![("code", "'Success'"), ("status", "200")]),
        Just(vec![("status", "200"), ("code", "\"Success\"")]),
        Just(vec![("kind", "effect"), ("code", "Success"), ("status", "200")]),
        Just(vec![("kind", "body")]),
        Just(vec![("kind", "inconclusive")]),
    ];
    let reason = prop_oneof![
        Just("plain words"),
        Just("'it''s # no comment'"),
        Just("\"a \\\" b: c\""),
        Just(">-\n      two\n      # lines"),
        Just("|\n      kept\n"),
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
    let shape = (0..3_usize, any::<bool>(), any::<bool>());
    (failure, reason, end, shape, silence(), prop::collection::vec((comment(), silence()), 6))
        .prop_map(move |(failure, reason, end, (style, case_last, quoted), above, silences)| {
            let case = if quoted { format!("'{id}'") } else { id.to_owned() };
            let mut fields: Vec<(&str, String)> =
                failure.into_iter().map(|(name, value)| (name, value.to_owned())).collect();
            fields.insert(if case_last { fields.len() } else { 0 }, ("case", case));
            fields.push(("until", "2026-12-31".to_owned()));
            let text = if style == 0 {
                fields.push(("reason", "x".to_owned()));
                let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name}: {value}")).collect();
                format!("  - {{{}}}{}\n", fields.join(", "), silences[0].0)
            } else {
                fields.insert(1, ("reason", reason.to_owned()));
                let mut text = if style == 1 { "  - ".to_owned() } else { format!("  -{}\n    ", silences[5].0) };
                for (index, ((name, value), (comment, silence))) in fields.iter().zip(&silences).enumerate() {
                    let block = value.starts_with(['>', '|']);
                    let (comment, silence) = if block { ("", "") } else { (comment.as_str(), silence.as_str()) };
                    let silence = if index + 1 == fields.len() { "" } else { silence };
                    let indent = if index > 0 { "    " } else { "" };
                    text.push_str(&format!("{indent}{name}: {value}{comment}\n{silence}"));
                }
                text
            };
            Generated { above, text, end }
        })
        .boxed()
}

fn lists() -> impl Strategy<Value = (String, Vec<Generated>, String, bool, bool)> {
    let entries = IDS.map(|id| prop::option::weighted(0.5, generated(id)));
    (silence(), entries, silence(), any::<bool>(), any::<bool>()).prop_map(|(head, entries, tail, last, windows)| {
        (head, entries.into_iter().flatten().collect(), tail, last, windows)
    })
}

proptest! {
    #[test]
    fn untouched_entries_and_comments_keep_their_bytes((head, entries, tail, format_last, windows) in lists()) {
        let list: String = entries.iter().map(|entry| format!("{}{}", entry.above, entry.text)).collect();
        let list = if list.is_empty() { "known_failures: []\n".to_owned() } else { format!("known_failures:\n{list}") };
        let format = "format: 1 # one\n";
        let text = if format_last { format!("{head}{list}{tail}{format}") } else { format!("{head}{format}{list}{tail}") };
        let text = if windows { text.replace('\n', "\r\n") } else { text };
        let before = known(&text);
        let named = |id: &str| entries.iter().find(|entry| entry.text.contains(id)).map(|entry| entry.end);
        let ends: Vec<(&str, End<'_>)> = IDS.iter().map(|id| (*id, named(id).unwrap_or(ALLOWED))).collect();
        let new = updated(&text, &ends).unwrap();
        let after = known(&new);
        let cases = results(&ends);
        for (id, _) in ends {
            let result = cases.iter().find(|case| &*case.id == id).unwrap();
            let failure = Failure::of(result.verdict, result.kind, result.actual.as_ref());
            let entry = after.entry(id).map(|entry| entry.failure.clone());
            match result.verdict {
                crate::verdict::Verdict::Pass => prop_assert_eq!(entry, None),
                crate::verdict::Verdict::Fail => prop_assert_eq!(entry, failure),
                _ => prop_assert_eq!(entry, before.entry(id).map(|entry| entry.failure.clone())),
            }
        }
        let unix = new.replace("\r\n", "\n");
        prop_assert_eq!(new.contains("\r\n"), windows);
        let mut rest = unix.as_str();
        for piece in std::iter::once(head.as_str()).chain(entries.iter().flat_map(|entry| {
            let same = before.entries().iter().any(|old| entry.text.contains(&old.case) && after.entry(&old.case).is_some_and(|new| new.failure == old.failure));
            [entry.above.as_str(), if same { entry.text.as_str() } else { "" }]
        })) {
            let at = rest.find(piece);
            prop_assert!(at.is_some(), "{:?} is gone from {}", piece, unix);
            rest = &rest[at.unwrap() + piece.len()..];
        }
        prop_assert!(rest.contains(&tail));
        prop_assert_eq!(updated(&new, &results_of(&after, &cases)).unwrap(), new);
    }
}

/// The ends of the cases, as they were.
fn results_of<'a>(_: &KnownFailures, cases: &'a [crate::event::CaseResult]) -> Vec<(&'a str, End<'a>)> {
    let ends = cases.iter().filter(|case| case.verdict != crate::verdict::Verdict::Pass).map(|case| {
        let (code, status) = case.actual.as_ref().map_or(("", 0), |actual| (actual.code.as_str(), actual.status));
        let kind =
            if case.verdict == crate::verdict::Verdict::Fail { case.kind.unwrap().name() } else { "inconclusive" };
        (&*case.id, (kind, code, status))
    });
    ends.collect()
}
