//! TagResources: sets tags of several resources; a tag that is there gets the new value.

use super::Definition;
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::call::{Call, KeyReference};
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::resources::{check_type, find_keys, read_ids, read_tags};
use crate::mock::alibaba::service::state::Rule;
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition = Definition {
    parameters: &["RegionId", "ResourceType", "ResourceId.N", "Tag.N.Key", "Tag.N.Value"],
    rule: Rule::BEFORE_DELETION,
    run,
};

struct Request<'a> {
    keys: Vec<KeyReference<'a>>,
    tags: Vec<(&'a str, &'a str)>,
}

fn parse<'a>(call: &'a Call<'_>) -> Result<Request<'a>, Rejection> {
    check_type(call)?;
    let (keys, tags) = (read_ids(call)?, read_tags(call)?);
    if keys.is_empty() {
        return Err(Rejection::missing_parameter("ResourceId"));
    }
    if tags.is_empty() {
        return Err(Rejection::missing_parameter("Tag"));
    }
    Ok(Request { keys, tags: tags.into_iter().map(|(key, value)| (key, value.unwrap_or_default())).collect() })
}

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let request = parse(call)?;
    call.authorize()?;

    account.write(|keys| {
        // All of them or none: no page says that a part may be done.
        let found = find_keys(call, keys, &request.keys)?;
        for key in &found {
            let added = request.tags.iter().filter(|(name, _)| !key.tags.contains_key(*name)).count();
            if key.tags.len() + added > call.rules.most_tags {
                return Err(Rejection::limit_exceeded());
            }
        }

        let ids: Vec<String> = found.into_iter().map(|key| key.id.clone()).collect();
        for id in ids {
            let tags = request.tags.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            keys.change(&id, |key| key.tags.extend(tags));
        }
        Ok(Fields::new())
    })
}
