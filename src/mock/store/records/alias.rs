//! The record of an alias.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// An alias.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AliasRecord<'a> {
    pub(super) account: Cow<'a, str>,
    pub(super) region: Cow<'a, str>,
    pub(super) name: Cow<'a, str>,
    pub(super) key_id: Cow<'a, str>,
    pub(super) number: u64,
}
