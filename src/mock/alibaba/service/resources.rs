//! What TagResources, UntagResources and ListTagResources name: resources of one type, by their ids, and tags.
//!
//! Names, limits and characters are those of the help pages on these operations, of 2025 and 2026, and of the SDKs made
//! from them. They list no errors, and no edition of the state table has rows for the three; where they are silent, the
//! mock does as for TagResource, UntagResource and ListResourceTags.

use crate::mock::alibaba::service::call::{Call, KeyReference, find_key_by_id};
use crate::mock::alibaba::service::key::{Key, Tenant};
use crate::mock::alibaba::service::numbered;
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::tags::{is_tag_key_of_resource, is_tag_value_of_resource};

/// The most resources of a request.
const MOST_RESOURCES: usize = 50;

/// The most tags of a request.
const MOST_TAGS: usize = 20;

/// Checks RegionId, which every one of these requests needs, and ResourceType. Secrets are not modelled.
pub(crate) fn check_type(call: &Call<'_>) -> Result<(), Rejection> {
    call.required("RegionId")?;
    match call.required("ResourceType")? {
        "key" => Ok(()),
        "secret" => Err(Rejection::unsupported_operation()),
        _ => Err(Rejection::invalid_parameter("ResourceType")),
    }
}

/// The keys that `ResourceId.N` name, by id or Arn.
pub(crate) fn read_ids<'c>(call: &'c Call<'_>) -> Result<Vec<KeyReference<'c>>, Rejection> {
    let values = numbered::values(call, "ResourceId", MOST_RESOURCES)?;
    let read = |text| call.read_key_reference(text).ok_or_else(|| Rejection::invalid_parameter("ResourceId"));
    values.into_iter().map(read).collect()
}

/// The tags in `Tag.N.Key` and `Tag.N.Value`; each key once.
pub(crate) fn read_tags<'c>(call: &'c Call<'_>) -> Result<Vec<(&'c str, Option<&'c str>)>, Rejection> {
    let tags = numbered::pairs(call, "Tag", ["Key", "Value"], MOST_TAGS)?;
    let is_good =
        |(key, value): &(&str, Option<&str>)| is_tag_key_of_resource(key) && value.is_none_or(is_tag_value_of_resource);

    let mut keys: Vec<&str> = tags.iter().map(|(key, _)| *key).collect();
    keys.sort_unstable();
    let is_twice = keys.windows(2).any(|two| two[0] == two[1]);
    if !is_twice && tags.iter().all(is_good) { Ok(tags) } else { Err(Rejection::invalid_parameter("Tag")) }
}

/// The names in `TagKey.N`.
pub(crate) fn read_tag_keys<'c>(call: &'c Call<'_>) -> Result<Vec<&'c str>, Rejection> {
    let keys = numbered::values(call, "TagKey", MOST_TAGS)?;
    let is_good = keys.iter().all(|key| is_tag_key_of_resource(key));
    if is_good { Ok(keys) } else { Err(Rejection::invalid_parameter("TagKey")) }
}

/// The keys, each once and in order of creation; what is wrong with one is wrong with the request.
pub(crate) fn find_keys<'t>(
    call: &Call<'_>,
    keys: &'t Tenant,
    references: &[KeyReference<'_>],
) -> Result<Vec<&'t Key>, Rejection> {
    let mut found = Vec::new();
    for reference in references {
        let key = find_key_by_id(keys, reference)?;
        call.check_state(key)?;
        found.push(key);
    }
    found.sort_by_key(|key| key.number);
    found.dedup_by_key(|key| key.number);
    Ok(found)
}
