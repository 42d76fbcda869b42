//! What an account holds in a region, locked for one step of a call.

use std::ops::{Deref, DerefMut};
use std::sync::MutexGuard;

use jiff::Timestamp;

use crate::mock::alibaba::records;
use crate::mock::alibaba::service::call::Call;
use crate::mock::store::Tenant;

/// A locked tenant. What was changed goes to the journal, if there is one, before the lock is given back, so changes
/// stand in the file in the order in which they were made.
pub(crate) struct TenantGuard<'c> {
    tenant: MutexGuard<'c, Tenant>,
    call: &'c Call<'c>,
}

impl<'c> TenantGuard<'c> {
    pub(crate) fn new(tenant: MutexGuard<'c, Tenant>, call: &'c Call<'c>) -> Self {
        Self { tenant, call }
    }
}

impl Deref for TenantGuard<'_> {
    type Target = Tenant;

    fn deref(&self) -> &Tenant {
        &self.tenant
    }
}

impl DerefMut for TenantGuard<'_> {
    fn deref_mut(&mut self) -> &mut Tenant {
        &mut self.tenant
    }
}

impl Drop for TenantGuard<'_> {
    fn drop(&mut self) {
        let Some(journal) = self.call.service.journal() else { return };
        let Some(touched) = self.tenant.take_touched() else { return };
        let mut changes = records::changes(&self.tenant, &touched, &self.call.access_key.account, self.call.region);
        if let Some(nonce) = self.call.nonce.filter(|_| self.call.saving.get() == 0) {
            changes.push(records::nonce(Timestamp::now(), &self.call.access_key.id, nonce));
        }
        let number = journal.append(changes);
        self.tenant.note_saving(&touched, number);
        self.call.depend_on(number);
    }
}
