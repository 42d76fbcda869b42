//! ImportKeyMaterial: gives an external key its material, or the same material again. A key is bound to its first material
//! for ever, even after that was deleted or has expired.

use std::sync::Arc;

use jiff::Timestamp;

use super::Definition;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::call::KeyReference;
use crate::mock::aws::service::crypto::KeyMaterial;
use crate::mock::aws::service::data::LONGEST_CIPHERTEXT;
use crate::mock::aws::service::key::{DAY, Version};
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::spec::KeySpec;
use crate::mock::aws::service::state::Rule;
use crate::mock::host::clock::after;
use crate::mock::host::names::wire_names;
use crate::mock::host::response::{Fields, fields};

pub(super) const DEFINITION: Definition = Definition {
    parameters: &[
        "KeyId",
        "ImportToken",
        "EncryptedKeyMaterial",
        "ExpirationModel",
        "ValidTo",
        "ImportType",
        "KeyMaterialDescription",
        "KeyMaterialId",
    ],
    rule: Rule::IMPORTS,
    run,
};

wire_names! {
    /// Whether material expires.
    ExpirationModel { Expires = "KEY_MATERIAL_EXPIRES", Stays = "KEY_MATERIAL_DOES_NOT_EXPIRE" }
}

wire_names! {
    /// Whether the material is meant to be other than what the key had.
    ImportType { New = "NEW_KEY_MATERIAL", Existing = "EXISTING_KEY_MATERIAL" }
}

/// The longest time until material expires, in days.
const LONGEST_LIFE: i64 = 365;

struct Request<'a> {
    key: KeyReference<'a>,
    token: Vec<u8>,
    wrapped: Vec<u8>,
    /// Never if there is none.
    expires: Option<Timestamp>,
    is_new: bool,
    material_id: Option<&'a str>,
}

fn parse<'a>(call: &Call<'a>) -> Result<Request<'a>, Rejection> {
    let key = call.key_reference("KeyId")?;
    let token = call.required_blob("ImportToken", 1..=LONGEST_CIPHERTEXT)?;
    let wrapped = call.required_blob("EncryptedKeyMaterial", 1..=LONGEST_CIPHERTEXT)?;
    let kind = call.choice("ImportType", ImportType::from_wire, ImportType::NAMES)?;
    call.text_of("KeyMaterialDescription", 0..=256)?;
    let material_id = call.text_of("KeyMaterialId", 64..=64)?;
    Ok(Request { key, token, wrapped, expires: read_expiry(call)?, is_new: kind == Some(ImportType::New), material_id })
}

/// When the material expires. It does unless the request says otherwise, and then it has to say when.
fn read_expiry(call: &Call<'_>) -> Result<Option<Timestamp>, Rejection> {
    let model = call.choice("ExpirationModel", ExpirationModel::from_wire, ExpirationModel::NAMES)?;
    let time = call.time("ValidTo")?;
    match (model.unwrap_or(ExpirationModel::Expires), time) {
        (ExpirationModel::Stays, None) => Ok(None),
        (ExpirationModel::Stays, Some(_)) => {
            Err(Rejection::validation("ValidTo must not be set if the key material does not expire."))
        }
        (ExpirationModel::Expires, None) => {
            Err(Rejection::validation("A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES"))
        }
        (ExpirationModel::Expires, Some(time)) if time <= call.now || time > after(call.now, LONGEST_LIFE * DAY) => {
            Err(Rejection::validation("ValidTo must be in the future, and not more than 365 days away."))
        }
        (ExpirationModel::Expires, Some(time)) => Ok(Some(time)),
    }
}

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let request = parse(call)?;
    call.authorize()?;

    let (id, spec) = account.read(|keys| {
        let key = call.find_key_by_id(keys, &request.key)?;
        call.check_state(key)?;
        Ok::<_, Rejection>((key.id.clone(), key.spec))
    })?;
    // Between two transactions, for unwrapping takes a while.
    let material = unwrap_material(call, &id, spec, &request)?;
    let digest = material.digest();
    let version = Version { id: material.id(&id), created: call.now, rotation: None, material: Arc::new(material) };
    if request.material_id.is_some_and(|wanted| wanted != version.id) {
        return Err(incorrect());
    }

    account.write(|keys| {
        let key = call.find_key_by_id(keys, &KeyReference::Id(&id))?;
        // Another request may have come between.
        call.check_state(key)?;
        if key.import.bound_to.is_some() && request.is_new {
            return Err(Rejection::unsupported("Further key material is not supported here."));
        }
        if key.import.bound_to.is_some_and(|bound| bound != digest) {
            return Err(incorrect());
        }

        let material_id = version.id.clone();
        keys.change(&id, |key| key.take_material(version, digest, request.expires));
        Ok(response(call, &id, spec, Some(material_id)))
    })
}

/// What the response to an import or a deletion of material says.
pub(super) fn response(call: &Call<'_>, id: &str, spec: KeySpec, material_id: Option<String>) -> Fields {
    let mut response = fields([("KeyId", call.arn(id).into())]);
    if let Some(material_id) = material_id.filter(|_| spec == KeySpec::Symmetric) {
        response.insert("KeyMaterialId".to_owned(), material_id.into());
    }
    response
}

fn incorrect() -> Rejection {
    Rejection::incorrect_key_material(
        "The key material in the request is invalid, or is not the same key material that was previously imported.",
    )
}

/// Checks the token and unwraps the material that belongs to it.
fn unwrap_material(call: &Call<'_>, id: &str, spec: KeySpec, request: &Request<'_>) -> Result<KeyMaterial, Rejection> {
    let invalid_token = || Rejection::invalid_import_token("The import token is invalid, or is that of another key.");
    let token = call.tools.sealer.open_import(&request.token).filter(|token| token.key_arn == call.arn(id));
    let token = token.ok_or_else(invalid_token)?;
    if token.expires <= call.now {
        return Err(Rejection::expired_import_token("The import token has expired."));
    }

    let pair = call.tools.pairs.find(token.pair).ok_or_else(invalid_token)?;
    let bytes = pair.unwrap(token.algorithm, &request.wrapped).ok_or_else(Rejection::invalid_ciphertext)?;
    KeyMaterial::from_bytes(spec, &bytes).ok_or_else(incorrect)
}
