//! What the responses say of a key.

use serde_json::Value;

use super::named::{Named, call};
use super::step::{Outcome, Step};
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::api::Operation::{self, CreateKey, DescribeKey};
use crate::mock::aws::service::state::KeyState::{self, Disabled, Enabled, PendingDeletion, PendingImport};
use crate::mock::host::response::Fields;

/// The operations that show a whole key.
const SHOWING: &[Operation] = &[CreateKey, DescribeKey];

pub(super) const DEVIATIONS: &[Named] = &[
    call(
        "describe-lies-enabled",
        "DescribeKey says Disabled of a key that is Enabled",
        &[DescribeKey],
        |step, account| lie(step, account, Enabled, Disabled),
    ),
    call(
        "describe-lies-disabled",
        "DescribeKey says Enabled of a key that is Disabled",
        &[DescribeKey],
        |step, account| lie(step, account, Disabled, Enabled),
    ),
    call(
        "describe-lies-pending-deletion",
        "DescribeKey says Enabled of a key that waits for its deletion",
        &[DescribeKey],
        |step, account| lie(step, account, PendingDeletion, Enabled),
    ),
    call(
        "describe-lies-pending-import",
        "DescribeKey says Enabled of a key that waits for its material",
        &[DescribeKey],
        |step, account| lie(step, account, PendingImport, Enabled),
    ),
    call(
        "describe-hides-state",
        "DescribeKey does not say in which state a key is",
        &[DescribeKey],
        |step, account| {
            and_describe(step, account, |metadata| {
                metadata.remove("KeyState");
            })
        },
    ),
    call(
        "enabled-is-always-true",
        "DescribeKey says of every key that Enabled is true",
        &[DescribeKey],
        |step, account| {
            and_describe(step, account, |metadata| {
                metadata.insert("Enabled".to_owned(), true.into());
            })
        },
    ),
    call("key-usage-is-missing", "the metadata of a key has no KeyUsage", SHOWING, |step, account| {
        and_describe(step, account, |metadata| {
            metadata.remove("KeyUsage");
        })
    }),
    call("key-spec-is-missing", "the metadata of a key has no KeySpec", SHOWING, |step, account| {
        and_describe(step, account, |metadata| {
            metadata.remove("KeySpec");
        })
    }),
    call("key-manager-is-aws", "the metadata of a key says that it is managed by AWS", SHOWING, |step, account| {
        and_describe(step, account, |metadata| {
            metadata.insert("KeyManager".to_owned(), "AWS".into());
        })
    }),
    call(
        "origin-is-aws-kms",
        "DescribeKey says of every key that its origin is AWS_KMS",
        &[DescribeKey],
        |step, account| {
            and_describe(step, account, |metadata| {
                metadata.insert("Origin".to_owned(), "AWS_KMS".into());
            })
        },
    ),
    call("multi-region-is-false", "the metadata of a key says that it is of one region", SHOWING, |step, account| {
        and_describe(step, account, |metadata| {
            metadata.insert("MultiRegion".to_owned(), false.into());
        })
    }),
    call(
        "describe-hides-expiry",
        "DescribeKey does not say when the material of a key expires",
        &[DescribeKey],
        |step, account| {
            and_describe(step, account, |metadata| {
                metadata.remove("ValidTo");
                metadata.remove("ExpirationModel");
            })
        },
    ),
];

/// Goes on, and changes the metadata in the response to a success.
pub(super) fn and_describe(step: &Step<'_>, account: &mut Account<'_>, edit: impl FnOnce(&mut Fields)) -> Outcome {
    step.and_say(account, |response| {
        if let Some(metadata) = response.get_mut("KeyMetadata").and_then(Value::as_object_mut) {
            edit(metadata);
        }
    })
}

/// Shows another state of keys in one.
fn lie(step: &Step<'_>, account: &mut Account<'_>, state: KeyState, shown: KeyState) -> Outcome {
    and_describe(step, account, |metadata| {
        if metadata.get("KeyState").and_then(Value::as_str) == Some(state.wire()) {
            metadata.insert("KeyState".to_owned(), shown.wire().into());
            metadata.insert("Enabled".to_owned(), (shown == Enabled).into());
        }
    })
}
