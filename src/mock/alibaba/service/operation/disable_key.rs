//! DisableKey: switches a key off. A disabled key stays so, with success.

use super::Definition;
use super::enable_key::switch;
use crate::mock::alibaba::service::state::{KeyState, Rule};

pub(super) const DEFINITION: Definition = Definition {
    parameters: &["KeyId"],
    rule: Rule::SWITCHES,
    run: |call, account| switch(call, account, KeyState::Disabled),
};
