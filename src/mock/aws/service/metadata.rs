//! What the responses say of a key: KeyMetadata.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::mock::aws::service::arn::key_arn;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::key::{Key, Origin, Role};
use crate::mock::aws::service::regions::Regions;
use crate::mock::aws::service::spec::{EncryptionAlgorithm, Family, KeySpec, SigningAlgorithm, Usage};
use crate::mock::aws::service::state::KeyState;
use crate::mock::host::response::{Fields, fields};

/// A time on the wire: seconds since 1970.
pub(crate) fn wire_seconds(time: Timestamp) -> Value {
    time.as_second().into()
}

/// The metadata of a key, as it is.
pub(crate) fn key_metadata(call: &Call<'_>, regions: &Regions, key: &Key) -> Fields {
    metadata(call, regions, key, key.state, key.delete_date)
}

/// The metadata as DescribeKey shows it: that of before, where reads are to be late.
pub(crate) fn described_key(call: &Call<'_>, regions: &Regions, key: &Key) -> Fields {
    let stale = key.former.filter(|former| call.stale.is_some_and(|stale| former.until.elapsed() < stale));
    match stale {
        Some(former) => metadata(call, regions, key, former.state, former.delete_date),
        None => key_metadata(call, regions, key),
    }
}

fn metadata(call: &Call<'_>, regions: &Regions, key: &Key, state: KeyState, delete_date: Option<Timestamp>) -> Fields {
    let mut fields = fields([
        ("AWSAccountId", call.caller.account.into()),
        ("KeyId", key.id.as_str().into()),
        ("Arn", call.arn(&key.id).into()),
        ("CreationDate", wire_seconds(key.created)),
        ("Enabled", (state == KeyState::Enabled).into()),
        ("Description", key.description.as_str().into()),
        ("KeyUsage", key.usage.wire().into()),
        ("KeyState", state.wire().into()),
    ]);
    let mut add = |name: &str, value: Value| fields.insert(name.to_owned(), value);

    if let Some(date) = delete_date {
        add("DeletionDate", wire_seconds(date));
    }
    if let Some(days) = key.waiting_days.filter(|_| state == KeyState::PendingReplicaDeletion) {
        add("PendingDeletionWindowInDays", days.into());
    }
    if key.origin == Origin::External && key.import.present && state != KeyState::PendingImport {
        let model = match key.import.expires {
            Some(expires) => {
                add("ValidTo", wire_seconds(expires));
                "KEY_MATERIAL_EXPIRES"
            }
            None => "KEY_MATERIAL_DOES_NOT_EXPIRE",
        };
        add("ExpirationModel", model.into());
    }

    add("Origin", key.origin.wire().into());
    add("KeyManager", "CUSTOMER".into());
    add("CustomerMasterKeySpec", key.spec.wire().into());
    add("KeySpec", key.spec.wire().into());
    if let Some((name, value)) = algorithms(key.spec, key.usage) {
        add(name, value);
    }

    add("MultiRegion", key.role.is_some().into());
    if let Some(role) = key.role {
        add("MultiRegionConfiguration", relatives(call, regions, key, role));
    }
    // Only keys that can be rotated have several materials.
    if let Some(version) = key.current().filter(|_| key.spec == KeySpec::Symmetric && key.has_material()) {
        add("CurrentKeyMaterialId", version.id.as_str().into());
    }
    fields
}

/// The algorithms of a key: the name of the field, and its value.
pub(crate) fn algorithms(spec: KeySpec, usage: Usage) -> Option<(&'static str, Value)> {
    let (name, names): (_, Vec<&str>) = match usage {
        Usage::EncryptDecrypt => (
            "EncryptionAlgorithms",
            spec.encryption_algorithms().iter().copied().map(EncryptionAlgorithm::wire).collect(),
        ),
        Usage::SignVerify => {
            ("SigningAlgorithms", spec.signing_algorithms().iter().copied().map(SigningAlgorithm::wire).collect())
        }
        Usage::GenerateVerifyMac => match spec.family() {
            Family::Hmac(algorithm) => ("MacAlgorithms", vec![algorithm.wire()]),
            Family::Symmetric | Family::Rsa(_) | Family::Ecc(_) => return None,
        },
    };
    Some((name, names.into()))
}

/// A multi-Region key and its relatives.
fn relatives(call: &Call<'_>, regions: &Regions, key: &Key, role: Role) -> Value {
    let entry = |region: &str| json!({"Arn": key_arn(region, call.caller.account, &key.id), "Region": region});
    let (mut primary, mut replicas) = (None, Vec::new());
    for (region, relative) in regions.family(&key.id) {
        match relative.role {
            Some(Role::Primary) => primary = Some(entry(region)),
            Some(Role::Replica) => replicas.push(entry(region)),
            None => {}
        }
    }
    // A replica may be all that there is: its primary key could not have been deleted before it.
    let primary = primary.unwrap_or_else(|| entry(call.caller.region));
    json!({"MultiRegionKeyType": role.wire(), "PrimaryKey": primary, "ReplicaKeys": replicas})
}
