//! A step as a person writes it.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::expectation::AcceptFile;
use super::makes::MakesFile;
use super::response_checks::{BetweenFile, EntryFile};
use crate::provider::{BodyForm, Tamper};
use crate::suite::Map;
use crate::suite::form::Form;
use crate::suite::one_or_many::OneOrMany;
use crate::suite::region::OtherRegion;

/// One step: exactly one of `call`, `look`, `state`, `drive`, `advance`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepFile {
    /// An operation that is judged: another response than the expected one is a deviation.
    #[serde(default)]
    pub call: Option<String>,
    /// An operation that looks for an effect: its fields are judged, but if the response is another, the case
    /// is inconclusive, for the deviation belongs to another case.
    #[serde(default)]
    pub look: Option<String>,
    /// The state that the key must be in.
    #[serde(default)]
    pub state: Option<String>,
    /// The state that the key is driven to by the shortest route; if that fails, the case is inconclusive.
    #[serde(default)]
    pub drive: Option<String>,
    /// Moves the target's clock, such as `7d` or `24h`.
    #[serde(default)]
    pub advance: Option<String>,
    /// The key that the step is about: `key` unless given. In the templates of the step, `key` is this key.
    #[serde(default)]
    pub on: Option<String>,
    /// With `call` and `look`: the region to which the request is sent, if it is not that of the target.
    #[serde(default)]
    pub region: Option<OtherRegion>,
    /// The parameters; those of the operation's matrix file unless given.
    #[serde(default)]
    pub request: Option<Map<Value>>,
    /// The outcome, or several of which one must come: `Success` unless given.
    #[serde(default)]
    pub expect: Option<OneOrMany>,
    /// Where the documents leave room: other outcomes that are accepted, and why.
    #[serde(default)]
    pub accept: Vec<AcceptFile>,
    /// With `call`: the name of an earlier response (`as`), whose request is sent once more, byte by byte.
    #[serde(default)]
    pub replay: Option<String>,
    /// With `call`: what is wrong with the request besides its parameters. Such a request must be rejected.
    #[serde(default)]
    pub tamper: Option<Tamper>,
    /// With `call`: what must hold after the steps before. If the call shows otherwise, those had a wrong effect.
    #[serde(default)]
    pub holds: Option<String>,
    /// With `call`: the parameter that a rejection is for, or several of which it is one. Its code or its message must
    /// name it.
    #[serde(default)]
    pub names: Option<OneOrMany>,
    /// With `call`: the form of the body that is requested, `json` or `xml`, whatever the run requests otherwise. The
    /// body must have it, of an error too, and the content type must fit.
    #[serde(default)]
    pub format: Option<BodyForm>,
    /// Fields that the response must have.
    #[serde(default)]
    pub present: Vec<String>,
    /// With `call`: the form of fields of the response: path → form. Within a list, of each entry.
    #[serde(default)]
    pub form: Map<Form>,
    /// How many bytes fields hold that are Base64: path → number.
    #[serde(default)]
    pub bytes: Map<u32>,
    /// How many entries lists have on the page that came: path → number.
    #[serde(default)]
    pub entries: Map<u32>,
    /// Between which times fields must be, both included: path → from and to.
    #[serde(default)]
    pub between: Map<BetweenFile>,
    /// Fields whose values no response before has that is known by a name (`as`).
    #[serde(default)]
    pub fresh: Vec<String>,
    /// With `call`: the list whose page must have as many entries as the counters of the response say.
    #[serde(default)]
    pub counted: Option<String>,
    /// Fields of the response and their values: path → template. The empty text also stands for no field.
    #[serde(default)]
    pub fields: Map<String>,
    /// Fields of the response that are JSON text, whose spaces and order do not matter, and what they mean: path → template.
    #[serde(default)]
    pub json: Map<String>,
    /// Fields of the response and values that they must not have: path → template.
    #[serde(default)]
    pub differs: Map<String>,
    /// What the list in the response must hold, on whatever page.
    #[serde(default)]
    pub contains: Option<EntryFile>,
    /// What the list in the response must not hold, on no page.
    #[serde(default)]
    pub lacks: Option<EntryFile>,
    /// The name by which later steps know the response: `${name.Path}`.
    #[serde(default, rename = "as")]
    pub response_name: Option<String>,
    /// What the call makes and how it is removed afterwards.
    #[serde(default)]
    pub makes: Option<MakesFile>,
    /// With `state`: another state makes a note and is not a deviation. Why the documents leave it open.
    #[serde(default)]
    pub record: Option<String>,
    /// With `advance`: the state of the key afterwards; unknown unless given.
    #[serde(default)]
    pub becomes: Option<String>,
    /// What the step is for, in one sentence.
    #[serde(default)]
    #[expect(dead_code, reason = "for those who read the file")]
    pub why: Option<String>,
}
