//! GetParametersForImport and ImportKeyMaterial.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::material::{as_external, lose_ciphertexts};
use super::named::{Named, call};
use super::step::{Outcome, Step, has_code, is_invalid};
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::api::Operation::{GetParametersForImport, ImportKeyMaterial};
use crate::mock::alibaba::service::crypto::{Cipher, ImportToken, random};
use crate::mock::alibaba::service::key::{Key, Tenant};
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::KeyState::{Disabled, Enabled, PendingImport};
use crate::mock::host::clock::{after, from_seconds, wire_time};
use crate::mock::host::response::Fields;

pub(super) const DEVIATIONS: &[Named] = &[
    call(
        "failed-import-enables-key",
        "an ImportKeyMaterial that is rejected for its token or material enables the key",
        &[ImportKeyMaterial],
        |step, account| {
            let codes = ["InvalidKeyMaterial", "InvalidImportToken", "ExpiredImportToken"];
            let is_meant = |rejection: &Rejection| codes.contains(&rejection.code.as_ref());
            step.despite(account, is_meant, |account| {
                let key = step.subject(account).ok_or_else(Rejection::key_not_found)?;
                account.write(|keys| keys.change(&key.id, |key| key.state = Enabled));
                Ok(Fields::new())
            })
        },
    ),
    call(
        "import-does-nothing",
        "ImportKeyMaterial succeeds and the key goes on waiting for its material",
        &[ImportKeyMaterial],
        |step, account| step.and_undo(account),
    ),
    call(
        "material-serves-one-key",
        "ImportKeyMaterial takes no material that another key has",
        &[ImportKeyMaterial],
        |step, account| {
            let before = account.read(Tenant::clone);
            let response = step.run(account)?;
            let imported = step.subject(account);
            let taken = account.read(|keys| {
                let same = |key: &Key, own: &Key| key.id != own.id && key.material.bound_to == own.material.bound_to;
                imported.is_some_and(|own| keys.keys().any(|key| same(key, &own)))
            });
            if taken {
                account.write(|keys| *keys = before);
                return Err(Rejection::invalid_key_material());
            }
            Ok(response)
        },
    ),
    call(
        "import-leaves-disabled",
        "the import of its material leaves a key Disabled",
        &[ImportKeyMaterial],
        |step, account| step.and_move(account, PendingImport, Disabled),
    ),
    call(
        "import-enables-disabled-key",
        "importing the material of a Disabled key again enables it",
        &[ImportKeyMaterial],
        |step, account| step.and_move(account, Disabled, Enabled),
    ),
    call(
        "import-ignores-expiry",
        "ImportKeyMaterial takes no notice of KeyMaterialExpireUnix",
        &[ImportKeyMaterial],
        |step, account| step.and_edit(account, |key, _| key.material.expires = None),
    ),
    call(
        "reimport-keeps-expiry",
        "importing material again leaves its expiry as it was",
        &[ImportKeyMaterial],
        |step, account| {
            step.and_edit(account, |key, before| {
                if before.material.present {
                    key.material.expires = before.material.expires;
                }
            })
        },
    ),
    call(
        "reimport-loses-ciphertexts",
        "what a key encrypted can't be decrypted after the same material was imported again",
        &[ImportKeyMaterial],
        |step, account| {
            step.and_edit(account, |key, before| {
                if before.material.bound_to.is_some() {
                    lose_ciphertexts(key);
                }
            })
        },
    ),
    call(
        "import-loses-tags",
        "ImportKeyMaterial removes the tags of the key",
        &[ImportKeyMaterial],
        |step, account| step.and_edit(account, |key, _| key.tags.clear()),
    ),
    call(
        "import-for-any-origin",
        "ImportKeyMaterial takes keys of every origin",
        &[ImportKeyMaterial],
        |step, account| {
            let outcome = step.or(account, has_code("Unsupported.Origin"), |account| as_external(step, account));
            // No token is for a key that takes no material, so whoever takes such keys takes other tokens.
            match outcome {
                Err(rejection) if rejection == Rejection::invalid_import_token() => with_own_token(step, account),
                outcome => outcome,
            }
        },
    ),
    call(
        "token-serves-once",
        "an import token serves only once",
        &[GetParametersForImport, ImportKeyMaterial],
        serving_once,
    ),
    call(
        "token-of-another-key-accepted",
        "ImportKeyMaterial takes the token of another key",
        &[ImportKeyMaterial],
        |step, account| step.or(account, has_code("InvalidImportToken"), |account| with_own_token(step, account)),
    ),
    call(
        "expired-token-accepted",
        "ImportKeyMaterial takes a token that is older than 24 hours",
        &[ImportKeyMaterial],
        |step, account| {
            step.or(account, has_code("ExpiredImportToken"), |account| {
                with_token(step, account, |token| token.expires = after(step.call.now, 1))
            })
        },
    ),
    call(
        "damaged-token-accepted",
        "ImportKeyMaterial takes a token whose last byte is wrong",
        &[ImportKeyMaterial],
        |step, account| {
            step.or(account, has_code("InvalidImportToken"), |account| {
                let repaired = repaired_token(step).ok_or_else(Rejection::invalid_import_token)?;
                step.run_with("ImportToken", Some(&repaired), account)
            })
        },
    ),
    call(
        "other-material-accepted",
        "a key takes other material than its first",
        &[ImportKeyMaterial],
        |step, account| {
            step.or(account, has_code("InvalidKeyMaterial"), |account| {
                step.pretending(
                    account,
                    |key| key.material.bound_to.take(),
                    |key, bound_to| key.material.bound_to = key.material.bound_to.or(bound_to),
                    |account| step.run(account),
                )
            })
        },
    ),
    call(
        "damaged-material-accepted",
        "ImportKeyMaterial takes material that can't be unwrapped",
        &[ImportKeyMaterial],
        |step, account| {
            step.or(account, has_code("InvalidKeyMaterial"), |account| {
                import_instead(step, account, |bytes, unwrapped| {
                    let mut invented = Zeroizing::new(vec![0; bytes]);
                    let is_damaged = unwrapped.is_none_or(|material| material.len() != bytes);
                    (is_damaged && random(&mut invented).is_ok()).then_some(invented)
                })
            })
        },
    ),
    call(
        "short-material-accepted",
        "ImportKeyMaterial takes material that is too short",
        &[ImportKeyMaterial],
        |step, account| {
            step.or(account, has_code("InvalidKeyMaterial"), |account| {
                import_instead(step, account, |bytes, unwrapped| {
                    let mut material = unwrapped.filter(|material| material.len() < bytes)?;
                    material.resize(bytes, 0);
                    Some(material)
                })
            })
        },
    ),
    call(
        "past-expiry-accepted",
        "ImportKeyMaterial takes material that has expired already",
        &[ImportKeyMaterial],
        |step, account| {
            step.or(account, is_invalid("KeyMaterialExpireUnix"), |account| {
                let expires = expiry(step).ok_or_else(|| Rejection::invalid_parameter("KeyMaterialExpireUnix"))?;
                let response = step.run_with("KeyMaterialExpireUnix", None, account)?;
                if let Some(key) = step.subject(account) {
                    account.write(|keys| keys.amend(&key.id, |key| key.material.expires = Some(expires)));
                }
                Ok(response)
            })
        },
    ),
    call(
        "import-parameters-repeat",
        "GetParametersForImport hands out the same token again",
        &[GetParametersForImport],
        |step, account| {
            let mut response = step.run(account)?;
            if let (Some(key), Some(algorithm)) = (step.subject(account), step.parameter("WrappingAlgorithm")) {
                step.marks.change(&key.id, |mark| {
                    let first = mark.import_parameters.entry(algorithm.to_owned()).or_insert_with(|| response.clone());
                    response = first.clone();
                });
            }
            Ok(response)
        },
    ),
    call(
        "import-parameters-for-any-origin",
        "GetParametersForImport takes keys of every origin",
        &[GetParametersForImport],
        |step, account| step.or(account, has_code("Unsupported.Origin"), |account| as_external(step, account)),
    ),
    call(
        "token-expires-in-a-week",
        "GetParametersForImport says that its token serves a week",
        &[GetParametersForImport],
        |step, account| {
            step.and_say(account, |response| {
                let in_a_week = wire_time(after(step.call.now, 7 * 86_400));
                response.insert("TokenExpireTime".to_owned(), in_a_week.into());
            })
        },
    ),
];

/// Rejects a token that an import has used up.
fn serving_once(step: &Step<'_>, account: &mut Account<'_>) -> Outcome {
    let Some(key) = step.subject(account) else { return step.run(account) };
    let is_import = step.call.operation == ImportKeyMaterial;
    if is_import && step.marks.of(&key.id).token_used {
        step.and_undo(account)?;
        return Err(Rejection::invalid_import_token());
    }

    let response = step.run(account)?;
    step.marks.change(&key.id, |mark| mark.token_used = is_import);
    Ok(response)
}

/// The token of the request, if it was sealed by this service.
fn token(step: &Step<'_>) -> Option<ImportToken> {
    step.call.tools.token_sealer.open(&STANDARD.decode(step.parameter("ImportToken")?).ok()?)
}

/// The token of the request with its last byte put right.
fn repaired_token(step: &Step<'_>) -> Option<String> {
    let sealer = &step.call.tools.token_sealer;
    let sealed = STANDARD.decode(step.parameter("ImportToken")?).ok()?;
    let (last, rest) = sealed.split_last()?;
    // Only the last byte may be wrong, and its values are soon tried.
    let mut candidates = (0..=u8::MAX).map(|byte| [rest, &[last ^ byte]].concat());
    candidates.find(|candidate| sealer.open(candidate).is_some()).map(|repaired| STANDARD.encode(repaired))
}

/// Goes on with a token that says something else.
fn with_token(step: &Step<'_>, account: &mut Account<'_>, edit: impl FnOnce(&mut ImportToken)) -> Outcome {
    let mut token = token(step).ok_or_else(Rejection::invalid_import_token)?;
    edit(&mut token);
    let sealed = STANDARD.encode(step.call.tools.token_sealer.seal(&token)?);
    step.run_with("ImportToken", Some(&sealed), account)
}

/// Goes on with a token that is for the key of the request, of whatever origin that is.
fn with_own_token(step: &Step<'_>, account: &mut Account<'_>) -> Outcome {
    let key = step.subject(account).ok_or_else(Rejection::invalid_import_token)?;
    let with_token = |account: &mut Account<'_>| with_token(step, account, |token| token.key_id.clone_from(&key.id));
    step.pretending(
        account,
        |key| std::mem::replace(&mut key.origin, crate::mock::alibaba::service::key::Origin::External),
        |key, origin| key.origin = origin,
        with_token,
    )
}

/// When material is to expire, by the request.
fn expiry(step: &Step<'_>) -> Option<Timestamp> {
    Some(from_seconds(step.parameter("KeyMaterialExpireUnix")?.parse().ok()?))
}

/// Imports other material: `choose` gets the number of bytes that the key needs, and what could be unwrapped.
fn import_instead(
    step: &Step<'_>,
    account: &mut Account<'_>,
    choose: impl FnOnce(usize, Option<Zeroizing<Vec<u8>>>) -> Option<Zeroizing<Vec<u8>>>,
) -> Outcome {
    let key = step.subject(account).ok_or_else(Rejection::invalid_key_material)?;
    let token = token(step).ok_or_else(Rejection::invalid_import_token)?;
    let pair = step.call.tools.wrapping_pairs.get(token.pair).ok_or_else(Rejection::invalid_import_token)?;
    let wrapped = STANDARD.decode(step.parameter("EncryptedKeyMaterial").unwrap_or_default()).unwrap_or_default();

    let unwrapped = pair.unwrap_material(token.algorithm, &wrapped);
    let material = choose(key.spec.material_bytes().unwrap_or_default(), unwrapped);
    let material = material.ok_or_else(Rejection::invalid_key_material)?;
    let digest: [u8; 32] = Sha256::digest(material.as_slice()).into();
    if key.material.bound_to.is_some_and(|bound| bound != digest) {
        return Err(Rejection::invalid_key_material());
    }

    let cipher = Arc::new(Cipher::new(&material)?);
    let expires = expiry(step).filter(|expires| expires.as_second() > 0);
    account.write(|keys| keys.change(&key.id, |key| key.take_material(cipher, digest, expires)));
    Ok(Fields::new())
}
