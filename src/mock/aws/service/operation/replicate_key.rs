//! ReplicateKey: a multi-Region key gets a relative in another region, with the same id and the same material. Imported
//! material has to be imported there again.
//!
//! The service needs a moment for it, in which the replica is Creating. Here it is made at once, unless the settings give it
//! some time.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Definition;
use super::create_key::LONGEST_DESCRIPTION;
use crate::mock::aws::regions::REGIONS;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::arn::partition;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::call::{Caller, KeyReference};
use crate::mock::aws::service::key::{Import, Key, Origin, Role};
use crate::mock::aws::service::metadata::key_metadata;
use crate::mock::aws::service::policy::{default_policy, read_policy};
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::state::{KeyState, Rule};
use crate::mock::aws::service::tags::read_tags;
use crate::mock::host::response::{Fields, fields};

pub(super) const DEFINITION: Definition = Definition {
    parameters: &["KeyId", "ReplicaRegion", "Policy", "BypassPolicyLockoutSafetyCheck", "Description", "Tags"],
    rule: Rule::REPLICATES,
    run,
};

struct Request<'a> {
    key: KeyReference<'a>,
    region: &'a str,
    description: &'a str,
    policy: Option<&'a str>,
    tags: BTreeMap<String, String>,
}

fn parse<'a>(call: &Call<'a>) -> Result<Request<'a>, Rejection> {
    let key = call.key_reference("KeyId")?;
    let region = read_region(call, "ReplicaRegion")?;
    let policy = read_policy(call, "Policy")?;
    call.boolean("BypassPolicyLockoutSafetyCheck")?;
    let description = call.text_of("Description", 0..=LONGEST_DESCRIPTION)?.unwrap_or_default();
    let tags = read_tags(call)?.into_iter().collect();
    Ok(Request { key, region, description, policy, tags })
}

/// Another region of the same partition.
pub(super) fn read_region<'a>(call: &Call<'a>, name: &str) -> Result<&'a str, Rejection> {
    let region = call.text_of(name, 1..=32)?.ok_or_else(|| Rejection::missing(name))?;
    let is_there = REGIONS.contains(&region) && partition(region) == partition(call.caller.region);
    if is_there { Ok(region) } else { Err(Rejection::validation(format!("The region {region} is not valid."))) }
}

/// Rejects every key but a multi-Region primary key.
pub(super) fn check_primary(call: &Call<'_>, key: &Key) -> Result<(), Rejection> {
    if key.is_primary() {
        return Ok(());
    }
    Err(Rejection::unsupported(format!("{} is not a multi-Region primary key.", call.arn(&key.id))))
}

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let request = parse(call)?;
    call.authorize()?;
    // The call as if it had been sent to the other region, which is what names in the response are of.
    let there = Call { caller: Caller { region: request.region, ..call.caller }, ..*call };

    account.write_all(|regions| {
        let primary = call.find_key_by_id(regions.tenant(call.caller.region), &request.key)?;
        check_primary(call, primary)?;
        call.check_state(primary)?;
        let primary = primary.clone();
        let keys = regions.tenant(request.region);
        if keys.key(&primary.id).is_some() {
            let message = format!("{} already exists", there.arn(&primary.id));
            return Err(Rejection::already_exists(message));
        }

        let id = primary.id.clone();
        let replica = keys.add(id, |number| replica_of(&there, primary, number, request)).clone();
        let tags: Vec<Value> =
            replica.tags.iter().map(|(name, value)| json!({"TagKey": name, "TagValue": value})).collect();
        Ok(fields([
            ("ReplicaKeyMetadata", Value::Object(key_metadata(&there, regions, &replica))),
            ("ReplicaPolicy", replica.policy.into()),
            ("ReplicaTags", tags.into()),
        ]))
    })
}

/// What relatives have in common is copied; description, policy, tags, grants and aliases are the replica's own.
fn replica_of(there: &Call<'_>, primary: Key, number: u64, request: Request<'_>) -> Key {
    let state = if primary.origin == Origin::External { KeyState::PendingImport } else { KeyState::Enabled };
    let end = there.end_of_transition();
    Key {
        number,
        role: Some(Role::Replica),
        description: request.description.to_owned(),
        created: there.now,
        state: if end.is_some() { KeyState::Creating } else { state },
        former: None,
        arrival: None,
        next_state: end.map(|end| (end, state)),
        delete_date: None,
        waiting_days: None,
        // It is bound to the material of its primary key, and has none yet.
        import: Import { present: false, expires: None, ..primary.import },
        policy: request.policy.map_or_else(|| default_policy(there), str::to_owned),
        tags: request.tags,
        grants: Vec::new(),
        alias_dates: BTreeMap::new(),
        aliases: BTreeMap::new(),
        saved_by: 0,
        ..primary
    }
}
