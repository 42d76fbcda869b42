//! The routes of the embedded suite: what they pass, where they end, and which cells have none.

#![expect(clippy::unwrap_used, reason = "what fails here is a failed test")]

use std::collections::HashSet;
use std::sync::Arc;

use kms_conformance::plan::{Planner, Position, RouteStep};
use kms_conformance::suite::Suite;
use kms_conformance::suite::case::{Case, CaseRoute, Subject};
use kms_conformance::suite::files::embedded;
use kms_conformance::suite::load::load;
use kms_conformance::suite::route_limit::RouteLimit;
use kms_conformance::suite::selector::select;
use kms_conformance::suite::service::Waypoint;

fn suite() -> Arc<Suite> {
    Arc::new(load(embedded(), None).unwrap())
}

/// The route of a case, if it is not the shortest.
fn route(case: &Case) -> Option<&CaseRoute> {
    match &case.subject {
        Subject::Cell { route, .. } => route.as_ref(),
        Subject::Move { .. } | Subject::Scenario { .. } => None,
    }
}

fn calls(suite: &Arc<Suite>, id: &str) -> String {
    let plan = Planner::new(Arc::clone(suite)).plan(suite.case(id).unwrap()).unwrap();
    plan.keys[0].calls(suite).join(" ")
}

#[test]
fn every_route_passes_what_it_says_and_ends_in_its_state() {
    let suite = suite();
    let planner = Planner::new(Arc::clone(&suite));
    let mut seen = 0;
    for case in &suite.cases {
        let Subject::Cell { class, state, route: Some(route), .. } = &case.subject else { continue };
        seen += 1;
        let declared = &suite.service.routes[state][&route.name];
        let plan = planner.plan(case).unwrap();
        let key = &plan.keys[0];
        assert_eq!(key.calls(&suite).len(), route.calls, "{}", case.id);
        let mut at: Vec<(Option<&str>, Position)> = vec![(None, planner.new_key(class).unwrap())];
        for step in &key.route.steps {
            match step {
                RouteStep::Prepare(_) => {}
                RouteStep::Drive { stage, to, .. } => at.push((stage.as_ref().map(|stage| stage.as_str()), to.clone())),
                RouteStep::Advance { to, .. } => at.push((Some("expiry"), to.clone())),
            }
        }
        let end = at.last().unwrap().1.clone();
        assert_eq!((&end, &end.state), (&key.route.end, state), "{}", case.id);
        assert!(declared.has.as_ref().is_none_or(|has| end.has.contains(has)), "{}", case.id);
        assert!(declared.lacks.as_ref().is_none_or(|lacks| !end.has.contains(lacks)), "{}", case.id);
        let mut left = declared.through.iter().peekable();
        for (stage, position) in &at {
            left.next_if(|waypoint| match waypoint {
                Waypoint::State(state) => position.state == *state,
                Waypoint::Stage(name) => *stage == Some(name.as_str()),
            });
        }
        assert!(left.next().is_none(), "{}: {at:?}", case.id);
    }
    assert!(seen > 300, "{seen}");
}

#[test]
fn no_two_cases_of_a_cell_take_the_same_way() {
    let suite = suite();
    let planner = Planner::new(Arc::clone(&suite));
    let mut seen = HashSet::new();
    for case in suite.cases.iter().filter(|case| suite.not_applicable(case).is_none()) {
        let Subject::Cell { row, class, state, .. } = &case.subject else { continue };
        let plan = planner.plan(case).unwrap();
        let way = (*row, class.clone(), state.clone(), plan.keys[0].route.steps.clone());
        assert!(seen.insert(way), "{}", case.id);
    }
}

#[test]
fn fixtures_are_fitted_into_the_route() {
    let suite = suite();
    for (id, wanted) in [
        ("alibaba/Decrypt/Disabled/via-cancel", "CreateKey Encrypt ScheduleKeyDeletion CancelKeyDeletion DisableKey"),
        (
            "alibaba/Decrypt/PendingDeletion/EXTERNAL/via-delete-material-while-pending",
            "CreateKey GetParametersForImport ImportKeyMaterial Encrypt ScheduleKeyDeletion DeleteKeyMaterial",
        ),
        (
            "alibaba/Decrypt/PendingImport/EXTERNAL/via-expiry",
            "CreateKey GetParametersForImport ImportKeyMaterial Encrypt",
        ),
        (
            "alibaba/UntagResource/PendingDeletion/EXTERNAL/via-disabled",
            "CreateKey GetParametersForImport TagResource ImportKeyMaterial DisableKey ScheduleKeyDeletion",
        ),
    ] {
        assert_eq!(calls(&suite, id), wanted, "{id}");
    }
}

#[test]
fn a_way_that_is_the_shortest_one_is_no_second_case() {
    let suite = suite();
    // A key with a ciphertext comes here by losing its material, whatever it is sent.
    assert!(suite.case("alibaba/Decrypt/PendingImport/EXTERNAL/via-delete-material").is_none());
    assert!(suite.case("alibaba/Encrypt/PendingImport/EXTERNAL/via-delete-material").is_some());
    // A key whose material the service makes has it from the beginning.
    assert!(suite.case("alibaba/Encrypt/PendingDeletion/via-import").is_none());
    assert!(suite.case("alibaba/Encrypt/PendingDeletion/EXTERNAL/via-import").is_some());
    assert!(suite.case("alibaba/Encrypt/Enabled/via-reimport").is_none());
}

#[test]
fn what_is_about_no_key_or_about_two_has_no_further_routes() {
    let suite = suite();
    for case in suite.cases.iter().filter(|case| route(case).is_some()) {
        let operation = case.id.as_str().split('/').nth(1).unwrap();
        assert!(!["CreateKey", "ListKeys", "ListAliases", "update-alias"].contains(&operation), "{}", case.id);
        assert!(suite.not_applicable(case).is_none(), "{}", case.id);
    }
}

#[test]
fn only_routes_through_time_move_the_clock() {
    let suite = suite();
    let planner = Planner::new(Arc::clone(&suite));
    for case in suite.cases.iter().filter(|case| route(case).is_some()) {
        let plan = planner.plan(case).unwrap();
        let timed = route(case).unwrap().name.as_str() == "via-expiry";
        assert_eq!(plan.moves_clock, timed || plan.age.is_some(), "{}", case.id);
        assert!(!timed || plan.age.is_none(), "{}", case.id);
    }
}

#[test]
fn limits_leave_the_shortest_routes_and_what_is_named() {
    let suite = suite();
    let limited = |limit: &str, include: &[&str]| -> Vec<String> {
        let include: Vec<_> = include.iter().map(|text| text.parse().unwrap()).collect();
        let meant = select(&suite, &include, &[], &[]).unwrap();
        let limit: RouteLimit = limit.parse().unwrap();
        limit.limit(&suite, &meant, &include).into_iter().map(|index| suite.cases[index].id.to_string()).collect()
    };

    assert_eq!(limited("all", &[]).len(), suite.cases.len());
    let shortest = suite.cases.iter().filter(|case| route(case).is_none()).count();
    assert_eq!(limited("canonical", &[]).len(), shortest);
    assert_eq!(limited("0", &[]).len(), shortest);
    let encrypt = limited("3", &["alibaba/Encrypt/Enabled", "alibaba/Encrypt/Enabled/via-*"]);
    assert_eq!(encrypt.len(), 3, "{encrypt:?}");
    assert_eq!(
        limited("2", &["alibaba/Encrypt/Enabled/**", "class:EXTERNAL"]).len(),
        limited("canonical", &["alibaba/Encrypt/Enabled/**", "class:EXTERNAL"]).len()
    );

    assert_eq!(limited("canonical", &["alibaba/Encrypt/*/via-cancel"]), [""; 0]);
    let named = "alibaba/Encrypt/Enabled/via-cancel";
    assert_eq!(limited("canonical", &[named]), [named]);
    assert!(limited("canonical", &["route:via-c*"]).len() > 50);
    assert!("some".parse::<RouteLimit>().is_err() && "-1".parse::<RouteLimit>().is_err());
}
