//! A key and what happens to it as time goes by.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;

use crate::mock::alibaba::service::arrival::Arrival;
use crate::mock::alibaba::service::crypto::Cipher;
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::KeyState;
use crate::mock::host::clock::after;
use crate::mock::host::identifier::Identifiers;
use crate::mock::host::names::wire_names;
use crate::mock::store::{self, KeyRecord};

wire_names! {
    /// Where the key material comes from.
    Origin { Kms = "Aliyun_KMS", External = "EXTERNAL" }
}

wire_names! {
    /// What a key is for.
    Usage { EncryptDecrypt = "ENCRYPT/DECRYPT", SignVerify = "SIGN/VERIFY" }
}

wire_names! {
    /// Where the key material is kept.
    ProtectionLevel { Software = "SOFTWARE", Hsm = "HSM" }
}

wire_names! {
    /// The algorithm of a key.
    KeySpec {
        Aes256 = "Aliyun_AES_256",
        Sm4 = "Aliyun_SM4",
        Rsa2048 = "RSA_2048",
        Rsa3072 = "RSA_3072",
        EcP256 = "EC_P256",
        EcP256K = "EC_P256K",
        EcSm2 = "EC_SM2",
    }
}

impl KeySpec {
    /// The bytes of key material, or nothing for an asymmetric key.
    pub(crate) const fn material_bytes(self) -> Option<usize> {
        match self {
            KeySpec::Aes256 => Some(32),
            KeySpec::Sm4 => Some(16),
            _ => None,
        }
    }

    /// Whether a key of this kind can be for `usage`.
    pub(crate) const fn serves(self, usage: Usage) -> bool {
        match (self, usage) {
            (KeySpec::Aes256 | KeySpec::Sm4, usage) => matches!(usage, Usage::EncryptDecrypt),
            (KeySpec::EcP256 | KeySpec::EcP256K, usage) => matches!(usage, Usage::SignVerify),
            (KeySpec::Rsa2048 | KeySpec::Rsa3072 | KeySpec::EcSm2, _) => true,
        }
    }
}

/// One version of a key.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    pub(crate) id: String,
    pub(crate) created: Timestamp,
    /// Nothing until the material is imported. It stays when the material is deleted, for a key that waits for its
    /// material can't be used, and only the same material can be imported again.
    pub(crate) cipher: Option<Arc<Cipher>>,
}

impl Version {
    pub(crate) fn new(id: String, spec: KeySpec, origin: Origin, created: Timestamp) -> Result<Self, Rejection> {
        let cipher = match (spec.material_bytes(), origin) {
            (Some(bytes), Origin::Kms) => Some(Arc::new(Cipher::random(bytes)?)),
            _ => None,
        };
        Ok(Self { id, created, cipher })
    }
}

/// The key material of an external key.
#[derive(Clone, Debug, Default)]
pub(crate) struct Material {
    /// The digest of the first material: the key is bound to it for ever.
    pub(crate) bound_to: Option<[u8; 32]>,
    pub(crate) present: bool,
    pub(crate) expires: Option<Timestamp>,
}

/// Automatic rotation that is switched on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rotation {
    pub(crate) interval_seconds: i64,
    pub(crate) next: Timestamp,
}

impl Rotation {
    /// Rotation every so many seconds, counted from `last`.
    pub(crate) fn starting(last: Timestamp, interval_seconds: i64) -> Self {
        Self { interval_seconds, next: after(last, interval_seconds) }
    }
}

/// What a key was before its last change of state.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Former {
    pub(crate) state: KeyState,
    pub(crate) delete_date: Option<Timestamp>,
    /// The moment of the change, in real time.
    pub(crate) until: Instant,
}

/// The keys and aliases of an account in a region.
pub(crate) type Tenant = store::Tenant<Key>;

/// A key.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) id: String,
    /// The place in the order of creation.
    pub(crate) number: u64,
    pub(crate) origin: Origin,
    pub(crate) spec: KeySpec,
    pub(crate) usage: Usage,
    pub(crate) protection_level: ProtectionLevel,
    pub(crate) description: String,
    pub(crate) created: Timestamp,
    pub(crate) state: KeyState,
    pub(crate) former: Option<Former>,
    /// How it came into its state.
    pub(crate) arrival: Option<Arrival>,
    pub(crate) delete_date: Option<Timestamp>,
    pub(crate) state_before_deletion: Option<KeyState>,
    pub(crate) material: Material,
    /// Oldest first; the last one is the primary version.
    pub(crate) versions: Vec<Version>,
    pub(crate) last_rotation: Timestamp,
    pub(crate) rotation: Option<Rotation>,
    /// The description of the deletion protection, when that is on.
    pub(crate) deletion_protection: Option<String>,
    pub(crate) tags: BTreeMap<String, String>,
    /// The id of the wrapping pair that was handed out last.
    pub(crate) wrapping_pair: Option<u64>,
    /// Alias names by the number of their creation.
    pub(crate) aliases: BTreeMap<u64, String>,
    /// The number of the key's last change in the journal; 0 if it has none there.
    pub(crate) saved_by: u64,
}

impl Key {
    /// The primary version; every key has one.
    pub(crate) fn primary(&self) -> Option<&Version> {
        self.versions.last()
    }

    /// The version with this id.
    pub(crate) fn version(&self, id: &str) -> Option<&Version> {
        self.versions.iter().find(|version| version.id == id)
    }

    pub(crate) fn has_material(&self) -> bool {
        self.origin == Origin::Kms || self.material.present
    }

    /// `Enabled`, `Disabled` or `Suspended`, as in the field AutomaticRotation.
    pub(crate) fn automatic_rotation(&self) -> &'static str {
        match (self.rotation, self.state) {
            (None, _) => "Disabled",
            (Some(_), KeyState::Enabled) => "Enabled",
            (Some(_), _) => "Suspended",
        }
    }

    /// Makes `version` the primary one.
    pub(crate) fn rotate(&mut self, version: Version) {
        self.last_rotation = version.created;
        if let Some(rotation) = &mut self.rotation {
            rotation.next = after(version.created, rotation.interval_seconds);
        }
        self.versions.push(version);
    }

    /// Takes imported material. A key that waits for its material is enabled by it; any other keeps its state.
    pub(crate) fn take_material(&mut self, cipher: Arc<Cipher>, digest: [u8; 32], expires: Option<Timestamp>) {
        if let Some(version) = self.versions.last_mut() {
            version.cipher = Some(cipher);
        }

        self.material = Material { bound_to: Some(digest), present: true, expires };

        if self.state == KeyState::PendingImport {
            self.state = KeyState::Enabled;
        }
    }

    /// Drops the key material: the key waits for it again, unless it waits for its deletion.
    pub(crate) fn drop_material(&mut self) {
        self.material.present = false;
        self.material.expires = None;
        if self.state != KeyState::PendingDeletion {
            self.state = KeyState::PendingImport;
        }
    }

    /// Drops the key material because its time is over.
    fn expire_material(&mut self) {
        let state = self.state;
        self.drop_material();
        if self.state != state {
            self.arrival = Some(Arrival::Expiry);
        }
    }

    /// When the key material expires, if there is any.
    fn expiry(&self) -> Option<Timestamp> {
        self.material.expires.filter(|_| self.material.present)
    }

    /// When the key rotates by itself, if its state lets it.
    fn next_rotation(&self) -> Option<Timestamp> {
        self.rotation.filter(|_| self.state == KeyState::Enabled).map(|rotation| rotation.next)
    }

    /// Goes on with a rotation that was suspended. What became due in the meantime is done once, and now.
    pub(crate) fn resume_rotation(&mut self, now: Timestamp) {
        if let Some(rotation) = &mut self.rotation
            && self.state == KeyState::Enabled
        {
            rotation.next = rotation.next.max(now);
        }
    }

    /// Makes one version for each interval that has passed, up to a bound: the clock may have jumped by centuries.
    fn rotate_until(&mut self, now: Timestamp, rotation: Rotation, identifiers: &Identifiers) {
        // It divides, so it must not be zero whatever a state file holds.
        let interval = rotation.interval_seconds.max(1);
        let passed = (now.as_second() - rotation.next.as_second()) / interval;
        let skipped = (passed - MOST_ROTATIONS_AT_ONCE).max(0);

        let mut next = after(rotation.next, skipped.saturating_mul(interval));
        while next <= now {
            // Without randomness a rotation is left out: the request that came by did not cause it.
            if let Ok(version) = Version::new(identifiers.resource(), self.spec, self.origin, next) {
                self.rotate(version);
            }
            next = after(next, interval);
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
        self.versions.iter().map(|version| version.id.as_str())
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
        [self.delete_date, self.expiry(), self.next_rotation()].into_iter().flatten().min()
    }

    /// Whether the waiting period has ended.
    fn is_gone(&self, now: Timestamp) -> bool {
        self.delete_date.is_some_and(|date| date <= now)
    }

    /// Expiry of key material, and rotation.
    fn elapse(&mut self, now: Timestamp, identifiers: &Identifiers) {
        if self.expiry().is_some_and(|expiry| expiry <= now) {
            self.expire_material();
        }
        if self.next_rotation().is_some_and(|next| next <= now)
            && let Some(rotation) = self.rotation
        {
            self.rotate_until(now, rotation, identifiers);
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
