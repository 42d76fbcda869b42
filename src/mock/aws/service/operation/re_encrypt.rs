//! ReEncrypt: from one key to another, or to another context, without showing the plaintext. The states of both keys count.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Definition;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::call::KeyReference;
use crate::mock::aws::service::data::{
    Encrypted, LONGEST_CIPHERTEXT, check_algorithm, decrypt, encrypt, read_algorithm, read_context, usable_key,
};
use crate::mock::aws::service::operation::encrypt::check_length;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::spec::{EncryptionAlgorithm, KeySpec, Usage};
use crate::mock::aws::service::state::Rule;
use crate::mock::host::context::EncryptionContext;
use crate::mock::host::response::{Fields, fields};

pub(super) const DEFINITION: Definition = Definition {
    parameters: &[
        "CiphertextBlob",
        "SourceKeyId",
        "SourceEncryptionContext",
        "SourceEncryptionAlgorithm",
        "DestinationKeyId",
        "DestinationEncryptionContext",
        "DestinationEncryptionAlgorithm",
        "GrantTokens",
        "DryRun",
    ],
    rule: Rule::USES,
    run,
};

struct Request<'a> {
    source: Encrypted<'a>,
    destination: KeyReference<'a>,
    algorithm: EncryptionAlgorithm,
    context: EncryptionContext,
}

fn parse<'a>(call: &Call<'a>) -> Result<Request<'a>, Rejection> {
    let ciphertext = call.required_blob("CiphertextBlob", 1..=LONGEST_CIPHERTEXT)?;
    let destination = call.key_reference("DestinationKeyId")?;
    let from = read_algorithm(call, "SourceEncryptionAlgorithm")?;
    let to = read_algorithm(call, "DestinationEncryptionAlgorithm")?;
    let key = call.optional_reference("SourceKeyId")?;
    if key.is_none() && from != EncryptionAlgorithm::Symmetric {
        return Err(Rejection::missing("SourceKeyId"));
    }

    let source =
        Encrypted { ciphertext, algorithm: from, context: read_context(call, "SourceEncryptionContext", from)?, key };
    let context = read_context(call, "DestinationEncryptionContext", to)?;
    call.check_grant_tokens()?;
    Ok(Request { source, destination, algorithm: to, context })
}

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let request = parse(call)?;
    call.authorize()?;
    let (source, plaintext) = decrypt(call, account, &request.source)?;
    let destination = usable_key(call, account, &request.destination, Usage::EncryptDecrypt)?;
    check_algorithm(call, destination.spec, &destination.arn, request.algorithm)?;
    check_length(&destination, request.algorithm, &plaintext)?;
    call.finish_dry_run()?;

    let ciphertext = encrypt(&destination, request.algorithm, &request.context, &plaintext)?;
    let mut response = fields([
        ("CiphertextBlob", STANDARD.encode(ciphertext).into()),
        ("SourceKeyId", source.arn.into()),
        ("KeyId", destination.arn.into()),
        ("SourceEncryptionAlgorithm", request.source.algorithm.wire().into()),
        ("DestinationEncryptionAlgorithm", request.algorithm.wire().into()),
    ]);
    let materials = [
        ("SourceKeyMaterialId", source.spec, source.version),
        ("DestinationKeyMaterialId", destination.spec, destination.version),
    ];
    for (name, _, version) in materials.into_iter().filter(|(_, spec, _)| *spec == KeySpec::Symmetric) {
        response.insert(name.to_owned(), version.into());
    }
    Ok(response)
}
