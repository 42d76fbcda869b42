//! Every kind of mistake in case files, and what is said about it.
//!
//! The folder `base` has no mistakes; each test changes it a little. `SNAPSHOTS=overwrite` writes the results anew.

#![expect(clippy::expect_used, clippy::panic, reason = "what fails here is a failed test")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use kms_conformance::plan::{Planner, RouteStep};
use kms_conformance::suite::files::{CaseFile, read_dir};
use kms_conformance::suite::load::load;
use snapbox::{Assert, Data};

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/bad-cases")
}

/// The files of `base`, ready to be spoilt.
struct Base(Vec<CaseFile>);

impl Base {
    fn new() -> Self {
        Self(read_dir(&data().join("base")).expect("the base folder can be read"))
    }

    /// Replaces a text that stands in a file once.
    fn change(mut self, path: &str, from: &str, to: &str) -> Self {
        let file = self.0.iter_mut().find(|file| *file.path == *format!("tiny/{path}"));
        let file = file.unwrap_or_else(|| panic!("there is no {path}"));
        assert_eq!(file.text.matches(from).count(), 1, "{path}: {from}");
        file.text = file.text.replace(from, to).into();
        self
    }

    fn add(mut self, path: &str, text: &str) -> Self {
        self.0.push(CaseFile::new(path, text.to_owned()));
        self
    }

    fn copy(self, from: &str, to: &str) -> Self {
        let text = self.0.iter().find(|file| *file.path == *from).map(|file| file.text.to_string());
        self.add(to, &text.unwrap_or_else(|| panic!("there is no {from}")))
    }

    fn without(mut self, path: &str) -> Self {
        let before = self.0.len();
        self.0.retain(|file| *file.path != *format!("tiny/{path}"));
        assert_eq!(self.0.len(), before - 1, "{path}");
        self
    }

    #[track_caller]
    fn loads(self) {
        assert_eq!(load(self.0, None).map(drop).map_err(|mistakes| mistakes.to_string()), Ok(()));
    }

    #[track_caller]
    fn says(self, name: &str) {
        self.says_for(name, None);
    }

    #[track_caller]
    fn says_for(self, name: &str, provider: Option<&str>) {
        let diagnostics = load(self.0, provider).map(|suite| suite.cases.len()).expect_err(name);
        let wanted = Data::read_from(&data().join(format!("{name}.txt")), None);
        Assert::new().action_env(snapbox::assert::DEFAULT_ACTION_ENV).eq(diagnostics.to_string(), wanted);
    }
}

#[test]
fn the_base_has_no_mistakes() {
    let suite = load(Base::new().0, Some("tiny")).unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    let ids: Vec<&str> = suite.ids().map(|id| id.as_str()).collect();
    assert_eq!(ids.len(), 15);
    assert_eq!(ids[0], "tiny/Drop/Off");
    assert_eq!(ids[14], "tiny/no-colour");
}

#[test]
fn syntax() {
    Base::new().change("matrix/seal.yaml", "  On: Success", "  On: [Success").says("syntax");
}

#[test]
fn tabs() {
    Base::new().change("matrix/seal.yaml", "  On: Success", "\tOn: Success").says("tabs");
}

#[test]
fn duplicate_keys() {
    Base::new()
        .change("matrix/seal.yaml", "  Off: Refused.Off", "  On: Refused.Off\n  Off: Refused.Off")
        .change("clauses.yaml", "  book/make:", "  book/off: {}\n  book/make:")
        .says("duplicate-keys");
}

#[test]
fn shape() {
    Base::new()
        .change("matrix/seal.yaml", "present: [Sealed]", "presnt: [Sealed]\nclasses: own\nfields: {a: [b]}")
        .change("matrix/seal.yaml", "why: Only a key that is on seals.\n", "")
        .change("matrix/seal.yaml", "format: 1", "format: one")
        .change("scenarios/no-colour.yaml", "- drive: Off", "- drvie: Off")
        .says("shape");
}

#[test]
fn shape_of_the_service() {
    Base::new()
        .change("kms.yaml", "states: [On, Off]\nkey_classes", "states: On\nkey_classes")
        .change("kms.yaml", "basis: stated", "basis: started")
        .change("matrix/seal.yaml", "present:", "presents:")
        .says("shape-of-the-service");
}

#[test]
fn unknown_words() {
    Base::new()
        .change("matrix/seal.yaml", "  On: Success\n  Off: Refused.Off", "  On: Succes\n  Of: Refused.Off")
        .change("matrix/show.yaml", "clause: book/show", "clause: book/shwo")
        .change("matrix/switch.yaml", "classes: [own]", "classes: [ovn]")
        .change("matrix/drop.yaml", "edition: first", "edition: fist")
        .change("matrix/make.yaml", "- look: Show", "- look: Shwo")
        .change("scenarios/no-colour.yaml", "key: {state: On}", "key: {state: Onn, needs: [blub]}")
        .says("unknown-words");
}

#[test]
fn a_state_without_expectation_and_one_too_many() {
    Base::new()
        .change("matrix/seal.yaml", "  Off: Refused.Off\n", "")
        .change("matrix/switch.yaml", "classes: [own]", "classes: [fixed]")
        .change("kms.yaml", "basis: stated, clause: book/switch", "basis: inferred")
        .says("states-of-a-row");
}

#[test]
fn rows_twice_and_not_at_all() {
    Base::new().copy("tiny/matrix/seal.yaml", "tiny/matrix/seal-2.yaml").without("matrix/drop.yaml").says("rows");
}

#[test]
fn duplicate_ids() {
    Base::new()
        .change("matrix/show.yaml", "request:", "from: {key: other, id: twice}\nrequest:")
        .change("matrix/drop.yaml", "request:", "from: {key: other, id: twice}\nrequest:")
        .says("duplicate-ids");
}

#[test]
fn templates() {
    Base::new()
        .change("matrix/seal.yaml", "Id: \"${key.id}\"", "Id: \"x-${key.name}\"")
        .change("matrix/seal.yaml", "${base64('text')}", "${base46('text')}")
        .change("matrix/show.yaml", "\"${key.id}\"", "\"${kez.id}\", B: '${values.x}', C: '${blob}', D: '${key.id'")
        .change("matrix/make.yaml", "${made.id}", "${answer}${blob.txt}")
        .says("templates");
}

#[test]
fn requests_that_cannot_be_borrowed() {
    Base::new()
        .change("matrix/show.yaml", "request: {Id: \"${key.id}\"", "values: {v: x}\nrequest: {Id: \"${values.v}\"")
        .says("borrowed-requests");
}

#[test]
fn steps() {
    Base::new()
        .change(
            "scenarios/no-colour.yaml",
            "      - drive: Off\n",
            "      - why: Nothing.\n      - {call: Show, state: On}\n      - {drive: Off, expect: Success, on: other}\n      - advance: 7 days\n      - {call: Show, present: [a..b], becomes: Off}\n",
        )
        .says("steps");
}

#[test]
fn accepted_outcomes() {
    Base::new()
        .change(
            "matrix/seal.yaml",
            "present:",
            "accept:\n  - {state: Off, outcome: Refused.Off, why: The same.}\n  - {state: On, outcome: Refused.Off}\n  - {outcome: Success, why: ''}\npresent:",
        )
        .says("accepted-outcomes-shape");
    Base::new()
        .change(
            "matrix/seal.yaml",
            "present:",
            "accept:\n  - {state: Off, outcome: Refused.Off, why: The same.}\n  - {state: On, outcome: Refused.Off, why: One.}\n  - {state: On, outcome: Refused.Off, why: Two.}\n  - {outcome: Succes, why: ''}\npresent:",
        )
        .says("accepted-outcomes");
}

#[test]
fn what_a_response_says_of_itself() {
    let step = "      - drive: Off\n";
    let steps = "      - {call: Show, names: Id, format: json, tamper: stale}\n      - {call: Show, expect: Refused.Off, names: []}\n      - {call: Show, expect: Refused.Off, accept: [{outcome: 4xx, why: Any.}]}\n      - {look: Show, form: {Key.Id: text}, counted: Keys}\n      - {call: Show, form: {Key..Id: text}, between: {Key.Made: {from: '${made.Key}', to: '${later(unique)}'}}}\n      - {call: Show, accept: [{outcome: Refused.Off, class: owm, why: One.}]}\n";
    Base::new().change("scenarios/no-colour.yaml", step, steps).says("responses");
    Base::new()
        .change("scenarios/no-colour.yaml", step, "      - {call: Show, form: {Key.Id: dat}}\n")
        .says("responses-form");
    Base::new()
        .change("matrix/show.yaml", "expect:", "rejected_request: {Id: \"${kez.id}\"}\nexpect:")
        .says("rejected-request");
}

#[test]
fn requests_that_are_wrong_on_purpose() {
    let step = "      - drive: Off\n";
    Base::new()
        .change("scenarios/no-colour.yaml", step, "      - {call: Show, tamper: signatur}\n")
        .says("tampered-requests-shape");
    let steps = "      - {call: Show, as: shown}\n      - {call: Show, replay: shwon}\n      - {call: Seal, replay: shown}\n      - {call: Show, replay: shown, tamper: stale, request: {}}\n      - {look: Show, tamper: stale, holds: ''}\n      - {call: Show, holds: ''}\n";
    Base::new().change("scenarios/no-colour.yaml", step, steps).says("tampered-requests");
}

#[test]
fn impossible_states_of_scenarios() {
    Base::new()
        .change("scenarios/no-colour.yaml", "    keys:", "    classes: [own, fixed]\n    keys:")
        .says("impossible-states");
}

#[test]
fn clauses() {
    Base::new()
        .change("clauses.yaml", ", no_case: No row expects it.", "")
        .change("clauses.yaml", "says: Seal.}", "says: Seal., no_case: Too dull.}")
        .says("clauses");
}

#[test]
fn ids_and_editions_of_clauses() {
    Base::new()
        .change(
            "clauses.yaml",
            "book/colour: {section: Prose, edition: second",
            "letter/Colour: {section: Prose, edition: third",
        )
        .change(
            "clauses.yaml",
            "book/drop: {section: Table, edition: first",
            "book/drop: {section: Table, edition: third",
        )
        .says("ids-of-clauses");
}

#[test]
fn behaviour() {
    Base::new().change("kms.yaml", "behaviour: {own: [Seal]", "behaviour: {own: [Show, Drop]").says("behaviour");
}

#[test]
fn routes() {
    Base::new()
        .change("kms.yaml", "from: [On], to: Off", "from: [Off], to: Off")
        .change("matrix/show.yaml", "request:", "needs: [blob]\nrequest:")
        .says("routes");
}

#[test]
fn a_state_that_only_an_inferred_transition_leads_to_is_reported() {
    Base::new().change("kms.yaml", "basis: stated, clause: book/switch", "basis: inferred").says("only-inferred");
}

#[test]
fn stages_and_routes_as_they_stand() {
    let mistaken = "\
stages:
  On: {operation: Switch, advance: 2h, from: [On], to: Off, clause: book/switch}
  wait: {advance: soon, request: {Id: x}, from: [], to: Of, gives: [rest], clause: book/swich}
  nothing: {from: [On], to: Off, clause: book/switch}
  unused: {operation: Swich, request: {Id: \"${kee.id}\"}, from: [On], to: Off, clause: book/switch}
routes:
  Broken: {via-nothing: {through: [On]}}
  Off:
    canonical: {through: [On]}
    Via: {through: [Of, weit]}
    fixed: {through: [On]}
    via-nothing: {through: []}
    via-typo: {through: [On], lack: rest}
    via-pattern: [On]
fixtures:
";
    Base::new().change("kms.yaml", "fixtures:\n", mistaken).says("shape-of-routes");
    let mistaken = mistaken.replace(", lack: rest", "").replace("    via-pattern: [On]\n", "");
    Base::new().change("kms.yaml", "fixtures:\n", &mistaken).says("stages-and-routes");
}

#[test]
fn routes_that_no_case_takes() {
    let routes = "\
stages:
  lie: {operation: Seal, request: {Id: \"${key.id}\"}, from: [On, Off], to: Off, clause: book/switch}
  wait: {advance: 1h, from: [On], to: Off, gives: [rest], clause: book/switch}
routes:
  On:
    via-off: {through: [Off]}
  Off:
    via-on: {through: [On]}
    via-wait: {through: [wait], has: rest}
    via-rest: {through: [wait], has: rust}
fixtures:
";
    Base::new().change("kms.yaml", "fixtures:\n", routes).says("words-of-routes");
    let routes = routes.replace(
        "  lie: {operation: Seal, request: {Id: \"${key.id}\"}, from: [On, Off], to: Off, clause: book/switch}\n",
        "",
    );
    let routes = routes.replace("rust", "rest");
    Base::new().change("kms.yaml", "fixtures:\n", &routes).says("routes-not-taken");
}

#[test]
fn fixtures_that_can_be_made_nowhere() {
    Base::new()
        .change("matrix/seal.yaml", "  On: Success\n", "  On: Refused.Off\n")
        .change("kms.yaml", "behaviour: {own: [Seal]", "behaviour: {own: [Seal, Switch]")
        .change("matrix/show.yaml", "request:", "needs: [blob]\nrequest:")
        .change("scenarios/no-colour.yaml", "\"\"", "\"${blob.text}\"")
        .says("fixtures");
}

#[test]
fn classes_of_keys() {
    Base::new()
        .change("kms.yaml", "    impossible:\n      Off: A fixed key is always on.\n", "")
        .change(
            "kms.yaml",
            "    new_key_is: On\n    states: [On, Off]",
            "    new_key_is: Off\n    states: [On]\n    impossible: {On: x}",
        )
        .says("classes");
}

#[test]
fn format_numbers() {
    Base::new()
        .change("matrix/seal.yaml", "format: 1", "format: 2")
        .change("kms.yaml", "format: 1", "format: 0")
        .says("format-numbers");
}

#[test]
fn lists_of_words() {
    Base::new()
        .change("kms.yaml", "states: [On, Off]\nkey", "states: [On, Off, On, O ff]\nkey")
        .change("kms.yaml", "[Make, Show, Seal, Switch, Drop]", "[Make, Show, Seal, Switch, Drop, Show, \"\"]")
        .change("kms.yaml", "  fixed:", "  fi/xed:")
        .change("kms.yaml", "fixed: [Seal]", "fi/xed: [Seal]")
        .change(
            "kms.yaml",
            "create:",
            "other_operations:\n  Show: {request: {Id: \"${key.id}\"}, clause: book/show}\ncreate:",
        )
        .says("lists-of-words");
    Base::new().change("kms.yaml", "[Make, Show, Seal, Switch, Drop]", "[]").says("no-operations");
}

#[test]
fn scenarios_that_judge_nothing() {
    Base::new()
        .change("scenarios/no-colour.yaml", "      - call: Show\n        fields: {Key.Colour: \"\"}\n", "")
        .change("scenarios/no-colour.yaml", "      - state: Off\n", "")
        .copy("tiny/scenarios/no-colour.yaml", "tiny/scenarios/no-steps.yaml")
        .change("scenarios/no-steps.yaml", "  no-colour:", "  no-steps:")
        .change("scenarios/no-steps.yaml", "steps:\n      - drive: Off\n", "steps: []\n")
        .says("scenarios-that-judge-nothing");
}

#[test]
fn keys_of_steps() {
    let steps = "steps:
      - call: Show
        on: stranger
        request: {Id: \"${key.id}\"}
        as: seen
      - state: On
      - advance: 1h
        becomes: Off
      - advance: 1h
      - call: Make
        makes: {key: main}
      - call: Make
        makes: {key: seen}
      - state: Off
        on: main
";

    let before =
        "steps:\n      - call: Show\n        fields: {Key.Colour: \"\"}\n      - drive: Off\n      - state: Off\n";
    Base::new()
        .change("scenarios/no-colour.yaml", "  key: {", "  main: {")
        .change("scenarios/no-colour.yaml", before, steps)
        .says("keys-of-steps");
}

#[test]
fn classes_that_are_unknown_or_stand_in_the_list_twice_are_reported() {
    let with = |classes: &str| {
        let edition = "edition: second\n";
        Base::new().change("scenarios/no-colour.yaml", edition, &format!("{edition}classes: {classes}\n"))
    };
    with("[own, other]").says("unknown-classes");
    with("[own, own]").says("classes-that-stand-there-twice");
}

#[test]
fn a_scenario_without_clause_or_edition_is_reported_unless_the_file_has_them() {
    let head = "clause: book/colour\nedition: second\n";
    Base::new().change("scenarios/no-colour.yaml", head, "").says("scenario-without-clause");
    Base::new()
        .change("scenarios/no-colour.yaml", head, "clause: book/seal\nedition: second\n")
        .says("edition-of-a-scenario");
    Base::new()
        .change("scenarios/no-colour.yaml", "    why: A", "    clause: book/seal\n    edition: first\n    why: A")
        .change("clauses.yaml", "says: Keys have no colour.}", "says: Keys have no colour., no_case: Too dull.}")
        .loads();
}

#[test]
fn a_file_without_scenarios_is_reported() {
    Base::new().add("tiny/scenarios/nothing.yaml", "format: 1\nscenarios: {}\n").says("no-scenarios");
}

#[test]
fn a_transition_is_taken_by_keys_that_have_what_it_wants() {
    let rest = "basis: stated, clause: book/seal}\n";
    let base = Base::new().change("kms.yaml", "to: Off, basis", "to: Off, has: rest, basis").change(
        "kms.yaml",
        "fixtures:\n",
        &format!("  - {{operation: Seal, from: [On], to: On, gives: rest, {rest}fixtures:\n"),
    );
    let suite = load(base.0, None).unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    let planner = Planner::new(Arc::new(suite));
    let plan = planner.plan(planner.suite().case("tiny/Seal/Off").expect("the case is there")).expect("it has a plan");
    assert_eq!(plan.keys[0].calls(planner.suite()), ["Make", "Seal", "Switch"]);
}

#[test]
fn a_fixture_brings_the_one_that_it_needs() {
    let note =
        "  note: {operation: Show, request: {Id: \"${key.id}\", Text: \"${blob.text}\"}, capture: {text: Shown}}\n";
    let base = Base::new().change("kms.yaml", "fixtures:\n", &format!("fixtures:\n{note}")).change(
        "scenarios/no-colour.yaml",
        "{state: On}",
        "{state: On, needs: [note]}",
    );
    let suite = load(base.0, None).unwrap_or_else(|diagnostics| panic!("{diagnostics}"));
    let planner = Planner::new(Arc::new(suite));
    let plan = planner.plan(planner.suite().case("tiny/no-colour").expect("the case is there")).expect("it has a plan");
    assert_eq!(plan.keys[0].route.steps, [RouteStep::Prepare("blob".into()), RouteStep::Prepare("note".into())]);
}

#[test]
fn names_of_fixtures_that_mean_something_else() {
    let fixture = "{operation: Seal, capture: {text: Sealed}}";
    Base::new()
        .change("kms.yaml", "fixtures:\n", &format!("fixtures:\n  id: {fixture}\n  key: {fixture}\n"))
        .says("names-of-fixtures");
}

#[test]
fn names() {
    Base::new()
        .change("kms.yaml", "{id: Key.Id}", "{id: Key.Id, second-id: Key.Id, id_3: Key.Id, a.b: Key.Id, \"\": Key.Id}")
        .change("kms.yaml", "  blob:", "  mark:")
        .says("names");
}

/// A service with so many fixtures, and so many things that keys can have.
fn furnished(fixtures: usize, things: usize) -> Base {
    let fixtures: String = (1..fixtures)
        .map(|number| format!("  blob{number}: {{operation: Seal, capture: {{text: Sealed}}}}\n"))
        .collect();
    let things: String = (0..things)
        .map(|number| {
            let rest = "basis: stated, clause: book/switch";
            format!("  - {{operation: Switch, from: [On], to: Off, has: thing{number}, {rest}}}\n")
        })
        .collect();
    Base::new().change("kms.yaml", "fixtures:\n", &format!("fixtures:\n{fixtures}")).change(
        "kms.yaml",
        "fixtures:\n",
        &format!("{things}fixtures:\n"),
    )
}

#[test]
fn fixtures_and_things_that_are_too_many() {
    assert_eq!(load(furnished(32, 32).0, None).map_err(|mistakes| mistakes.to_string()).map(|_| ()), Ok(()));
    furnished(33, 33).says("too-many");
}

#[test]
fn outcomes_that_are_no_text() {
    Base::new().change("matrix/seal.yaml", "  On: Success", "  On: 5").says("outcomes-that-are-no-text");
}

#[test]
fn places() {
    Base::new()
        .copy("tiny/matrix/seal.yaml", "tiny/seal.yaml")
        .copy("tiny/matrix/seal.yaml", "tiny/matrix/old/seal.yaml")
        .copy("tiny/scenarios/no-colour.yaml", "tiny/scenarios/color.yaml")
        .copy("tiny/scenarios/no-colour.yaml", "tiny/scenarios/no-colour.yml")
        .copy("tiny/matrix/show.yaml", "tiny/matrix/show.yml")
        .add("loose.yaml", "a: 1\n")
        .says("places");
}

#[test]
fn missing_files() {
    Base::new().without("clauses.yaml").without("kms.yaml").says("missing-files");
}

#[test]
fn providers() {
    Base::new().copy("tiny/kms.yaml", "huge/kms.yaml").says("several-providers");
    Base::new().copy("tiny/kms.yaml", "huge/kms.yaml").says_for("no-such-provider", Some("tinny"));
    Base::new().copy("tiny/kms.yaml", "huge/kms.yaml").says_for("no-provider-like-it", Some("elsewhere"));
    Base(Vec::new()).says("no-files");
    Base(Vec::new()).says_for("no-files-of-a-provider", Some("tiny"));
}

#[test]
fn outcomes_by_class() {
    Base::new()
        .change(
            "matrix/seal.yaml",
            "  On: Success\n  Off: Refused.Off",
            "  On: {own: Success}\n  Off: {own: Refused.Off, fixed: Refused.Off, ovn: Success}",
        )
        .says("outcomes-by-class");
}

#[test]
fn variants_and_further_keys_of_a_row() {
    let variant = |variant: &str| {
        format!(
            "operation: Seal\nvariant: {variant}\nalso: [book/shwo]\nkeys:\n  key: {{state: On}}\n  other: {{class: fixed, state: Off}}\n"
        )
    };
    Base::new()
        .change("matrix/seal.yaml", "operation: Seal\n", &variant("By Name"))
        .copy("tiny/matrix/show.yaml", "tiny/matrix/show-twice.yaml")
        .change("matrix/show-twice.yaml", "operation: Show\n", "operation: Show\nvariant: twice\n")
        .copy("tiny/matrix/show-twice.yaml", "tiny/matrix/show-again.yaml")
        .says("variants");
}

#[test]
fn classes_and_states_that_can_not_be_driven() {
    Base::new()
        .change(
            "kms.yaml",
            "    states: [On]\n",
            "    states: [On]\n    not_made: ''\n    undrivable: {Off: It is on., On: ''}\n    create: {Kind: \"${kee.id}\"}\n",
        )
        .says("undrivable");
    let undrivable = "    new_key_is: On\n    states: [On, Off]\n    undrivable: {Off: Nothing switches.}";
    let says = "says: Refused.Off is 409.";
    let base = || {
        Base::new()
            .change("kms.yaml", "    new_key_is: On\n    states: [On, Off]", undrivable)
            .change("kms.yaml", "basis: stated, clause: book/switch", "basis: inferred")
            .change("clauses.yaml", says, &format!("{says}, no_case: No key is off."))
    };
    base().says("undrivable-in-a-step");
    base().change("scenarios/no-colour.yaml", "      - drive: Off\n      - state: Off\n", "").loads();
}

#[test]
fn ways_of_paging() {
    let paging = "paging: {number: Page, total: Total, size: Size, largest: 100}";
    Base::new().change("kms.yaml", paging, "paging: {number: Page, size: Size, largest: 100}").says("paging-by-number");
    Base::new()
        .change("kms.yaml", paging, "paging: {number: Page, marker: Marker, truncated: More, size: Size, largest: 100}")
        .change("matrix/seal.yaml", "present: [Sealed]", "present: [Sealed]\ncounted: Seals")
        .says("paging-by-marker");
}

#[test]
fn statuses_of_an_outcome() {
    Base::new()
        .change(
            "kms.yaml",
            "Refused.Off: {status: 409",
            "4xx: {status: [], clause: book/off}\n  Refused.Off: {status: [409, 700]",
        )
        .says("statuses");
}

#[test]
fn keys_that_are_used_again() {
    let reuse = "reuse:\n  operation: Switch\n  date: Key.Date\n  late: soon\n  promise: never\n  \
                 mark: {operation: Mark, request: {KeyId: \"${key.id}\"}}\n  not_after: [Seal, Seal]\nobservation:\n";
    Base::new().change("kms.yaml", "observation:\n", reuse).says("reuse");
    let reuse = reuse.replace("soon", "1h").replace("Mark,", "Switch,").replace("[Seal, Seal]", "[Seal]");
    Base::new().change("kms.yaml", "observation:\n", &reuse).says("reuse-promise");
}

#[test]
fn values_of_classes() {
    let own = "  own:\n    new_key_is: On\n";
    Base::new()
        .change("kms.yaml", own, "  own:\n    new_key_is: On\n    values: {algorithm: AES, id: own, material: none}\n")
        .says("values-of-classes");
    // What every class that is made has, templates know.
    Base::new()
        .change("kms.yaml", own, "  own:\n    new_key_is: On\n    values: {algorithm: AES}\n")
        .change("kms.yaml", "  fixed:\n", "  fixed:\n    values: {algorithm: RSA}\n")
        .change("matrix/make.yaml", "fields: {Key.Id: ", "fields: {Key.Algorithm: \"${key.algorithm}\", Key.Id: ")
        .loads();
}
