//! Encryption, signatures and codes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::named::{Named, call};
use super::step::{Outcome, Step, has_code};
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::api::Operation::{
    Decrypt, Encrypt, GenerateDataKey, GenerateDataKeyPair, GenerateDataKeyPairWithoutPlaintext,
    GenerateDataKeyWithoutPlaintext, GenerateMac, ReEncrypt, Sign, Verify, VerifyMac,
};
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::host::response::{Fields, fields};

/// 33 zero bytes in Base64.
const OTHER: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

pub(super) const DEVIATIONS: &[Named] = &[
    call(
        "context-is-ignored",
        "what is encrypted with an encryption context is decrypted with any",
        &[Encrypt, Decrypt, ReEncrypt, GenerateDataKey, GenerateDataKeyWithoutPlaintext],
        |step, account| {
            let names = ["EncryptionContext", "SourceEncryptionContext", "DestinationEncryptionContext"];
            let mut parameters = step.call.parameters.clone();
            for name in names {
                parameters = parameters.with(name, Value::Null);
            }
            step.run_as(&crate::mock::aws::service::call::Call { parameters: &parameters, ..*step.call }, account)
        },
    ),
    call("decrypt-takes-any-key", "Decrypt ignores the key that is named", &[Decrypt], |step, account| {
        step.or(account, has_code("IncorrectKeyException"), |account| step.run_without("KeyId", account))
    }),
    call(
        "wrong-key-is-invalid-ciphertext",
        "Decrypt with another key than the one that encrypted says InvalidCiphertextException",
        &[Decrypt, ReEncrypt],
        |step, account| step.or(account, has_code("IncorrectKeyException"), |_| Err(Rejection::invalid_ciphertext())),
    ),
    call("decrypt-needs-key-id", "Decrypt takes no ciphertext without a KeyId", &[Decrypt], |step, account| {
        step.call.required("KeyId")?;
        step.run(account)
    }),
    call(
        "damaged-ciphertext-accepted",
        "Decrypt responds to a ciphertext that is damaged with some text",
        &[Decrypt],
        |step, account| {
            step.or(account, has_code("InvalidCiphertextException"), |_| {
                Ok(fields([
                    ("KeyId", step.call.text("KeyId")?.unwrap_or_default().into()),
                    ("Plaintext", OTHER.into()),
                    ("EncryptionAlgorithm", "SYMMETRIC_DEFAULT".into()),
                ]))
            })
        },
    ),
    call("decrypt-returns-other-text", "Decrypt responds with another text", &[Decrypt], |step, account| {
        say(step, account, "Plaintext", OTHER)
    }),
    call(
        "data-key-is-another",
        "the plaintext of GenerateDataKey is not what its ciphertext holds",
        &[GenerateDataKey],
        |step, account| {
            step.and_say(account, |response| {
                let text = response.get("Plaintext").and_then(Value::as_str).unwrap_or_default();
                let other: String = text.chars().map(|letter| if letter == '=' { '=' } else { 'A' }).collect();
                response.insert("Plaintext".to_owned(), other.into());
            })
        },
    ),
    call(
        "data-key-is-unreadable",
        "what GenerateDataKey and its relatives have encrypted can't be decrypted",
        &[GenerateDataKey, GenerateDataKeyWithoutPlaintext, GenerateDataKeyPair, GenerateDataKeyPairWithoutPlaintext],
        |step, account| and_damage(step, account, &["CiphertextBlob", "PrivateKeyCiphertextBlob"]),
    ),
    call(
        "re-encrypt-returns-the-same",
        "ReEncrypt responds with the ciphertext of the request",
        &[ReEncrypt],
        |step, account| say(step, account, "CiphertextBlob", step.call.text("CiphertextBlob")?.unwrap_or_default()),
    ),
    call(
        "re-encrypt-is-unreadable",
        "what ReEncrypt has encrypted can't be decrypted",
        &[ReEncrypt],
        |step, account| and_damage(step, account, &["CiphertextBlob"]),
    ),
    call(
        "re-encrypt-keeps-the-key",
        "ReEncrypt encrypts under the key of the source",
        &[ReEncrypt],
        |step, account| {
            let response = step.run(account)?;
            let Some(source) = step.subject(account) else { return Ok(response) };
            let algorithm = step.call.parameters.get("SourceEncryptionAlgorithm").cloned().unwrap_or(Value::Null);
            let parameters = step.call.parameters.with("DestinationKeyId", source.id.into());
            let parameters = parameters.with("DestinationEncryptionAlgorithm", algorithm);
            let call = crate::mock::aws::service::call::Call { parameters: &parameters, ..*step.call };
            let mut other = step.run_as(&call, account)?;
            Ok(response
                .into_iter()
                .map(|(name, value)| match name.as_str() {
                    "CiphertextBlob" => (name, other.remove("CiphertextBlob").unwrap_or(value)),
                    _ => (name, value),
                })
                .collect())
        },
    ),
    call(
        "data-key-has-32-bytes",
        "GenerateDataKey makes 32 bytes however many are requested",
        &[GenerateDataKey],
        |step, account| {
            let parameters = step.call.parameters.with("NumberOfBytes", json!(32)).with("KeySpec", Value::Null);
            step.run_as(&crate::mock::aws::service::call::Call { parameters: &parameters, ..*step.call }, account)
        },
    ),
    call(
        "bad-data-key-spec-accepted",
        "GenerateDataKey takes any KeySpec for AES_256",
        &[GenerateDataKey],
        |step, account| {
            step.or(account, has_code("ValidationException"), |account| {
                step.run_with("KeySpec", "AES_256".into(), account)
            })
        },
    ),
    call("long-plaintext-accepted", "Encrypt takes a text of any length", &[Encrypt], |step, account| {
        step.or(account, has_code("ValidationException"), |account| match step.call.text("Plaintext")? {
            Some(_) => step.run_with("Plaintext", "AAAA".into(), account),
            None => step.run(account),
        })
    }),
    call("missing-plaintext-accepted", "Encrypt takes no text for some", &[Encrypt], |step, account| {
        match step.call.parameters.get("Plaintext") {
            None => step.run_with("Plaintext", "AAAA".into(), account),
            Some(_) => step.run(account),
        }
    }),
    call("wrong-signature-is-valid", "Verify takes any signature for the right one", &[Verify], |step, account| {
        step.or(account, has_code("KMSInvalidSignatureException"), |_| verified(step, "SignatureValid", true))
    }),
    call(
        "wrong-signature-is-a-success",
        "Verify says SignatureValid false of a wrong signature, and reports no error",
        &[Verify],
        |step, account| {
            step.or(account, has_code("KMSInvalidSignatureException"), |_| verified(step, "SignatureValid", false))
        },
    ),
    call("right-signature-is-wrong", "Verify takes every signature for a wrong one", &[Verify], |step, account| {
        step.run(account)?;
        Err(Rejection::invalid_signature())
    }),
    call("sign-signs-something-else", "Sign signs another message", &[Sign], |step, account| {
        match step.call.text("MessageType")? {
            Some("DIGEST") => step.run(account),
            _ => step.run_with("Message", "AAAA".into(), account),
        }
    }),
    call("wrong-mac-is-valid", "VerifyMac takes any code for the right one", &[VerifyMac], |step, account| {
        step.or(account, has_code("KMSInvalidMacException"), |_| verified(step, "MacValid", true))
    }),
    call(
        "wrong-mac-is-a-success",
        "VerifyMac says MacValid false of a wrong code, and reports no error",
        &[VerifyMac],
        |step, account| step.or(account, has_code("KMSInvalidMacException"), |_| verified(step, "MacValid", false)),
    ),
    call(
        "mac-is-of-something-else",
        "GenerateMac makes the code of another message",
        &[GenerateMac],
        |step, account| step.run_with("Message", "AAAA".into(), account),
    ),
    call(
        "usage-is-a-validation-error",
        "a key of another usage is a ValidationException",
        &[Encrypt, Decrypt, Sign, Verify, GenerateMac, VerifyMac, GenerateDataKey],
        |step, account| {
            step.or(account, has_code("InvalidKeyUsageException"), |_| Err(Rejection::validation("Wrong usage.")))
        },
    ),
];

/// Goes on, and says something else in the response to a success.
fn say(step: &Step<'_>, account: &mut Account<'_>, field: &str, value: &str) -> Outcome {
    step.and_say(account, |response| {
        response.insert(field.to_owned(), value.into());
    })
}

/// Goes on, and changes the last byte of fields in the response to a success.
fn and_damage(step: &Step<'_>, account: &mut Account<'_>, names: &[&str]) -> Outcome {
    step.and_say(account, |response| {
        for name in names {
            let Some(field) = response.get_mut(*name) else { continue };
            let mut bytes = STANDARD.decode(field.as_str().unwrap_or_default()).unwrap_or_default();
            if let Some(last) = bytes.last_mut() {
                *last ^= 1;
            }
            *field = STANDARD.encode(bytes).into();
        }
    })
}

/// The response of a verification.
fn verified(step: &Step<'_>, field: &str, is_valid: bool) -> Outcome {
    let mut response = Fields::new();
    for name in ["KeyId", "SigningAlgorithm", "MacAlgorithm"] {
        response.extend(step.call.text(name)?.map(|text| (name.to_owned(), text.into())));
    }
    response.insert(field.to_owned(), is_valid.into());
    Ok(response)
}
