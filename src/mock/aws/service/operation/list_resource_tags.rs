//! ListResourceTags: the tags of a key, in the order of their keys.

use serde_json::json;

use super::Definition;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::paging::Page;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::state::Rule;
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["KeyId", "Limit", "Marker"], rule: Rule::ALWAYS, run };

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let reference = call.key_reference("KeyId")?;
    let page = Page::read(call, 50, 50)?;
    call.authorize()?;

    account.read(|keys| {
        let key = call.find_key_by_id(keys, &reference)?;
        call.check_state(key)?;
        let tags = (0..).zip(&key.tags).filter(|(number, _)| *number >= page.from);
        Ok(page.fields(call, "Tags", tags, |(name, value)| json!({"TagKey": name, "TagValue": value})))
    })
}
