//! GenerateDataKeyWithoutPlaintext: random bytes that nobody sees before Decrypt.

use super::{Definition, generate_data_key};
use crate::mock::aws::service::state::Rule;

pub(super) const DEFINITION: Definition = Definition {
    parameters: generate_data_key::PARAMETERS,
    rule: Rule::USES,
    run: |call, account| generate_data_key::generate(call, account, false),
};
