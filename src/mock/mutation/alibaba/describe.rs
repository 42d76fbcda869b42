//! What DescribeKey says.

use super::named::{Named, call};
use super::step::{Outcome, Step};
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::api::Operation::DescribeKey;
use crate::mock::host::clock::{after, wire_date};
use crate::mock::host::response::Fields;

pub(super) const DEVIATIONS: &[Named] = &[
    call("describe-hides-state", "DescribeKey does not name the state of a key", &[DescribeKey], |step, account| {
        and_describe(step, account, |metadata| {
            metadata.remove("KeyState");
        })
    }),
    call("describe-hides-delete-date", "DescribeKey never names a DeleteDate", &[DescribeKey], |step, account| {
        and_describe(step, account, |metadata| {
            metadata.insert("DeleteDate".to_owned(), "".into());
        })
    }),
    call(
        "delete-date-in-local-time",
        "DescribeKey names a DeleteDate eight hours late, as if in UTC",
        &[DescribeKey],
        |step, account| {
            let date = step.subject(account).and_then(|key| key.delete_date);
            and_describe(step, account, |metadata| {
                metadata.insert("DeleteDate".to_owned(), wire_date(date.map(|date| after(date, 8 * 3600))).into());
            })
        },
    ),
    call("protection-not-shown", "DescribeKey says that no key is protected", &[DescribeKey], |step, account| {
        and_describe(step, account, |metadata| {
            metadata.insert("DeletionProtection".to_owned(), "Disabled".into());
        })
    }),
    call(
        "suspension-not-shown",
        "DescribeKey says Enabled of automatic rotation that is suspended",
        &[DescribeKey],
        |step, account| {
            and_describe(step, account, |metadata| {
                if metadata.contains_key("RotationInterval") {
                    metadata.insert("AutomaticRotation".to_owned(), "Enabled".into());
                }
            })
        },
    ),
];

/// Goes on, and changes the description in the response.
pub(super) fn and_describe(step: &Step<'_>, account: &mut Account<'_>, edit: impl FnOnce(&mut Fields)) -> Outcome {
    step.and_say(account, |response| {
        if let Some(metadata) = response.get_mut("KeyMetadata").and_then(|metadata| metadata.as_object_mut()) {
            edit(metadata);
        }
    })
}
