//! ListKeyVersions: the versions of a key, newest first, in every state.

use serde_json::{Value, json};

use super::Definition;
use super::list_aliases_by_key_id::{Request, parse};
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::call::{Call, find_key_by_id};
use crate::mock::alibaba::service::metadata::key_version;
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::Rule;
use crate::mock::host::response::{Fields, fields};

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["KeyId", "PageNumber", "PageSize"], rule: Rule::ALWAYS, run };

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let Request { key, page } = parse(call)?;
    call.authorize()?;

    account.read(|keys| {
        let key = find_key_by_id(keys, &key)?;
        call.check_state(key)?;

        let shown = key.versions.iter().rev().skip(page.skip()).take(page.size());
        let versions: Vec<Value> = shown.map(|version| key_version(&key.id, version)).collect();
        let mut response = fields([("KeyVersions", json!({ "KeyVersion": versions }))]);
        response.extend(page.fields(key.versions.len()));
        Ok(response)
    })
}
