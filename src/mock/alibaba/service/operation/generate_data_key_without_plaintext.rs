//! GenerateDataKeyWithoutPlaintext: random bytes, encrypted only.

use super::Definition;
use super::generate_data_key::{PARAMETERS, Shown, generate};
use crate::mock::alibaba::service::state::Rule;

pub(super) const DEFINITION: Definition = Definition {
    parameters: PARAMETERS,
    rule: Rule::ONLY_ENABLED,
    run: |call, account| generate(call, account, Shown::CiphertextOnly),
};
