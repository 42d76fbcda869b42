//! Imported key material.

use super::named::{Named, Part, call, of};
use super::step::{Outcome, Step, has_code};
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::api::Operation::{DeleteImportedKeyMaterial, GetParametersForImport, ImportKeyMaterial};
use crate::mock::aws::service::crypto::ImportToken;
use crate::mock::aws::service::key::{Import, Origin};
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::state::KeyState::{Disabled, Enabled, PendingDeletion, PendingImport};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub(super) const DEVIATIONS: &[Named] = &[
    call(
        "import-does-nothing",
        "ImportKeyMaterial succeeds and leaves the key as it is",
        &[ImportKeyMaterial],
        |step, account| step.and_undo(account),
    ),
    call(
        "failed-import-enables",
        "an ImportKeyMaterial that fails enables a key that waits for its material",
        &[ImportKeyMaterial],
        |step, account| {
            let waiting = step.subject(account).filter(|key| key.state == PendingImport);
            step.despite(
                account,
                |_| true,
                |account| {
                    account.write(|keys| {
                        keys.change(&waiting.map(|key| key.id).unwrap_or_default(), |key| key.state = Enabled)
                    });
                    Err(Rejection::internal_failure())
                },
            )
        },
    ),
    call(
        "import-disables",
        "ImportKeyMaterial disables a key that waited for its material",
        &[ImportKeyMaterial],
        |step, account| step.and_move(account, PendingImport, Disabled),
    ),
    call(
        "import-enables-disabled-key",
        "ImportKeyMaterial enables a key that is Disabled",
        &[ImportKeyMaterial],
        |step, account| step.and_move(account, Disabled, Enabled),
    ),
    call(
        "delete-material-cancels-deletion",
        "DeleteImportedKeyMaterial brings a key to PendingImport that waits for its deletion",
        &[DeleteImportedKeyMaterial],
        |step, account| step.and_move(account, PendingDeletion, PendingImport),
    ),
    call(
        "reimport-loses-ciphertexts",
        "what a key encrypted before its material was deleted can't be decrypted after it is imported again",
        &[ImportKeyMaterial],
        |step, account| {
            step.and_edit(account, |key, before| {
                if before.import.bound_to.is_some() && !before.import.present {
                    for version in &mut key.versions {
                        version.id = version.id.chars().rev().collect();
                    }
                }
            })
        },
    ),
    call(
        "other-material-accepted",
        "ImportKeyMaterial takes other material for a key that had some",
        &[ImportKeyMaterial],
        |step, account| step.or(account, has_code("IncorrectKeyMaterialException"), |account| as_new(step, account)),
    ),
    call(
        "foreign-token-accepted",
        "ImportKeyMaterial takes the token of another key",
        &[ImportKeyMaterial],
        |step, account| {
            step.or(account, has_code("InvalidImportTokenException"), |account| with_own_token(step, account))
        },
    ),
    call(
        "only-sha-256-wraps",
        "GetParametersForImport knows RSAES_OAEP_SHA_256 only",
        &[GetParametersForImport],
        |step, account| match step.call.text("WrappingAlgorithm")? {
            None | Some("RSAES_OAEP_SHA_256") => step.run(account),
            Some(_) => Err(Rejection::unsupported("The algorithm is not supported.")),
        },
    ),
    call(
        "expiry-is-not-kept",
        "ImportKeyMaterial takes a ValidTo and forgets it",
        &[ImportKeyMaterial],
        |step, account| step.and_edit(account, |key, _| key.import.expires = None),
    ),
    of(
        "expiry-never-comes",
        "material that has expired can still be used",
        Part::Time(|regions, now| {
            let due: Vec<(String, String)> = regions
                .iter()
                .flat_map(|(region, tenant)| tenant.keys().map(move |key| (region, key)))
                .filter(|(_, key)| key.import.present && key.import.expires.is_some_and(|expires| expires <= now))
                .map(|(region, key)| (region.to_owned(), key.id.clone()))
                .collect();
            for (region, id) in due {
                regions.tenant(&region).change(&id, |key| key.import.expires = None);
            }
        }),
    ),
    call(
        "delete-material-does-nothing",
        "DeleteImportedKeyMaterial succeeds and leaves the key as it is",
        &[DeleteImportedKeyMaterial],
        |step, account| step.and_undo(account),
    ),
    call(
        "delete-material-leaves-usable",
        "DeleteImportedKeyMaterial lets the key be used as before",
        &[DeleteImportedKeyMaterial],
        |step, account| {
            step.and_edit(account, |key, before| {
                if before.state == Enabled {
                    key.state = Enabled;
                }
            })
        },
    ),
    call(
        "delete-material-disables",
        "DeleteImportedKeyMaterial disables the key",
        &[DeleteImportedKeyMaterial],
        |step, account| {
            step.and_edit(account, |key, before| {
                if before.state != PendingImport && key.state == PendingImport {
                    key.state = Disabled;
                }
            })
        },
    ),
];

/// Imports as if the key had never had material.
fn as_new(step: &Step<'_>, account: &mut Account<'_>) -> Outcome {
    let Some(key) = step.subject(account).filter(|key| key.origin == Origin::External) else {
        return step.run(account);
    };
    account.write(|keys| {
        keys.amend(&key.id, |key| {
            key.import = Import::default();
            key.versions.clear();
        })
    });
    let outcome = step.run(account);
    if outcome.is_err() {
        account.write(|keys| {
            keys.amend(&key.id, |now| {
                now.import = key.import;
                now.versions.clone_from(&key.versions);
            })
        });
    }
    outcome
}

/// Imports with a token that says the same of this key.
fn with_own_token(step: &Step<'_>, account: &mut Account<'_>) -> Outcome {
    let text = step.call.text("ImportToken")?.unwrap_or_default();
    let token = STANDARD.decode(text).ok().and_then(|sealed| step.call.tools.sealer.open_import(&sealed));
    let (Some(token), Some(key)) = (token, step.subject(account)) else { return step.run(account) };
    let token = ImportToken { key_arn: step.call.arn(&key.id), ..token };
    let sealed = STANDARD.encode(step.call.tools.sealer.seal_import(&token)?);
    step.run_with("ImportToken", sealed.into(), account)
}
