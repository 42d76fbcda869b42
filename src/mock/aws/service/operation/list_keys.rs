//! ListKeys: the keys of the account in the region, in every state.

use serde_json::json;

use super::Definition;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::paging::Page;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::state::Rule;
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition = Definition { parameters: &["Limit", "Marker"], rule: Rule::ALWAYS, run };

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let page = Page::read(call, 100, 1000)?;
    call.authorize()?;
    account.read(|keys| {
        let entries = keys.keys_from(page.from).map(|key| (key.number, key.id.as_str()));
        Ok(page.fields(call, "Keys", entries, |id| json!({"KeyId": id, "KeyArn": call.arn(id)})))
    })
}
