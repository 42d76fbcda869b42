//! A request of the toy: read, do, respond.

use serde_json::{Value, json};

use super::{TOGGLE_DOES_NOTHING, ToyCloud, error, success};
use crate::mock::host::cloud::{Moment, OperationIndex, Outcome, Routed, Trouble};
use crate::mock::host::request::Received;
use crate::mock::host::response::Response;
use crate::mock::locked;

pub(super) struct ToyRequest<'r> {
    cloud: &'r ToyCloud,
    body: Value,
    operation: Option<OperationIndex>,
}

impl<'r> ToyRequest<'r> {
    pub(super) fn new(cloud: &'r ToyCloud, received: &Received) -> Self {
        let body: Value = serde_json::from_slice(&received.body).unwrap_or_default();
        let operation = match body["op"].as_str() {
            Some("make") => Some(OperationIndex(0)),
            Some("toggle") => Some(OperationIndex(1)),
            _ => None,
        };
        Self { cloud, body, operation }
    }

    fn make(&self) -> Outcome {
        let (id, depends_on) = self.cloud.make(&mut locked(&self.cloud.keys));
        Outcome { response: success(&json!({ "key": id, "state": "on" })), depends_on }
    }

    fn toggle(&self) -> Outcome {
        let id = self.body["key"].as_str().unwrap_or_default();
        let mut keys = locked(&self.cloud.keys);
        let Some(key) = keys.get_mut(id) else { return rejection("lost") };

        let mut toggled = key.clone();
        toggled.on = !toggled.on;
        let response = success(&json!({ "key": id, "state": toggled.state() }));
        if locked(&self.cloud.deviations).iter().any(|deviation| deviation == TOGGLE_DOES_NOTHING) {
            return Outcome { response, depends_on: 0 };
        }

        let depends_on = self.cloud.keep(id, &toggled);
        *key = toggled;
        Outcome { response, depends_on }
    }
}

impl Routed for ToyRequest<'_> {
    fn operation(&self) -> Option<OperationIndex> {
        self.operation
    }

    fn respond(&self, _: Moment) -> Outcome {
        match self.operation {
            Some(OperationIndex(0)) => self.make(),
            Some(OperationIndex(_)) => self.toggle(),
            None => rejection("what"),
        }
    }

    fn respond_in_trouble(&self, trouble: Trouble<'_>) -> Response {
        match trouble {
            Trouble::Internal => error(500, "broken"),
            Trouble::Unavailable => error(503, "asleep"),
            Trouble::Throttled { code, retry_after_seconds } => {
                let mut response = error(420, code);
                if let Some(seconds) = retry_after_seconds {
                    response.headers.push((http::HeaderName::from_static("toy-wait"), seconds.into()));
                }
                response
            }
        }
    }
}

fn rejection(why: &str) -> Outcome {
    Outcome { response: error(400, why), depends_on: 0 }
}
