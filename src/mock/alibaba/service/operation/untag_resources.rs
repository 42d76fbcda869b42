//! UntagResources: takes tags away from several resources; those that are not there are not an error.

use super::Definition;
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::call::{Call, KeyReference};
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::resources::{check_type, find_keys, read_ids, read_tag_keys};
use crate::mock::alibaba::service::state::Rule;
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition = Definition {
    parameters: &["RegionId", "ResourceType", "ResourceId.N", "TagKey.N", "All"],
    rule: Rule::BEFORE_DELETION,
    run,
};

struct Request<'a> {
    keys: Vec<KeyReference<'a>>,
    tag_keys: Vec<&'a str>,
    /// Whether every tag is taken away. It counts only without a name.
    all: bool,
}

fn parse<'a>(call: &'a Call<'_>) -> Result<Request<'a>, Rejection> {
    check_type(call)?;
    let keys = read_ids(call)?;
    if keys.is_empty() {
        return Err(Rejection::missing_parameter("ResourceId"));
    }
    // Neither names nor `All` are required: a request without both takes nothing away.
    let (tag_keys, all) = (read_tag_keys(call)?, call.boolean("All")?);
    Ok(Request { keys, all: all && tag_keys.is_empty(), tag_keys })
}

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let request = parse(call)?;
    call.authorize()?;

    account.write(|keys| {
        let ids = find_keys(call, keys, &request.keys)?.into_iter().map(|key| key.id.clone());
        for id in ids.collect::<Vec<_>>() {
            keys.change(&id, |key| {
                key.tags.retain(|name, _| !request.all && !request.tag_keys.contains(&name.as_str()));
            });
        }
        Ok(Fields::new())
    })
}
