//! DescribeRegions: where the service is. Needs no permission.

use serde_json::{Value, json};

use super::Definition;
use crate::mock::alibaba::config::REGIONS;
use crate::mock::alibaba::service::call::Call;
use crate::mock::alibaba::service::state::Rule;
use crate::mock::alibaba::wire::dispatch::fields;
use crate::mock::alibaba::wire::rejection::Rejection;
use crate::mock::host::response::Fields;

pub(super) const DEFINITION: Definition = Definition { parameters: &[], rule: Rule::ALWAYS, run };

fn run(call: &Call<'_>) -> Result<Fields, Rejection> {
    call.check_account(&call.tenant())?;
    let regions: Vec<Value> = REGIONS.iter().map(|region| json!({ "RegionId": region })).collect();
    Ok(fields([("Regions", json!({ "Region": regions }))]))
}
