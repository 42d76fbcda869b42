//! A stretch of a route: what a key has behind it, and the call that comes next.

use crate::plan::{PlannedKey, RouteStep};
use crate::suite::Suite;
use crate::suite::name::ClassName;

/// Where on its route a key is: keys of a class with the same calls behind them and the same call before them fare
/// alike. Fixtures made on the way are not counted among the calls behind, for they leave the key as it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Stretch {
    class: ClassName,
    behind: Vec<String>,
    next: String,
}

/// Goes along a route.
#[derive(Debug, Clone)]
pub(super) struct Trail {
    class: ClassName,
    behind: Vec<String>,
}

impl Trail {
    /// The trail of a key that is not made yet.
    pub(super) fn new(class: &ClassName) -> Self {
        Self { class: class.clone(), behind: Vec::new() }
    }

    /// The stretch that the call which makes the key is.
    pub(super) fn make(&mut self, suite: &Suite) -> Stretch {
        self.drive(suite.service.create.operation.to_string())
    }

    /// The stretch that a step is.
    pub(super) fn step(&mut self, suite: &Suite, step: &RouteStep) -> Stretch {
        match step {
            RouteStep::Prepare(fixture) => {
                let operation = suite.service.fixtures.get(fixture).map(|fixture| fixture.operation.to_string());
                let next = format!("{} for {fixture}", operation.unwrap_or_default());
                Stretch { class: self.class.clone(), behind: self.behind.clone(), next }
            }
            RouteStep::Drive { operation, stage: None, .. } => self.drive(operation.to_string()),
            RouteStep::Drive { operation, stage: Some(stage), .. } => self.drive(format!("{operation} as {stage}")),
            RouteStep::Advance { by, .. } => self.drive(format!("{} s", by.as_secs())),
        }
    }

    /// The stretch that arriving is: what comes of it says nothing of longer routes.
    pub(super) fn arrival(&self) -> Stretch {
        Stretch { class: self.class.clone(), behind: self.behind.clone(), next: "arrival".to_owned() }
    }

    fn drive(&mut self, next: String) -> Stretch {
        let stretch = Stretch { class: self.class.clone(), behind: self.behind.clone(), next: next.clone() };
        self.behind.push(next);
        stretch
    }
}

/// The stretches of a key's whole route, in their order.
pub(super) fn stretches(suite: &Suite, key: &PlannedKey) -> Vec<Stretch> {
    let mut trail = Trail::new(&key.class);
    let mut stretches = vec![trail.make(suite)];
    stretches.extend(key.route.steps.iter().map(|step| trail.step(suite, step)));
    stretches.push(trail.arrival());
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::files::embedded;
    use crate::suite::load::load;

    #[test]
    fn fixtures_are_no_part_of_what_lies_behind() {
        let suite = load(embedded(), None).unwrap();
        let class = ClassName::from("Aliyun_KMS");
        let along = |steps: &[RouteStep]| {
            let mut trail = Trail::new(&class);
            let mut all = vec![trail.make(&suite)];
            all.extend(steps.iter().map(|step| trail.step(&suite, step)));
            all
        };
        let to = suite.new_key(&class).unwrap();
        let disable = RouteStep::Drive { operation: "DisableKey".into(), stage: None, to };
        let with = along(&[RouteStep::Prepare("alias".into()), disable.clone()]);
        let without = along(&[disable]);
        assert_eq!(with[0], without[0]);
        assert_eq!(with[2], without[1]);
        assert_eq!(
            (with[1].next.as_str(), with[1].behind.as_slice()),
            ("CreateAlias for alias", &["CreateKey".to_owned()][..])
        );
    }
}
