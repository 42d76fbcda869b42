//! What the host needs to know of this cloud.

use std::pin::Pin;

use jiff::Timestamp;
use serde_json::Value;

use crate::mock::alibaba::config::AlibabaConfig;
use crate::mock::alibaba::kms::AlibabaKms;
use crate::mock::alibaba::records;
use crate::mock::alibaba::service::api::Operation;
use crate::mock::alibaba::service::key::Origin;
use crate::mock::alibaba::service::state::KeyState;
use crate::mock::alibaba::view;
use crate::mock::alibaba::wire::dispatch::{Understood, respond_to_unreadable};
use crate::mock::alibaba::wire::response::SECRET;
use crate::mock::alibaba::wire::throttle;
use crate::mock::host::cloud::{
    BuildError, Cloud, CloudConfig, CloudSettings, Description, DeviationError, Facilities, Holdings, Moment,
    NoRandomness, OperationIndex, Outcome, Record, Routed, Summary, Trouble, Unreadable,
};
use crate::mock::host::exchanges::REDACTED;
use crate::mock::host::request::Received;
use crate::mock::host::response::{Fields, Response};
use crate::mock::host::view::{AccountView, IgnoredParameter};
use crate::mock::locked;

static DESCRIPTION: Description = Description {
    name: "alibaba",
    title: "Alibaba Cloud KMS",
    operations: Operation::NAMES,
    throttle_codes: &throttle::CODES,
    states: &[
        KeyState::Enabled.name(),
        KeyState::Disabled.name(),
        KeyState::PendingImport.name(),
        KeyState::PendingDeletion.name(),
    ],
    class_label: "Origin",
    classes: &[Origin::Kms.wire(), Origin::External.wire()],
    graph: include_str!("page/graph.svg"),
    is_outdated: records::is_outdated,
};

impl CloudSettings for AlibabaConfig {
    fn description(&self) -> &'static Description {
        &DESCRIPTION
    }

    fn build(&self, facilities: Facilities, records: Vec<Record>) -> Result<Box<dyn Cloud>, BuildError> {
        Ok(Box::new(AlibabaKms::new(self.clone(), facilities, records)?))
    }
}

impl From<AlibabaConfig> for CloudConfig {
    fn from(settings: AlibabaConfig) -> Self {
        Self::new(settings)
    }
}

/// Its name on the wire.
impl AsRef<str> for Operation {
    fn as_ref(&self) -> &str {
        self.name()
    }
}

impl Cloud for AlibabaKms {
    fn description(&self) -> &'static Description {
        &DESCRIPTION
    }

    fn route<'r>(&'r self, received: &'r Received, request_id: String) -> Box<dyn Routed + 'r> {
        Box::new(Understood::new(self, received, request_id))
    }

    fn respond_to_unreadable(&self, received: &Received, request_id: String, why: Unreadable) -> Response {
        respond_to_unreadable(self, received, request_id, why)
    }

    fn is_api_request(&self, received: &Received) -> bool {
        received.headers.keys().any(|name| name.as_str().starts_with("x-acs-"))
    }

    fn holdings(&self) -> Holdings {
        let mut holdings = Holdings::default();
        for (_, _, tenant) in self.tenants() {
            let tenant = locked(tenant);
            holdings.keys += tenant.key_count();
            holdings.aliases += tenant.alias_count();
        }
        holdings
    }

    fn accounts(&self, now: Timestamp) -> Vec<AccountView> {
        view::accounts(self, now)
    }

    fn ignored_parameters(&self) -> Vec<IgnoredParameter> {
        self.ignored.list(Operation::name)
    }

    /// A value is shown only if it is known to be harmless.
    fn shown_parameters(&self, operation: OperationIndex, received: &Received) -> Fields {
        let Some(operation) = Operation::ALL.get(operation.0) else { return Fields::new() };
        let definition = operation.definition();
        let parameters = received.parameters().unwrap_or_default();
        let shown = parameters.iter().filter(|(name, _)| definition.reads(name));
        shown
            .map(|(name, value)| {
                let value = if SECRET.contains(&name) { REDACTED } else { value };
                (name.to_owned(), value.into())
            })
            .collect()
    }

    fn summary(&self, parameters: &Fields, response: &Fields) -> Summary {
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        let key = text(parameters.get("KeyId"))
            .or_else(|| text(parameters.get("ResourceId.1")))
            .or_else(|| text(response.get("KeyId")))
            .or_else(|| text(response.get("KeyMetadata").and_then(|metadata| metadata.get("KeyId"))));
        Summary { key, about: text(parameters.get("AliasName")), code: text(response.get("Code")) }
    }

    fn deviations(&self) -> Vec<String> {
        self.whole_layer().names()
    }

    fn set_deviations(&self, texts: &[String]) -> Result<(), DeviationError> {
        self.whole_layer().set_names(texts)
    }

    fn plant(&self) -> Result<(), NoRandomness> {
        AlibabaKms::plant(self)
    }

    fn reset(&self) {
        AlibabaKms::reset(self);
    }
}

impl Routed for Understood<'_> {
    fn operation(&self) -> Option<OperationIndex> {
        self.routed.as_ref().ok().copied().map(OperationIndex::from)
    }

    /// Requests for import parameters wait for a wrapping pair: nothing else stands still while one is made.
    fn preparation(&self) -> Option<Pin<Box<dyn Future<Output = ()> + Send + '_>>> {
        match self.routed {
            Ok(Operation::GetParametersForImport) => Some(Box::pin(self.wait_for_wrapping_pairs())),
            _ => None,
        }
    }

    fn respond(&self, moment: Moment) -> Outcome {
        Understood::respond(self, moment)
    }

    fn respond_in_trouble(&self, trouble: Trouble<'_>) -> Response {
        Understood::respond_in_trouble(self, trouble)
    }
}
