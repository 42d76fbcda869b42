//! Tags of a key.

use serde_json::Value;

use crate::mock::aws::service::call::{Call, check_length};
use crate::mock::aws::service::rejection::Rejection;

/// The most tags of a key.
pub(crate) const MOST_TAGS: usize = 50;

/// The tags of a request, in their order; none if there are none.
pub(crate) fn read_tags(call: &Call<'_>) -> Result<Vec<(String, String)>, Rejection> {
    let Some(values) = call.list("Tags")? else { return Ok(Vec::new()) };
    if values.len() > MOST_TAGS {
        return Err(Rejection::tag(format!("Too many tags; a key has at most {MOST_TAGS}.")));
    }

    let tags: Vec<(String, String)> = values.iter().map(read_tag).collect::<Result<_, _>>()?;
    let mut keys: Vec<&str> = tags.iter().map(|(key, _)| key.as_str()).collect();
    keys.sort_unstable();
    if keys.windows(2).any(|two| two[0] == two[1]) {
        return Err(Rejection::tag("Duplicate tag keys"));
    }
    Ok(tags)
}

fn read_tag(value: &Value) -> Result<(String, String), Rejection> {
    let field = |name: &str| match value.get(name) {
        None | Some(Value::Null) => Err(Rejection::missing(name)),
        Some(text) => text.as_str().ok_or_else(|| Rejection::serialization(format!("{name} is not a string"))),
    };
    let (key, value) = (field("TagKey")?, field("TagValue")?);
    check_key(key)?;
    check_length("tagValue", value, 0..=256)?;
    Ok((key.to_owned(), value.to_owned()))
}

/// Checks the key of a tag.
pub(crate) fn check_key(key: &str) -> Result<(), Rejection> {
    check_length("tagKey", key, 1..=128)?;
    if key.starts_with("aws:") {
        return Err(Rejection::tag("Tag keys can't start with 'aws:'"));
    }
    Ok(())
}
