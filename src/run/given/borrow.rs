//! How a case gets a key that the run is given, and how the key is returned.

use std::collections::BTreeSet;

use serde_json::Value;

use super::GivenKey;
use crate::event::Purpose;
use crate::ledger::LedgerEntry;
use crate::plan::{Need, Standing, Stock};
use crate::run::attempt::AttemptContext;
use crate::run::bindings::{Context, KeyBinding};
use crate::run::case_notes::CaseNotes;
use crate::run::failure::Failure;
use crate::run::inventory::{Inventory, note_in_ledger, unwritten};
use crate::run::leak::Leak;
use crate::run::requester::Requester;
use crate::run::setup::Setup;
use crate::suite::name::{ClassName, KeyName, State};
use crate::verdict::Kind;

impl<'a> Inventory<'a> {
    /// Takes a key that the run is given, as a new key of a class.
    ///
    /// # Errors
    ///
    /// When there is no further one, it is not in a state of the table, or it does not come to where a new key is. Then it is
    /// returned.
    pub(in crate::run) async fn borrow_key(
        &mut self,
        requester: &mut Requester<'a>,
        name: &KeyName,
        class: &ClassName,
    ) -> Result<(), Failure> {
        let run = self.run;
        let Some(given) = run.given.next(class) else {
            let reason = format!("--keys gives no further key of the class {class}");
            return Err(Failure::skipped(Kind::Unavailable, reason));
        };
        let wrong = |id: &str, why: &str| {
            let reason = format!("the key {id} of --keys can't be used: {why}");
            Failure::inconclusive(Kind::Fixture, reason)
        };
        let GivenKey { id, material, .. } = given;
        let new = run.planner.new_key(class).ok_or_else(|| wrong(&id, "no key of its class can be used"))?;

        let mut key = KeyBinding::new(class.clone(), None);
        key.captures.insert("id".to_owned(), id.clone());
        requester.bindings_mut().keys.insert(name.clone(), key);
        let description = self.describe(requester, name).await?;
        let state = self.state_of(&description);
        let found = self.position(class, &state, &new);
        let found = found.ok_or_else(|| wrong(&id, "its state is not one of a key of its class"))?;
        let mut key = KeyBinding::described(&run.suite.service, class, Some(found), &description);
        // By its id the ledger knows it as somebody else's, and a sweep leaves it alone.
        if let Some(own) = key.captures.get("id").filter(|own| **own != id) {
            return Err(wrong(&id, &format!("it is another name of {own}: give its id")));
        }

        // Before its first change.
        let describe = run.suite.service.observation.describe.as_str();
        let noted = run.ledger.borrowing(describe, self.case.id.as_str(), &id, class.as_str(), &state);
        let item = noted.map_err(|error| unwritten(&error))?;
        run.holdings.key_made(&id, self.case.id.as_str());
        key.captures.insert("id".to_owned(), id);
        if let Some(material) = material {
            key.material = material;
        }
        key.item = Some(item);
        key.given = Some(State::from(state.as_str()));
        requester.bindings_mut().keys.insert(name.clone(), key);

        if let Err(failure) = self.bring_to(requester, name, &new.state).await {
            let leak = self.return_key(requester, name).await;
            run.pool.add_leaks(leak);
            requester.bindings_mut().keys.remove(name);
            return Err(failure);
        }
        self.keys.push((name.clone(), item));
        if let Some(key) = requester.bindings_mut().keys.get_mut(name) {
            // Its past is its owner's; the table tells keys apart by their states.
            key.forget_past(new);
        }
        Ok(())
    }

    /// Brings a given key back to the state in which it was found; what stays undone comes back.
    pub(in crate::run) async fn return_key(&mut self, requester: &mut Requester<'a>, name: &KeyName) -> Option<Leak> {
        requester.outlive_the_stop();
        let key = requester.bindings().keys.get(name)?;
        let (id, class, item, given) = (key.id().to_owned(), key.class.clone(), key.item, key.given.clone()?);
        let returned = self.try_to_return(requester, name, &class, &given).await;
        let case = self.case.id.to_string();
        match returned {
            Ok(()) => {
                self.run.holdings.removed(&id);
                let describe = &self.run.suite.service.observation.describe;
                // A missing line costs a person one more look.
                let _ = note_in_ledger(self.run, self.case, LedgerEntry::Returned, item, describe, Some(&id));
                None
            }
            Err(failure) => {
                let reason = format!("it was {given} when the run got it, and is not again: {}", failure.reason);
                Some(Leak { what: format!("key {id}"), case, reason })
            }
        }
    }

    async fn try_to_return(
        &mut self,
        requester: &mut Requester<'a>,
        name: &KeyName,
        class: &ClassName,
        given: &State,
    ) -> Result<(), Failure> {
        let description = self.describe(requester, name).await?;
        let state = self.state_of(&description);
        let lost = || Failure::inconclusive(Kind::Fixture, "its state is not known");
        let new = self.run.planner.new_key(class).ok_or_else(lost)?;
        let at = self.position(class, &state, &new).ok_or_else(lost)?;
        if let Some(key) = requester.bindings_mut().keys.get_mut(name) {
            key.forget_past(at);
        }
        self.bring_to(requester, name, given).await
    }

    /// Brings a key to a state from where it is.
    async fn bring_to(&mut self, requester: &mut Requester<'a>, name: &KeyName, state: &State) -> Result<(), Failure> {
        let run = self.run;
        let no_way = || Failure::inconclusive(Kind::Fixture, format!("no way leads to {state} from where it is"));
        let key = requester.bindings().keys.get(name).ok_or_else(no_way)?;
        let (class, at) = (key.class.clone(), key.position().cloned().ok_or_else(no_way)?);
        let new = run.planner.new_key(&class).ok_or_else(no_way)?;
        let position = self.position(&class, state.as_str(), &new).ok_or_else(no_way)?;
        let need = Need { class, position, had: None, fixtures: BTreeSet::new(), recent: None };
        let steps = run.suite.lead(&Standing::new(at), &Stock::default(), &need).ok_or_else(no_way)?;

        let mut notes = CaseNotes::default();
        let context = AttemptContext { run, requester, inventory: self, notes: &mut notes };
        Setup::new(context, usize::MAX).drive_on(name, &steps, state).await
    }

    async fn describe(&self, requester: &mut Requester<'_>, name: &KeyName) -> Result<Value, Failure> {
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
