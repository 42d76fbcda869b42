//! How a key that is in use comes to where a case needs it.

use std::collections::BTreeSet;

use super::goal::Goal;
use super::search::{self, Start, Trust};
use super::stock::Traveller;
use super::{Need, Position, Recent, RouteStep, Standing, Stock};
use crate::suite::Suite;
use crate::suite::name::{ClassName, FixtureName, State};

/// A key on its way to where a case needs it.
struct Way<'a> {
    suite: &'a Suite,
    need: &'a Need,
    key: Traveller,
    steps: Vec<RouteStep>,
}

impl Suite {
    /// The steps that bring a key with its fixtures to where a case needs it: none if it is there. `None` if no
    /// transitions lead there from where it is. Those that are only inferred are taken if no others lead there: whether
    /// the key has come there is to be observed.
    pub(crate) fn lead(&self, from: &Standing, stock: &Stock, need: &Need) -> Option<Vec<RouteStep>> {
        if !from.may_serve(need) {
            return None;
        }
        let key = Traveller { standing: from.clone(), stock: stock.clone() };
        let mut way = Way { suite: self, need, key, steps: Vec::new() };
        match &need.recent {
            Some(recent) => way.go_by(recent)?,
            None => way.go_to(&need.position, &need.fixtures)?,
        }
        (way.key.standing.is_at(need) && way.key.stock.serves(need)).then_some(way.steps)
    }

    /// Whether a fixture can be made for a key of a class in a state.
    pub(crate) fn can_prepare(&self, class: &ClassName, fixture: &FixtureName, state: &State) -> bool {
        self.graph.can_prepare(class, fixture, state)
    }
}

impl Way<'_> {
    /// Goes the end of a route: what of it lies behind the key already is not gone again.
    fn go_by(&mut self, recent: &Recent) -> Option<()> {
        let places = recent.places();
        let (standing, stock) = (&self.key.standing, &self.key.stock);
        let gone = (1..=places.len()).rev().find(|count| recent.is_gone(standing, stock, *count));
        let mut at = match gone {
            Some(count) => count - 1,
            None => {
                self.go_to(&places[0], &BTreeSet::new())?;
                0
            }
        };

        self.make(recent, at)?;
        while at + 1 < places.len() {
            let before = self.moves();
            self.go_to(&places[at + 1], &BTreeSet::new())?;
            // Round about would be another route.
            if self.moves() > before + 1 {
                return None;
            }
            at += 1;
            self.make(recent, at)?;
        }
        Some(())
    }

    /// Makes the fixtures that the route makes at a place, unless the key has such.
    fn make(&mut self, recent: &Recent, place: usize) -> Option<()> {
        for fixture in recent.made_at(place) {
            if self.key.stock.count_of(fixture, 0) > 0 {
                continue;
            }
            let at = &self.key.standing.position;
            if !self.suite.can_prepare(&self.need.class, fixture, &at.state) {
                return None;
            }
            self.take(RouteStep::Prepare(fixture.clone()));
        }
        Some(())
    }

    /// Goes the shortest way to a place, where the key has these fixtures.
    fn go_to(&mut self, place: &Position, fixtures: &BTreeSet<FixtureName>) -> Option<()> {
        let graph = &self.suite.graph;
        let class = graph.class(&self.need.class)?;
        let goal: Goal = graph.goal_at(place, self.need.had.as_ref(), fixtures)?;
        let node = graph.node(&self.key.standing.position, &self.key.stock.made())?;

        let start = Start { node, passed: 0, arrived: false };
        let search = |trust| search::shortest(graph, class, start, &goal, trust);
        let steps = search(Trust::Stated).or_else(|| search(Trust::Inferred))?;
        for (step, node) in steps {
            self.take(graph.route_step(step, node));
        }
        Some(())
    }

    fn take(&mut self, step: RouteStep) {
        self.key.go(&step);
        self.steps.push(step);
    }

    fn moves(&self) -> usize {
        self.steps.iter().filter(|step| step.position().is_some()).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::files::embedded;
    use crate::suite::load::load;
    use crate::suite::name::RouteName;

    fn position(state: &str, has: &[&str]) -> Position {
        Position { state: state.into(), has: has.iter().map(|word| (*word).to_owned()).collect() }
    }

    /// The need of a case whose key comes by the shortest route, or by a named one of so many calls.
    fn need(suite: &Suite, class: &str, state: &str, route: Option<(&str, usize)>, fixtures: &[&str]) -> Need {
        let (class, state) = (ClassName::from(class), State::from(state));
        let fixtures: BTreeSet<_> = fixtures.iter().map(|name| FixtureName::from(*name)).collect();
        let (name, calls) = route.map_or((None, 1), |(name, calls)| (Some(RouteName::from(name)), calls));
        let route = suite.route(&class, &state, &fixtures, name.as_ref()).unwrap();
        let new = suite.new_key(&class).unwrap();
        let had = [&new.has, &route.end.has].into_iter().flatten().cloned().collect();
        let recent = Recent::of(new, &route, &fixtures, calls);
        Need { class, position: route.end, had: Some(had), fixtures, recent: Some(recent) }
    }

    fn operations(steps: &[RouteStep]) -> Vec<String> {
        let name = |step: &RouteStep| match step {
            RouteStep::Prepare(fixture) => format!("({fixture})"),
            RouteStep::Drive { operation, .. } => operation.to_string(),
            RouteStep::Advance { .. } => "time".to_owned(),
        };
        steps.iter().map(name).collect()
    }

    #[test]
    fn what_a_key_has_passed_is_not_passed_again() {
        let suite = load(embedded(), None).unwrap();
        let enabled = position("Enabled", &["material"]);
        let mut key = Standing::new(enabled.clone());
        let by_cancel = need(&suite, "Aliyun_KMS", "Enabled", Some(("via-cancel", 2)), &[]);
        let lead = |key: &Standing| operations(&suite.lead(key, &Stock::default(), &by_cancel).unwrap());

        assert_eq!(lead(&key), ["ScheduleKeyDeletion", "CancelKeyDeletion"]);
        key.move_to(&position("PendingDeletion", &["material"]));
        assert_eq!(lead(&key), ["CancelKeyDeletion"]);
        key.move_to(&enabled);
        assert!(lead(&key).is_empty());
        key.move_to(&position("Disabled", &["material"]));
        assert_eq!(lead(&key), ["EnableKey", "ScheduleKeyDeletion", "CancelKeyDeletion"]);
    }

    #[test]
    fn the_last_call_of_a_route_is_gone_again() {
        let suite = load(embedded(), None).unwrap();
        let pending = need(&suite, "Aliyun_KMS", "PendingDeletion", None, &[]);
        let mut key = Standing::new(position("Enabled", &["material"]));
        key.move_to(&position("Disabled", &["material"]));
        key.move_to(&position("PendingDeletion", &["material"]));
        // What becomes of the key next may depend on what it was before.
        let steps = suite.lead(&key, &Stock::default(), &pending).unwrap();
        assert_eq!(operations(&steps), ["CancelKeyDeletion", "ScheduleKeyDeletion"]);
    }

    #[test]
    fn a_key_that_had_material_does_not_serve_for_one_that_never_had() {
        let suite = load(embedded(), None).unwrap();
        let never = need(&suite, "EXTERNAL", "PendingDeletion", None, &[]);
        let mut key = Standing::new(position("PendingImport", &[]));
        assert_eq!(operations(&suite.lead(&key, &Stock::default(), &never).unwrap()), ["ScheduleKeyDeletion"]);
        key.move_to(&position("Enabled", &["material"]));
        assert_eq!(suite.lead(&key, &Stock::default(), &never), None);
    }

    #[test]
    fn fixtures_are_made_where_the_route_makes_them() {
        let suite = load(embedded(), None).unwrap();
        let by_enable = need(&suite, "Aliyun_KMS", "Enabled", Some(("via-enable", 1)), &["tag"]);
        let mut key =
            Traveller { standing: Standing::new(position("Enabled", &["material"])), stock: Stock::default() };
        let lead = |key: &Traveller| suite.lead(&key.standing, &key.stock, &by_enable).unwrap();
        let steps = lead(&key);
        assert_eq!(operations(&steps), ["(tag)", "DisableKey", "EnableKey"]);

        // A tag that has gone through more, or through less, says nothing of this route.
        steps.iter().chain(&steps[1..]).for_each(|step| key.go(step));
        assert_eq!(operations(&lead(&key)), ["(tag)", "DisableKey", "EnableKey"]);
        key.go(&steps[1]);
        key.stock.add(&"tag".into());
        key.go(&steps[2]);
        assert_eq!(operations(&lead(&key)), ["(tag)", "DisableKey", "EnableKey"]);
        steps.iter().for_each(|step| key.go(step));
        assert!(lead(&key).is_empty());
    }

    #[test]
    fn where_no_past_counts_fixtures_are_made_where_they_can_be() {
        let suite = load(embedded(), None).unwrap();
        let disabled = position("Disabled", &["material"]);
        let with_text = need(&suite, "Aliyun_KMS", "Disabled", None, &["ciphertext"]);
        let with_text = Need { had: None, recent: None, ..with_text };
        let mut key = Standing::new(position("Enabled", &["material"]));
        let lead = |key: &Standing| operations(&suite.lead(key, &Stock::default(), &with_text).unwrap());
        assert_eq!(lead(&key), ["(ciphertext)", "DisableKey"]);
        key.move_to(&disabled);
        assert_eq!(lead(&key), ["EnableKey", "(ciphertext)", "DisableKey"]);
        assert!(!suite.can_prepare(&"Aliyun_KMS".into(), &"ciphertext".into(), &"Disabled".into()));
    }
}
