//! CreateKey: a new key, Enabled, or PendingImport if its material is to be imported.

use std::collections::BTreeMap;

use super::Definition;
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::call::{Call, is_longer};
use crate::mock::alibaba::service::crypto::pairs;
use crate::mock::alibaba::service::key::{Key, KeySpec, Material, Origin, ProtectionLevel, Rotation, Usage, Version};
use crate::mock::alibaba::service::metadata::{key_metadata, rotation_interval};
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::{KeyState, Rule};
use crate::mock::alibaba::service::tags::read_tags;
use crate::mock::host::response::{Fields, fields};

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

/// The most bytes of a key policy.
const MOST_POLICY_BYTES: usize = 32_768;

struct Request<'a> {
    origin: Origin,
    spec: KeySpec,
    usage: Usage,
    protection_level: ProtectionLevel,
    description: &'a str,
    /// The interval of automatic rotation; off if there is none.
    rotation_seconds: Option<i64>,
    tags: BTreeMap<String, String>,
}

fn parse<'a>(call: &'a Call<'_>) -> Result<Request<'a>, Rejection> {
    let rotates = call.boolean("EnableAutomaticRotation")?;
    if rotates {
        call.required("RotationInterval")?;
    }
    let origin = call.choice("Origin", Origin::from_wire, Origin::Kms)?;
    let spec = call.choice("KeySpec", KeySpec::from_wire, KeySpec::Aes256)?;
    let usage = call.choice("KeyUsage", Usage::from_wire, Usage::EncryptDecrypt)?;
    let protection_level = call.choice("ProtectionLevel", ProtectionLevel::from_wire, ProtectionLevel::Software)?;
    let description = call.optional("Description").unwrap_or_default();
    if is_longer(description, call.rules.longest_description) {
        return Err(Rejection::invalid_parameter("Description"));
    }

    let rotation_seconds = rotation_interval(call, "RotationInterval")?.filter(|_| rotates);
    let tags = read_tags(call, "Tags")?.unwrap_or_default().into_iter().collect();
    check_policy(call)?;
    check_combination(origin, spec, usage, rotates)?;
    Ok(Request { origin, spec, usage, protection_level, description, rotation_seconds, tags })
}

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let request = parse(call)?;
    call.authorize()?;
    if call.optional("DKMSInstanceId").is_some() {
        return Err(Rejection::instance_not_found());
    }
    if request.protection_level == ProtectionLevel::Hsm && !call.rules.hsm {
        return Err(Rejection::unsupported_protection_level());
    }

    account.write(|keys| {
        if request.tags.len() > call.rules.most_tags || keys.key_count() >= call.rules.quotas.keys {
            return Err(Rejection::limit_exceeded());
        }
        // Its material will be wrapped with a pair, which takes a while to make.
        if request.origin == Origin::External && call.tools.wrapping_pairs.at_hand().next().is_none() {
            pairs().prepare(1);
        }

        let id = call.tools.identifiers.resource();
        let version = Version::new(call.tools.identifiers.resource(), request.spec, request.origin, call.now)?;
        let key = keys.add(id.clone(), |number| new_key(call, id, number, version, request));
        Ok(fields([("KeyMetadata", key_metadata(call, key).into())]))
    })
}

fn new_key(call: &Call<'_>, id: String, number: u64, version: Version, request: Request<'_>) -> Key {
    Key {
        id,
        number,
        origin: request.origin,
        spec: request.spec,
        usage: request.usage,
        protection_level: request.protection_level,
        description: request.description.to_owned(),
        created: call.now,
        // A key of its own material is of use at once; any other waits for its import.
        state: match request.origin {
            Origin::External => KeyState::PendingImport,
            Origin::Kms => KeyState::Enabled,
        },
        former: None,
        arrival: None,
        delete_date: None,
        state_before_deletion: None,
        material: Material::default(),
        versions: vec![version],
        last_rotation: call.now,
        rotation: request.rotation_seconds.map(|seconds| Rotation::starting(call.now, seconds)),
        deletion_protection: None,
        tags: request.tags,
        wrapping_pair: None,
        aliases: BTreeMap::new(),
        saved_by: 0,
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
