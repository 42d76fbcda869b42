//! ListAliases: the account's aliases, in order of creation.

use serde_json::{Value, json};

use super::Definition;
use crate::mock::alibaba::service::call::Call;
use crate::mock::alibaba::service::paging::Page;
use crate::mock::alibaba::service::state::Rule;
use crate::mock::alibaba::wire::dispatch::fields;
use crate::mock::alibaba::wire::rejection::Rejection;
use crate::mock::host::response::Fields;
use crate::mock::mutation::StateEffect;
use crate::mock::store::Tenant;

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["PageNumber", "PageSize"], rule: Rule::ALWAYS, run };

fn run(call: &Call<'_>) -> Result<Fields, Rejection> {
    let page = Page::read(call, 0)?;
    call.authorize()?;
    let tenant = call.tenant();
    call.check_account(&tenant)?;
    if !call.service.deviations.is_empty() {
        return Ok(deviant_list(call, &tenant, page));
    }
    let aliases = tenant.alias_page(page.skip(), page.size()).map(|(name, key)| list_entry(call, name, key)).collect();
    Ok(list(aliases, page, tenant.alias_count()))
}

/// The page with what deviations add and omit.
fn deviant_list(call: &Call<'_>, tenant: &Tenant, page: Page) -> Fields {
    let left = tenant.left_aliases().iter().map(|(name, key)| (name.as_str(), key.as_str()));
    let omits = |id: &str| {
        let state = tenant.key(id).map(|key| key.state);
        state.is_some_and(|state| call.service.deviations.has_in_state(StateEffect::ListAliasesOmits, state))
    };
    let all: Vec<_> = tenant.alias_page(0, usize::MAX).chain(left).filter(|(_, key)| !omits(key)).collect();
    let shown = all.iter().skip(page.skip()).take(page.size()).map(|(name, key)| list_entry(call, name, key)).collect();
    list(shown, page, all.len())
}

/// One alias in a list.
pub(super) fn list_entry(call: &Call<'_>, name: &str, key_id: &str) -> Value {
    let arn = format!("acs:kms:{}:{}:{name}", call.region, call.access_key.account);
    json!({ "AliasName": name, "KeyId": key_id, "AliasArn": arn })
}

/// The answer with these aliases.
pub(super) fn list(aliases: Vec<Value>, page: Page, total: usize) -> Fields {
    let mut answer = fields([("Aliases", json!({ "Alias": Value::Array(aliases) }))]);
    answer.extend(page.fields(total));
    answer
}
