//! ReEncrypt: decrypts under the key of the ciphertext and encrypts under another. No edition of the state table has
//! this row; the source key is taken as Decrypt takes it, then the destination key as Encrypt does.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Definition;
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::call::{Call, KeyReference};
use crate::mock::alibaba::service::crypto::Ciphertext;
use crate::mock::alibaba::service::data::{decrypting_key, encrypting_key, open, read_ciphertext, read_context};
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::Rule;
use crate::mock::host::context::EncryptionContext;
use crate::mock::host::response::{Fields, fields};

pub(super) const DEFINITION: Definition = Definition {
    parameters: &[
        "CiphertextBlob",
        "DestinationKeyId",
        "SourceEncryptionContext",
        "DestinationEncryptionContext",
        "SourceKeyId",
        "SourceKeyVersionId",
        "SourceEncryptionAlgorithm",
    ],
    rule: Rule::ONLY_ENABLED,
    run,
};

struct Request<'a> {
    ciphertext: Ciphertext,
    destination: KeyReference<'a>,
    source_context: EncryptionContext,
    destination_context: EncryptionContext,
    /// The three describe ciphertext of an asymmetric key.
    algorithm: Option<&'a str>,
    source_key: Option<&'a str>,
    source_version: Option<&'a str>,
}

fn parse<'a>(call: &'a Call<'_>) -> Result<Request<'a>, Rejection> {
    call.required("CiphertextBlob")?;
    call.required("DestinationKeyId")?;

    // After both: what is missing is reported before what is malformed.
    let ciphertext = read_ciphertext(call)?;
    let destination = call.key_reference("DestinationKeyId")?;
    let source_context = read_context(call, "SourceEncryptionContext")?;
    let destination_context = read_context(call, "DestinationEncryptionContext")?;

    // The names of asymmetric algorithms; no others are in the documents.
    let algorithm = call.optional("SourceEncryptionAlgorithm");
    if algorithm.is_some_and(|name| !["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE"].contains(&name)) {
        return Err(Rejection::invalid_parameter("SourceEncryptionAlgorithm"));
    }

    Ok(Request {
        ciphertext,
        destination,
        source_context,
        destination_context,
        algorithm,
        source_key: call.optional("SourceKeyId"),
        source_version: call.optional("SourceKeyVersionId"),
    })
}

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let request = parse(call)?;
    call.authorize()?;

    let source = decrypting_key(call, account, &request.ciphertext)?;
    if matches!(request.destination, KeyReference::Alias(_)) {
        return Err(Rejection::unsupported_alias());
    }
    let target = encrypting_key(call, account, &request.destination)?;
    // The mock can't have made such a ciphertext.
    if request.algorithm.is_some() {
        return Err(Rejection::unsupported_operation());
    }
    for (name, given, value) in [
        ("SourceKeyId", request.source_key, &source.id),
        ("SourceKeyVersionId", request.source_version, &source.version),
    ] {
        if given.is_some_and(|given| given != value) {
            return Err(Rejection::invalid_parameter(name));
        }
    }

    let plaintext = open(&source, &request.ciphertext, &request.source_context, "SourceEncryptionContext")?;
    let renewed = target.cipher.encrypt(&target.version, &request.destination_context, plaintext.as_bytes())?;
    // By the documents the ids in the response are those of the source key.
    Ok(fields([
        ("KeyId", source.id.into()),
        ("KeyVersionId", source.version.into()),
        ("CiphertextBlob", STANDARD.encode(renewed).into()),
    ]))
}
