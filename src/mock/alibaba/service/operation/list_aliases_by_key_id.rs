//! ListAliasesByKeyId: the aliases of one key. No edition of the state table has this row; taken as ListAliases.

use super::Definition;
use super::list_aliases::list;
use super::list_aliases::list_entry;
use crate::mock::alibaba::service::call::{Call, find_key_by_id};
use crate::mock::alibaba::service::paging::Page;
use crate::mock::alibaba::service::state::Rule;
use crate::mock::alibaba::wire::rejection::Rejection;
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["KeyId", "PageNumber", "PageSize"], rule: Rule::ALWAYS, run };

fn run(call: &Call<'_>) -> Result<Fields, Rejection> {
    let reference = call.key_reference("KeyId")?;
    let page = Page::read(call, 0)?;
    call.authorize()?;
    let tenant = call.tenant();
    let key = find_key_by_id(call, &tenant, &reference)?;
    call.check_state(key)?;
    let shown = key.aliases.values().skip(page.skip()).take(page.size());
    let aliases = shown.map(|name| list_entry(call, name, &key.id)).collect();
    Ok(list(aliases, page, key.aliases.len()))
}
