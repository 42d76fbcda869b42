//! The beginning of a route, as far as a key has come: by it, later cases know what earlier ones met.

use crate::plan::{PlannedKey, RouteStep};
use crate::suite::Suite;
use crate::suite::name::ClassName;

/// How far a key has come on its route: its class, the calls behind it, and the call that comes next. Keys for which all
/// of that is equal fare alike. Fixtures are not counted among the calls behind, because they leave the key as it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct RoutePrefix {
    class: ClassName,
    behind: Vec<String>,
    next: String,
}

/// Makes the prefixes of a route, one step after the other.
#[derive(Debug, Clone)]
pub(super) struct PrefixBuilder {
    class: ClassName,
    behind: Vec<String>,
}

impl PrefixBuilder {
    /// The route of a key that is not made yet.
    pub(super) fn new(class: &ClassName) -> Self {
        Self { class: class.clone(), behind: Vec::new() }
    }

    /// The prefix that ends with the call that makes the key.
    pub(super) fn make(&mut self, suite: &Suite) -> RoutePrefix {
        self.push(suite.service.create.operation.to_string())
    }

    /// The prefix that ends with a step.
    pub(super) fn step(&mut self, suite: &Suite, step: &RouteStep) -> RoutePrefix {
        match step {
            RouteStep::Prepare(fixture) => {
                let operation = suite.service.fixtures.get(fixture).map(|fixture| fixture.operation.to_string());
                self.ending_with(format!("{} for {fixture}", operation.unwrap_or_default()))
            }
            RouteStep::Drive { operation, stage: None, .. } => self.push(operation.to_string()),
            RouteStep::Drive { operation, stage: Some(stage), .. } => self.push(format!("{operation} as {stage}")),
            RouteStep::Advance { by, .. } => self.push(format!("{} s", by.as_secs())),
        }
    }

    /// The whole route, as it ends in the state of the case: what happens there says nothing of longer routes.
    pub(super) fn arrival(&self) -> RoutePrefix {
        self.ending_with("arrival".to_owned())
    }

    fn push(&mut self, call: String) -> RoutePrefix {
        let prefix = self.ending_with(call.clone());
        self.behind.push(call);
        prefix
    }

    fn ending_with(&self, next: String) -> RoutePrefix {
        RoutePrefix { class: self.class.clone(), behind: self.behind.clone(), next }
    }
}

/// The prefixes of a key's route, from its creation to its arrival.
pub(super) fn prefixes(suite: &Suite, key: &PlannedKey) -> Vec<RoutePrefix> {
    let mut builder = PrefixBuilder::new(&key.class);
    let mut prefixes = vec![builder.make(suite)];
    prefixes.extend(key.route.steps.iter().map(|step| builder.step(suite, step)));
    prefixes.push(builder.arrival());
    prefixes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::files::embedded;
    use crate::suite::load::load;

    #[test]
    fn fixtures_do_not_count_as_calls_behind() {
        let suite = load(embedded(), None).unwrap();
        let class = ClassName::from("Aliyun_KMS");
        let along = |steps: &[RouteStep]| {
            let mut builder = PrefixBuilder::new(&class);
            let mut all = vec![builder.make(&suite)];
            all.extend(steps.iter().map(|step| builder.step(&suite, step)));
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
