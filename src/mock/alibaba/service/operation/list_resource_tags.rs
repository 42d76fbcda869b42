//! ListResourceTags: the tags of a key, by name.

use serde_json::{Value, json};

use super::Definition;
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::call::{Call, find_key_by_id};
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::Rule;
use crate::mock::host::response::{Fields, fields};

pub(super) const DEFINITION: Definition = Definition { parameters: &["KeyId"], rule: Rule::ALWAYS, run };

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let reference = call.key_reference("KeyId")?;
    call.authorize()?;

    account.read(|keys| {
        let key = find_key_by_id(keys, &reference)?;
        call.check_state(key)?;

        let tag = |(name, value)| json!({ "KeyId": key.id, "TagKey": name, "TagValue": value });
        let tags: Vec<Value> = key.tags.iter().map(tag).collect();
        Ok(fields([("Tags", json!({ "Tag": tags }))]))
    })
}
