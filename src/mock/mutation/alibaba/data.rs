//! Encryption, decryption and data keys.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::named::{Named, call};
use super::step::{Outcome, Step};
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::api::Operation;
use crate::mock::alibaba::service::api::Operation::{
    Decrypt, Encrypt, GenerateDataKey, GenerateDataKeyWithoutPlaintext, ReEncrypt,
};
use crate::mock::alibaba::service::call::Call;
use crate::mock::alibaba::service::crypto::{parse_context, random};
use crate::mock::alibaba::service::data::read_context;
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::host::response::Fields;

/// The operations that make a ciphertext.
const ENCRYPTING: &[Operation] = &[Encrypt, GenerateDataKey, GenerateDataKeyWithoutPlaintext, ReEncrypt];
/// Those that take an encryption context.
const WITH_CONTEXT: &[Operation] = &[Encrypt, Decrypt, GenerateDataKey, GenerateDataKeyWithoutPlaintext, ReEncrypt];
const DATA_KEYS: &[Operation] = &[GenerateDataKey, GenerateDataKeyWithoutPlaintext];

/// The most bytes of a data key "of any length": no request may take all memory.
const LONG_DATA_KEY: usize = 1 << 20;

/// The parameters that hold an encryption context.
const CONTEXTS: [&str; 3] = ["EncryptionContext", "SourceEncryptionContext", "DestinationEncryptionContext"];

pub(super) const DEVIATIONS: &[Named] = &[
    call(
        "any-context-accepted",
        "an EncryptionContext that is not a map of texts counts as none",
        WITH_CONTEXT,
        |step, account| {
            let is_one = |text: &str| parse_context(text).is_some();
            without_contexts(step, account, |name| step.parameter(name).is_some_and(|text| !is_one(text)))
        },
    ),
    call(
        "encrypt-ignores-context",
        "the EncryptionContext of an encryption is ignored",
        ENCRYPTING,
        |step, account| without_contexts(step, account, |name| read_context(step.call, name).is_ok()),
    ),
    call("decrypt-ignores-context", "Decrypt takes any EncryptionContext", WITH_CONTEXT, |step, account| {
        without_contexts(step, account, |name| read_context(step.call, name).is_ok())
    }),
    call(
        "re-encrypt-keeps-the-key",
        "ReEncrypt encrypts under the key of the ciphertext, whatever the destination is",
        &[ReEncrypt],
        |step, account| {
            // Its response names the key of the ciphertext.
            let source = text(&step.run(account)?, "KeyId").to_owned();
            step.run_with("DestinationKeyId", Some(&source), account)
        },
    ),
    call(
        "decrypt-returns-other-text",
        "Decrypt responds with another text than was encrypted",
        &[Decrypt],
        |step, account| {
            step.and_say(account, |response| {
                let reversed: String = text(response, "Plaintext").chars().rev().collect();
                response.insert("Plaintext".to_owned(), reversed.into());
            })
        },
    ),
    call(
        "damaged-ciphertext-accepted",
        "Decrypt takes a ciphertext whose last byte is wrong",
        &[Decrypt, ReEncrypt],
        |step, account| {
            let is_meant = |rejection: &Rejection| rejection.code == "InvalidParameter";
            step.or(account, is_meant, |account| with_repaired_ciphertext(step, account))
        },
    ),
    call("long-plaintext-accepted", "Encrypt takes plaintexts of any length", &[Encrypt], |step, account| {
        step.run_by(|rules| rules.longest_plaintext = usize::MAX, account)
    }),
    call("long-data-key-accepted", "GenerateDataKey makes data keys of any length", DATA_KEYS, |step, account| {
        step.run_by(|rules| rules.longest_data_key = LONG_DATA_KEY, account)
    }),
    call(
        "data-key-differs-from-its-ciphertext",
        "GenerateDataKey encrypts another data key than it shows",
        &[GenerateDataKey],
        |step, account| {
            let mut response = step.run(account)?;
            let mut data_key = STANDARD.decode(text(&response, "Plaintext")).unwrap_or_default();
            random(&mut data_key)?;
            response.insert("Plaintext".to_owned(), STANDARD.encode(data_key).into());
            Ok(response)
        },
    ),
    call("data-key-is-unreadable", "the ciphertext of a data key can't be decrypted", DATA_KEYS, |step, account| {
        let mut response = step.run(account)?;
        let mut ciphertext = STANDARD.decode(text(&response, "CiphertextBlob")).unwrap_or_default();
        if let Some(last) = ciphertext.last_mut() {
            *last ^= 1;
        }
        response.insert("CiphertextBlob".to_owned(), STANDARD.encode(ciphertext).into());
        Ok(response)
    }),
    call(
        "data-key-without-plaintext-shows-it",
        "GenerateDataKeyWithoutPlaintext responds with the data key in clear too",
        &[GenerateDataKeyWithoutPlaintext],
        |step, account| step.run_as(&Call { operation: GenerateDataKey, ..*step.call }, account),
    ),
    call("data-key-ignores-spec", "a data key has 32 bytes whatever its KeySpec", DATA_KEYS, |step, account| {
        // Once as it was sent, for a KeySpec that is not one is still rejected.
        step.run(account)?;
        step.run_with("KeySpec", None, account)
    }),
    call(
        "data-key-ignores-number-of-bytes",
        "a data key has 32 bytes whatever NumberOfBytes says",
        DATA_KEYS,
        |step, account| {
            step.run(account)?;
            step.run_with("NumberOfBytes", None, account)
        },
    ),
    call("data-keys-repeat", "two data keys of one length are the same", DATA_KEYS, with_known_data_key),
];

fn text<'f>(response: &'f Fields, name: &str) -> &'f str {
    response.get(name).and_then(|value| value.as_str()).unwrap_or_default()
}

/// Goes on without those encryption contexts.
fn without_contexts(step: &Step<'_>, account: &mut Account<'_>, is_ignored: impl Fn(&str) -> bool) -> Outcome {
    let [one, source, destination] = CONTEXTS.map(|name| (name, is_ignored(name)));
    let parameters = step.call.parameters;
    let keep = |(name, is_ignored): (&'static str, bool)| if is_ignored { None } else { parameters.get(name) };
    let parameters = parameters.with(one.0, keep(one));
    let parameters = parameters.with(source.0, keep(source));
    let parameters = parameters.with(destination.0, keep(destination));
    step.run_as(&Call { parameters: &parameters, ..*step.call }, account)
}

/// Goes on with every other last byte of the ciphertext, until one succeeds.
fn with_repaired_ciphertext(step: &Step<'_>, account: &mut Account<'_>) -> Outcome {
    const NAME: &str = "CiphertextBlob";
    let sent = STANDARD.decode(step.parameter(NAME).unwrap_or_default()).unwrap_or_default();
    let Some((last, rest)) = sent.split_last() else { return step.run(account) };
    for difference in 1..=u8::MAX {
        let repaired = STANDARD.encode([rest, &[last ^ difference]].concat());
        if let Ok(response) = step.run_with(NAME, Some(&repaired), account) {
            return Ok(response);
        }
    }
    step.run(account)
}

/// Responds with a data key of zeros.
fn with_known_data_key(step: &Step<'_>, account: &mut Account<'_>) -> Outcome {
    let shown = step.call.operation == GenerateDataKey;
    // In clear, for its length.
    let mut response = step.run_as(&Call { operation: GenerateDataKey, ..*step.call }, account)?;
    let length = STANDARD.decode(text(&response, "Plaintext")).unwrap_or_default().len();
    let data_key = STANDARD.encode(vec![0; length]);

    let parameters = step.call.parameters.with("Plaintext", Some(&data_key));
    let encrypt = Call { operation: Encrypt, parameters: &parameters, ..*step.call };
    let encrypted = step.run_as(&encrypt, account)?;
    response.insert("CiphertextBlob".to_owned(), text(&encrypted, "CiphertextBlob").into());
    response.remove("Plaintext");
    if shown {
        response.insert("Plaintext".to_owned(), data_key.into());
    }
    Ok(response)
}
