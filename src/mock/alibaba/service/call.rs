//! A call of an operation whose sender is known: its parameters and what it is judged by.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;

use crate::mock::alibaba::service::api::Operation;
use crate::mock::alibaba::service::crypto::TokenSealer;
use crate::mock::alibaba::service::key::Tenant;
use crate::mock::alibaba::service::key::{Key, Origin};
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::rules::Rules;
use crate::mock::alibaba::service::state::Rule;
use crate::mock::alibaba::service::wrapping_pair::WrappingPairs;
use crate::mock::alibaba::wire::parameters::Parameters;
use crate::mock::host::identifier::{Identifiers, is_uuid};
use crate::mock::host::persistence::Journal;

/// A call of an operation.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) operation: Operation,
    /// The operation's row of the state table.
    pub(crate) row: Rule,
    pub(crate) parameters: &'a Parameters<'a>,
    pub(crate) rules: &'a Rules,
    pub(crate) caller: Caller<'a>,
    pub(crate) tools: Tools<'a>,
    /// The time by the clock of keys.
    pub(crate) now: Timestamp,
    /// How long DescribeKey goes on showing what was, in real time.
    pub(crate) stale: Option<Duration>,
}

/// Who has sent a call, and where to.
#[derive(Clone, Copy)]
pub(crate) struct Caller<'a> {
    /// The id of the account.
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
    /// What the caller has no permission for.
    pub(crate) denied: &'a BTreeSet<Operation>,
}

/// What operations make ids and import tokens with.
#[derive(Clone, Copy)]
pub(crate) struct Tools<'a> {
    pub(crate) identifiers: &'a Identifiers,
    pub(crate) token_sealer: &'a TokenSealer,
    pub(crate) wrapping_pairs: &'a WrappingPairs,
    /// Where a wrapping pair is kept that is handed out.
    pub(crate) journal: Option<&'a Journal>,
}

/// What a KeyId parameter holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeyReference<'a> {
    Id(&'a str),
    Alias(&'a str),
    /// A well-formed Arn of another account or region.
    Foreign,
}

impl<'a> Call<'a> {
    /// A parameter that must be there and not empty.
    pub(crate) fn required(&self, name: &str) -> Result<&str, Rejection> {
        self.optional(name).ok_or_else(|| Rejection::missing_parameter(name))
    }

    /// A parameter that may be absent; an empty value counts as absent.
    pub(crate) fn optional(&self, name: &str) -> Option<&str> {
        self.parameters.filled(name)
    }

    /// A boolean in any case, since an SDK sends `True`; absent is `false`.
    pub(crate) fn boolean(&self, name: &str) -> Result<bool, Rejection> {
        match self.optional(name) {
            None => Ok(false),
            Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
            Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
            Some(_) => Err(Rejection::invalid_parameter(name)),
        }
    }

    /// An integer of digits only; nothing if absent.
    pub(crate) fn integer(&self, name: &str) -> Result<Option<u64>, Rejection> {
        let Some(text) = self.optional(name) else { return Ok(None) };
        // `parse` accepts a plus sign as well.
        let number = text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
        number.map(Some).ok_or_else(|| Rejection::invalid_parameter(name))
    }

    /// A parameter with named values; `default` if absent.
    pub(crate) fn choice<T>(&self, name: &str, read: fn(&str) -> Option<T>, default: T) -> Result<T, Rejection> {
        match self.optional(name) {
            None => Ok(default),
            Some(text) => read(text).ok_or_else(|| Rejection::invalid_parameter(name)),
        }
    }

    /// The required parameter that names a key, by id, Arn or alias. Whether an alias is allowed is checked when the
    /// key is looked up.
    pub(crate) fn key_reference(&self, name: &str) -> Result<KeyReference<'_>, Rejection> {
        let text = self.required(name)?;
        self.read_key_reference(text).ok_or_else(|| Rejection::invalid_parameter(name))
    }

    /// Reads an id, an alias, or the Arn of a key.
    pub(crate) fn read_key_reference<'t>(&self, text: &'t str) -> Option<KeyReference<'t>> {
        if text.starts_with("alias/") {
            return Some(KeyReference::Alias(text));
        }
        let Some(arn) = text.strip_prefix("acs:kms:") else {
            return is_key_id(text).then_some(KeyReference::Id(text));
        };

        let (region, rest) = arn.split_once(':')?;
        let (account, resource) = rest.split_once(':')?;
        let id = resource.strip_prefix("key/").filter(|id| is_key_id(id))?;

        let own = region == self.caller.region && account == self.caller.account;
        Some(if own { KeyReference::Id(id) } else { KeyReference::Foreign })
    }

    /// Rejects a call that the access key has no permission for.
    pub(crate) fn authorize(&self) -> Result<(), Rejection> {
        if self.caller.denied.contains(&self.operation) { Err(Rejection::no_permission()) } else { Ok(()) }
    }

    /// Checks the state of the subject by the table.
    pub(crate) fn check_state(&self, key: &Key) -> Result<(), Rejection> {
        self.row.check(key.state)
    }

    /// The Arn of a key.
    pub(crate) fn key_arn(&self, id: &str) -> String {
        format!("acs:kms:{}:{}:key/{id}", self.caller.region, self.caller.account)
    }
}

/// The id of the key that a reference means, where an alias may stand for it.
pub(crate) fn find_key<'t>(keys: &'t Tenant, reference: &KeyReference<'_>) -> Result<&'t Key, Rejection> {
    let id = match reference {
        KeyReference::Id(id) => id,
        KeyReference::Alias(name) => keys.alias(name).ok_or_else(Rejection::alias_not_found)?.key_id.as_str(),
        KeyReference::Foreign => return Err(Rejection::key_not_found()),
    };
    keys.key(id).ok_or_else(Rejection::key_not_found)
}

/// The key that a reference means, where an alias is not allowed. It is rejected without looking for it.
pub(crate) fn find_key_by_id<'t>(keys: &'t Tenant, reference: &KeyReference<'_>) -> Result<&'t Key, Rejection> {
    match reference {
        KeyReference::Alias(_) => Err(Rejection::unsupported_alias()),
        other => find_key(keys, other),
    }
}

/// Whether a text has more than so many characters.
pub(crate) fn is_longer(text: &str, characters: usize) -> bool {
    text.chars().nth(characters).is_some()
}

/// Rejects a key whose material was imported: it has one version for ever.
pub(crate) fn check_rotatable(key: &Key) -> Result<(), Rejection> {
    if key.origin == Origin::External { Err(Rejection::unsupported_origin()) } else { Ok(()) }
}

/// Rejects a key whose material the service makes itself.
pub(crate) fn check_external(key: &Key) -> Result<(), Rejection> {
    if key.origin == Origin::External { Ok(()) } else { Err(Rejection::unsupported_origin()) }
}

/// Rejects a key that has no symmetric material.
pub(crate) fn check_symmetric(key: &Key) -> Result<(), Rejection> {
    match key.spec.material_bytes() {
        Some(_) => Ok(()),
        None => Err(Rejection::unsupported_operation()),
    }
}

/// A UUID, or the id of an instance's key, which begins with `key-`.
pub(crate) fn is_key_id(text: &str) -> bool {
    is_uuid(text)
        || text
            .strip_prefix("key-")
            .is_some_and(|rest| (1..=60).contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// Whether `name` is an alias that a customer may have: `alias/` and 1 to 255 letters, digits, `_`, `-`, `/`.
pub(crate) fn is_alias_name(name: &str) -> bool {
    let Some(rest) = name.strip_prefix("alias/") else { return false };
    (1..=255).contains(&rest.len())
        && !rest.starts_with("acs")
        && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-/".contains(&byte))
}
