//! The record of a key.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::mock::alibaba::service::crypto::Cipher;
use crate::mock::alibaba::service::key::{Key, KeySpec, Material, Origin, ProtectionLevel, Rotation, Usage, Version};
use crate::mock::host::clock::from_seconds;

/// A key.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyRecord<'a> {
    pub(super) account: Cow<'a, str>,
    pub(super) region: Cow<'a, str>,
    pub(super) id: Cow<'a, str>,
    number: u64,
    origin: Cow<'a, str>,
    spec: Cow<'a, str>,
    usage: Cow<'a, str>,
    protection_level: Cow<'a, str>,
    description: Cow<'a, str>,
    created: i64,
    state: Cow<'a, str>,
    arrival: Option<Cow<'a, str>>,
    delete_date: Option<i64>,
    state_before_deletion: Option<Cow<'a, str>>,
    /// Base64.
    material_bound_to: Option<String>,
    material_present: bool,
    material_expires: Option<i64>,
    versions: Vec<VersionRecord<'a>>,
    last_rotation: i64,
    rotation: Option<RotationRecord>,
    deletion_protection: Option<Cow<'a, str>>,
    tags: Cow<'a, BTreeMap<String, String>>,
    wrapping_pair: Option<u64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct VersionRecord<'a> {
    id: Cow<'a, str>,
    created: i64,
    /// Base64.
    material: Option<Zeroizing<String>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RotationRecord {
    interval_seconds: i64,
    next: i64,
}

impl<'a> KeyRecord<'a> {
    pub(super) fn of(key: &'a Key, account: &'a str, region: &'a str) -> Self {
        Self {
            account: account.into(),
            region: region.into(),
            id: key.id.as_str().into(),
            number: key.number,
            // By their names on the wire: a state file outlives the order of the enums.
            origin: key.origin.wire().into(),
            spec: key.spec.wire().into(),
            usage: key.usage.wire().into(),
            protection_level: key.protection_level.wire().into(),
            description: key.description.as_str().into(),
            created: key.created.as_second(),
            state: key.state.name().into(),
            arrival: key.arrival.map(|arrival| arrival.name().into()),
            delete_date: key.delete_date.map(Timestamp::as_second),
            state_before_deletion: key.state_before_deletion.map(|state| state.name().into()),
            material_bound_to: key.material.bound_to.map(|digest| STANDARD.encode(digest)),
            material_present: key.material.present,
            material_expires: key.material.expires.map(Timestamp::as_second),
            versions: key.versions.iter().map(VersionRecord::of).collect(),
            last_rotation: key.last_rotation.as_second(),
            rotation: key.rotation.map(|rotation| RotationRecord {
                interval_seconds: rotation.interval_seconds,
                next: rotation.next.as_second(),
            }),
            deletion_protection: key.deletion_protection.as_deref().map(Cow::from),
            tags: Cow::Borrowed(&key.tags),
            wrapping_pair: key.wrapping_pair,
        }
    }

    /// The key, without its aliases; nothing if a part of the record means nothing.
    pub(super) fn key(self) -> Option<Key> {
        let bound_to = match self.material_bound_to {
            None => None,
            Some(text) => Some(STANDARD.decode(text).ok()?.try_into().ok()?),
        };
        let spec = KeySpec::from_wire(&self.spec)?;
        let versions: Option<Vec<Version>> = self.versions.into_iter().map(|version| version.version(spec)).collect();

        // Aliases have records of their own, and what a deviation did to a key is not kept.
        Some(Key {
            id: self.id.into_owned(),
            number: self.number,
            origin: Origin::from_wire(&self.origin)?,
            spec,
            usage: Usage::from_wire(&self.usage)?,
            protection_level: ProtectionLevel::from_wire(&self.protection_level)?,
            description: self.description.into_owned(),
            created: from_seconds(self.created),
            state: self.state.parse().ok()?,
            former: None,
            arrival: match self.arrival {
                None => None,
                Some(name) => Some(name.parse().ok()?),
            },
            delete_date: self.delete_date.map(from_seconds),
            state_before_deletion: match self.state_before_deletion {
                None => None,
                Some(name) => Some(name.parse().ok()?),
            },
            material: Material {
                bound_to,
                present: self.material_present,
                expires: self.material_expires.map(from_seconds),
            },
            versions: versions.filter(|versions| !versions.is_empty())?,
            last_rotation: from_seconds(self.last_rotation),
            rotation: self.rotation.map(|rotation| Rotation {
                interval_seconds: rotation.interval_seconds,
                next: from_seconds(rotation.next),
            }),
            deletion_protection: self.deletion_protection.map(Cow::into_owned),
            tags: self.tags.into_owned(),
            wrapping_pair: self.wrapping_pair,
            aliases: BTreeMap::new(),
            saved_by: 0,
        })
    }
}

impl<'a> VersionRecord<'a> {
    fn of(version: &'a Version) -> Self {
        let material = version.cipher.as_ref().map(|cipher| Zeroizing::new(STANDARD.encode(cipher.material())));
        Self { id: version.id.as_str().into(), created: version.created.as_second(), material }
    }

    fn version(self, spec: KeySpec) -> Option<Version> {
        let cipher = match self.material {
            None => None,
            Some(text) => {
                let material = Zeroizing::new(STANDARD.decode(text.as_bytes()).ok()?);
                (spec.material_bytes() == Some(material.len())).then_some(())?;
                Some(Arc::new(Cipher::new(&material).ok()?))
            }
        };
        Some(Version { id: self.id.into_owned(), created: from_seconds(self.created), cipher })
    }
}
