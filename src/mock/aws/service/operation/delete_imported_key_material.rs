//! DeleteImportedKeyMaterial: at once, and again without effect. A key that waits for its deletion goes on waiting for that.

use super::Definition;
use super::import_key_material::response;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::state::Rule;
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition =
    Definition { parameters: &["KeyId", "KeyMaterialId"], rule: Rule::DELETES_MATERIAL, run };

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let reference = call.key_reference("KeyId")?;
    let wanted = call.text_of("KeyMaterialId", 64..=64)?;
    call.authorize()?;

    account.write(|keys| {
        let key = call.find_key_by_id(keys, &reference)?;
        call.check_state(key)?;
        let material_id = key.current().map(|version| version.id.clone());
        if wanted.is_some() && wanted != material_id.as_deref() {
            return Err(Rejection::not_found("The key has no key material with this id."));
        }

        let (id, spec) = (key.id.clone(), key.spec);
        if key.has_material() {
            keys.change(&id, |key| key.drop_material());
        }
        Ok(response(call, &id, spec, material_id))
    })
}
