//! DescribeRegions: where the service is. Needs no permission.

use serde_json::{Value, json};

use super::Definition;
use crate::mock::answer::Fields;
use crate::mock::call::Call;
use crate::mock::config::REGIONS;
use crate::mock::refusal::Refusal;
use crate::mock::dispatch::fields;
use crate::mock::state::Rule;

pub(super) const DEFINITION: Definition = Definition { parameters: &[], rule: Rule::ALWAYS, run };

fn run(call: &Call<'_>) -> Result<Fields, Refusal> {
    call.check_account(&call.tenant())?;
    let regions: Vec<Value> = REGIONS.iter().map(|region| json!({ "RegionId": region })).collect();
    Ok(fields([("Regions", json!({ "Region": regions }))]))
}
