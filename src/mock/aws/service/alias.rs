//! Names of aliases.

use crate::mock::aws::service::call::{Call, check_length};
use crate::mock::aws::service::rejection::Rejection;

/// The most aliases of a key.
pub(crate) const MOST_ALIASES: usize = 50;

/// The name of an alias that a customer may have: `alias/`, then letters, digits, `/`, `_` or `-`.
pub(crate) fn read_alias_name<'a>(call: &Call<'a>) -> Result<&'a str, Rejection> {
    const NAME: &str = "AliasName";
    let name = call.required(NAME)?;
    check_length(NAME, name, 1..=256)?;
    if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/_-".contains(&byte)) {
        let pattern = "Member must satisfy regular expression pattern: ^[a-zA-Z0-9/_-]+$";
        return Err(Rejection::constraint(NAME, &format!("'{name}'"), pattern));
    }

    match name.strip_prefix("alias/") {
        None | Some("") => Err(Rejection::validation("Alias must start with the prefix \"alias/\" and have a name.")),
        // They belong to the services of the cloud.
        Some(rest) if rest.starts_with("aws/") => Err(Rejection::not_authorized("")),
        Some(_) => Ok(name),
    }
}
