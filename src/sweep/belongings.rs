//! Puts back what a killed run changed of a given key besides its state.

use serde_json::{Map, Value};

use super::Sweep;
use crate::ledger::{Thing, mark_on_given_keys};
use crate::suite::field_path::text_of;
use crate::suite::name::{ClassName, OperationName};
use crate::suite::service::Entry;

/// A call that puts something back.
pub(super) struct PutBack {
    operation: OperationName,
    parameters: Map<String, Value>,
}

impl Sweep<'_> {
    /// The calls that put back what a run changed of a key, as far as the ledger says how that was.
    ///
    /// # Errors
    ///
    /// When that can't be read, or something was added that does not carry the mark of the run: it may be the owner's.
    pub(super) async fn put_back_calls(&mut self, thing: &Thing, id: &str) -> Result<Vec<PutBack>, String> {
        if thing.key.belongings.is_empty() {
            return Ok(Vec::new());
        }
        let mark = mark_on_given_keys(&thing.run);
        let is_of_run = |entry: &Entry| entry.values().any(|value| text_of(value).contains(&mark));
        let known = self.service.known_of(id).await?;

        let mut calls = Vec::new();
        let belongings = &self.service.suite().service.belongings;
        for (what, was) in &thing.key.belongings {
            // Another suite may know of other things.
            let Some(belonging) = belongings.get(what).filter(|belonging| !belonging.not_swept) else { continue };
            let is = self.service.belonging(belonging, id).await?;
            let is = is.ok_or_else(|| format!("its {what} can't be read"))?;
            let undoing = belonging.undo(was, &is);
            if undoing.stays {
                return Err(format!("its {what} can't be put back"));
            }

            for (call, entry) in undoing.calls {
                let removes = belonging.remove.as_ref().is_some_and(|remove| std::ptr::eq(remove, call));
                if removes && !is_of_run(&entry) {
                    return Err(format!(
                        "its {what} are not as they were, and what is new there carries no mark of its run"
                    ));
                }
                let parameters = call.parameters(&known, &entry);
                calls.push(PutBack { operation: call.operation.clone(), parameters });
            }
        }
        Ok(calls)
    }

    /// Sends such calls, each in a state in which the table lets it succeed.
    ///
    /// # Errors
    ///
    /// When one does not.
    pub(super) async fn put_back(&mut self, class: &ClassName, id: &str, calls: &[PutBack]) -> Result<(), String> {
        for PutBack { operation, parameters } in calls {
            self.go_where_allowed(class, id, operation).await?;
            self.service.put_back(operation, parameters).await?;
        }
        Ok(())
    }

    async fn go_where_allowed(&mut self, class: &ClassName, id: &str, operation: &OperationName) -> Result<(), String> {
        let states = self.service.suite().states_for(operation, class);
        let state = self.state_of(id).await?;
        if states.is_empty() || states.iter().any(|allowed| allowed.as_str() == state) {
            return Ok(());
        }
        let ways = states.iter().filter_map(|to| Some((self.steps(class, &state, to.as_str())?.len(), to)));
        let (_, to) = ways.min_by_key(|(length, _)| *length).ok_or_else(|| {
            format!("it is {state}, where {operation} is not allowed, and no way leads to where it is")
        })?;
        self.drive(class, id, &state, to.as_str()).await
    }
}
