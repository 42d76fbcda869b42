//! CreateKey: a new key, Enabled, or PendingImport if its material is to be imported.

use std::collections::BTreeMap;

use super::Definition;
use crate::mock::alibaba::service::call::Call;
use crate::mock::alibaba::service::crypto::pairs;
use crate::mock::alibaba::service::key::{Key, KeySpec, Material, Origin, ProtectionLevel, Rotation, Usage, Version};
use crate::mock::alibaba::service::metadata::{key_metadata, rotation_interval};
use crate::mock::alibaba::service::state::{KeyState, Rule};
use crate::mock::alibaba::service::tags::{most_tags, read_tags};
use crate::mock::alibaba::wire::dispatch::fields;
use crate::mock::alibaba::wire::rejection::Rejection;
use crate::mock::host::response::Fields;
use crate::mock::mutation::{Effect, Quirks};

pub(super) const DEFINITION: Definition = Definition {
    parameters: &[
        "Origin",
        "Description",
        "KeyUsage",
        "KeySpec",
        "ProtectionLevel",
        "EnableAutomaticRotation",
        "RotationInterval",
        "Tags",
        "Policy",
        "DKMSInstanceId",
    ],
    rule: Rule::ALWAYS,
    run,
};

/// The most characters of a description.
pub(crate) const MOST_DESCRIPTION_CHARACTERS: usize = 8192;

/// The most bytes of a key policy.
const MOST_POLICY_BYTES: usize = 32_768;

fn run(call: &Call<'_>) -> Result<Fields, Rejection> {
    let rotates = call.boolean("EnableAutomaticRotation")?;
    if rotates {
        call.required("RotationInterval")?;
    }
    let origin = call.choice("Origin", Origin::from_wire, Origin::Kms)?;
    check_origin(call, origin)?;
    let spec = call.choice("KeySpec", KeySpec::from_wire, KeySpec::Aes256)?;
    let usage = call.choice("KeyUsage", Usage::from_wire, Usage::EncryptDecrypt)?;
    let protection_level = call.choice("ProtectionLevel", ProtectionLevel::from_wire, ProtectionLevel::Software)?;
    let description = call.optional("Description").unwrap_or_default();
    if description.chars().nth(MOST_DESCRIPTION_CHARACTERS).is_some() {
        return Err(Rejection::invalid_parameter("Description"));
    }
    let interval = rotation_interval(call, "RotationInterval")?.filter(|_| rotates);
    let tags = read_tags(call, "Tags")?.unwrap_or_default();
    check_policy(call)?;
    check_combination(origin, spec, usage, rotates)?;
    call.authorize()?;

    if call.optional("DKMSInstanceId").is_some() {
        return Err(Rejection::instance_not_found());
    }
    if protection_level == ProtectionLevel::Hsm && !call.service.config.hsm {
        return Err(Rejection::unsupported_protection_level());
    }
    let mut tenant = call.tenant();
    call.check_account(&tenant)?;
    if tags.len() > most_tags(call) || tenant.key_count() >= call.service.config.quotas.keys {
        return Err(Rejection::limit_exceeded());
    }
    if origin == Origin::External && call.service.wrapping_pairs.at_hand().next().is_none() {
        pairs().prepare(1);
    }
    let unasked = call.deviates(Effect::NewKeyHasTag).then(|| ("CreatedBy".to_owned(), "kms".to_owned()));
    let id = call.service.identifiers().resource();
    let version = Version::new(call.service.identifiers().resource(), spec, origin, call.now)?;
    let key = tenant.add(id.clone(), |number| Key {
        id,
        number,
        origin,
        spec,
        usage,
        protection_level,
        description: description.to_owned(),
        created: call.now,
        state: new_state(call, origin),
        former: None,
        arrival: None,
        delete_date: None,
        state_before_deletion: None,
        material: Material::default(),
        versions: vec![version],
        last_rotation: call.now,
        rotation: interval.map(|seconds| Rotation::starting(call.now, seconds)),
        deletion_protection: None,
        tags: tags.into_iter().chain(unasked).collect(),
        wrapping_pair: None,
        aliases: BTreeMap::new(),
        saved_by: 0,
        quirks: Quirks::default(),
    });
    Ok(fields([("KeyMetadata", key_metadata(call, key).into())]))
}

fn new_state(call: &Call<'_>, origin: Origin) -> KeyState {
    match origin {
        Origin::External if call.deviates(Effect::NewExternalKeyIsEnabled) => KeyState::Enabled,
        Origin::External => KeyState::PendingImport,
        Origin::Kms if call.deviates(Effect::NewKeyIsDisabled) => KeyState::Disabled,
        Origin::Kms => KeyState::Enabled,
    }
}

/// Every origin is taken, unless the mock deviates.
fn check_origin(call: &Call<'_>, origin: Origin) -> Result<(), Rejection> {
    match origin {
        Origin::External if call.deviates(Effect::ExternalKeysUnknown) => Err(Rejection::invalid_parameter("Origin")),
        Origin::External if call.deviates(Effect::ExternalKeysCrash) => Err(Rejection::internal_failure()),
        _ => Ok(()),
    }
}

/// A policy must be a JSON object of bounded size; the mock enforces none.
fn check_policy(call: &Call<'_>) -> Result<(), Rejection> {
    let Some(policy) = call.optional("Policy") else { return Ok(()) };
    let is_object = serde_json::from_str::<Fields>(policy).is_ok();
    if is_object && policy.len() <= MOST_POLICY_BYTES { Ok(()) } else { Err(Rejection::invalid_parameter("Policy")) }
}

/// The documents forbid these combinations without naming a code.
fn check_combination(origin: Origin, spec: KeySpec, usage: Usage, rotates: bool) -> Result<(), Rejection> {
    let symmetric = spec.material_bytes().is_some();
    if !spec.serves(usage) {
        return Err(Rejection::invalid_parameter("KeyUsage"));
    }
    if origin == Origin::External && !symmetric {
        return Err(Rejection::invalid_parameter("KeySpec"));
    }
    if rotates && (origin == Origin::External || !symmetric) {
        return Err(Rejection::invalid_parameter("EnableAutomaticRotation"));
    }
    Ok(())
}
