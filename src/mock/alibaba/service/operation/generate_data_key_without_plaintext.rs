//! GenerateDataKeyWithoutPlaintext: random bytes, encrypted only.

use super::Definition;
use super::generate_data_key;
use crate::mock::alibaba::service::state::Rule;

pub(super) const DEFINITION: Definition = Definition {
    parameters: generate_data_key::PARAMETERS,
    rule: Rule::ONLY_ENABLED,
    run: |call| generate_data_key::generate(call, false),
};
