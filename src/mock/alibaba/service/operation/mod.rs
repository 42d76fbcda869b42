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
mod list_tag_resources;
mod re_encrypt;
mod schedule_key_deletion;
mod set_deletion_protection;
mod tag_resource;
mod tag_resources;
mod untag_resource;
mod untag_resources;
mod update_alias;
mod update_key_description;
mod update_rotation_policy;

use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::api::Operation;
use crate::mock::alibaba::service::call::Call;
use crate::mock::alibaba::service::numbered::is_of_list;
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::Rule;
use crate::mock::host::response::Fields;

/// What the mock knows of an operation.
pub(crate) struct Definition {
    /// The parameters that are read; others are ignored and counted. `Tag.N.Key` is one for each number.
    pub(crate) parameters: &'static [&'static str],
    /// What the state of the subject means.
    pub(crate) rule: Rule,
    /// Does it. The fields of the response come without RequestId.
    pub(crate) run: fn(&Call<'_>, &mut Account<'_>) -> Result<Fields, Rejection>,
}

impl Definition {
    /// Whether a parameter is read.
    pub(crate) fn reads(&self, name: &str) -> bool {
        self.parameters.iter().any(|known| *known == name || is_of_list(known, name))
    }
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
            Self::UpdateKeyDescription => &update_key_description::DEFINITION,
            Self::SetDeletionProtection => &set_deletion_protection::DEFINITION,
            Self::Encrypt => &encrypt::DEFINITION,
            Self::Decrypt => &decrypt::DEFINITION,
            Self::GenerateDataKey => &generate_data_key::DEFINITION,
            Self::GenerateDataKeyWithoutPlaintext => &generate_data_key_without_plaintext::DEFINITION,
            Self::ReEncrypt => &re_encrypt::DEFINITION,
            Self::CreateAlias => &create_alias::DEFINITION,
            Self::UpdateAlias => &update_alias::DEFINITION,
            Self::DeleteAlias => &delete_alias::DEFINITION,
            Self::ListAliases => &list_aliases::DEFINITION,
            Self::ListAliasesByKeyId => &list_aliases_by_key_id::DEFINITION,
            Self::GetParametersForImport => &get_parameters_for_import::DEFINITION,
            Self::ImportKeyMaterial => &import_key_material::DEFINITION,
            Self::DeleteKeyMaterial => &delete_key_material::DEFINITION,
            Self::TagResource => &tag_resource::DEFINITION,
            Self::UntagResource => &untag_resource::DEFINITION,
            Self::ListResourceTags => &list_resource_tags::DEFINITION,
            Self::TagResources => &tag_resources::DEFINITION,
            Self::UntagResources => &untag_resources::DEFINITION,
            Self::ListTagResources => &list_tag_resources::DEFINITION,
            Self::CreateKeyVersion => &create_key_version::DEFINITION,
            Self::DescribeKeyVersion => &describe_key_version::DEFINITION,
            Self::ListKeyVersions => &list_key_versions::DEFINITION,
            Self::UpdateRotationPolicy => &update_rotation_policy::DEFINITION,
            Self::DescribeRegions => &describe_regions::DEFINITION,
        }
    }
}

impl Call<'_> {
    /// Does what the call is for.
    pub(crate) fn run(&self, account: &mut Account<'_>) -> Result<Fields, Rejection> {
        (self.operation.definition().run)(self, account)
    }
}
