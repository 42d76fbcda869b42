//! ListAliases: the account's aliases, in order of creation.

use serde_json::{Value, json};

use super::Definition;
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::call::Call;
use crate::mock::alibaba::service::metadata::alias_entry;
use crate::mock::alibaba::service::paging::Page;
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::Rule;
use crate::mock::host::response::{Fields, fields};

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["PageNumber", "PageSize"], rule: Rule::ALWAYS, run };

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let page = Page::read(call, 0)?;
    call.authorize()?;

    Ok(account.read(|keys| {
        let shown = keys.alias_page(page.skip(), page.size());
        list(shown.map(|(name, key_id)| alias_entry(call, name, key_id)).collect(), page, keys.alias_count())
    }))
}

/// The response with these aliases.
pub(super) fn list(aliases: Vec<Value>, page: Page, total: usize) -> Fields {
    let mut response = fields([("Aliases", json!({ "Alias": Value::Array(aliases) }))]);
    response.extend(page.fields(total));
    response
}
