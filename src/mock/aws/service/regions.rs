//! All that one account holds, by region: a multi-Region key has relatives in others.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::mock::aws::service::key::{DAY, Key, Role, Tenant};
use crate::mock::aws::service::state::KeyState;
use crate::mock::host::clock::after;
use crate::mock::host::identifier::Identifiers;
use crate::mock::store::{Holding, Touched};

/// The keys and aliases of an account in each region.
#[derive(Clone, Debug, Default)]
pub(crate) struct Regions {
    by_name: BTreeMap<String, Tenant>,
    /// Whether somebody takes what was touched.
    is_watched: bool,
}

impl Holding for Regions {
    type Key = Key;

    fn in_region(&mut self, region: &str) -> &mut Tenant {
        self.tenant(region)
    }

    fn settle(&mut self, now: Timestamp, identifiers: &Identifiers) {
        if !self.is_due(now) {
            return;
        }

        // A primary key waits from the moment when its last replica is gone, so these moments are gone through one by one.
        while let Some(moment) = self.next_release().filter(|moment| *moment <= now) {
            self.settle_tenants(moment, identifiers);
            self.release_primaries(moment);
        }
        self.settle_tenants(now, identifiers);
        self.spread_rotations();
    }
}

impl Regions {
    /// From now on, notes what changes.
    pub(crate) fn watch(&mut self) {
        self.is_watched = true;
        self.by_name.values_mut().for_each(Tenant::watch);
    }

    /// What is held in a region, which has nothing in the beginning.
    pub(crate) fn tenant(&mut self, region: &str) -> &mut Tenant {
        if !self.by_name.contains_key(region) {
            let mut tenant = Tenant::default();
            if self.is_watched {
                tenant.watch();
            }
            self.by_name.insert(region.to_owned(), tenant);
        }
        // It was put there if it was missing.
        self.by_name.entry(region.to_owned()).or_default()
    }

    /// What is held in a region, if anything ever was.
    pub(crate) fn get(&self, region: &str) -> Option<&Tenant> {
        self.by_name.get(region)
    }

    /// Each region with what is held there.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Tenant)> {
        self.by_name.iter().map(|(region, tenant)| (region.as_str(), tenant))
    }

    /// The multi-Region keys with this id, each with its region.
    pub(crate) fn family<'s>(&'s self, id: &'s str) -> impl Iterator<Item = (&'s str, &'s Key)> {
        let found = self.iter().filter_map(move |(region, tenant)| Some((region, tenant.key(id)?)));
        found.filter(|(_, key)| key.role.is_some())
    }

    /// Whether a primary key with this id has replicas.
    pub(crate) fn has_replicas(&self, id: &str) -> bool {
        self.family(id).any(|(_, key)| key.role == Some(Role::Replica))
    }

    /// Changes every multi-Region key with this id.
    pub(crate) fn change_family(&mut self, id: &str, mut change: impl FnMut(&mut Key)) {
        for tenant in self.by_name.values_mut() {
            if tenant.key(id).is_some_and(|key| key.role.is_some()) {
                tenant.change(id, &mut change);
            }
        }
    }

    fn is_due(&self, now: Timestamp) -> bool {
        self.by_name.values().filter_map(Tenant::due).any(|due| due <= now)
    }

    fn settle_tenants(&mut self, now: Timestamp, identifiers: &Identifiers) {
        self.by_name.values_mut().for_each(|tenant| tenant.settle(now, identifiers));
    }

    /// The primary keys that wait for their replicas, with their regions.
    fn waiting_primaries(&self) -> impl Iterator<Item = (&str, &Key)> {
        const WAITING: KeyState = KeyState::PendingReplicaDeletion;
        let tenants = self.iter().filter(|(_, tenant)| tenant.key_count_in(WAITING as usize) > 0);
        tenants
            .flat_map(|(region, tenant)| tenant.keys().filter(|key| key.state == WAITING).map(move |key| (region, key)))
    }

    /// The next moment at which a primary key has no replica any more; nothing for one whose replicas stay.
    fn next_release(&self) -> Option<Timestamp> {
        let releases = self.waiting_primaries().filter_map(|(_, primary)| {
            let replicas = self.family(&primary.id).filter(|(_, key)| key.role == Some(Role::Replica));
            // One that stays makes the whole nothing.
            replicas
                .map(|(_, replica)| replica.delete_date)
                .try_fold(Timestamp::MIN, |last, date| Some(last.max(date?)))
        });
        releases.filter(|moment| *moment > Timestamp::MIN).min()
    }

    /// Lets primary keys without replicas wait for their own deletion.
    fn release_primaries(&mut self, moment: Timestamp) {
        let free = self.waiting_primaries().filter(|(_, primary)| !self.has_replicas(&primary.id));
        let free: Vec<(String, String)> = free.map(|(region, key)| (region.to_owned(), key.id.clone())).collect();
        for (region, id) in free {
            self.tenant(&region).change(&id, |key| {
                let days = key.waiting_days.take().unwrap_or_default();
                key.state = KeyState::PendingDeletion;
                key.delete_date = Some(after(moment, days.saturating_mul(DAY)));
            });
        }
    }

    /// Gives replicas the versions that their primary keys got by rotation.
    pub(crate) fn spread_rotations(&mut self) {
        let is_behind = |id: &str, versions: usize| {
            self.family(id).any(|(_, key)| key.role == Some(Role::Replica) && key.versions.len() < versions)
        };
        let primaries = self.iter().flat_map(|(_, tenant)| tenant.keys()).filter(|key| key.is_primary());
        let ahead = primaries.filter(|key| key.rotation.is_some() && is_behind(&key.id, key.versions.len()));
        let ahead: Vec<Key> = ahead.cloned().collect();
        for primary in ahead {
            self.change_family(&primary.id, |key| {
                if key.role == Some(Role::Replica) {
                    key.versions.clone_from(&primary.versions);
                    key.rotation = primary.rotation;
                }
            });
        }
    }

    /// What has changed since this was last taken, by region.
    pub(crate) fn take_touched(&mut self) -> Vec<(String, Touched)> {
        let touched = self.by_name.iter_mut().map(|(region, tenant)| Some((region.clone(), tenant.take_touched()?)));
        touched.flatten().collect()
    }

    /// Notes with which number the journal has taken what had changed.
    pub(crate) fn note_saving(&mut self, touched: &[(String, Touched)], number: u64) {
        for (region, touched) in touched {
            self.tenant(region).note_saving(touched, number);
        }
    }

    /// Removes everything.
    pub(crate) fn clear(&mut self) {
        self.by_name.values_mut().for_each(Tenant::clear);
    }
}
