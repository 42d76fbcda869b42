//! Tours of the built-in cases, and of any of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use super::outlook::Outlook;
use super::*;
use crate::suite::Suite;
use crate::suite::files::embedded;
use crate::suite::load::load;
use crate::suite::route_limit::RouteLimit;
use crate::suite::selector::{Selector, select};

fn planner() -> &'static Planner {
    static PLANNER: OnceLock<Planner> = OnceLock::new();
    PLANNER.get_or_init(|| Planner::new(Arc::new(load(embedded(), None).unwrap())))
}

fn selected(selectors: &[&str], exclude: &[&str], editions: &[&str], routes: RouteLimit) -> Vec<usize> {
    let suite = planner().suite();
    let parse = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<Selector>>();
    let (selectors, exclude) = (parse(selectors), parse(exclude));
    let editions: Vec<String> = editions.iter().map(|edition| (*edition).to_owned()).collect();
    let selection = select(suite, &selectors, &exclude, &editions).unwrap();
    routes.limit(suite, &selection, &selectors)
}

fn plan_of(index: usize) -> Option<Arc<CasePlan>> {
    static PLANS: OnceLock<Vec<Option<Arc<CasePlan>>>> = OnceLock::new();
    let of = |suite: &Suite| suite.cases.iter().map(|case| planner().plan(case).ok().map(Arc::new)).collect::<Vec<_>>();
    PLANS.get_or_init(|| of(planner().suite()))[index].clone()
}

fn split(cases: &[usize]) -> Split {
    let plans: Vec<_> = cases.iter().filter_map(|index| Some((*index, plan_of(*index)?))).collect();
    Split::new(planner(), plans.iter().map(|(index, plan)| (*index, &**plan)))
}

const ONCE: Observing = Observing { confirmations: 1, removals: false };
const TWICE: Observing = Observing { confirmations: 2, removals: true };

/// Follows a tour, and checks that each case finds its keys where it needs them.
fn check(tour: &TourPlan) {
    let suite = planner().suite();
    let mut keys: Vec<TourKey> = Vec::new();
    let mut served = BTreeSet::new();
    for leg in &tour.legs {
        let serving = &tour.servings[leg.serving];
        let id = &suite.cases[serving.case].id;
        assert!(served.insert(serving.case), "{id} is served twice");
        assert_eq!(leg.keys.len(), serving.uses.len());
        assert_eq!(counted(leg.keys.iter().map(|key| key.key)).len(), leg.keys.len(), "{id} has one key twice");

        for (leg_key, one) in leg.keys.iter().zip(&serving.uses) {
            assert!(leg_key.key <= keys.len(), "{id}");
            if leg_key.key == keys.len() {
                keys.push(TourKey::new(one.need.class.clone(), suite.new_key(&one.need.class).unwrap()));
            }
            let key = &mut keys[leg_key.key];
            for step in &leg_key.steps {
                follow(key, step, id.as_str());
            }
            assert!(key.serves(&one.need), "{id} needs {:?} and has {key:?}", one.need);
            key.serve(one);
        }
        if leg.adopts {
            let class = &serving.makes[0];
            keys.push(TourKey::new(class.clone(), suite.new_key(class).unwrap()));
        }
    }

    let left: BTreeSet<usize> = tour.left_out.iter().map(|index| tour.servings[*index].case).collect();
    let all: BTreeSet<usize> = tour.servings.iter().map(|serving| serving.case).collect();
    assert_eq!(served.union(&left).copied().collect::<BTreeSet<_>>(), all);
    assert!(served.is_disjoint(&left));
    assert!(tour.left_out.iter().all(|index| tour.servings[*index].only_makes));
    assert_eq!(keys.len(), tour.keys.len());
}

/// Goes a step, which the table must allow where the key is.
fn follow(key: &mut TourKey, step: &super::super::RouteStep, id: &str) {
    use super::super::RouteStep;
    let suite = planner().suite();
    let at = key.standing.position.clone();
    match step {
        RouteStep::Prepare(fixture) => {
            assert!(suite.can_prepare(&key.class, fixture, &at.state), "{id}: {fixture} in {}", at.state);
        }
        RouteStep::Drive { operation, to, .. } => {
            let cell = suite.cell(operation, &at.state, &key.class).unwrap();
            assert!(cell.expect.is_success(), "{id}: {operation} in {}", at.state);
            assert_eq!(planner().after(operation, &at).0, *to, "{id}");
        }
        RouteStep::Advance { .. } => panic!("{id}: time passes"),
    }
    key.take(step);
}

fn requests(tour: &TourPlan, observing: Observing) -> (usize, Bound) {
    let tally = Counter::new(planner(), observing).tour(tour, plan_of);
    let served: Vec<&Serving> = tour.legs.iter().map(|leg| &tour.servings[leg.serving]).collect();
    (tally.requests(), Bound::new(planner(), &served, observing, plan_of))
}

fn show(name: &str, tour: &TourPlan) {
    let suite = planner().suite();
    for observing in [ONCE, TWICE] {
        let (requests, bound) = requests(tour, observing);
        println!("{name}: {requests} of {} {bound:?}, keys {:?}", bound.requests(), tour.keys);
    }
    if std::env::var_os("SHOW").is_some() {
        for leg in &tour.legs {
            println!("  {}  {:?}", suite.cases[tour.servings[leg.serving].case].id, leg.keys);
        }
    }
}

#[test]
fn the_official_table_takes_four_keys() {
    let cases = selected(&["kind:cell", "kind:move"], &[], &["official"], RouteLimit::Canonical);
    assert_eq!(cases.len(), 119);
    let split = split(&cases);
    assert!(split.apart.is_empty(), "{:?}", split.apart);
    let tour = TourPlan::new(planner(), split.shared, 0);
    show("official", &tour);
    check(&tour);
    assert!(tour.keys.len() <= 4, "{:?}", tour.keys);
    for observing in [ONCE, TWICE] {
        let (requests, bound) = requests(&tour, observing);
        assert!(requests >= bound.requests(), "{requests} {bound:?}");
        assert!(requests * 10 <= bound.requests() * 13, "{requests} {bound:?}");
    }
}

#[test]
fn the_whole_suite_is_a_tour() {
    for routes in [RouteLimit::Canonical, RouteLimit::All] {
        let cases = selected(&[], &[], &[], routes);
        let split = split(&cases);
        println!(
            "{} shared, apart {:?}",
            split.shared.len(),
            counted(split.apart.iter().map(|(_, apart)| format!("{apart:?}")))
        );
        for (index, apart) in &split.apart {
            if *apart == Apart::Untouched || *apart == Apart::Stage {
                println!("  {} {apart:?}", planner().suite().cases[*index].id);
            }
        }
        let tour = TourPlan::new(planner(), split.shared, usize::MAX);
        show("all", &tour);
        check(&tour);
        assert!(tour.left_out.is_empty());
        for observing in [ONCE, TWICE] {
            let (requests, bound) = requests(&tour, observing);
            assert!(requests >= bound.requests(), "{requests} {bound:?}");
            assert!(requests * 10 <= bound.requests() * 13, "{requests} {bound:?}");
        }
    }
}

#[test]
fn any_cases_are_a_tour() {
    let all = selected(&[], &[], &[], RouteLimit::All);
    let mut worst = Vec::new();
    for seed in 0..12 {
        let mut random = fastrand::Rng::with_seed(seed);
        let share = random.f64();
        let cases: Vec<usize> = all.iter().copied().filter(|_| random.f64() < share * share / 2.0).collect();
        let one = TourPlan::new(planner(), split(&cases).shared, usize::MAX);
        check(&one);
        for observing in [ONCE, TWICE] {
            let (requests, bound) = requests(&one, observing);
            assert!(requests >= bound.requests(), "seed {seed}: {requests} {bound:?}");
            worst.push((requests * 1000 / bound.requests().max(1), seed, requests, bound));
        }
    }
    worst.sort_by_key(|one| one.0);
    println!("{:#?}", worst.iter().rev().take(8).map(|one| format!("{one:?}")).collect::<Vec<_>>());
}

#[test]
fn a_tour_is_the_same_each_time() {
    let cases = selected(&["alibaba/*/*/**"], &[], &[], RouteLimit::Canonical);
    let legs = |tour: &TourPlan| format!("{:?}", tour.legs);
    let one = TourPlan::new(planner(), split(&cases).shared, 3);
    let other = TourPlan::new(planner(), split(&cases).shared, 3);
    assert_eq!(legs(&one), legs(&other));
    assert_eq!(one.keys, other.keys);
}

/// What becomes of the cases after a leg, with everything counted anew.
fn counted_anew(tour: &Tour, leg: &Leg) -> (usize, usize) {
    let mut after = tour.keys.clone();
    for (leg_key, one) in leg.keys.iter().zip(&tour.servings[leg.serving].uses) {
        let mut key = tour.key_at(leg_key.key, &one.need.class);
        leg_key.steps.iter().for_each(|step| key.take(step));
        key.serve(one);
        after.resize(after.len().max(leg_key.key + 1), None);
        after[leg_key.key] = Some(key);
    }

    let left = tour.remaining.iter().filter(|index| **index != leg.serving);
    let cases = counted(left.flat_map(|index| tour.needs_of[*index].iter().copied()));
    let (mut lost, mut waiting) = (0, 0);
    for (number, count) in cases {
        let need = tour.needs[number];
        let any = |keys: &[Option<TourKey>], is: &dyn Fn(&TourKey) -> bool| {
            keys.iter().flatten().any(|key| key.class == need.class && is(key))
        };
        let may = |key: &TourKey| key.standing.may_serve(need);
        lost += usize::from(any(&tour.keys, &may) && !any(&after, &may));
        waiting += if any(&after, &|key| key.standing.is_at(need)) { count } else { 0 };
    }
    (lost, waiting)
}

#[test]
fn the_outlook_of_a_leg_is_what_counting_anew_says() {
    let cases = selected(&["alibaba/**"], &[], &[], RouteLimit::All);
    let servings = split(&cases).shared;
    let mut tour = Tour::new(planner().suite(), &servings, 2);
    let mut random = fastrand::Rng::with_seed(3);
    let mut seen = BTreeSet::new();
    for step in 0..60 {
        let needs_of = tour.needs_of.clone();
        let some: Vec<usize> = tour.remaining.iter().copied().filter(|_| random.u8(..) < 10).collect();
        let legs: Vec<Leg> = some.iter().filter_map(|index| Some(tour.way(*index, &needs_of[*index])?.leg)).collect();
        let outlook = Outlook::new(&tour, &needs_of);
        for leg in legs {
            let outcome = outlook.after(&leg);
            assert_eq!(outcome, counted_anew(&tour, &leg), "step {step}: {leg:?}");
            seen.insert(outcome);
        }

        let leg = tour.next().unwrap();
        tour.go(&leg);
        // A key that is not where it should be leaves the tour.
        if step % 4 == 3 {
            tour.set_key(random.usize(..tour.keys.len()), None);
        }
    }
    assert!(seen.iter().any(|(lost, _)| *lost > 0) && seen.len() > 20, "{seen:?}");
}

/// How many of each.
fn counted<T: Ord>(all: impl IntoIterator<Item = T>) -> BTreeMap<T, usize> {
    let mut counts = BTreeMap::new();
    for one in all {
        *counts.entry(one).or_default() += 1;
    }
    counts
}
