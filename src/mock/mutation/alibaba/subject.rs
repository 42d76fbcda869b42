//! Which key a call is about, found from outside.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::mock::alibaba::service::api::Operation;
use crate::mock::alibaba::service::call::{Call, KeyReference, find_key};
use crate::mock::alibaba::service::crypto::Ciphertext;
use crate::mock::alibaba::service::key::Key;
use crate::mock::alibaba::service::key::Tenant;
use crate::mock::alibaba::service::resources::read_ids;

/// The key that a call is about, if it names one that is there.
pub(super) fn subject<'k>(call: &Call<'_>, keys: &'k Tenant) -> Option<&'k Key> {
    let reference = match call.operation {
        Operation::Decrypt | Operation::ReEncrypt => {
            // The request need not name the key; the ciphertext names its version.
            let ciphertext = Ciphertext::parse(&STANDARD.decode(call.optional("CiphertextBlob")?).ok()?)?;
            return keys.key(keys.key_of(&ciphertext.version)?);
        }
        Operation::DeleteAlias => KeyReference::Alias(call.optional("AliasName")?),
        Operation::SetDeletionProtection => {
            call.read_key_reference(call.optional("ProtectedResourceArn").or_else(|| call.optional("KeyId"))?)?
        }
        Operation::TagResources | Operation::UntagResources | Operation::ListTagResources => {
            // The first of several; the others are found below.
            read_ids(call).ok()?.into_iter().next()?
        }
        operation if operation.has_subject() => call.read_key_reference(call.optional("KeyId")?)?,
        _ => return None,
    };

    find_key(keys, &reference).ok()
}

/// Every key whose state counts for a call: ReEncrypt has a second one, and some are for any number of keys.
pub(super) fn subjects<'k>(call: &Call<'_>, keys: &'k Tenant) -> impl Iterator<Item = &'k Key> {
    let others: Vec<KeyReference<'_>> = match call.operation {
        Operation::ReEncrypt => {
            call.optional("DestinationKeyId").and_then(|text| call.read_key_reference(text)).into_iter().collect()
        }
        Operation::TagResources | Operation::UntagResources | Operation::ListTagResources => {
            read_ids(call).into_iter().flatten().skip(1).collect()
        }
        _ => Vec::new(),
    };
    let others = others.into_iter().filter_map(|reference| find_key(keys, &reference).ok());
    subject(call, keys).into_iter().chain(others.collect::<Vec<_>>())
}
