//! The grammar of a list of known failures, as serde and the JSON Schema know it.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Deserialize;

use crate::event::ListedKind;

/// Failures that are known and accepted until a date; for `kms-conformance run --known`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "known failures of kms-conformance")]
pub struct KnownFile {
    /// The version of this format; `1`.
    #[schemars(extend("const" = 1))]
    pub format: u32,
    /// What was tested: the URL of the endpoint, or `bundled mock`. `known --update` refuses results of another target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// The failures. A case may be meant by one entry only, but an exact id outranks patterns.
    #[serde(default)]
    pub known_failures: Vec<EntryFile>,
}

/// How a case, or several, fails.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntryFile {
    /// The id of a case, or a pattern of ids: `*` stands for anything within a part, `**` for any number of parts.
    pub case: String,
    /// The code of the response, or `Success`; with `status`.
    pub code: Option<String>,
    /// The HTTP status of the response; with `code`.
    #[schemars(range(min = 100, max = 599))]
    pub status: Option<u16>,
    /// Only where code and status are not what is wrong: what else is.
    pub kind: Option<ListedKind>,
    /// Why the failure is accepted.
    #[schemars(length(min = 1))]
    pub reason: String,
    /// A link to where the failure is tracked.
    #[schemars(extend("format" = "uri"))]
    pub issue: Option<String>,
    /// The last day on which the failure is accepted, `yyyy-mm-dd`, by the clock of UTC.
    #[schemars(extend("format" = "date"))]
    pub until: String,
}

/// The JSON Schema (draft 7) of such a file, with a line feed at its end; `cases/schemas/known.schema.json` is this
/// text.
pub fn schema() -> String {
    let schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<KnownFile>();
    format!("{:#}\n", schema.to_value())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_committed_schema_is_current() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/schemas/known.schema.json");
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::write(&path, schema()).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == schema(), "{} is out of date: run the tests with UPDATE_SCHEMA=1", path.display());
    }
}
