//! The removal of the keys of a tour.

use tokio_util::sync::CancellationToken;

use super::SharedKey;
use crate::run::RunContext;
use crate::run::inventory::Inventory;
use crate::run::leak::Leak;
use crate::run::sweep::requester;
use crate::run::teardown::Teardown;
use crate::suite::name::KeyName;

impl SharedKey {
    /// Removes the key and what belongs to it, and gives what could not be removed.
    pub(super) async fn release(self, run: &RunContext) -> Vec<Leak> {
        let case = &run.suite.cases[self.case];
        let Some(binding) = self.binding else { return Vec::new() };
        let mut requester = requester(run, CancellationToken::new());
        let mut inventory = Inventory::new(run, case);
        for instance in self.stock.into_values().flatten() {
            inventory.removals.extend(instance.removal);
        }
        let is_given = binding.given.is_some();
        requester.bindings_mut().keys.insert(KeyName::subject(), binding);
        if !is_given {
            inventory.keys.push((KeyName::subject(), self.item));
        }
        let mut leaks = Teardown::new(run, case).remove_all(&mut requester, &mut inventory).await;
        if is_given {
            leaks.extend(inventory.return_key(&mut requester, &KeyName::subject()).await);
        }
        leaks
    }
}
