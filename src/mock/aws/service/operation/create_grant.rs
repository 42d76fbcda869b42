//! CreateGrant: the same grant with the same name is made once.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Definition;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::call::{KeyReference, check_length, not_among};
use crate::mock::aws::service::grant::{Grant, GrantOperation};
use crate::mock::aws::service::key::Key;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::spec::{KeySpec, Usage};
use crate::mock::aws::service::state::Rule;
use crate::mock::host::response::{Fields, fields};
use crate::provider::signing::hex;

pub(super) const DEFINITION: Definition = Definition {
    parameters: &[
        "KeyId",
        "GranteePrincipal",
        "RetiringPrincipal",
        "Operations",
        "Constraints",
        "GrantTokens",
        "Name",
        "DryRun",
    ],
    rule: Rule::LENDS,
    run,
};

/// The most grants of a key.
const MOST_GRANTS: usize = 50_000;

struct Request<'a> {
    key: KeyReference<'a>,
    operations: Vec<GrantOperation>,
    grant: Grant,
}

fn parse<'a>(call: &Call<'a>) -> Result<Request<'a>, Rejection> {
    let key = call.key_reference("KeyId")?;
    let grantee = read_principal(call, "GranteePrincipal")?.ok_or_else(|| Rejection::missing("GranteePrincipal"))?;
    let retiring = read_principal(call, "RetiringPrincipal")?;
    let operations = call.texts("Operations")?.ok_or_else(|| Rejection::missing("Operations"))?;
    let read = |text: &&str| {
        GrantOperation::from_wire(text).ok_or_else(|| not_among("Operations", text, GrantOperation::NAMES))
    };
    let operations: Vec<GrantOperation> = operations.iter().map(read).collect::<Result<_, _>>()?;
    if operations.is_empty() {
        return Err(Rejection::constraint("Operations", "'[]'", "Member must have length greater than or equal to 1"));
    }

    let name = call.text_of("Name", 1..=256)?;
    let grant = Grant {
        id: new_id(call),
        created: call.now.as_second(),
        grantee: grantee.to_owned(),
        retiring: retiring.map(str::to_owned),
        operations: operations.iter().map(|operation| operation.wire().to_owned()).collect(),
        constraints: read_constraints(call)?,
        name: name.map(str::to_owned),
    };
    call.check_grant_tokens()?;
    Ok(Request { key, operations, grant })
}

/// The ARN of somebody; who it is is not known here.
pub(super) fn read_principal<'a>(call: &Call<'a>, name: &str) -> Result<Option<&'a str>, Rejection> {
    let Some(text) = call.text(name)? else { return Ok(None) };
    check_length(name, text, 1..=256)?;
    let is_principal = text.split(':').count() >= 6 && text.starts_with("arn:");
    if is_principal { Ok(Some(text)) } else { Err(Rejection::invalid_arn(format!("{name} is not a valid ARN"))) }
}

/// What must stand in an encryption context; it is kept and not enforced.
fn read_constraints(call: &Call<'_>) -> Result<Option<Value>, Rejection> {
    let Some(value) = call.parameters.get("Constraints") else { return Ok(None) };
    let is_map = |value: &Value| value.as_object().is_some_and(|map| map.values().all(Value::is_string));
    let is_known = |(name, value): (&String, &Value)| {
        ["EncryptionContextSubset", "EncryptionContextEquals"].contains(&name.as_str()) && is_map(value)
    };
    if value.as_object().is_some_and(|object| object.iter().all(is_known)) {
        Ok(Some(value.clone()))
    } else {
        Err(Rejection::serialization("Constraints are EncryptionContextSubset or EncryptionContextEquals."))
    }
}

/// 64 hex digits.
fn new_id(call: &Call<'_>) -> String {
    hex(&Sha256::digest(format!("grant {}", call.tools.identifiers.resource())))
}

/// Checks that the key can do what the grant is for.
fn check_operations(key: &Key, operations: &[GrantOperation]) -> Result<(), Rejection> {
    use GrantOperation as Op;
    let is_symmetric = key.spec == KeySpec::Symmetric;
    let fits = |operation: &GrantOperation| match operation {
        Op::CreateGrant | Op::RetireGrant | Op::DescribeKey => true,
        Op::Encrypt | Op::Decrypt | Op::ReEncryptFrom | Op::ReEncryptTo => key.usage == Usage::EncryptDecrypt,
        Op::GenerateDataKey
        | Op::GenerateDataKeyWithoutPlaintext
        | Op::GenerateDataKeyPair
        | Op::GenerateDataKeyPairWithoutPlaintext => is_symmetric,
        Op::Sign | Op::Verify => key.usage == Usage::SignVerify,
        Op::GetPublicKey => key.spec.is_asymmetric(),
        Op::GenerateMac | Op::VerifyMac => key.usage == Usage::GenerateVerifyMac,
        // No key here is for it.
        Op::DeriveSharedSecret => false,
    };

    match operations.iter().find(|operation| !fits(operation)) {
        None => Ok(()),
        Some(operation) => {
            let (operation, spec, usage) = (operation.wire(), key.spec.wire(), key.usage.wire());
            let message = format!("The operation {operation} is not for a key of {spec} with the usage {usage}.");
            Err(Rejection::validation(message))
        }
    }
}

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let Request { key: reference, operations, grant } = parse(call)?;
    call.authorize()?;

    let (id, grant_id) = account.write(|keys| {
        let key = call.find_key_by_id(keys, &reference)?;
        call.check_state(key)?;
        check_operations(key, &operations)?;
        call.finish_dry_run()?;
        if key.grants.len() >= MOST_GRANTS {
            return Err(Rejection::limit_exceeded(format!("A key has at most {MOST_GRANTS} grants.")));
        }

        let id = key.id.clone();
        // One with a name can be made again by a client that lost the response.
        let same = key.grants.iter().find(|other| grant.name.is_some() && other.is_as(&grant));
        if let Some(same) = same {
            return Ok((id, same.id.clone()));
        }
        let grant_id = grant.id.clone();
        keys.change(&id, |key| key.grants.push(grant));
        Ok((id, grant_id))
    })?;

    let token = call.tools.sealer.seal_grant_token(&call.arn(&id), &grant_id)?;
    Ok(fields([("GrantToken", token.into()), ("GrantId", grant_id.into())]))
}
