//! Tags of keys as they come in requests.

use serde::Deserialize;

use crate::mock::alibaba::service::call::Call;
use crate::mock::alibaba::service::rejection::Rejection;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTag {
    #[serde(rename = "TagKey")]
    key: String,
    #[serde(rename = "TagValue", default)]
    value: String,
}

/// Reads `[{"TagKey":"team","TagValue":"qa"}]`; nothing if absent.
pub(crate) fn read_tags(call: &Call<'_>, name: &str) -> Result<Option<Vec<(String, String)>>, Rejection> {
    let invalid = || Rejection::invalid_parameter(name);
    let Some(text) = call.optional(name) else { return Ok(None) };
    let raw: Vec<RawTag> = serde_json::from_str(text).map_err(|_| invalid())?;

    let good = |tag: &RawTag| is_tag_key(&tag.key) && is_tag_text(&tag.value, call.rules.longest_tag_value, COMMON);

    let mut names: Vec<&str> = raw.iter().map(|tag| tag.key.as_str()).collect();
    names.sort_unstable();
    if !raw.iter().all(good) || names.windows(2).any(|two| two[0] == two[1]) {
        return Err(invalid());
    }

    Ok(Some(raw.into_iter().map(|tag| (tag.key, tag.value)).collect()))
}

/// Reads `["team"]`, which must not be empty.
pub(crate) fn read_tag_keys(call: &Call<'_>, name: &str) -> Result<Vec<String>, Rejection> {
    let keys: Vec<String> = serde_json::from_str(call.required(name)?).unwrap_or_default();
    let good = !keys.is_empty() && keys.iter().all(|key| is_tag_key(key));
    if good { Ok(keys) } else { Err(Rejection::invalid_parameter(name)) }
}

/// Whether a tag may have this name.
pub(crate) fn is_tag_key(text: &str) -> bool {
    is_tag_text(text, 128, COMMON) && is_name(text)
}

/// Whether a tag may have this value, in the edition that allows longer ones.
pub(crate) fn is_tag_value(text: &str) -> bool {
    is_tag_text(text, 256, COMMON)
}

/// Whether TagResources may give a tag this name.
pub(crate) fn is_tag_key_of_resource(text: &str) -> bool {
    is_tag_text(text, 128, WITH_BACKSLASH) && is_name(text)
}

/// Whether TagResources may give a tag this value.
pub(crate) fn is_tag_value_of_resource(text: &str) -> bool {
    is_tag_text(text, 128, WITH_BACKSLASH)
}

/// What a tag may be made of besides letters and digits.
const COMMON: &str = "/_-.+=@:";

/// The same for the operations on several resources.
const WITH_BACKSLASH: &str = "/_-.+=@:\\";

fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.starts_with("aliyun") && !text.starts_with("acs:")
}

fn is_tag_text(text: &str, longest: usize, others: &str) -> bool {
    text.chars().count() <= longest
        && text.chars().all(|character| character.is_alphanumeric() || others.contains(character))
}
