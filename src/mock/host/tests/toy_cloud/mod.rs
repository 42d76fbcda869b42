//! A cloud of two operations and two states: `make` makes a key that is on, `toggle` switches it off and on.
//!
//! A request is a JSON object with an `op`, posted to any path. An error is an object with a `wrong` part. Nobody signs.

mod key;
mod request;

use std::collections::BTreeMap;
use std::sync::Mutex;

use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue};
use jiff::Timestamp;
use serde_json::{Value, json};

use self::key::ToyKey;
use self::request::ToyRequest;
use crate::mock::host::cloud::{
    BuildError, Cloud, CloudConfig, CloudSettings, Description, DeviationError, Facilities, Holdings, NoRandomness,
    OperationIndex, Record, Routed, Summary, Unreadable,
};
use crate::mock::host::request::Received;
use crate::mock::host::response::{Fields, Response, Shown};
use crate::mock::host::view::{AccountView, IgnoredParameter};
use crate::mock::locked;

static DESCRIPTION: Description = Description {
    name: "toy",
    title: "Toy Cloud",
    operations: &["make", "toggle"],
    throttle_codes: &["busy"],
    states: &["on", "off"],
    class_label: "Kind",
    classes: &["plain"],
    graph: include_str!("graph.svg"),
    is_outdated: |_, _, _| false,
};

/// The only deviation: `toggle` reports the new state and does nothing.
const TOGGLE_DOES_NOTHING: &str = "toggle-does-nothing";

/// The settings of the toy: how many keys there are from the start.
#[derive(Debug, Default)]
pub(in crate::mock::host) struct ToySettings {
    pub(in crate::mock::host) planted: usize,
}

impl CloudSettings for ToySettings {
    fn description(&self) -> &'static Description {
        &DESCRIPTION
    }

    fn build(&self, facilities: Facilities, records: Vec<Record>) -> Result<Box<dyn Cloud>, BuildError> {
        let mut keys = BTreeMap::new();
        for record in records {
            let key = (record.table == key::TABLE).then(|| serde_json::from_str(record.json.get()).ok()).flatten();
            let key: ToyKey = key.ok_or(BuildError::Record { table: record.table, name: record.name.clone() })?;
            keys.insert(record.name, key);
        }
        let (keys, deviations) = (Mutex::new(keys), Mutex::default());
        Ok(Box::new(ToyCloud { planted: self.planted, facilities, keys, deviations }))
    }
}

impl From<ToySettings> for CloudConfig {
    fn from(settings: ToySettings) -> Self {
        Self::new(settings)
    }
}

#[derive(Debug)]
struct ToyCloud {
    planted: usize,
    facilities: Facilities,
    keys: Mutex<BTreeMap<String, ToyKey>>,
    deviations: Mutex<Vec<String>>,
}

impl Cloud for ToyCloud {
    fn description(&self) -> &'static Description {
        &DESCRIPTION
    }

    fn route<'r>(&'r self, received: &'r Received, _request_id: String) -> Box<dyn Routed + 'r> {
        Box::new(ToyRequest::new(self, received))
    }

    fn respond_to_unreadable(&self, _: &Received, _: String, why: Unreadable) -> Response {
        match why {
            Unreadable::TooLarge => error(413, "huge"),
            Unreadable::Incomplete => error(400, "half"),
        }
    }

    fn is_api_request(&self, received: &Received) -> bool {
        received.headers.contains_key("toy")
    }

    fn holdings(&self) -> Holdings {
        Holdings { keys: locked(&self.keys).len(), aliases: 0 }
    }

    fn accounts(&self, _: Timestamp) -> Vec<AccountView> {
        let keys = locked(&self.keys);
        let count = |on| keys.values().filter(|key| key.on == on).count();
        vec![AccountView {
            account: "everybody".to_owned(),
            region: "here".to_owned(),
            key_count: keys.len(),
            alias_count: 0,
            states: vec![("on", count(true)), ("off", count(false))],
            keys: keys.iter().map(|(id, key)| key.view(id)).collect(),
        }]
    }

    fn ignored_parameters(&self) -> Vec<IgnoredParameter> {
        Vec::new()
    }

    fn shown_parameters(&self, _: OperationIndex, received: &Received) -> Fields {
        let mut fields: Fields = serde_json::from_slice(&received.body).unwrap_or_default();
        fields.remove("secret");
        fields
    }

    fn summary(&self, parameters: &Fields, response: &Fields) -> Summary {
        let key = parameters.get("key").or_else(|| response.get("key"));
        let code = response.get("wrong").and_then(|wrong| wrong.get("why"));
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        Summary { key: text(key), about: None, code: text(code) }
    }

    fn deviations(&self) -> Vec<String> {
        locked(&self.deviations).clone()
    }

    fn set_deviations(&self, texts: &[String]) -> Result<(), DeviationError> {
        if let Some(unknown) = texts.iter().find(|text| *text != TOGGLE_DOES_NOTHING) {
            return Err(DeviationError::new(UnknownDeviation(unknown.clone())));
        }
        *locked(&self.deviations) = texts.to_owned();
        Ok(())
    }

    fn plant(&self) -> Result<(), NoRandomness> {
        let mut keys = locked(&self.keys);
        for _ in 0..self.planted {
            self.make(&mut keys);
        }
        Ok(())
    }

    fn reset(&self) {
        let mut keys = locked(&self.keys);
        if let Some(journal) = &self.facilities.journal {
            journal.append(keys.keys().map(|id| key::removal(id)));
        }
        keys.clear();
        drop(keys);
        locked(&self.deviations).clear();
        // Nothing in it is random.
        let _ = self.plant();
    }
}

impl ToyCloud {
    /// Makes a key; its id, and the number of the change in the journal.
    fn make(&self, keys: &mut BTreeMap<String, ToyKey>) -> (String, u64) {
        let id = self.facilities.identifiers.resource();
        let key = ToyKey { on: true, created: self.facilities.clock.now().as_second() };
        let number = self.keep(&id, &key);
        keys.insert(id.clone(), key);
        (id, number)
    }

    fn keep(&self, id: &str, key: &ToyKey) -> u64 {
        self.facilities.journal.as_ref().map_or(0, |journal| journal.append([key.change(id)]))
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the toy has no deviation `{0}`")]
struct UnknownDeviation(String);

fn success(value: &Value) -> Response {
    response(200, value)
}

fn error(status: u16, why: &str) -> Response {
    response(status, &json!({ "wrong": { "why": why } }))
}

fn response(status: u16, value: &Value) -> Response {
    let headers = vec![
        (CONTENT_TYPE, HeaderValue::from_static("text/toy")),
        (HeaderName::from_static("toy"), HeaderValue::from_static("yes")),
    ];
    Response { status, headers, body: value.to_string().into(), shown: Shown::default() }
}
