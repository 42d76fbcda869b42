//! The operations, one file each: what it takes, what the state of a key means for it, what it does.
//!
//! Every operation checks in the same order: parameters there, parameters well-formed, permission, key or alias found,
//! alias allowed, origin, state, and then what the parameters mean.

mod cancel_key_deletion;
mod create_alias;
mod create_key;
mod create_key_version;
mod decrypt;
mod delete_alias;
mod delete_key_material;
mod describe_key;
mod describe_key_version;
mod describe_regions;
mod disable_key;
mod enable_key;
mod encrypt;
mod generate_data_key;
mod generate_data_key_without_plaintext;
mod get_parameters_for_import;
mod import_key_material;
mod list_aliases;
mod list_aliases_by_key_id;
mod list_key_versions;
mod list_keys;
mod list_resource_tags;
mod re_encrypt;
mod schedule_key_deletion;
mod set_deletion_protection;
mod tag_resource;
mod untag_resource;
mod update_alias;
mod update_key_description;
mod update_rotation_policy;

use std::fmt;
use std::str::FromStr;

use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::call::Call;
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::Rule;
use crate::mock::host::response::Fields;

/// What the mock knows of an operation.
pub(crate) struct Definition {
    /// The parameters that are read; others are ignored and counted.
    pub(crate) parameters: &'static [&'static str],
    /// What the state of the subject means.
    pub(crate) rule: Rule,
    /// Does it. The fields of the answer come without RequestId.
    pub(crate) run: fn(&Call<'_>, &mut Account<'_>) -> Result<Fields, Rejection>,
}

macro_rules! operations {
    ($($name:ident => $module:ident),* $(,)?) => {
        /// An operation of the API.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Operation {
            $(
                #[doc = concat!("`", stringify!($name), "`.")]
                $name
            ),*
        }

        impl Operation {
            /// Every operation.
            pub const ALL: &'static [Operation] = &[$(Operation::$name),*];

            /// The name on the wire.
            pub const fn name(self) -> &'static str {
                match self { $(Operation::$name => stringify!($name)),* }
            }

            pub(crate) const fn definition(self) -> &'static Definition {
                match self { $(Operation::$name => &$module::DEFINITION),* }
            }
        }
    };
}

operations! {
    CreateKey => create_key,
    DescribeKey => describe_key,
    ListKeys => list_keys,
    EnableKey => enable_key,
    DisableKey => disable_key,
    ScheduleKeyDeletion => schedule_key_deletion,
    CancelKeyDeletion => cancel_key_deletion,
    UpdateKeyDescription => update_key_description,
    SetDeletionProtection => set_deletion_protection,
    Encrypt => encrypt,
    Decrypt => decrypt,
    GenerateDataKey => generate_data_key,
    GenerateDataKeyWithoutPlaintext => generate_data_key_without_plaintext,
    ReEncrypt => re_encrypt,
    CreateAlias => create_alias,
    UpdateAlias => update_alias,
    DeleteAlias => delete_alias,
    ListAliases => list_aliases,
    ListAliasesByKeyId => list_aliases_by_key_id,
    GetParametersForImport => get_parameters_for_import,
    ImportKeyMaterial => import_key_material,
    DeleteKeyMaterial => delete_key_material,
    TagResource => tag_resource,
    UntagResource => untag_resource,
    ListResourceTags => list_resource_tags,
    CreateKeyVersion => create_key_version,
    DescribeKeyVersion => describe_key_version,
    ListKeyVersions => list_key_versions,
    UpdateRotationPolicy => update_rotation_policy,
    DescribeRegions => describe_regions,
}

impl Operation {
    /// Whether it is about one key, whose state counts.
    pub const fn has_subject(self) -> bool {
        !matches!(self, Self::CreateKey | Self::ListKeys | Self::ListAliases | Self::DescribeRegions)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// The text names no operation that the mock knows.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("unknown operation `{0}` (one of {list})", list = names())]
pub struct ParseOperationError(String);

fn names() -> String {
    Operation::ALL.iter().map(|operation| operation.name()).collect::<Vec<_>>().join(", ")
}

impl FromStr for Operation {
    type Err = ParseOperationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Operation::ALL.iter().copied().find(|operation| operation.name() == text);
        found.ok_or_else(|| ParseOperationError(text.to_owned()))
    }
}
