//! CreateKey: a new key, Enabled, or PendingImport if its material is to be imported.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::Definition;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::call::not_among;
use crate::mock::aws::service::crypto::{EccPair, KeyMaterial, MacKey};
use crate::mock::aws::service::key::{Import, Key, Origin, Role, Version};
use crate::mock::aws::service::metadata::key_metadata;
use crate::mock::aws::service::policy::{default_policy, read_policy};
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::spec::{Family, KeySpec, OTHER_SPECS, OTHER_USAGES, Usage};
use crate::mock::aws::service::state::{KeyState, Rule};
use crate::mock::aws::service::tags::read_tags;
use crate::mock::host::response::{Fields, fields};

pub(super) const DEFINITION: Definition = Definition {
    parameters: &[
        "Description",
        "KeyUsage",
        "KeySpec",
        "CustomerMasterKeySpec",
        "Origin",
        "MultiRegion",
        "Policy",
        "BypassPolicyLockoutSafetyCheck",
        "Tags",
        "CustomKeyStoreId",
        "XksKeyId",
    ],
    rule: Rule::ALWAYS,
    run,
};

/// The most characters of a description.
pub(super) const LONGEST_DESCRIPTION: usize = 8192;

struct Request<'a> {
    origin: Origin,
    spec: KeySpec,
    usage: Usage,
    is_multi_region: bool,
    description: &'a str,
    policy: Option<&'a str>,
    tags: BTreeMap<String, String>,
}

fn parse<'a>(call: &Call<'a>) -> Result<Request<'a>, Rejection> {
    let description = call.text_of("Description", 0..=LONGEST_DESCRIPTION)?.unwrap_or_default();
    let spec = read_spec(call)?;
    let usage = read_usage(call, spec)?;
    let origin = call.choice("Origin", Origin::from_wire, Origin::NAMES)?.unwrap_or(Origin::Kms);
    let is_multi_region = call.boolean("MultiRegion")?;
    let policy = read_policy(call, "Policy")?;
    call.boolean("BypassPolicyLockoutSafetyCheck")?;
    let tags = read_tags(call)?.into_iter().collect();
    check_store(call, origin)?;
    Ok(Request { origin, spec, usage, is_multi_region, description, policy, tags })
}

/// KeySpec, or CustomerMasterKeySpec, its name of before.
fn read_spec(call: &Call<'_>) -> Result<KeySpec, Rejection> {
    let (new, old) = (call.text("KeySpec")?, call.text("CustomerMasterKeySpec")?);
    if new.is_some() && old.is_some() {
        let message = "You cannot specify KeySpec and CustomerMasterKeySpec in the same request.                        CustomerMasterKeySpec is deprecated.";
        return Err(Rejection::validation(message));
    }
    let Some(text) = new.or(old) else { return Ok(KeySpec::Symmetric) };
    match KeySpec::from_wire(text) {
        Some(spec) => Ok(spec),
        None if OTHER_SPECS.contains(&text) => {
            Err(Rejection::unsupported(format!("KeySpec {text} is not supported in this region.")))
        }
        None => Err(not_among("KeySpec", text, KeySpec::NAMES)),
    }
}

/// What the key is for. Only a symmetric key that encrypts need not say it.
fn read_usage(call: &Call<'_>, spec: KeySpec) -> Result<Usage, Rejection> {
    let Some(text) = call.text("KeyUsage")? else {
        if spec == KeySpec::Symmetric {
            return Ok(Usage::EncryptDecrypt);
        }
        let message = "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.";
        return Err(Rejection::validation(message));
    };

    match Usage::from_wire(text) {
        Some(usage) if spec.serves(usage) => Ok(usage),
        Some(_) => {
            Err(Rejection::validation(format!("KeyUsage {text} is not compatible with KeySpec {}", spec.wire())))
        }
        None if OTHER_USAGES.contains(&text) => {
            Err(Rejection::unsupported(format!("KeyUsage {text} is not supported in this region.")))
        }
        None => Err(not_among("KeyUsage", text, Usage::NAMES)),
    }
}

/// A key of a custom key store needs one, and there are none here.
fn check_store(call: &Call<'_>, origin: Origin) -> Result<(), Rejection> {
    let store = call.text_of("CustomKeyStoreId", 1..=64)?;
    let is_of_store = matches!(origin, Origin::CloudHsm | Origin::KeyStore);
    match store {
        None if !is_of_store => Ok(()),
        None => Err(Rejection::validation("You must specify the CustomKeyStoreId for a key in a custom key store.")),
        Some(_) if !is_of_store => {
            Err(Rejection::validation(format!("CustomKeyStoreId is not valid for the origin {}.", origin.wire())))
        }
        Some(store) => Err(Rejection::custom_key_store_not_found(format!("Custom key store {store} does not exist."))),
    }
}

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let request = parse(call)?;
    call.authorize()?;
    // Before the keys are locked, for a pair takes a while.
    let material = match request.origin {
        Origin::Kms => Some(Arc::new(new_material(call, request.spec)?)),
        Origin::External | Origin::CloudHsm | Origin::KeyStore => None,
    };

    account.write_all(|regions| {
        let id = new_id(call, request.is_multi_region);
        let keys = regions.tenant(call.caller.region);
        let key = keys.add(id.clone(), |number| new_key(call, id, number, material, request)).clone();
        Ok(fields([("KeyMetadata", Value::Object(key_metadata(call, regions, &key)))]))
    })
}

fn new_material(call: &Call<'_>, spec: KeySpec) -> Result<KeyMaterial, Rejection> {
    match spec.family() {
        Family::Symmetric => KeyMaterial::symmetric(),
        Family::Rsa(size) => call.new_pair(size).map(KeyMaterial::Rsa),
        Family::Ecc(curve) => EccPair::generate(curve).map(KeyMaterial::Ecc).ok_or_else(Rejection::internal_failure),
        Family::Hmac(algorithm) => MacKey::random(algorithm).map(Box::new).map(KeyMaterial::Hmac),
    }
}

/// A UUID; that of a multi-Region key is told by its look.
fn new_id(call: &Call<'_>, is_multi_region: bool) -> String {
    let id = call.tools.identifiers.resource();
    if is_multi_region { format!("mrk-{}", id.replace('-', "")) } else { id }
}

fn new_key(call: &Call<'_>, id: String, number: u64, material: Option<Arc<KeyMaterial>>, request: Request<'_>) -> Key {
    let version =
        |material: Arc<KeyMaterial>| Version { id: material.id(&id), created: call.now, rotation: None, material };
    Key {
        number,
        role: request.is_multi_region.then_some(Role::Primary),
        origin: request.origin,
        spec: request.spec,
        usage: request.usage,
        description: request.description.to_owned(),
        created: call.now,
        // A key of its own material is of use at once; any other waits for its import.
        state: if material.is_some() { KeyState::Enabled } else { KeyState::PendingImport },
        former: None,
        arrival: None,
        next_state: None,
        delete_date: None,
        waiting_days: None,
        import: Import::default(),
        versions: material.map(version).into_iter().collect(),
        rotation: None,
        policy: request.policy.map_or_else(|| default_policy(call), str::to_owned),
        tags: request.tags,
        grants: Vec::new(),
        alias_dates: BTreeMap::new(),
        aliases: BTreeMap::new(),
        saved_by: 0,
        id,
    }
}
