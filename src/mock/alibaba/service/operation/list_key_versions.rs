//! ListKeyVersions: the versions of a key, newest first, in every state.

use serde_json::{Value, json};

use super::Definition;
use crate::mock::alibaba::service::call::{Call, find_key_by_id};
use crate::mock::alibaba::service::metadata::key_version;
use crate::mock::alibaba::service::paging::Page;
use crate::mock::alibaba::service::state::Rule;
use crate::mock::alibaba::wire::dispatch::fields;
use crate::mock::alibaba::wire::rejection::Rejection;
use crate::mock::host::response::Fields;
use crate::mock::mutation::Effect;

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["KeyId", "PageNumber", "PageSize"], rule: Rule::ALWAYS, run };

fn run(call: &Call<'_>) -> Result<Fields, Rejection> {
    let reference = call.key_reference("KeyId")?;
    let page = Page::read(call, 0)?;
    call.authorize()?;
    let tenant = call.tenant();
    let key = find_key_by_id(call, &tenant, &reference)?;
    call.check_state(key)?;
    let omitted = usize::from(call.deviates(Effect::ListKeyVersionsOmitsPrimary));
    let shown = key.versions.iter().rev().skip(omitted + page.skip()).take(page.size());
    let versions: Vec<Value> = shown.map(|version| key_version(&key.id, version)).collect();
    let mut answer = fields([("KeyVersions", json!({ "KeyVersion": versions }))]);
    answer.extend(page.fields(key.versions.len()));
    Ok(answer)
}
