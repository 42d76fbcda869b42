//! What an account holds in a region, locked for one step of a call.

use std::ops::{Deref, DerefMut};
use std::sync::MutexGuard;

use jiff::Timestamp;

use super::Change;
use super::Table;
use super::record::AliasRecord;
use super::record::KeyRecord;
use super::record::name;
use super::record::nonce_name;
use crate::mock::alibaba::service::call::Call;
use crate::mock::store::{Tenant, Touched};

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
        let mut changes = changes(&self.tenant, &touched, &self.call.access_key.account, self.call.region);
        if let Some(nonce) = self.call.nonce.filter(|_| self.call.saving.get() == 0) {
            let name = nonce_name(Timestamp::now(), &self.call.access_key.id, nonce);
            changes.push(Change::record(Table::Nonce, name, &true));
        }
        let number = journal.append(changes);
        self.tenant.note_saving(&touched, number);
        self.call.depend_on(number);
    }
}

/// The records of what was touched.
pub(crate) fn changes(tenant: &Tenant, touched: &Touched, account: &str, region: &str) -> Vec<Change> {
    let keys = touched.keys.iter().map(|id| {
        let place = name(account, region, id);
        match tenant.key(id) {
            Some(key) => Change::record(Table::Key, place, &KeyRecord::of(key, account, region)),
            None => Change::remove(Table::Key, place),
        }
    });
    let aliases = touched.aliases.iter().map(|alias_name| {
        let place = name(account, region, alias_name);
        match tenant.alias(alias_name) {
            Some(alias) => {
                let record = AliasRecord {
                    account: account.into(),
                    region: region.into(),
                    name: alias_name.into(),
                    key_id: alias.key_id.as_str().into(),
                    number: alias.number,
                };
                Change::record(Table::Alias, place, &record)
            }
            None => Change::remove(Table::Alias, place),
        }
    });
    keys.chain(aliases).collect()
}
