//! A key and what happens to it as time goes by.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;

use crate::mock::aws::service::arrival::Arrival;
use crate::mock::aws::service::crypto::KeyMaterial;
use crate::mock::aws::service::grant::Grant;
use crate::mock::aws::service::spec::{KeySpec, Usage};
use crate::mock::aws::service::state::KeyState;
use crate::mock::host::clock::after;
use crate::mock::host::identifier::Identifiers;
use crate::mock::host::names::wire_names;
use crate::mock::store::{self, KeyRecord};

wire_names! {
    /// Where the key material comes from. Keys of custom key stores can't be made here.
    Origin { Kms = "AWS_KMS", External = "EXTERNAL", CloudHsm = "AWS_CLOUDHSM", KeyStore = "EXTERNAL_KEY_STORE" }
}

wire_names! {
    /// What a multi-Region key is among its relatives.
    Role { Primary = "PRIMARY", Replica = "REPLICA" }
}

wire_names! {
    /// Why a key got new material.
    RotationType { Automatic = "AUTOMATIC", OnDemand = "ON_DEMAND" }
}

/// Seconds of a day.
pub(crate) const DAY: i64 = 86_400;

/// Key material with its name. A key has several after rotation: the last one encrypts, all of them decrypt.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    /// 64 hex digits.
    pub(crate) id: String,
    pub(crate) created: Timestamp,
    /// Nothing for the first one.
    pub(crate) rotation: Option<RotationType>,
    /// It stays when imported material is deleted: a key that waits for its material can't be used, and only the same
    /// material can be imported again.
    pub(crate) material: Arc<KeyMaterial>,
}

/// Imported material.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Import {
    /// The digest of the first material: the key is bound to it for ever.
    pub(crate) bound_to: Option<[u8; 32]>,
    pub(crate) present: bool,
    pub(crate) expires: Option<Timestamp>,
}

/// Automatic rotation that is switched on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rotation {
    pub(crate) period_days: i64,
    pub(crate) next: Timestamp,
}

/// What a key was before its last change of state.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Former {
    pub(crate) state: KeyState,
    pub(crate) delete_date: Option<Timestamp>,
    /// The moment of the change, in real time.
    pub(crate) until: Instant,
}

/// When an alias was made, and when it was moved last.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AliasDates {
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
}

/// The keys and aliases of an account in a region.
pub(crate) type Tenant = store::Tenant<Key>;

/// A key.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) id: String,
    /// The place in the order of creation.
    pub(crate) number: u64,
    /// Nothing for a key of one region.
    pub(crate) role: Option<Role>,
    pub(crate) origin: Origin,
    pub(crate) spec: KeySpec,
    pub(crate) usage: Usage,
    pub(crate) description: String,
    pub(crate) created: Timestamp,
    pub(crate) state: KeyState,
    pub(crate) former: Option<Former>,
    /// How it came into its state.
    pub(crate) arrival: Option<Arrival>,
    /// What a state that passes by itself is followed by, and when.
    pub(crate) next_state: Option<(Timestamp, KeyState)>,
    pub(crate) delete_date: Option<Timestamp>,
    /// The waiting period that was chosen, for a key that waits for its replicas first.
    pub(crate) waiting_days: Option<i64>,
    pub(crate) import: Import,
    /// Oldest first; none until material is imported.
    pub(crate) versions: Vec<Version>,
    pub(crate) rotation: Option<Rotation>,
    pub(crate) policy: String,
    pub(crate) tags: BTreeMap<String, String>,
    /// Oldest first.
    pub(crate) grants: Vec<Grant>,
    /// By the name of the alias.
    pub(crate) alias_dates: BTreeMap<String, AliasDates>,
    /// Alias names by the number of their creation.
    pub(crate) aliases: BTreeMap<u64, String>,
    /// The number of the key's last change in the journal; 0 if it has none there.
    pub(crate) saved_by: u64,
}

impl Key {
    /// The version that encrypts and signs.
    pub(crate) fn current(&self) -> Option<&Version> {
        self.versions.last()
    }

    /// The version with this id.
    pub(crate) fn version(&self, id: &str) -> Option<&Version> {
        self.versions.iter().find(|version| version.id == id)
    }

    pub(crate) fn has_material(&self) -> bool {
        self.origin != Origin::External || self.import.present
    }

    pub(crate) fn is_primary(&self) -> bool {
        self.role == Some(Role::Primary)
    }

    /// Takes imported material. A key that waits for its material is enabled by it; any other keeps its state.
    pub(crate) fn take_material(&mut self, version: Version, digest: [u8; 32], expires: Option<Timestamp>) {
        if self.version(&version.id).is_none() {
            self.versions.push(version);
        }
        self.import = Import { bound_to: Some(digest), present: true, expires };
        if self.state == KeyState::PendingImport {
            self.state = KeyState::Enabled;
        }
    }

    /// Drops imported material: the key waits for it again, unless it waits for its deletion.
    pub(crate) fn drop_material(&mut self) {
        self.import.present = false;
        self.import.expires = None;
        if !self.state.is_pending_deletion() {
            self.state = KeyState::PendingImport;
        }
    }

    /// Drops imported material because its time is over.
    fn expire_material(&mut self) {
        let state = self.state;
        self.drop_material();
        if self.state != state {
            self.arrival = Some(Arrival::Expiry);
        }
    }

    /// When a state passes by itself.
    fn end_of_state(&self) -> Option<(Timestamp, KeyState)> {
        self.next_state.filter(|_| matches!(self.state, KeyState::Creating | KeyState::Updating))
    }

    /// When the key material expires, if there is any.
    fn expiry(&self) -> Option<Timestamp> {
        self.import.expires.filter(|_| self.import.present)
    }

    /// When the key rotates by itself, if its state lets it. A replica is rotated with its primary key.
    fn next_rotation(&self) -> Option<Timestamp> {
        let rotates = self.state == KeyState::Enabled && self.role != Some(Role::Replica);
        self.rotation.filter(|_| rotates).map(|rotation| rotation.next)
    }

    /// Goes on with a rotation that was suspended. What became due in the meantime is done once, and now.
    pub(crate) fn resume_rotation(&mut self, now: Timestamp) {
        if let Some(rotation) = &mut self.rotation
            && self.state == KeyState::Enabled
        {
            rotation.next = rotation.next.max(now);
        }
    }

    /// Gives the key new material; nothing happens without randomness.
    pub(crate) fn rotate(&mut self, at: Timestamp, how: RotationType) {
        // The request that came by did not cause it.
        if let Ok(material) = KeyMaterial::symmetric() {
            let id = material.id(&self.id);
            self.versions.push(Version { id, created: at, rotation: Some(how), material: Arc::new(material) });
        }
    }

    /// Makes one version for each period that has passed, up to a bound: the clock may have jumped by centuries.
    fn rotate_until(&mut self, now: Timestamp, rotation: Rotation) {
        // It divides, so it must not be zero whatever a state file holds.
        let period = rotation.period_days.clamp(1, 100_000) * DAY;
        let passed = (now.as_second() - rotation.next.as_second()) / period;
        let skipped = (passed - MOST_ROTATIONS_AT_ONCE).max(0);

        let mut next = after(rotation.next, skipped.saturating_mul(period));
        while next <= now {
            self.rotate(next, RotationType::Automatic);
            next = after(next, period);
        }
        self.rotation = Some(Rotation { next, ..rotation });
    }
}

impl KeyRecord for Key {
    const STATES: usize = KeyState::ALL.len();

    /// The state, how the key came into it, and the date of deletion.
    type Before = (KeyState, Option<Arrival>, Option<Timestamp>);

    fn id(&self) -> &str {
        &self.id
    }

    fn number(&self) -> u64 {
        self.number
    }

    fn further_ids(&self) -> impl Iterator<Item = &str> {
        std::iter::empty()
    }

    fn aliases(&self) -> &BTreeMap<u64, String> {
        &self.aliases
    }

    fn aliases_mut(&mut self) -> &mut BTreeMap<u64, String> {
        &mut self.aliases
    }

    fn set_saved_by(&mut self, number: u64) {
        self.saved_by = number;
    }

    fn state_index(&self) -> usize {
        self.state as usize
    }

    fn deadline(&self) -> Option<Timestamp> {
        let end_of_state = self.end_of_state().map(|(end, _)| end);
        [self.delete_date, self.expiry(), self.next_rotation(), end_of_state].into_iter().flatten().min()
    }

    /// Whether the waiting period has ended.
    fn is_gone(&self, now: Timestamp) -> bool {
        self.delete_date.is_some_and(|date| date <= now)
    }

    /// The end of a state that passes, expiry of key material, and rotation.
    fn elapse(&mut self, now: Timestamp, _: &Identifiers) {
        if let Some((end, state)) = self.end_of_state()
            && end <= now
        {
            self.state = state;
            self.next_state = None;
        }
        if self.expiry().is_some_and(|expiry| expiry <= now) {
            self.expire_material();
        }
        if self.next_rotation().is_some_and(|next| next <= now)
            && let Some(rotation) = self.rotation
        {
            self.rotate_until(now, rotation);
        }
    }

    fn before(&self) -> Self::Before {
        (self.state, self.arrival, self.delete_date)
    }

    fn note_change(&mut self, (state, arrival, delete_date): Self::Before) {
        if self.state == state {
            return;
        }
        self.former = Some(Former { state, delete_date, until: Instant::now() });
        // Where the change itself has not said how.
        if self.arrival == arrival {
            self.arrival = Arrival::between(state, arrival, self.state);
        }
    }
}

/// The most versions that one jump of the clock makes.
const MOST_ROTATIONS_AT_ONCE: i64 = 100;
