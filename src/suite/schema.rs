//! The JSON Schemas of the case files, for editors: `cases/schemas/*.schema.json`.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::clause::ClausesFile;
use super::prices::PricesFile;
use super::row::shape::RowFile;
use super::scenario::shape::ScenariosFile;
use super::service::ServiceFile;

/// The schemas, each with the name of its file. Draft 7, which every editor knows.
pub fn schemas() -> [(&'static str, Value); 5] {
    [
        ("clauses.schema.json", schema_of::<ClausesFile>()),
        ("prices.schema.json", schema_of::<PricesFile>()),
        ("row.schema.json", schema_of::<RowFile>()),
        ("scenario.schema.json", schema_of::<ScenariosFile>()),
        ("service.schema.json", schema_of::<ServiceFile>()),
    ]
}

fn schema_of<T: JsonSchema>() -> Value {
    SchemaSettings::draft07().into_generator().into_root_schema_for::<T>().to_value()
}
