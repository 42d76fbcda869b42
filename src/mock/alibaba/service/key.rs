//! A key and what happens to it as time goes by.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;

use crate::mock::alibaba::service::arrival::Arrival;
use crate::mock::alibaba::service::crypto::Cipher;
use crate::mock::alibaba::service::state::KeyState;
use crate::mock::alibaba::wire::rejection::Rejection;
use crate::mock::host::clock::after;
use crate::mock::host::identifier::Identifiers;
use crate::mock::mutation::{AtExpiry, Quirks, Removal, Rotating};

/// Declares an enum whose variants have a name on the wire.
macro_rules! wire_names {
    ($(#[$attribute:meta])* $name:ident { $($variant:ident = $text:literal),* $(,)? }) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum $name { $($variant),* }

        impl $name {
            pub(crate) const fn wire(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            pub(crate) fn from_wire(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

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
#[derive(Debug)]
pub(crate) struct Version {
    pub(crate) id: String,
    pub(crate) created: Timestamp,
    /// Kept after the key material is deleted, when no operation may use it any more: a deviation can still ask for it.
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

    /// The cipher. A version that never had key material gets one of its own: only a deviation comes here with such a
    /// version, and it must do as if there were material.
    pub(crate) fn cipher(&mut self, spec: KeySpec) -> Result<Arc<Cipher>, Rejection> {
        if let Some(cipher) = &self.cipher {
            return Ok(Arc::clone(cipher));
        }
        let bytes = spec.material_bytes().ok_or_else(Rejection::unsupported_operation)?;
        let cipher = Arc::new(Cipher::random(bytes)?);
        self.cipher = Some(Arc::clone(&cipher));
        Ok(cipher)
    }
}

/// The key material of an external key.
#[derive(Debug, Default)]
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

/// A key.
#[derive(Debug)]
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
    pub(crate) quirks: Quirks,
}

impl Key {
    /// The primary version; every key has one.
    pub(crate) fn primary(&self) -> Option<&Version> {
        self.versions.last()
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
        if self.quirks.at_expiry == AtExpiry::StayDisabled && state == KeyState::Disabled {
            self.state = state;
        }
        if self.quirks.at_expiry == AtExpiry::CancelDeletion && state == KeyState::PendingDeletion {
            self.state = KeyState::PendingImport;
            self.delete_date = None;
        }
        if self.state != state {
            self.arrival = Some(Arrival::Expiry);
        }
    }

    /// Makes what the key has encrypted unreadable. Only a deviation asks for it.
    pub(crate) fn lose_ciphertexts(&mut self) {
        self.versions.iter_mut().for_each(|version| version.cipher = None);
    }

    /// The next time at which something happens to the key by itself.
    pub(crate) fn deadline(&self) -> Option<Timestamp> {
        let rotation = self.next_rotation();
        let expires = self.material.present && self.quirks.at_expiry != AtExpiry::Nothing;
        let expiry = self.material.expires.filter(|_| expires);
        [self.removal_date(), expiry, rotation].into_iter().flatten().min()
    }

    /// When the key rotates by itself, if its state lets it.
    fn next_rotation(&self) -> Option<Timestamp> {
        let rotates = match (self.state, self.quirks.rotation) {
            (_, Rotating::Never) => false,
            (KeyState::Enabled, _)
            | (KeyState::Disabled, Rotating::WhileDisabled)
            | (KeyState::PendingDeletion, Rotating::WhilePendingDeletion) => true,
            _ => false,
        };
        let rotation = self.rotation.filter(|_| rotates)?;
        Some(after(rotation.next, -self.rotates_ahead(rotation)))
    }

    /// So many seconds before its time a key rotates. Only a deviation makes it.
    fn rotates_ahead(&self, rotation: Rotation) -> i64 {
        if self.quirks.rotation == Rotating::TooEarly { rotation.interval_seconds / 2 } else { 0 }
    }

    /// Goes on with a rotation that was suspended. What became due in the meantime is done once, and now.
    pub(crate) fn resume_rotation(&mut self, now: Timestamp) {
        if let Some(rotation) = &mut self.rotation
            && self.state == KeyState::Enabled
        {
            rotation.next = rotation.next.max(now);
        }
    }

    /// When the key goes, if it waits for its deletion.
    fn removal_date(&self) -> Option<Timestamp> {
        const TWO_DAYS: i64 = 2 * 86_400;
        match self.quirks.removal {
            Removal::OnItsDate => self.delete_date,
            Removal::TooEarly => self.delete_date.map(|date| after(date, -TWO_DAYS)),
            Removal::Never => None,
        }
    }

    /// Whether the waiting period has ended.
    pub(crate) fn is_gone(&self, now: Timestamp) -> bool {
        self.removal_date().is_some_and(|date| date <= now)
    }

    /// Lets happen what is due by itself until `now`, apart from the deletion.
    pub(crate) fn elapse(&mut self, now: Timestamp, identifiers: &Identifiers) {
        let expires = self.material.present && self.quirks.at_expiry != AtExpiry::Nothing;
        if expires && self.material.expires.is_some_and(|expiry| expiry <= now) {
            self.expire_material();
        }
        let Some(rotation) = self.rotation else { return };
        if self.next_rotation().is_none_or(|next| next > now) {
            return;
        }
        let now = after(now, self.rotates_ahead(rotation));
        // One version for each interval that has passed, up to a bound: the clock may have jumped by centuries.
        let interval = rotation.interval_seconds.max(1);
        let passed = (now.as_second() - rotation.next.as_second()) / interval;
        let skipped = (passed - MOST_ROTATIONS_AT_ONCE).max(0);
        let mut next = after(rotation.next, skipped.saturating_mul(interval));
        while next <= now {
            if self.quirks.rotation == Rotating::LosingCiphertexts {
                self.lose_ciphertexts();
            }
            if let Ok(version) = Version::new(identifiers.resource(), self.spec, self.origin, next) {
                self.rotate(version);
            }
            next = after(next, interval);
        }
        self.rotation = Some(Rotation { next, ..rotation });
    }
}

/// The most versions that one jump of the clock makes.
const MOST_ROTATIONS_AT_ONCE: i64 = 100;
