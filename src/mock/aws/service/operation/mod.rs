//! The operations, one file each: what it takes, what the state of a key means for it, what it does.
//!
//! Every operation checks in the same order: parameters there and well-formed, permission, key or alias found, what the key
//! is for, origin, state, and then what the parameters mean. The documents say nothing of this order.

mod cancel_key_deletion;
mod create_alias;
mod create_grant;
mod create_key;
mod decrypt;
mod delete_alias;
mod delete_imported_key_material;
mod describe_key;
mod disable_key;
mod disable_key_rotation;
mod enable_key;
mod enable_key_rotation;
mod encrypt;
mod generate_data_key;
mod generate_data_key_pair;
mod generate_data_key_pair_without_plaintext;
mod generate_data_key_without_plaintext;
mod generate_mac;
mod generate_random;
mod get_key_policy;
mod get_key_rotation_status;
mod get_parameters_for_import;
mod get_public_key;
mod import_key_material;
mod list_aliases;
mod list_grants;
mod list_key_policies;
mod list_key_rotations;
mod list_keys;
mod list_resource_tags;
mod list_retirable_grants;
mod put_key_policy;
mod re_encrypt;
mod replicate_key;
mod retire_grant;
mod revoke_grant;
mod rotate_key_on_demand;
mod schedule_key_deletion;
mod sign;
mod tag_resource;
mod untag_resource;
mod update_alias;
mod update_key_description;
mod update_primary_region;
mod verify;
mod verify_mac;

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
            Self::UpdateKeyDescription => &update_key_description::DEFINITION,
            Self::Encrypt => &encrypt::DEFINITION,
            Self::Decrypt => &decrypt::DEFINITION,
            Self::ReEncrypt => &re_encrypt::DEFINITION,
            Self::GenerateDataKey => &generate_data_key::DEFINITION,
            Self::GenerateDataKeyWithoutPlaintext => &generate_data_key_without_plaintext::DEFINITION,
            Self::GenerateDataKeyPair => &generate_data_key_pair::DEFINITION,
            Self::GenerateDataKeyPairWithoutPlaintext => &generate_data_key_pair_without_plaintext::DEFINITION,
            Self::GenerateRandom => &generate_random::DEFINITION,
            Self::Sign => &sign::DEFINITION,
            Self::Verify => &verify::DEFINITION,
            Self::GetPublicKey => &get_public_key::DEFINITION,
            Self::GenerateMac => &generate_mac::DEFINITION,
            Self::VerifyMac => &verify_mac::DEFINITION,
            Self::CreateAlias => &create_alias::DEFINITION,
            Self::UpdateAlias => &update_alias::DEFINITION,
            Self::DeleteAlias => &delete_alias::DEFINITION,
            Self::ListAliases => &list_aliases::DEFINITION,
            Self::TagResource => &tag_resource::DEFINITION,
            Self::UntagResource => &untag_resource::DEFINITION,
            Self::ListResourceTags => &list_resource_tags::DEFINITION,
            Self::GetKeyPolicy => &get_key_policy::DEFINITION,
            Self::PutKeyPolicy => &put_key_policy::DEFINITION,
            Self::ListKeyPolicies => &list_key_policies::DEFINITION,
            Self::CreateGrant => &create_grant::DEFINITION,
            Self::ListGrants => &list_grants::DEFINITION,
            Self::ListRetirableGrants => &list_retirable_grants::DEFINITION,
            Self::RetireGrant => &retire_grant::DEFINITION,
            Self::RevokeGrant => &revoke_grant::DEFINITION,
            Self::GetParametersForImport => &get_parameters_for_import::DEFINITION,
            Self::ImportKeyMaterial => &import_key_material::DEFINITION,
            Self::DeleteImportedKeyMaterial => &delete_imported_key_material::DEFINITION,
            Self::EnableKeyRotation => &enable_key_rotation::DEFINITION,
            Self::DisableKeyRotation => &disable_key_rotation::DEFINITION,
            Self::GetKeyRotationStatus => &get_key_rotation_status::DEFINITION,
            Self::RotateKeyOnDemand => &rotate_key_on_demand::DEFINITION,
            Self::ListKeyRotations => &list_key_rotations::DEFINITION,
            Self::ReplicateKey => &replicate_key::DEFINITION,
            Self::UpdatePrimaryRegion => &update_primary_region::DEFINITION,
        }
    }
}

impl Call<'_> {
    /// Does what the call is for.
    pub(crate) fn run(&self, account: &mut Account<'_>) -> Result<Fields, Rejection> {
        (self.operation.definition().run)(self, account)
    }
}
