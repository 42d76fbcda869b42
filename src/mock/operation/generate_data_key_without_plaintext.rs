//! GenerateDataKeyWithoutPlaintext: random bytes, encrypted only.

use super::{Definition, generate_data_key};
use crate::mock::state::Rule;

pub(super) const DEFINITION: Definition = Definition {
    parameters: generate_data_key::PARAMETERS,
    rule: Rule::ONLY_ENABLED,
    run: |call| generate_data_key::generate(call, false),
};
