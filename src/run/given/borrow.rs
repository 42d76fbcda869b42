//! How a case gets a key that the run is given, and how the key is returned.

use super::{Found, GivenKey};
use crate::ledger::LedgerEntry;
use crate::plan::Position;
use crate::run::bindings::KeyBinding;
use crate::run::failure::Failure;
use crate::run::inventory::{Inventory, note_in_ledger, unwritten};
use crate::run::leak::Leak;
use crate::run::requester::Requester;
use crate::suite::name::{ClassName, KeyName};
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
        let found = self.place_in(class, &state);
        let found = found.ok_or_else(|| wrong(&id, "its state is not one of a key of its class"))?;
        let mut key = KeyBinding::described(&run.suite.service, class, Some(found.clone()), &description);
        // By its id the ledger knows it as somebody else's, and a sweep leaves it alone.
        if let Some(own) = key.captures.get("id").filter(|own| **own != id) {
            return Err(wrong(&id, &format!("it is another name of {own}: give its id")));
        }

        let belongings = self.belongings(requester, name, &description).await?;

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
        key.given = Some(Box::new(Found::new(found, belongings)));
        requester.bindings_mut().keys.insert(name.clone(), key);

        if let Err(failure) = self.make_like_a_new_one(requester, name, &new).await {
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

    /// Gives a key what cases count on with a new one, and brings it to where that is.
    async fn make_like_a_new_one(
        &mut self,
        requester: &mut Requester<'a>,
        name: &KeyName,
        new: &Position,
    ) -> Result<(), Failure> {
        self.bring_to(requester, name, new).await?;
        self.renew(requester, name).await?;
        self.bring_to(requester, name, new).await
    }

    /// Brings a given key back to the state in which it was found, with all that it had; what stays undone comes back.
    pub(in crate::run) async fn return_key(&mut self, requester: &mut Requester<'a>, name: &KeyName) -> Option<Leak> {
        requester.outlive_the_stop();
        let key = requester.bindings().keys.get(name)?;
        let (id, item, state) = (key.id().to_owned(), key.item, key.given.as_ref()?.at.state.clone());
        let Returned { state: brought, put_back } = self.try_to_return(requester, name).await;
        let reason = match (brought, put_back) {
            (Ok(()), Ok(())) => {
                self.run.holdings.removed(&id);
                let describe = &self.run.suite.service.observation.describe;
                // A missing line costs a person one more look.
                let _ = note_in_ledger(self.run, self.case, LedgerEntry::Returned, item, describe, Some(&id));
                return None;
            }
            (Ok(()), Err(failure)) => format!("it is {state} again, but {}", failure.reason),
            (Err(failure), put_back) => {
                let besides = put_back.err().map(|failure| format!("; {}", failure.reason)).unwrap_or_default();
                format!("it was {state} when the run got it, and is not again: {}{besides}", failure.reason)
            }
        };
        Some(Leak { what: format!("key {id}"), case: self.case.id.to_string(), reason })
    }

    async fn try_to_return(&mut self, requester: &mut Requester<'a>, name: &KeyName) -> Returned {
        if let Err(failure) = self.locate(requester, name).await {
            return Returned { state: Err(failure), put_back: Ok(()) };
        }
        if let Some(found) = requester.bindings_mut().keys.get_mut(name).and_then(|key| key.given.as_mut()) {
            found.changed.extend(std::mem::take(&mut found.renewed).into_keys());
        }
        // First, for in the state of its owner that may not be allowed.
        let put_back = self.put_back(requester, name).await;
        let found = requester.bindings().keys.get(name).and_then(|key| Some(key.given.as_ref()?.at.clone()));
        let state = match found {
            Some(found) => self.bring_to(requester, name, &found).await,
            None => Ok(()),
        };
        Returned { state, put_back }
    }
}

/// What came of the return of a key.
struct Returned {
    state: Result<(), Failure>,
    put_back: Result<(), Failure>,
}
