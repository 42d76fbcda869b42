//! ListAliases: those of the account in the region, or those of one key.

use serde_json::{Value, json};

use super::Definition;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::key::Tenant;
use crate::mock::aws::service::metadata::wire_seconds;
use crate::mock::aws::service::paging::Page;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::state::Rule;
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["KeyId", "Limit", "Marker"], rule: Rule::ALWAYS, run };

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let reference = call.optional_reference("KeyId")?;
    let page = Page::read(call, 50, 100)?;
    call.authorize()?;

    account.read(|keys| {
        let show = |(name, id): (&str, &str)| entry(call, keys, name, id);
        let Some(reference) = reference else {
            let entries = keys.aliases_from(page.from).map(|(number, name, id)| (number, (name, id)));
            return Ok(page.fields(call, "Aliases", entries, show));
        };

        let key = call.find_key_by_id(keys, &reference)?;
        call.check_state(key)?;
        let entries = key.aliases.range(page.from..).map(|(number, name)| (*number, (name.as_str(), key.id.as_str())));
        Ok(page.fields(call, "Aliases", entries, show))
    })
}

fn entry(call: &Call<'_>, keys: &Tenant, name: &str, id: &str) -> Value {
    let mut entry = json!({"AliasName": name, "AliasArn": call.alias_arn(name), "TargetKeyId": id});
    if let Some(dates) = keys.key(id).and_then(|key| key.alias_dates.get(name)) {
        entry["CreationDate"] = wire_seconds(dates.created);
        entry["LastUpdatedDate"] = wire_seconds(dates.updated);
    }
    entry
}
