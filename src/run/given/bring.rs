//! How a given key comes to where it is needed, wherever it is. What it had before the run is not known but by its state, so
//! each step is observed, and the way found anew where it led elsewhere.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::event::Purpose;
use crate::plan::{Need, Position, RouteStep, Standing, Stock};
use crate::run::attempt::AttemptContext;
use crate::run::bindings::Context;
use crate::run::case_notes::CaseNotes;
use crate::run::failure::Failure;
use crate::run::inventory::Inventory;
use crate::run::requester::Requester;
use crate::run::setup::Setup;
use crate::suite::name::{ClassName, KeyName, OperationName, State};
use crate::verdict::Kind;

/// So often a way is found anew at most.
const MOST_WAYS: usize = 4;

impl<'a> Inventory<'a> {
    /// Brings a key to a place from where it is.
    pub(super) async fn bring_to(
        &mut self,
        requester: &mut Requester<'a>,
        name: &KeyName,
        to: &Position,
    ) -> Result<(), Failure> {
        let run = self.run;
        for _ in 0..MOST_WAYS {
            let (class, at) = self.place_of(requester, name)?;
            let steps = self.steps(&class, &at, to).ok_or_else(|| no_way(&to.state))?;
            let mut notes = CaseNotes::default();
            let context = AttemptContext { run, requester, inventory: self, notes: &mut notes };
            let Err(failure) = Setup::new(context, usize::MAX).drive_on(name, &steps, &to.state).await else {
                return Ok(());
            };

            let state = State::from(self.state_of(&self.describe(requester, name).await?).as_str());
            let (_, expected) = self.place_of(requester, name)?;
            if state == expected.state {
                return Err(failure);
            }
            self.learn_how_it_was(requester, name, &at, &steps, &state);
            let place = self.place_in(&class, state.as_str()).ok_or(failure)?;
            if let Some(key) = requester.bindings_mut().keys.get_mut(name) {
                key.move_to(place);
            }
        }
        Err(no_way(&to.state))
    }

    /// Brings a key to where the table lets an operation succeed, the nearest such place.
    pub(super) async fn bring_where_allowed(
        &mut self,
        requester: &mut Requester<'a>,
        name: &KeyName,
        operation: &OperationName,
    ) -> Result<(), Failure> {
        let (class, at) = self.place_of(requester, name)?;
        let states = self.run.suite.states_for(operation, &class);
        if states.is_empty() || states.contains(&at.state) {
            return Ok(());
        }
        let places = states.iter().filter_map(|state| self.place_in(&class, state.as_str()));
        let ways = places.filter_map(|place| Some((self.steps(&class, &at, &place)?.len(), place)));
        let (_, place) = ways.min_by_key(|(length, _)| *length).ok_or_else(|| no_way(&states[0]))?;
        self.bring_to(requester, name, &place).await
    }

    /// Finds out where a key is, and keeps what is known of it besides its state if that is still the same.
    pub(in crate::run) async fn locate(
        &self,
        requester: &mut Requester<'a>,
        name: &KeyName,
    ) -> Result<Position, Failure> {
        let lost = || Failure::inconclusive(Kind::Fixture, "its state is not known");
        let state = self.state_of(&self.describe(requester, name).await?);
        let key = requester.bindings_mut().keys.get_mut(name).ok_or_else(lost)?;
        if let Some(at) = key.position().filter(|at| at.state.as_str() == state) {
            return Ok(at.clone());
        }
        let place = self.place_in(&key.class, &state).ok_or_else(lost)?;
        key.move_to(place.clone());
        Ok(place)
    }

    /// Where a key of a class is that is in a state, as far as the state says.
    pub(super) fn place_in(&self, class: &ClassName, state: &str) -> Option<Position> {
        self.places(class, state).next()
    }

    fn place_of(&self, requester: &Requester<'a>, name: &KeyName) -> Result<(ClassName, Position), Failure> {
        let key = requester.bindings().keys.get(name);
        let place = key.and_then(|key| Some((key.class.clone(), key.position().cloned()?)));
        place.ok_or_else(|| Failure::inconclusive(Kind::Fixture, "it is not known where it is"))
    }

    fn steps(&self, class: &ClassName, from: &Position, to: &Position) -> Option<Vec<RouteStep>> {
        let (class, position) = (class.clone(), to.clone());
        let need = Need { class, position, had: None, fixtures: BTreeSet::new(), recent: None };
        self.run.suite.lead(&Standing::new(from.clone()), &Stock::default(), &need)
    }

    /// Where a first step leads elsewhere than was expected of a key as it was found, it had something else than was guessed.
    fn learn_how_it_was(
        &self,
        requester: &mut Requester<'a>,
        name: &KeyName,
        from: &Position,
        steps: &[RouteStep],
        to: &State,
    ) {
        let run = self.run;
        let Some(key) = requester.bindings_mut().keys.get_mut(name) else { return };
        let (Some(found), Some(RouteStep::Drive { operation, .. })) = (key.given.as_mut(), steps.first()) else {
            return;
        };
        if found.at != *from {
            return;
        }
        let mut places = self.places(&key.class, from.state.as_str());
        if let Some(place) = places.find(|place| run.planner.after(operation, place).0.state == *to) {
            found.at = place;
        }
    }

    pub(super) async fn describe(&self, requester: &mut Requester<'_>, name: &KeyName) -> Result<Value, Failure> {
        let describe = &self.run.suite.service.observation.describe;
        let response = requester.send_default(Purpose::Setup, describe, Context::on(name)).await?;
        match &response.content.code {
            None => Ok(response.content.fields),
            Some(code) => {
                let reason = format!("{describe} of a key of --keys responded {code} ({})", response.content.status);
                Err(Failure::inconclusive(Kind::Fixture, reason))
            }
        }
    }
}

fn no_way(to: &State) -> Failure {
    Failure::inconclusive(Kind::Fixture, format!("no way leads to {to} from where it is"))
}
