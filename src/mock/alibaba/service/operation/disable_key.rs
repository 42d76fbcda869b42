//! DisableKey: switches a key off. A disabled key stays so, with success.

use super::Definition;
use super::enable_key;
use crate::mock::alibaba::service::state::{KeyState, Rule};

pub(super) const DEFINITION: Definition = Definition {
    parameters: &["KeyId"],
    rule: Rule::SWITCHES,
    run: |call| enable_key::switch(call, KeyState::Disabled),
};
