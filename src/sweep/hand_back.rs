//! Hands keys back that a run was given and that it left in another state.

use std::collections::BTreeSet;

use tokio::time::{Instant, sleep};

use super::service::Described;
use super::{Outcome, Sweep};
use crate::ledger::Thing;
use crate::suite::name::{ClassName, State};
use crate::suite::route::{Need, Position, RouteStep, Standing, Stock};

impl Sweep<'_> {
    /// Brings a key back to the state in which its run found it. A ledger alone is not enough for that: the key carries no mark, so
    /// whoever sweeps must name it too.
    pub(super) async fn hand_back(&mut self, thing: &Thing) -> Outcome {
        let (Some(id), Some(found)) = (&thing.name, &thing.key.found) else {
            return Outcome::Stays("the ledger does not say which key it was, and how it was found".to_owned());
        };
        if !self.options.keys.contains(id) {
            let why = format!("it was {found} when its run got it by --keys; give the same file to the sweep");
            return Outcome::Stays(why);
        }
        let state = match self.service.describe(id).await {
            Ok(Described::Missing) => return Outcome::Gone,
            Ok(Described::Key { state, .. }) => state,
            Err(why) => return Outcome::Stays(why),
        };
        let put_back = self.put_back_calls(thing, id).await;
        if state == *found && put_back.as_ref().is_ok_and(Vec::is_empty) {
            return Outcome::HandedBack;
        }
        if self.options.dry_run {
            return Outcome::ToHandBack;
        }

        let class = ClassName::from(thing.key.class.as_deref().unwrap_or_default());
        // First, for in the state in which it was found that may not be allowed.
        let put_back = match put_back {
            Ok(calls) => self.put_back(&class, id, &calls).await,
            Err(why) => Err(why),
        };
        let state = match self.state_of(id).await {
            Ok(state) => state,
            Err(why) => return Outcome::Stays(why),
        };
        if let Err(why) = self.drive(&class, id, &state, found).await {
            return Outcome::Stays(why);
        }
        match (self.is_back(id, found).await, put_back) {
            (Outcome::HandedBack, Err(why)) => Outcome::Stays(format!("it is {found} again, but {why}")),
            (outcome, _) => outcome,
        }
    }

    /// Sends the calls that lead from one state to another.
    ///
    /// # Errors
    ///
    /// When none do, one of them needs key material, or does not succeed.
    pub(super) async fn drive(&mut self, class: &ClassName, id: &str, state: &str, to: &str) -> Result<(), String> {
        let steps = self.steps(class, state, to).ok_or_else(|| format!("it is {state}, and no way leads to {to}"))?;
        for step in &steps {
            let RouteStep::Drive { operation, stage: None, .. } = step else {
                return Err(format!(
                    "it is {state}, and on the way to {to} its material is imported, which a sweep does not do"
                ));
            };
            self.service.change(operation, id).await?;
        }
        Ok(())
    }

    /// The state in which a key is described.
    ///
    /// # Errors
    ///
    /// When it can't be.
    pub(super) async fn state_of(&mut self, id: &str) -> Result<String, String> {
        match self.service.describe(id).await? {
            Described::Key { state, .. } => Ok(state),
            Described::Missing => Err("it is not found any more".to_owned()),
        }
    }

    /// Whether a key is described in a state, which may be late.
    async fn is_back(&mut self, id: &str, found: &str) -> Outcome {
        let deadline = Instant::now() + self.options.settle;
        loop {
            match self.service.describe(id).await {
                Ok(Described::Key { state, .. }) if state == found => return Outcome::HandedBack,
                Ok(Described::Key { state, .. }) if Instant::now() >= deadline => {
                    return Outcome::Stays(format!("it is {state}, and was {found}"));
                }
                Ok(Described::Missing) => return Outcome::Gone,
                Ok(Described::Key { .. }) => sleep(self.options.poll).await,
                Err(why) => return Outcome::Stays(why),
            }
        }
    }

    /// The calls that lead from one state to another. What a key has there follows from the state.
    pub(super) fn steps(&self, class: &ClassName, from: &str, to: &str) -> Option<Vec<RouteStep>> {
        let suite = self.service.suite();
        let new = suite.new_key(class)?;
        let words = suite.service.words().map(|word| BTreeSet::from([word.to_owned()]));
        let all: Vec<BTreeSet<String>> = [new.has].into_iter().chain(words).collect();
        let place = |state: &str, has: &BTreeSet<String>| Position { state: State::from(state), has: has.clone() };
        let pairs = all.iter().flat_map(|before| all.iter().map(move |after| (before, after)));
        pairs
            .filter_map(|(before, after)| {
                let need = Need {
                    class: class.clone(),
                    position: place(to, after),
                    had: None,
                    fixtures: BTreeSet::new(),
                    recent: None,
                };
                suite.lead(&Standing::new(place(from, before)), &Stock::default(), &need)
            })
            .min_by_key(Vec::len)
    }
}
