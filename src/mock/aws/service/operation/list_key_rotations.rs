//! ListKeyRotations: when a key got new material, and why.

use serde_json::json;

use super::Definition;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::metadata::wire_seconds;
use crate::mock::aws::service::paging::Page;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::rotation::check_rotatable;
use crate::mock::aws::service::state::Rule;
use crate::mock::host::names::wire_names;
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["KeyId", "Limit", "Marker", "IncludeKeyMaterial"], rule: Rule::READS_ROTATION, run };

wire_names! {
    /// Whether the first material is listed too.
    Include { All = "ALL_KEY_MATERIAL", Rotations = "ROTATIONS_ONLY" }
}

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let reference = call.key_reference("KeyId")?;
    let page = Page::read(call, 100, 1000)?;
    let include = call.choice("IncludeKeyMaterial", Include::from_wire, Include::NAMES)?;
    call.authorize()?;

    account.read(|keys| {
        let key = call.find_key_by_id(keys, &reference)?;
        check_rotatable(call, key)?;
        call.check_state(key)?;
        let arn = call.arn(&key.id);
        let versions = (0..).zip(&key.versions).filter(|(number, version)| {
            *number >= page.from && (version.rotation.is_some() || include == Some(Include::All))
        });
        let current = key.current().map(|version| version.id.as_str());
        Ok(page.fields(call, "Rotations", versions, |version| {
            let is_current = current == Some(version.id.as_str());
            let mut entry = json!({
                "KeyId": arn,
                "KeyMaterialId": version.id,
                "KeyMaterialState": if is_current { "CURRENT" } else { "NON_CURRENT" },
            });
            if let Some(rotation) = version.rotation {
                entry["RotationDate"] = wire_seconds(version.created);
                entry["RotationType"] = rotation.wire().into();
            }
            entry
        }))
    })
}
