//! What the loader says of each mistake.

use snapbox::{IntoData as _, assert_data_eq, str};

use super::*;
use crate::suite::files::embedded;

const TODAY: Date = jiff::civil::date(2026, 1, 31);

fn read(text: &str) -> Result<KnownFailures, Diagnostics> {
    let suite = crate::suite::load::load(embedded(), None).unwrap();
    load("known.yaml", text, &suite, TODAY)
}

fn mistakes(text: &str) -> Vec<String> {
    read(text).unwrap_err().iter().map(ToString::to_string).collect()
}

const RIGHT: &str = "\
format: 1
known_failures:
  - case: alibaba/Encrypt/*
    code: Success
    status: 200
    reason: It does not look at the state.
    until: 2026-01-31
  - case: alibaba/Encrypt/Disabled
    kind: effect
    reason: The key counts it.
    issue: https://example.com/issues/1
    until: 2026-01-30
";

#[test]
fn of_very_many_mistakes_the_first_are_reported() {
    let entry = |number: usize| {
        format!(
            "[[known_failures]]\ncase = 'alibaba/No/{number}'\ncode = 'A'\nstatus = 200\nreason = 'r'\nuntil = '2027-01-01'\n"
        )
    };
    let many: String = (0..60_000).map(entry).collect();
    let same = entry(1).repeat(60_000);
    let suite = crate::suite::load::load(embedded(), None).unwrap();
    for text in [many, same] {
        let text = format!("format = 1\n{text}");
        let mistakes = load("known.toml", &text, &suite, TODAY).unwrap_err();
        assert_eq!(mistakes.iter().count(), 101);
        let first = mistakes.iter().next().unwrap();
        assert_eq!(first.message, "there may be further mistakes, which are not looked for");
    }
}

#[test]
fn an_exact_id_outranks_a_pattern() {
    let known = read(RIGHT).unwrap();
    let entry = known.entry("alibaba/Encrypt/Disabled").unwrap();
    assert_eq!((entry.source.line, entry.source.column), (8, 5));
    assert_eq!(entry.failure.to_string(), "effect");
    assert!(known.is_expired(entry));
    let pattern = known.entry("alibaba/Encrypt/Enabled").unwrap();
    assert_eq!((pattern.case.as_str(), known.is_expired(pattern)), ("alibaba/Encrypt/*", false));
    assert!(pattern.cases.iter().all(|id| &**id != "alibaba/Encrypt/Disabled"));
    assert!(known.entry("alibaba/Encrypt/Disabled/EXTERNAL").is_none());
}

#[test]
fn a_list_may_be_empty() {
    assert_eq!(read("format: 1\nknown_failures: []\n").unwrap().entries().len(), 0);
    assert_eq!(read("format: 1\n").unwrap().entries().len(), 0);
}

#[test]
fn every_mistake_is_reported_with_its_place() {
    let text = "\
format: 2
known_failures:
  - case: alibaba/Encrpyt/Disabled
    code: Success
    status: 99
    reason: ' '
    issue: 12
    until: 2026-02-30
  - case: state:Disabled
    code: Success
    reason: x
    issue: '#12'
    until: 20260131
  - cases: alibaba/Encrypt/Enabled
    status: 200
    reason: x
    until: 2026-12-31
  - case: alibaba/Decrypt/Enabled
    reason: x
    until: 2026-12-31
    kind: allowed
  - case: alibaba/Decrypt/PendingDeletion
    kind: inconclusive
    code: Success
    status: 200
    reason: x
    until: 2026-12-31
  - case: alibaba/Decrypt/Disabled
    reason: x
    until: 2026-12-31
";

    assert_eq!(
        mistakes(text),
        [
            "known.yaml:1:9: format 2 is not known to this program, only 1",
            "known.yaml:3:11: `alibaba/Encrpyt/Disabled` means no case",
            "known.yaml:5:13: an HTTP status has a number from 100 to 599",
            "known.yaml:6:13: this must not be empty: say why the failure is accepted",
            "known.yaml:7:12: expected a text, found a number",
            "known.yaml:8:12: `2026-02-30` is not a date such as 2027-12-31",
            "known.yaml:9:11: a case is named by its id or by a pattern of ids",
            "known.yaml:10:11: `code` needs a `status` beside it",
            "known.yaml:12:12: `#12` is not a link such as https://example.com/issues/1",
            "known.yaml:13:12: expected a text, found a number",
            "known.yaml:14:5: missing field `case`",
            "known.yaml:14:5: unknown field `cases`",
            "known.yaml:15:13: `status` needs a `code` beside it",
            "known.yaml:21:11: unknown word `allowed`",
            "known.yaml:23:11: a case that can't be judged has no `code` and no `status`",
            "known.yaml:28:5: the entry does not say how the case fails",
        ]
    );
}

#[test]
fn mistakes_in_toml_have_their_places_too() {
    let mistakes = |text| {
        let suite = crate::suite::load::load(embedded(), None).unwrap();
        let found = load("known.toml", text, &suite, TODAY).unwrap_err();
        found.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let text = "\
format = '1'
[[known_failures]]
case = \"alibaba/Encrpyt/Disabled\"
code = 'Success'
status = 99
  reason = ' ' # blank
issue = 12
until = 2026-02-27T00:00:00Z

[[known_failures]]
cases = 'alibaba/Encrypt/Enabled'
status = 200
reason = 'x'
until = '2026-12-31'
";
    assert_eq!(
        mistakes(text),
        [
            "known.toml:1:10: expected a number that is not negative, found a text",
            "known.toml:3:8: `alibaba/Encrpyt/Disabled` means no case",
            "known.toml:5:10: an HTTP status has a number from 100 to 599",
            "known.toml:6:12: this must not be empty: say why the failure is accepted",
            "known.toml:7:9: expected a text, found a number",
            "known.toml:8:9: `2026-02-27T00:00:00Z` is not a date such as 2027-12-31",
            "known.toml:10:1: missing field `case`",
            "known.toml:11:1: unknown field `cases`",
            "known.toml:12:10: `status` needs a `code` beside it",
        ]
    );
    assert_eq!(mistakes("format = 1\nformat = 1\n"), ["known.toml:2:1: duplicate key"]);
    assert_eq!(mistakes("format: 1\n"), ["known.toml:1:9: key with no value, expected `=`"]);
    assert_eq!(mistakes(""), ["known.toml:1:1: missing field `format`"]);
    assert_eq!(
        mistakes("[[known_failure]]\n"),
        ["known.toml:1:1: missing field `format`", "known.toml:1:3: unknown field `known_failure`"]
    );
}

#[test]
fn two_entries_for_a_case_are_a_mistake() {
    let entry =
        |case: &str| format!("  - {{case: {case}, code: Success, status: 200, reason: x, until: '2026-12-31'}}\n");
    let list = |cases: &[&str]| {
        let entries: String = cases.iter().map(|case| entry(case)).collect();
        format!("format: 1\nknown_failures:\n{entries}")
    };
    let encrypt = "alibaba/Encrypt/Disabled";

    assert_eq!(
        mistakes(&list(&[encrypt, encrypt])),
        ["known.yaml:4:12: `alibaba/Encrypt/Disabled` is listed already, on line 3"]
    );
    assert_eq!(
        mistakes(&list(&["alibaba/*/Disabled", "alibaba/Encrypt/*"])),
        ["known.yaml:4:12: `alibaba/Encrypt/*` means alibaba/Encrypt/Disabled, as `alibaba/*/Disabled` on line 3 does"]
    );
    assert!(read(&list(&["alibaba/*/Disabled", "alibaba/Encrypt/*", encrypt])).is_ok());
    assert_eq!(
        mistakes(&list(&["alibaba/Encrypt/Dis*", encrypt])),
        ["known.yaml:3:12: every case that `alibaba/Encrypt/Dis*` means has an entry of its own"]
    );
}

#[test]
fn a_mistake_is_shown_with_what_could_be_meant() {
    let text = RIGHT.replace("Encrypt/Disabled", "Encrpyt/Disabled");
    assert_data_eq!(
        read(&text).unwrap_err().to_string(),
        str![[r#"
error: `alibaba/Encrpyt/Disabled` means no case
 --> known.yaml:8:11
  |
8 |   - case: alibaba/Encrpyt/Disabled
  |           ^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: did you mean `alibaba/Encrypt/Disabled`?

1 mistake in 1 file

"#]]
        .raw()
    );
}

#[test]
fn dates_and_links_have_one_form() {
    for wrong in ["2026-1-31", "20260131", "2026-02-30", "2026-01-31T00:00", "31.01.2026", "", "2026-01-3é"] {
        assert_eq!(date(wrong), None, "{wrong}");
    }
    assert_eq!(date("2026-01-31"), Some(TODAY));
    for (text, wanted) in [("https://a.b/1", true), ("http://a", true), ("a/1", false), ("javascript:x", false)] {
        assert_eq!(is_link(text), wanted, "{text}");
    }
}
