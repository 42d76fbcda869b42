//! ListAliases: the account's aliases, in order of creation.

use serde_json::{Value, json};

use super::Definition;
use crate::mock::answer::Fields;
use crate::mock::call::Call;
use crate::mock::paging::Page;
use crate::mock::refusal::Refusal;
use crate::mock::dispatch::fields;
use crate::mock::state::Rule;

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["PageNumber", "PageSize"], rule: Rule::ALWAYS, run };

fn run(call: &Call<'_>) -> Result<Fields, Refusal> {
    let page = Page::read(call, 0)?;
    call.authorize()?;
    let tenant = call.tenant();
    call.check_account(&tenant)?;
    let aliases = tenant.alias_page(page.skip(), page.size()).map(|(name, key)| list_entry(call, name, key)).collect();
    Ok(list(aliases, page, tenant.alias_count()))
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
