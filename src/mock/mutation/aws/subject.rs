//! Which key a call is about, found from outside.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::mock::aws::service::api::Operation;
use crate::mock::aws::service::arn::{Arn, Resource};
use crate::mock::aws::service::call::{Call, KeyReference};
use crate::mock::aws::service::crypto::Ciphertext;
use crate::mock::aws::service::key::{Key, Tenant};

/// The key that a call is about, if it names one that is there.
pub(super) fn subject<'k>(call: &Call<'_>, keys: &'k Tenant) -> Option<&'k Key> {
    match call.operation {
        Operation::Decrypt => encrypted_by(call, keys).or_else(|| named(call, keys, "KeyId")),
        Operation::ReEncrypt => encrypted_by(call, keys).or_else(|| named(call, keys, "SourceKeyId")),
        Operation::CreateAlias | Operation::UpdateAlias => named(call, keys, "TargetKeyId"),
        Operation::DeleteAlias => {
            let alias = call.text("AliasName").ok()??;
            call.find_key(keys, &KeyReference::Alias(alias)).ok()
        }
        Operation::RetireGrant => granted(call, keys).or_else(|| named(call, keys, "KeyId")),
        operation if operation.has_subject() => named(call, keys, "KeyId"),
        _ => None,
    }
}

/// Every key whose state counts for a call: ReEncrypt has a second one.
pub(super) fn subjects<'k>(call: &Call<'_>, keys: &'k Tenant) -> impl Iterator<Item = &'k Key> {
    let second = match call.operation {
        Operation::ReEncrypt => named(call, keys, "DestinationKeyId"),
        _ => None,
    };
    subject(call, keys).into_iter().chain(second)
}

fn named<'k>(call: &Call<'_>, keys: &'k Tenant, parameter: &str) -> Option<&'k Key> {
    call.find_key(keys, &call.optional_reference(parameter).ok()??).ok()
}

/// The key that a symmetric ciphertext was made with.
fn encrypted_by<'k>(call: &Call<'_>, keys: &'k Tenant) -> Option<&'k Key> {
    let blob = STANDARD.decode(call.text("CiphertextBlob").ok()??).ok()?;
    keys.key(&Ciphertext::parse(&blob)?.key_id)
}

/// The key of a grant's token.
fn granted<'k>(call: &Call<'_>, keys: &'k Tenant) -> Option<&'k Key> {
    let (arn, _) = call.tools.sealer.open_grant_token(call.text("GrantToken").ok()??)?;
    match Arn::parse(&arn)?.resource {
        Resource::Key(id) => keys.key(id),
        Resource::Alias(_) => None,
    }
}
