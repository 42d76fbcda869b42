//! ListKeys: the account's keys in every state, in order of creation.

use serde::Deserialize;
use serde_json::{Value, json};

use super::Definition;
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::call::Call;
use crate::mock::alibaba::service::key::{Key, KeySpec, ProtectionLevel, Usage};
use crate::mock::alibaba::service::paging::Page;
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::{KeyState, Rule};
use crate::mock::host::response::{Fields, fields};

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["PageNumber", "PageSize", "Filters"], rule: Rule::ALWAYS, run };

/// The most filters, and the most values of one.
const MOST_FILTERS: usize = 10;

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let page = Page::read(call, 1)?;
    let filters = read_filters(call)?;
    call.authorize()?;

    Ok(account.read(|keys| {
        // Without filters a page costs the same wherever it begins.
        if filters.is_empty() {
            let shown = keys.key_page(page.skip(), page.size());
            return list(shown.map(|key| list_entry(call, key)).collect(), page, keys.key_count());
        }
        let fitting = || keys.keys().filter(|key| filters.iter().all(|filter| filter.fits(key)));
        let shown = fitting().skip(page.skip()).take(page.size());
        list(shown.map(|key| list_entry(call, key)).collect(), page, fitting().count())
    }))
}

/// The response with these keys.
fn list(keys: Vec<Value>, page: Page, total: usize) -> Fields {
    let mut response = fields([("Keys", json!({ "Key": Value::Array(keys) }))]);
    response.extend(page.fields(total));
    response
}

fn list_entry(call: &Call<'_>, key: &Key) -> Value {
    json!({ "KeyId": key.id, "KeyArn": call.key_arn(&key.id) })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFilter {
    #[serde(rename = "Key")]
    key: String,
    #[serde(rename = "Values")]
    values: Vec<String>,
}

/// One condition; any of its values will do.
enum Filter {
    State(Vec<KeyState>),
    Spec(Vec<KeySpec>),
    Usage(Vec<Usage>),
    ProtectionLevel(Vec<ProtectionLevel>),
    /// The mock has no keys of instances, and the account itself has made all others.
    Constant(bool),
}

impl Filter {
    fn fits(&self, key: &Key) -> bool {
        match self {
            Filter::State(states) => states.contains(&key.state),
            Filter::Spec(specs) => specs.contains(&key.spec),
            Filter::Usage(usages) => usages.contains(&key.usage),
            Filter::ProtectionLevel(levels) => levels.contains(&key.protection_level),
            Filter::Constant(fits) => *fits,
        }
    }

    fn read(raw: RawFilter) -> Option<Self> {
        fn all<T>(values: &[String], read: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
            values.iter().map(|value| read(value)).collect()
        }

        let values = raw.values;
        if values.is_empty() || values.len() > MOST_FILTERS {
            return None;
        }

        match raw.key.as_str() {
            "KeyState" => all(&values, |text| text.parse().ok()).map(Filter::State),
            "KeySpec" => all(&values, KeySpec::from_wire).map(Filter::Spec),
            "KeyUsage" => all(&values, Usage::from_wire).map(Filter::Usage),
            "ProtectionLevel" => all(&values, ProtectionLevel::from_wire).map(Filter::ProtectionLevel),
            // Every key of the mock is one that a user has made.
            "CreatorType" => all(&values, |text| match text {
                "User" => Some(true),
                "Service" => Some(false),
                _ => None,
            })
            .map(|users| Filter::Constant(users.contains(&true))),
            // The mock has no dedicated instances, so that no key is in one.
            "DKMSInstanceId" => Some(Filter::Constant(false)),
            _ => None,
        }
    }
}

fn read_filters(call: &Call<'_>) -> Result<Vec<Filter>, Rejection> {
    let invalid = || Rejection::invalid_parameter("Filters");
    let Some(text) = call.optional("Filters") else { return Ok(Vec::new()) };
    let raw: Vec<RawFilter> = serde_json::from_str(text).map_err(|_| invalid())?;
    if raw.len() > MOST_FILTERS {
        return Err(invalid());
    }
    raw.into_iter().map(|raw| Filter::read(raw).ok_or_else(invalid)).collect()
}
