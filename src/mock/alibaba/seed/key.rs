//! A key that is there from the start.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::mock::alibaba::access_key::AccessKey;
use crate::mock::alibaba::service::crypto::Cipher;
use crate::mock::alibaba::service::key::Tenant;
use crate::mock::alibaba::service::key::{Key, KeySpec, Material, Origin, ProtectionLevel, Rotation, Usage, Version};
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::KeyState;
use crate::mock::host::clock::after;
use crate::mock::host::identifier::Identifiers;

/// Seconds until the deletion of a key whose date of deletion is not given.
const DEFAULT_WINDOW: i64 = 30 * 86_400;

/// A key that is there from the start, with its aliases. [`super::Seed`] makes it, so it can be a key of the service.
#[derive(Clone)]
pub struct SeedKey {
    pub(super) id: String,
    pub(super) account: Option<String>,
    pub(super) region: Option<String>,
    pub(super) origin: Origin,
    pub(super) spec: KeySpec,
    pub(super) usage: Usage,
    pub(super) protection_level: ProtectionLevel,
    pub(super) state: KeyState,
    pub(super) delete_date: Option<Timestamp>,
    pub(super) description: String,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) aliases: Vec<String>,
    pub(super) material: Option<Zeroizing<Vec<u8>>>,
    pub(super) material_expires: Option<Timestamp>,
    pub(super) version: Option<String>,
    pub(super) created: Option<Timestamp>,
    pub(super) rotation_seconds: Option<i64>,
    pub(super) deletion_protection: Option<String>,
}

impl fmt::Debug for SeedKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SeedKey")
            .field("id", &self.id)
            .field("account", &self.account)
            .field("region", &self.region)
            .field("state", &self.state)
            .field("aliases", &self.aliases)
            .finish_non_exhaustive()
    }
}

impl SeedKey {
    /// The account that it belongs to: its own, or else that of the first access key.
    pub(crate) fn account<'a>(&'a self, access_keys: &'a [AccessKey]) -> &'a str {
        let first = || access_keys.first().map_or(AccessKey::DEFAULT_ACCOUNT, |key| key.account.as_str());
        self.account.as_deref().unwrap_or_else(first)
    }

    /// The region that it is in: its own, or else that of the settings.
    pub(crate) fn region<'a>(&'a self, default: &'a str) -> &'a str {
        self.region.as_deref().unwrap_or(default)
    }

    /// Adds the key to what its account holds, unless a key has its id. Aliases that are taken stay where they are.
    pub(crate) fn plant(
        &self,
        tenant: &mut Tenant,
        identifiers: &Identifiers,
        now: Timestamp,
    ) -> Result<(), Rejection> {
        if tenant.key(&self.id).is_some() {
            return Ok(());
        }

        let created = self.created.unwrap_or(now);
        let mut version = Version::new(self.version_id(), self.spec, self.origin, created)?;
        let mut material = Material::default();
        if let Some(bytes) = &self.material {
            version.cipher = Some(Arc::new(Cipher::new(bytes)?));
            if self.origin == Origin::External {
                let bound_to = Some(Sha256::digest(bytes.as_slice()).into());
                material = Material { bound_to, present: true, expires: self.material_expires };
            }
        }

        let deleted = self.state == KeyState::PendingDeletion;
        let has_material = self.origin == Origin::Kms || material.present;
        // What a cancelled deletion goes back to.
        let before = if has_material { KeyState::Enabled } else { KeyState::PendingImport };

        tenant.add(self.id.clone(), |number| Key {
            id: self.id.clone(),
            number,
            origin: self.origin,
            spec: self.spec,
            usage: self.usage,
            protection_level: self.protection_level,
            description: self.description.clone(),
            created,
            state: self.state,
            former: None,
            arrival: None,
            delete_date: deleted.then(|| self.delete_date.unwrap_or_else(|| after(now, DEFAULT_WINDOW))),
            state_before_deletion: deleted.then_some(before),
            material,
            versions: vec![version],
            last_rotation: created,
            rotation: self.rotation_seconds.map(|seconds| Rotation::starting(created, seconds)),
            deletion_protection: self.deletion_protection.clone(),
            tags: self.tags.clone(),
            wrapping_pair: None,
            aliases: BTreeMap::new(),
            saved_by: 0,
        });

        for alias in &self.aliases {
            if tenant.alias(alias).is_none() {
                tenant.add_alias(alias, &self.id);
            }
        }

        // What is due at once, such as a deletion in the past, has happened.
        tenant.settle(now, identifiers);
        Ok(())
    }

    /// The id of its version: the one that was given, or one that follows from the id of the key.
    pub(super) fn version_id(&self) -> String {
        self.version.clone().unwrap_or_else(|| {
            // Derived and not drawn, so that the same file gives the same version each time.
            let digest = Sha256::digest(format!("version of {}", self.id));
            let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[12..15], &hex[15..18], &hex[18..30])
        })
    }
}
