//! What responses say about a key and its versions.

use serde_json::{Value, json};

use crate::mock::alibaba::service::call::Call;
use crate::mock::alibaba::service::key::{Key, Version};
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::host::clock::{wire_date, wire_time};
use crate::mock::host::response::{Fields, fields};

/// The KeyMetadata of CreateKey.
pub(crate) fn key_metadata(call: &Call<'_>, key: &Key) -> Fields {
    let mut metadata = fields([
        ("CreationDate", wire_time(key.created).into()),
        ("Description", key.description.as_str().into()),
        ("KeyId", key.id.as_str().into()),
        ("KeySpec", key.spec.wire().into()),
        ("KeyState", key.state.name().into()),
        ("KeyUsage", key.usage.wire().into()),
        ("PrimaryKeyVersion", key.primary().map_or("", |version| version.id.as_str()).into()),
        ("DeleteDate", wire_date(key.delete_date).into()),
        ("Creator", call.caller.account.into()),
        ("Arn", call.key_arn(&key.id).into()),
        ("Origin", key.origin.wire().into()),
        ("MaterialExpireTime", wire_date(key.material.expires).into()),
        ("ProtectionLevel", key.protection_level.wire().into()),
        ("LastRotationDate", wire_time(key.last_rotation).into()),
        ("AutomaticRotation", key.automatic_rotation().into()),
    ]);

    // Only a key that rotates by itself has these fields.
    if let Some(rotation) = key.rotation {
        metadata.insert("NextRotationDate".to_owned(), wire_time(rotation.next).into());
        metadata.insert("RotationInterval".to_owned(), format!("{}s", rotation.interval_seconds).into());
    }

    metadata
}

/// The KeyMetadata of DescribeKey, which knows about deletion protection too.
pub(crate) fn described_key(call: &Call<'_>, key: &Key) -> Fields {
    let mut metadata = key_metadata(call, key);
    let stale = call.stale.unwrap_or_default();
    if let Some(former) = key.former.filter(|former| former.until.elapsed() < stale) {
        metadata.insert("KeyState".to_owned(), former.state.name().into());
        metadata.insert("DeleteDate".to_owned(), wire_date(former.delete_date).into());
    }
    let protection = if key.deletion_protection.is_some() { "Enabled" } else { "Disabled" };
    metadata.insert("DeletionProtection".to_owned(), protection.into());
    if let Some(description) = &key.deletion_protection {
        metadata.insert("DeletionProtectionDescription".to_owned(), description.as_str().into());
    }
    metadata
}

/// The KeyVersion of the version operations.
pub(crate) fn key_version(key_id: &str, version: &Version) -> Value {
    json!({ "KeyId": key_id, "KeyVersionId": version.id, "CreationDate": wire_time(version.created) })
}

/// An alias in a list.
pub(crate) fn alias_entry(call: &Call<'_>, name: &str, key_id: &str) -> Value {
    let arn = format!("acs:kms:{}:{}:{name}", call.caller.region, call.caller.account);
    json!({ "AliasName": name, "KeyId": key_id, "AliasArn": arn })
}

/// Reads an interval of 7 to 730 days in seconds: a number and `d`, `h`, `m` or `s`. Nothing if absent.
pub(crate) fn rotation_interval(call: &Call<'_>, name: &str) -> Result<Option<i64>, Rejection> {
    let Some(text) = call.optional(name) else { return Ok(None) };
    interval_seconds(text).map(Some).ok_or_else(|| Rejection::invalid_parameter(name))
}

/// The seconds of an interval of 7 to 730 days.
pub(crate) fn interval_seconds(text: &str) -> Option<i64> {
    const DAY: i64 = 86_400;
    let units = [('d', DAY), ('h', 3600), ('m', 60), ('s', 1)];
    let (number, unit) =
        units.into_iter().find_map(|(unit, seconds)| text.strip_suffix(unit).map(|number| (number, seconds)))?;
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = number.parse::<i64>().ok().filter(|_| digits)?.checked_mul(unit)?;
    (7 * DAY..=730 * DAY).contains(&seconds).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_has_a_unit_and_bounds() {
        for (text, expected) in [
            ("7d", Some(604_800)),
            ("604800s", Some(604_800)),
            ("168h", Some(604_800)),
            ("10080m", Some(604_800)),
            ("730d", Some(63_072_000)),
            ("731d", None),
            ("604799s", None),
            ("7", None),
            ("d", None),
            ("+7d", None),
            ("7w", None),
            ("99999999999999999999d", None),
            ("9223372036854775807d", None),
        ] {
            assert_eq!(interval_seconds(text), expected, "{text}");
        }
    }
}
