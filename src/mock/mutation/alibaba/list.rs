//! Lists.

use serde_json::Value;

use super::named::{Named, call};
use super::step::{Outcome, Step};
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::api::Operation::{ListAliasesByKeyId, ListKeyVersions, ListKeys};
use crate::mock::alibaba::service::call::Call;
use crate::mock::alibaba::service::metadata::alias_entry;
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::rules::Rules;
use crate::mock::host::response::Fields;

pub(super) const DEVIATIONS: &[Named] = &[
    call(
        "total-count-of-page",
        "the TotalCount of ListKeys is the number of the entries on the page",
        &[ListKeys],
        |step, account| {
            step.and_say(account, |response| {
                let shown = entries(response).map_or(0, |entries| entries.len());
                response.insert("TotalCount".to_owned(), shown.into());
            })
        },
    ),
    call(
        "page-number-not-said",
        "the PageNumber in a response of ListKeys is always 1",
        &[ListKeys],
        |step, account| {
            step.and_say(account, |response| {
                response.insert("PageNumber".to_owned(), 1.into());
            })
        },
    ),
    call(
        "page-size-ignored",
        "a page of ListKeys has its usual size, whatever PageSize is",
        &[ListKeys],
        |step, account| step.run_with("PageSize", None, account),
    ),
    call("large-page-accepted", "ListKeys takes pages of any size", &[ListKeys], |step, account| {
        step.run_by(|rules| rules.largest_page = u64::MAX, account)
    }),
    call(
        "aliases-of-a-key-are-all",
        "ListAliasesByKeyId lists the aliases of all keys",
        &[ListAliasesByKeyId],
        |step, account| {
            with_entries(step, account, |account, all| {
                let own = step.subject(account).map(|key| key.id);
                all.extend(account.read(|keys| {
                    let others = keys.keys().filter(|key| Some(&key.id) != own.as_ref());
                    let names = others.flat_map(|key| key.aliases.values().map(move |name| (name, &key.id)));
                    names.map(|(name, id)| alias_entry(step.call, name, id)).collect::<Vec<_>>()
                }));
            })
        },
    ),
    call(
        "list-pages-overlap",
        "every page of ListKeys begins with the last key of the page before it",
        &[ListKeys],
        |step, account| {
            let all = everything(step, account)?;
            step.and_say(account, |response| {
                let (number, size) = page(response);
                set_page(response, &all, number.saturating_sub(1) * size.saturating_sub(1), size);
            })
        },
    ),
    call("list-pages-repeat", "every page of ListKeys has the keys of the first one", &[ListKeys], |step, account| {
        let mut response = step.run(account)?;
        let mut first = step.run_with("PageNumber", Some("1"), account)?;
        if let (Some(shown), Some(first)) = (entries(&mut response), entries(&mut first)) {
            *shown = std::mem::take(first);
        }
        Ok(response)
    }),
    call(
        "list-key-versions-omits-primary",
        "ListKeyVersions does not list the primary version",
        &[ListKeyVersions],
        |step, account| {
            // The newest comes first.
            let all = everything(step, account)?;
            step.and_say(account, |response| {
                let (number, size) = page(response);
                set_page(response, all.get(1..).unwrap_or_default(), number.saturating_sub(1) * size, size);
            })
        },
    ),
];

/// Goes on, and shows the page as it is after a change of the whole list.
pub(super) fn with_entries(
    step: &Step<'_>,
    account: &mut Account<'_>,
    change: impl FnOnce(&mut Account<'_>, &mut Vec<Value>),
) -> Outcome {
    // First as it was sent, for it may be rejected.
    let mut response = step.run(account)?;
    let mut all = everything(step, account)?;
    change(account, &mut all);

    let (number, size) = page(&response);
    set_page(&mut response, &all, number.saturating_sub(1).saturating_mul(size), size);
    response.insert("TotalCount".to_owned(), all.len().into());
    Ok(response)
}

/// Goes on, and lists these aliases too, with the ids of their keys.
pub(super) fn with_aliases(step: &Step<'_>, account: &mut Account<'_>, more: &[(String, String)]) -> Outcome {
    with_entries(step, account, |_, all| all.extend(more.iter().map(|(name, id)| alias_entry(step.call, name, id))))
}

/// All entries on one page.
fn everything(step: &Step<'_>, account: &mut Account<'_>) -> Result<Vec<Value>, Rejection> {
    let rules = Rules { largest_page: u64::MAX, ..step.call.rules.clone() };
    let size = u64::MAX.to_string();
    let parameters = step.call.parameters.with("PageNumber", Some("1"));
    let parameters = parameters.with("PageSize", Some(&size));
    let mut response = step.run_as(&Call { rules: &rules, parameters: &parameters, ..*step.call }, account)?;
    Ok(entries(&mut response).map(std::mem::take).unwrap_or_default())
}

/// The entries of a list, which stand in a field in a field: `"Keys": {"Key": [...]}`.
fn entries(response: &mut Fields) -> Option<&mut Vec<Value>> {
    let mut inner = response.values_mut().filter_map(Value::as_object_mut).flat_map(|field| field.values_mut());
    inner.find_map(Value::as_array_mut)
}

/// The number of the page, and its size.
fn page(response: &Fields) -> (usize, usize) {
    let number = |name| response.get(name).and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok());
    (number("PageNumber").unwrap_or_default(), number("PageSize").unwrap_or_default())
}

fn set_page(response: &mut Fields, all: &[Value], skip: usize, size: usize) {
    if let Some(entries) = entries(response) {
        *entries = all.iter().skip(skip).take(size).cloned().collect();
    }
}
