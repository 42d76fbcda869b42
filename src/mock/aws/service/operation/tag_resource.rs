//! TagResource: a tag whose key is there already has its value replaced.

use super::Definition;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::state::Rule;
use crate::mock::aws::service::tags::{MOST_TAGS, read_tags};
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition = Definition { parameters: &["KeyId", "Tags"], rule: Rule::DESCRIBES, run };

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let reference = call.key_reference("KeyId")?;
    call.list("Tags")?.ok_or_else(|| Rejection::missing("Tags"))?;
    let tags = read_tags(call)?;
    call.authorize()?;

    account.write(|keys| {
        let key = call.find_key_by_id(keys, &reference)?;
        call.check_state(key)?;
        let new = tags.iter().filter(|(name, _)| !key.tags.contains_key(name)).count();
        if key.tags.len() + new > MOST_TAGS {
            return Err(Rejection::tag(format!("Too many tags; a key has at most {MOST_TAGS}.")));
        }
        let id = key.id.clone();
        keys.change(&id, |key| key.tags.extend(tags));
        Ok(Fields::new())
    })
}
