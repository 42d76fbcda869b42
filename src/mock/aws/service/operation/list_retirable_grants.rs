//! ListRetirableGrants: the grants of all keys in the region that somebody may retire.

use super::Definition;
use super::create_grant::read_principal;
use super::list_grants::entry;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::paging::Page;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::state::Rule;
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["RetiringPrincipal", "Limit", "Marker"], rule: Rule::ALWAYS, run };

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let principal = read_principal(call, "RetiringPrincipal")?;
    let principal = principal.ok_or_else(|| Rejection::missing("RetiringPrincipal"))?;
    let page = Page::read(call, 50, 100)?;
    call.authorize()?;

    account.read(|keys| {
        let grants = keys.keys().flat_map(|key| key.grants.iter().map(|grant| (key.id.as_str(), grant)));
        let grants = grants.filter(|(_, grant)| grant.retiring.as_deref() == Some(principal));
        let grants = (0..).zip(grants).filter(|(number, _)| *number >= page.from);
        Ok(page.fields(call, "Grants", grants, |(id, grant)| entry(call, id, grant)))
    })
}
