//! The record of a key.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::mock::aws::service::arrival::Arrival;
use crate::mock::aws::service::crypto::KeyMaterial;
use crate::mock::aws::service::grant::Grant;
use crate::mock::aws::service::key::{AliasDates, Import, Key, Origin, Role, Rotation, RotationType, Version};
use crate::mock::aws::service::spec::{KeySpec, Usage};
use crate::mock::aws::service::state::KeyState;
use crate::mock::host::clock::from_seconds;

/// A key.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyRecord<'a> {
    pub(super) account: Cow<'a, str>,
    pub(super) region: Cow<'a, str>,
    id: Cow<'a, str>,
    number: u64,
    role: Option<Cow<'a, str>>,
    origin: Cow<'a, str>,
    spec: Cow<'a, str>,
    usage: Cow<'a, str>,
    description: Cow<'a, str>,
    created: i64,
    state: Cow<'a, str>,
    arrival: Option<Cow<'a, str>>,
    /// What follows by itself, and when.
    next_state: Option<(i64, Cow<'a, str>)>,
    delete_date: Option<i64>,
    waiting_days: Option<i64>,
    /// Base64.
    material_bound_to: Option<String>,
    material_present: bool,
    material_expires: Option<i64>,
    versions: Vec<VersionRecord<'a>>,
    rotation: Option<RotationRecord>,
    policy: Cow<'a, str>,
    tags: Cow<'a, BTreeMap<String, String>>,
    grants: Cow<'a, [Grant]>,
    /// By name: when it was made, and when it was moved last.
    alias_dates: BTreeMap<Cow<'a, str>, (i64, i64)>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct VersionRecord<'a> {
    id: Cow<'a, str>,
    created: i64,
    rotation: Option<Cow<'a, str>>,
    /// Base64.
    material: Zeroizing<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RotationRecord {
    period_days: i64,
    next: i64,
}

impl<'a> KeyRecord<'a> {
    pub(super) fn of(key: &'a Key, account: &'a str, region: &'a str) -> Self {
        let dates = |dates: &AliasDates| (dates.created.as_second(), dates.updated.as_second());
        Self {
            account: account.into(),
            region: region.into(),
            id: key.id.as_str().into(),
            number: key.number,
            // By their names on the wire: a state file outlives the order of the enums.
            role: key.role.map(|role| role.wire().into()),
            origin: key.origin.wire().into(),
            spec: key.spec.wire().into(),
            usage: key.usage.wire().into(),
            description: key.description.as_str().into(),
            created: key.created.as_second(),
            state: key.state.wire().into(),
            arrival: key.arrival.map(|arrival| arrival.wire().into()),
            next_state: key.next_state.map(|(end, state)| (end.as_second(), state.wire().into())),
            delete_date: key.delete_date.map(Timestamp::as_second),
            waiting_days: key.waiting_days,
            material_bound_to: key.import.bound_to.map(|digest| STANDARD.encode(digest)),
            material_present: key.import.present,
            material_expires: key.import.expires.map(Timestamp::as_second),
            versions: key.versions.iter().map(VersionRecord::of).collect(),
            rotation: key
                .rotation
                .map(|rotation| RotationRecord { period_days: rotation.period_days, next: rotation.next.as_second() }),
            policy: key.policy.as_str().into(),
            tags: Cow::Borrowed(&key.tags),
            grants: Cow::Borrowed(&key.grants),
            alias_dates: key.alias_dates.iter().map(|(name, of)| (name.as_str().into(), dates(of))).collect(),
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
        let dates = |(created, updated)| AliasDates { created: from_seconds(created), updated: from_seconds(updated) };

        // Aliases have records of their own, and what a deviation did to a key is not kept.
        Some(Key {
            id: self.id.into_owned(),
            number: self.number,
            role: read(self.role, Role::from_wire)?,
            origin: Origin::from_wire(&self.origin)?,
            spec,
            usage: Usage::from_wire(&self.usage)?,
            description: self.description.into_owned(),
            created: from_seconds(self.created),
            state: KeyState::from_wire(&self.state)?,
            former: None,
            arrival: read(self.arrival, Arrival::from_wire)?,
            next_state: match self.next_state {
                None => None,
                Some((end, state)) => Some((from_seconds(end), KeyState::from_wire(&state)?)),
            },
            delete_date: self.delete_date.map(from_seconds),
            waiting_days: self.waiting_days,
            import: Import {
                bound_to,
                present: self.material_present,
                expires: self.material_expires.map(from_seconds),
            },
            versions: versions?,
            rotation: self
                .rotation
                .map(|rotation| Rotation { period_days: rotation.period_days, next: from_seconds(rotation.next) }),
            policy: self.policy.into_owned(),
            tags: self.tags.into_owned(),
            grants: self.grants.into_owned(),
            alias_dates: self.alias_dates.into_iter().map(|(name, of)| (name.into_owned(), dates(of))).collect(),
            aliases: BTreeMap::new(),
            saved_by: 0,
        })
    }
}

/// A value that may be absent; nothing if it is there and means nothing.
fn read<T>(text: Option<Cow<'_, str>>, from_wire: fn(&str) -> Option<T>) -> Option<Option<T>> {
    match text {
        None => Some(None),
        Some(text) => from_wire(&text).map(Some),
    }
}

impl<'a> VersionRecord<'a> {
    fn of(version: &'a Version) -> Self {
        Self {
            id: version.id.as_str().into(),
            created: version.created.as_second(),
            rotation: version.rotation.map(|rotation| rotation.wire().into()),
            material: Zeroizing::new(STANDARD.encode(version.material.bytes())),
        }
    }

    fn version(self, spec: KeySpec) -> Option<Version> {
        let material = Zeroizing::new(STANDARD.decode(self.material.as_bytes()).ok()?);
        Some(Version {
            id: self.id.into_owned(),
            created: from_seconds(self.created),
            rotation: read(self.rotation, RotationType::from_wire)?,
            material: Arc::new(KeyMaterial::from_bytes(spec, &material)?),
        })
    }
}
