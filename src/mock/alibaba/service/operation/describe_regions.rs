//! DescribeRegions: where the service is. Needs no permission.

use serde_json::{Value, json};

use super::Definition;
use crate::mock::alibaba::regions::REGIONS;
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::Rule;
use crate::mock::host::response::{Fields, fields};

pub(super) const DEFINITION: Definition = Definition { parameters: &[], rule: Rule::ALWAYS, run: |_, _| run() };

fn run() -> Result<Fields, Rejection> {
    let regions: Vec<Value> = REGIONS.iter().map(|region| json!({ "RegionId": region })).collect();
    Ok(fields([("Regions", json!({ "Region": regions }))]))
}
