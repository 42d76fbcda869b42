//! ListGrants: the grants of a key, oldest first.

use serde_json::Value;

use super::Definition;
use super::create_grant::read_principal;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::arn::partition;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::grant::Grant;
use crate::mock::aws::service::paging::Page;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::state::Rule;
use crate::mock::host::response::{Fields, fields};

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["KeyId", "GrantId", "GranteePrincipal", "Limit", "Marker"], rule: Rule::ALWAYS, run };

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let reference = call.key_reference("KeyId")?;
    let grant_id = call.text_of("GrantId", 1..=128)?;
    let grantee = read_principal(call, "GranteePrincipal")?;
    let page = Page::read(call, 50, 100)?;
    call.authorize()?;

    account.read(|keys| {
        let key = call.find_key_by_id(keys, &reference)?;
        call.check_state(key)?;
        let is_meant = |grant: &Grant| {
            grant_id.is_none_or(|id| grant.id == id) && grantee.is_none_or(|principal| grant.grantee == principal)
        };
        let grants = (0..).zip(&key.grants).filter(|(number, grant)| *number >= page.from && is_meant(grant));
        Ok(page.fields(call, "Grants", grants, |grant| entry(call, &key.id, grant)))
    })
}

/// A grant in a list.
pub(super) fn entry(call: &Call<'_>, key_id: &str, grant: &Grant) -> Value {
    let account = format!("arn:{}:iam::{}:root", partition(call.caller.region), call.caller.account);
    let mut entry = fields([
        ("KeyId", call.arn(key_id).into()),
        ("GrantId", grant.id.as_str().into()),
        ("Name", grant.name.as_deref().unwrap_or_default().into()),
        ("CreationDate", grant.created.into()),
        ("GranteePrincipal", grant.grantee.as_str().into()),
    ]);
    if let Some(retiring) = &grant.retiring {
        entry.insert("RetiringPrincipal".to_owned(), retiring.as_str().into());
    }
    entry.insert("IssuingAccount".to_owned(), account.into());
    entry.insert("Operations".to_owned(), grant.operations.clone().into());
    if let Some(constraints) = &grant.constraints {
        entry.insert("Constraints".to_owned(), constraints.clone());
    }
    entry.into()
}
