//! GenerateDataKeyPairWithoutPlaintext: a new pair, whose private key nobody sees before Decrypt.

use super::{Definition, generate_data_key_pair};
use crate::mock::aws::service::state::Rule;

pub(super) const DEFINITION: Definition = Definition {
    parameters: generate_data_key_pair::PARAMETERS,
    rule: Rule::USES,
    run: |call, account| generate_data_key_pair::generate(call, account, false),
};
