//! A key that was in use before, and where a case needs it.

use std::collections::BTreeSet;

use super::goal::{Goal, Pass};
use super::graph::StateGraph;
use super::search::{self, Start, Trust};
use super::{Position, RouteStep};
use crate::suite::Suite;
use crate::suite::name::{ClassName, FixtureName, State};

/// So many states of a key's past are remembered; no route in a case file passes as many.
const LONGEST_TRAIL: usize = 12;

/// A key that is in use: where it is, and what of its past counts for a case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Standing {
    /// Where it is.
    pub position: Position,
    /// What it has ever had: a key that lost its material is another than one that never had any.
    pub had: BTreeSet<String>,
    /// The states that it was brought to, the present one last.
    pub trail: Vec<State>,
}

/// Where a case needs a key, and how the key must have come there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Need {
    /// The class of the key.
    pub class: ClassName,
    /// Where it must be.
    pub position: Position,
    /// What it must have had, and nothing else; none if that does not count.
    pub had: Option<BTreeSet<String>>,
    /// The states that it must have passed one after the other, before the call that led to where it must be.
    pub through: Vec<State>,
    /// The fixtures that it must have.
    pub fixtures: BTreeSet<FixtureName>,
}

impl Standing {
    /// A new key.
    pub fn new(position: Position) -> Self {
        Self { had: position.has.clone(), trail: vec![position.state.clone()], position }
    }

    /// Notes where the key is after a call. One that left it where it was is not a part of its past.
    pub fn move_to(&mut self, position: &Position) {
        if self.position == *position {
            return;
        }
        self.had.extend(position.has.iter().cloned());
        self.trail.push(position.state.clone());
        if self.trail.len() > LONGEST_TRAIL {
            self.trail.remove(0);
        }
        self.position = position.clone();
    }

    /// Notes where the key is, when it is not certain how it came there.
    pub fn found_at(&mut self, position: &Position) {
        self.had.extend(position.has.iter().cloned());
        self.trail = vec![position.state.clone()];
        self.position = position.clone();
    }

    /// Whether the key is where a case needs it, by the way that it names; fixtures apart.
    pub fn is_at(&self, need: &Need) -> bool {
        let had = need.had.as_ref().is_none_or(|had| self.had == *had);
        had && self.position == need.position && self.has_come_by(need)
    }

    /// Whether the key may still become one that a case needs: what it has had it can never have had not.
    pub fn may_serve(&self, need: &Need) -> bool {
        need.had.as_ref().is_none_or(|had| self.had.is_subset(had))
    }

    fn has_come_by(&self, need: &Need) -> bool {
        let passed = self.trail.split_last().map_or(&[][..], |(_, passed)| passed);
        need.through.is_empty() || passed.ends_with(&need.through)
    }
}

impl StateGraph {
    /// Where a key begins on its route to a case: what it has passed already is not passed again.
    fn start(&self, from: &Standing, made: &BTreeSet<FixtureName>, need: &Need, goal: &Goal) -> Option<Start> {
        let node = self.node(&from.position, made)?;
        if from.is_at(need) {
            return Some(Start { node, passed: goal.through.len(), arrived: !goal.through.is_empty() });
        }
        let longest = (0..=need.through.len()).rev().find(|count| from.trail.ends_with(&need.through[..*count]));
        let passed = longest.unwrap_or_default();
        debug_assert!(passed == 0 || goal.through[passed - 1] == Pass::State(node.state));
        Some(Start { node, passed, arrived: false })
    }
}

impl Suite {
    /// The steps that bring a key with its fixtures to where a case needs it: none if it is there. `None` if no
    /// transitions lead there from where it is. Those that are only inferred are taken if no others lead there: whether
    /// the key has come there is to be observed.
    pub fn lead(&self, from: &Standing, made: &BTreeSet<FixtureName>, need: &Need) -> Option<Vec<RouteStep>> {
        if !from.may_serve(need) {
            return None;
        }
        let goal = self.graph.goal_of(need)?;
        let class = self.graph.class(&need.class)?;
        let start = self.graph.start(from, made, need, &goal)?;

        let search = |trust| search::shortest(&self.graph, class, start, &goal, trust);
        let steps = search(Trust::Stated).or_else(|| search(Trust::Inferred))?;
        let steps: Vec<RouteStep> = steps.into_iter().map(|(step, node)| self.graph.route_step(step, node)).collect();
        // The shortest way may pass other states between those that the case names, or not get what must have been had.
        let mut end = from.clone();
        for step in &steps {
            if let RouteStep::Drive { to, .. } = step {
                end.move_to(to);
            }
        }
        end.is_at(need).then_some(steps)
    }

    /// Whether a fixture can be made for a key of a class in a state.
    pub fn can_prepare(&self, class: &ClassName, fixture: &FixtureName, state: &State) -> bool {
        self.graph.can_prepare(class, fixture, state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::files::embedded;
    use crate::suite::load::load;

    fn position(state: &str, has: &[&str]) -> Position {
        Position { state: state.into(), has: has.iter().map(|word| (*word).to_owned()).collect() }
    }

    fn need(class: &str, at: Position, through: &[&str], fixtures: &[&str]) -> Need {
        Need {
            class: class.into(),
            had: Some(at.has.clone()),
            position: at,
            through: through.iter().map(|state| State::from(*state)).collect(),
            fixtures: fixtures.iter().map(|name| FixtureName::from(*name)).collect(),
        }
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
        let by_cancel = need("Aliyun_KMS", enabled.clone(), &["Enabled", "PendingDeletion"], &[]);
        let lead = |key: &Standing| operations(&suite.lead(key, &BTreeSet::new(), &by_cancel).unwrap());

        assert_eq!(lead(&key), ["ScheduleKeyDeletion", "CancelKeyDeletion"]);
        key.move_to(&position("PendingDeletion", &["material"]));
        assert_eq!(lead(&key), ["CancelKeyDeletion"]);
        key.move_to(&enabled);
        assert!(lead(&key).is_empty());
        key.move_to(&position("Disabled", &["material"]));
        assert_eq!(lead(&key), ["EnableKey", "ScheduleKeyDeletion", "CancelKeyDeletion"]);
    }

    #[test]
    fn a_key_that_had_material_does_not_serve_for_one_that_never_had() {
        let suite = load(embedded(), None).unwrap();
        let never = need("EXTERNAL", position("PendingDeletion", &[]), &[], &[]);
        let mut key = Standing::new(position("PendingImport", &[]));
        assert_eq!(operations(&suite.lead(&key, &BTreeSet::new(), &never).unwrap()), ["ScheduleKeyDeletion"]);
        key.move_to(&position("Enabled", &["material"]));
        assert_eq!(suite.lead(&key, &BTreeSet::new(), &never), None);
    }

    #[test]
    fn fixtures_are_made_where_they_can_be() {
        let suite = load(embedded(), None).unwrap();
        let disabled = position("Disabled", &["material"]);
        let with_text = need("Aliyun_KMS", disabled.clone(), &[], &["ciphertext"]);
        let mut key = Standing::new(position("Enabled", &["material"]));
        let lead = |key: &Standing| operations(&suite.lead(key, &BTreeSet::new(), &with_text).unwrap());
        assert_eq!(lead(&key), ["(ciphertext)", "DisableKey"]);
        key.move_to(&disabled);
        assert_eq!(lead(&key), ["EnableKey", "(ciphertext)", "DisableKey"]);
        assert!(!suite.can_prepare(&"Aliyun_KMS".into(), &"ciphertext".into(), &"Disabled".into()));
    }
}
