//! A call of an operation whose sender is known: its parameters and what it is judged by.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::Value;

use crate::mock::aws::service::api::Operation;
use crate::mock::aws::service::arn::{Arn, Resource, alias_arn, key_arn};
use crate::mock::aws::service::crypto::{RsaPair, Tokens, read_context};
use crate::mock::aws::service::key::{Key, Tenant};
use crate::mock::aws::service::pairs::Pairs;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::spec::RsaSize;
use crate::mock::aws::service::state::Rule;
use crate::mock::aws::wire::parameters::Parameters;
use crate::mock::host::clock::after;
use crate::mock::host::context::EncryptionContext;
use crate::mock::host::identifier::{Identifiers, is_uuid};
use crate::mock::host::persistence::Journal;

/// A call of an operation.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) operation: Operation,
    /// The operation's row of the state table.
    pub(crate) row: Rule,
    pub(crate) parameters: &'a Parameters,
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

/// What operations make ids, tokens and key pairs with.
#[derive(Clone, Copy)]
pub(crate) struct Tools<'a> {
    pub(crate) identifiers: &'a Identifiers,
    pub(crate) sealer: &'a Tokens,
    pub(crate) pairs: &'a Pairs,
    /// A pair that was made before the call, for the calls that need a new one.
    pub(crate) new_pair: Option<&'a Arc<RsaPair>>,
    /// Seconds that a replica is being made, and relatives are being updated.
    pub(crate) transition_seconds: u32,
    /// Where a wrapping pair is kept that is handed out.
    pub(crate) journal: Option<&'a Journal>,
}

/// What a KeyId parameter holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyReference<'a> {
    /// The id, also of an ARN.
    Id(&'a str),
    /// With `alias/`; also of an ARN.
    Alias(&'a str),
}

impl<'a> Call<'a> {
    /// A text that may be absent.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&'a str>, Rejection> {
        match self.parameters.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(wrong_type(name, "a string")),
        }
    }

    /// A text that must be there.
    pub(crate) fn required(&self, name: &str) -> Result<&'a str, Rejection> {
        self.text(name)?.ok_or_else(|| Rejection::missing(name))
    }

    /// A text of so many characters that may be absent.
    pub(crate) fn text_of(&self, name: &str, characters: RangeInclusive<usize>) -> Result<Option<&'a str>, Rejection> {
        let text = self.text(name)?;
        if let Some(text) = text {
            check_length(name, text, characters)?;
        }
        Ok(text)
    }

    /// Bytes, as Base64, that may be absent.
    pub(crate) fn blob(&self, name: &str, bytes: RangeInclusive<usize>) -> Result<Option<Vec<u8>>, Rejection> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let blob = STANDARD.decode(text);
        let blob = blob.map_err(|_| Rejection::serialization(format!("{name} is not a Base64 text")))?;
        if bytes.contains(&blob.len()) {
            return Ok(Some(blob));
        }
        let constraint = if blob.len() < *bytes.start() {
            format!("Member must have length greater than or equal to {}", bytes.start())
        } else {
            format!("Member must have length less than or equal to {}", bytes.end())
        };
        // The bytes may be secret, so they are not repeated.
        Err(Rejection::constraint(name, "of the request", &constraint))
    }

    /// Bytes, as Base64, that must be there.
    pub(crate) fn required_blob(&self, name: &str, bytes: RangeInclusive<usize>) -> Result<Vec<u8>, Rejection> {
        self.blob(name, bytes)?.ok_or_else(|| Rejection::missing(name))
    }

    /// A boolean; absent is `false`.
    pub(crate) fn boolean(&self, name: &str) -> Result<bool, Rejection> {
        match self.parameters.get(name) {
            None => Ok(false),
            Some(Value::Bool(value)) => Ok(*value),
            Some(_) => Err(wrong_type(name, "a boolean")),
        }
    }

    /// An integer in a range, that may be absent.
    pub(crate) fn integer(&self, name: &str, allowed: RangeInclusive<i64>) -> Result<Option<i64>, Rejection> {
        let Some(value) = self.parameters.get(name) else { return Ok(None) };
        let number = value.as_i64().ok_or_else(|| wrong_type(name, "an integer"))?;
        if allowed.contains(&number) {
            return Ok(Some(number));
        }
        let constraint = if number < *allowed.start() {
            format!("Member must have value greater than or equal to {}", allowed.start())
        } else {
            format!("Member must have value less than or equal to {}", allowed.end())
        };
        Err(Rejection::constraint(name, &format!("'{number}'"), &constraint))
    }

    /// A time in seconds since 1970, with or without a fraction, that may be absent.
    pub(crate) fn time(&self, name: &str) -> Result<Option<Timestamp>, Rejection> {
        let Some(value) = self.parameters.get(name) else { return Ok(None) };
        let seconds = value.as_f64().ok_or_else(|| wrong_type(name, "a number of seconds"))?;
        // Beyond the calendar it is as late, or as early, as a time can be.
        let limits = (Timestamp::MIN.as_second() as f64, Timestamp::MAX.as_second() as f64);
        let time = Timestamp::from_second(seconds.clamp(limits.0, limits.1) as i64);
        time.map(Some).map_err(|_| Rejection::serialization(format!("{name} is not a time")))
    }

    /// A list that may be absent.
    pub(crate) fn list(&self, name: &str) -> Result<Option<&'a [Value]>, Rejection> {
        match self.parameters.get(name) {
            None => Ok(None),
            Some(Value::Array(values)) => Ok(Some(values)),
            Some(_) => Err(wrong_type(name, "a list")),
        }
    }

    /// A list of texts that may be absent.
    pub(crate) fn texts(&self, name: &str) -> Result<Option<Vec<&'a str>>, Rejection> {
        let Some(values) = self.list(name)? else { return Ok(None) };
        let texts: Option<Vec<&str>> = values.iter().map(Value::as_str).collect();
        texts.map(Some).ok_or_else(|| wrong_type(name, "a list of strings"))
    }

    /// A parameter with named values that may be absent.
    pub(crate) fn choice<T>(
        &self,
        name: &str,
        read: fn(&str) -> Option<T>,
        known: &[&str],
    ) -> Result<Option<T>, Rejection> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        read(text).map(Some).ok_or_else(|| not_among(name, text, known))
    }

    /// An encryption context; none given is the empty one.
    pub(crate) fn context(&self, name: &str) -> Result<EncryptionContext, Rejection> {
        let Some(value) = self.parameters.get(name) else { return Ok(EncryptionContext::default()) };
        read_context(value).ok_or_else(|| wrong_type(name, "an object of strings"))
    }

    /// Checks the tokens of grants: each must be one that was handed out. They let nobody in, for whoever signs a request
    /// has every permission that it is not denied.
    pub(crate) fn check_grant_tokens(&self) -> Result<(), Rejection> {
        for token in self.texts("GrantTokens")?.unwrap_or_default() {
            self.tools.sealer.open_grant_token(token).ok_or_else(|| Rejection::invalid_grant_token("Invalid token"))?;
        }
        Ok(())
    }

    /// Ends a dry run, which succeeds by an error.
    pub(crate) fn finish_dry_run(&self) -> Result<(), Rejection> {
        if self.boolean("DryRun")? { Err(Rejection::dry_run()) } else { Ok(()) }
    }

    /// The required parameter that names a key, by id, ARN, alias or ARN of an alias. Whether an alias is allowed is
    /// checked when the key is looked up.
    pub(crate) fn key_reference(&self, name: &str) -> Result<KeyReference<'a>, Rejection> {
        self.read_reference(name, self.required(name)?)
    }

    /// The same of a parameter that may be absent.
    pub(crate) fn optional_reference(&self, name: &str) -> Result<Option<KeyReference<'a>>, Rejection> {
        self.text(name)?.map(|text| self.read_reference(name, text)).transpose()
    }

    fn read_reference<'t>(&self, name: &str, text: &'t str) -> Result<KeyReference<'t>, Rejection> {
        check_length(name, text, 1..=2048)?;
        if text.starts_with("alias/") {
            return Ok(KeyReference::Alias(text));
        }
        if !text.starts_with("arn:") {
            return Ok(KeyReference::Id(text));
        }

        let arn = Arn::parse(text).ok_or_else(|| Rejection::invalid_arn(format!("{text} is not a valid ARN")))?;
        if arn.region != self.caller.region {
            return Err(Rejection::not_found(format!("Invalid arn {}", arn.region)));
        }
        match arn.resource {
            // That of another account is not there either, for nobody is let in from outside.
            _ if arn.account != self.caller.account => Err(not_there(text)),
            Resource::Key(id) => Ok(KeyReference::Id(id)),
            Resource::Alias(alias) => Ok(KeyReference::Alias(alias)),
        }
    }

    /// Rejects a call that the access key has no permission for.
    pub(crate) fn authorize(&self) -> Result<(), Rejection> {
        if !self.caller.denied.contains(&self.operation) {
            return Ok(());
        }
        Err(Rejection::access_denied(format!(
            "User: arn:aws:iam::{}:root is not authorized to perform: kms:{}",
            self.caller.account, self.operation
        )))
    }

    /// Checks origin and state of the subject by the table.
    pub(crate) fn check_state(&self, key: &Key) -> Result<(), Rejection> {
        self.row.check(key, &self.arn(&key.id))
    }

    /// The ARN of a key.
    pub(crate) fn arn(&self, id: &str) -> String {
        key_arn(self.caller.region, self.caller.account, id)
    }

    /// The ARN of an alias.
    pub(crate) fn alias_arn(&self, name: &str) -> String {
        alias_arn(self.caller.region, self.caller.account, name)
    }

    /// The key that a reference means, where an alias may stand for it.
    pub(crate) fn find_key<'t>(&self, keys: &'t Tenant, reference: &KeyReference<'_>) -> Result<&'t Key, Rejection> {
        let id = match reference {
            KeyReference::Id(id) => id,
            KeyReference::Alias(name) => {
                let alias = keys.alias(name);
                let missing = || Rejection::not_found(format!("Alias {} is not found.", self.alias_arn(name)));
                alias.ok_or_else(missing)?.key_id.as_str()
            }
        };
        keys.key(id).ok_or_else(|| if is_key_id(id) { not_there(&self.arn(id)) } else { not_an_id(id) })
    }

    /// The key that a reference means, where an alias is not allowed.
    pub(crate) fn find_key_by_id<'t>(
        &self,
        keys: &'t Tenant,
        reference: &KeyReference<'_>,
    ) -> Result<&'t Key, Rejection> {
        match reference {
            KeyReference::Alias(name) => Err(not_an_id(name)),
            other => self.find_key(keys, other),
        }
    }

    /// When a state ends that passes by itself; nothing if there is none.
    pub(crate) fn end_of_transition(&self) -> Option<Timestamp> {
        let seconds = self.tools.transition_seconds;
        (seconds > 0).then(|| after(self.now, seconds.into()))
    }

    /// A new RSA pair: of the program, made before the call, or made here and now.
    pub(crate) fn new_pair(&self, size: RsaSize) -> Result<Arc<RsaPair>, Rejection> {
        let prepared = self.tools.new_pair.filter(|pair| pair.size() == Some(size)).map(Arc::clone);
        prepared.or_else(|| self.tools.pairs.new_pair(size)).ok_or_else(Rejection::internal_failure)
    }
}

/// A name that is not the id of a key.
fn not_an_id(text: &str) -> Rejection {
    Rejection::not_found(format!("Invalid keyId '{text}'"))
}

/// A key that does not exist.
pub(crate) fn not_there(arn: &str) -> Rejection {
    Rejection::not_found(format!("Key '{arn}' does not exist"))
}

fn wrong_type(name: &str, wanted: &str) -> Rejection {
    Rejection::serialization(format!("{name} is not {wanted}"))
}

/// A value that an enumeration does not have.
pub(crate) fn not_among(name: &str, text: &str, known: &[&str]) -> Rejection {
    let constraint = format!("Member must satisfy enum value set: [{}]", known.join(", "));
    Rejection::constraint(name, &format!("'{text}'"), &constraint)
}

/// Checks how many characters a text has.
pub(crate) fn check_length(name: &str, text: &str, allowed: RangeInclusive<usize>) -> Result<(), Rejection> {
    let constraint = match text.chars().count() {
        length if length < *allowed.start() => {
            format!("Member must have length greater than or equal to {}", allowed.start())
        }
        length if length > *allowed.end() => {
            format!("Member must have length less than or equal to {}", allowed.end())
        }
        _ => return Ok(()),
    };
    Err(Rejection::constraint(name, &format!("'{text}'"), &constraint))
}

/// A UUID, or `mrk-` and the hex digits of one for a multi-Region key.
pub(crate) fn is_key_id(text: &str) -> bool {
    let is_hex = |digits: &str| digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_uuid(text) || text.strip_prefix("mrk-").is_some_and(is_hex)
}
