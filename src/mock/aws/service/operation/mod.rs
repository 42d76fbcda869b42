//! The operations, one file each: what it takes, what the state of a key means for it, what it does.
//!
//! Every operation checks in the same order: parameters there and well-formed, permission, key or alias found, what the key
//! is for, origin, state, and then what the parameters mean. The documents say nothing of this order.

mod cancel_key_deletion;
mod create_key;
mod decrypt;
mod describe_key;
mod disable_key;
mod enable_key;
mod encrypt;
mod generate_data_key;
mod generate_data_key_without_plaintext;
mod list_keys;
mod schedule_key_deletion;

use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::api::Operation;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::state::Rule;
use crate::mock::host::response::Fields;

/// What the mock knows of an operation.
pub(crate) struct Definition {
    /// The parameters that are read; others are ignored and counted.
    pub(crate) parameters: &'static [&'static str],
    /// What the state of the subject means.
    pub(crate) rule: Rule,
    /// Does it.
    pub(crate) run: fn(&Call<'_>, &mut Account<'_>) -> Result<Fields, Rejection>,
}

impl Operation {
    /// What the mock knows of it.
    pub(crate) const fn definition(self) -> &'static Definition {
        // A match and not a table, so that an operation without a definition does not compile.
        match self {
            Self::CreateKey => &create_key::DEFINITION,
            Self::DescribeKey => &describe_key::DEFINITION,
            Self::ListKeys => &list_keys::DEFINITION,
            Self::EnableKey => &enable_key::DEFINITION,
            Self::DisableKey => &disable_key::DEFINITION,
            Self::ScheduleKeyDeletion => &schedule_key_deletion::DEFINITION,
            Self::CancelKeyDeletion => &cancel_key_deletion::DEFINITION,
            Self::Encrypt => &encrypt::DEFINITION,
            Self::Decrypt => &decrypt::DEFINITION,
            Self::GenerateDataKey => &generate_data_key::DEFINITION,
            Self::GenerateDataKeyWithoutPlaintext => &generate_data_key_without_plaintext::DEFINITION,
        }
    }
}

impl Call<'_> {
    /// Does what the call is for.
    pub(crate) fn run(&self, account: &mut Account<'_>) -> Result<Fields, Rejection> {
        (self.operation.definition().run)(self, account)
    }
}
