//! Removing what a case made: first what hangs on its keys, then the keys. It goes on after an error.

use std::sync::atomic::Ordering;

use tokio_util::sync::CancellationToken;

use super::binding::Context;
use super::make::name_in;
use super::walker::Walker;
use crate::event::Purpose;
use crate::ledger::LedgerEntry;
use crate::suite::name::{KeyName, OperationName};

/// How often it is tried to remove a key, each time with the client's own patience: a key that is left behind costs
/// more than a few requests.
const CLEAN_UP_ATTEMPTS: u32 = 3;

impl Walker<'_> {
    /// Removes everything that the case made; what could not be removed, a line each.
    pub(super) async fn clean_up(&mut self) -> Vec<String> {
        // What a run made is removed also after it was told to stop.
        self.stop = CancellationToken::new();
        let mut left = Vec::new();
        while let Some((operation, parameters)) = self.undo.pop() {
            match self.send(Purpose::CleanUp, &operation, &parameters).await {
                Ok(reply) => {
                    // What the case itself removed is not found any more, which is fine.
                    let gone = reply.class == Some(crate::provider::ErrorClass::NotFound);
                    match reply.answer.code.filter(|_| !gone) {
                        Some(code) => left.push(format!("{operation} of {} answered {code}", self.case.id)),
                        None => self.note_removed(&operation, &name_in(&parameters)),
                    }
                }
                Err(finding) => left.push(format!("{}: {}", self.case.id, finding.reason)),
            }
        }
        for name in std::mem::take(&mut self.made) {
            if let Err(reason) = self.remove_key(&name).await {
                self.shared.keys_left.fetch_add(1, Ordering::Relaxed);
                let id = self.bindings.keys.get(&name).map_or("", |key| key.id()).to_owned();
                left.push(format!("key {id} of {} was left behind: {reason}", self.case.id));
            }
        }
        if !self.notes.is_empty() || !left.is_empty() {
            self.hand_in();
        }
        left
    }

    /// Hands in the secrets of what was sent, for what is told beside the exchanges may repeat them.
    pub(super) fn hand_in(&self) {
        let client = &self.shared.client;
        self.transcript.hand_in(&*client.target().provider, client.vault());
    }

    /// Removes a key, and does not give up easily.
    pub(super) async fn remove_key(&mut self, name: &KeyName) -> Result<(), String> {
        let mut removed = self.try_to_remove_key(name).await;
        for _ in 1..CLEAN_UP_ATTEMPTS {
            if removed.is_ok() {
                break;
            }
            removed = self.try_to_remove_key(name).await;
        }
        removed
    }

    async fn try_to_remove_key(&mut self, name: &KeyName) -> Result<(), String> {
        let suite = &self.shared.suite;
        let remove = &suite.service.remove;
        let reply = self.default_call(Purpose::CleanUp, &remove.operation, Context::on(name)).await;
        let reply = reply.map_err(|finding| finding.reason)?;
        if let Some(code) = &reply.answer.code {
            let gone = remove.gone.iter().any(|gone| self.same_code(gone, code));
            // Where the table refuses the operation, the key is on its way out already.
            let waiting = suite.row(&remove.operation).is_some_and(|row| {
                let mut outcomes = row.cells.values().flat_map(|cell| &cell.expect.outcomes);
                outcomes.any(|expected| !expected.code.is_success() && self.same_code(&expected.code, code))
            });
            if !gone && !waiting {
                return Err(format!("{} answered {code} ({})", remove.operation, reply.answer.status));
            }
        }
        let id = self.bindings.keys.get(name).map_or("", |key| key.id());
        self.note_removed(&remove.operation, id);
        Ok(())
    }

    /// What is removed is gone either way; a line that is missing only costs a person one more question.
    fn note_removed(&self, operation: &OperationName, name: &str) {
        let _ = self.note(LedgerEntry::Removed, operation, Some(name));
    }
}
