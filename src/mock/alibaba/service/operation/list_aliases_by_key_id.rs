//! ListAliasesByKeyId: the aliases of one key. No edition of the state table has this row; taken as ListAliases.

use super::Definition;
use super::list_aliases::list;
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::call::{Call, KeyReference, find_key_by_id};
use crate::mock::alibaba::service::metadata::alias_entry;
use crate::mock::alibaba::service::paging::Page;
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::Rule;
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["KeyId", "PageNumber", "PageSize"], rule: Rule::ALWAYS, run };

/// What lists of one key take.
pub(super) struct Request<'a> {
    pub(super) key: KeyReference<'a>,
    pub(super) page: Page,
}

pub(super) fn parse<'a>(call: &'a Call<'_>) -> Result<Request<'a>, Rejection> {
    Ok(Request { key: call.key_reference("KeyId")?, page: Page::read(call, 0)? })
}

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let Request { key, page } = parse(call)?;
    call.authorize()?;

    account.read(|keys| {
        let key = find_key_by_id(keys, &key)?;
        call.check_state(key)?;

        let shown = key.aliases.values().skip(page.skip()).take(page.size());
        let aliases = shown.map(|name| alias_entry(call, name, &key.id)).collect();
        Ok(list(aliases, page, key.aliases.len()))
    })
}
