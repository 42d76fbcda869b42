//! What the host needs to know of this cloud.

use std::pin::Pin;

use jiff::Timestamp;
use serde_json::Value;

use crate::mock::aws::config::AwsConfig;
use crate::mock::aws::kms::AwsKms;
use crate::mock::aws::records;
use crate::mock::aws::service::api::Operation;
use crate::mock::aws::service::key::Origin;
use crate::mock::aws::service::state::KeyState;
use crate::mock::aws::view;
use crate::mock::aws::wire::dispatch::{Understood, respond_to_unreadable};
use crate::mock::aws::wire::parameters::Parameters;
use crate::mock::aws::wire::response::SECRET;
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
    name: "aws",
    title: "AWS KMS",
    operations: Operation::NAMES,
    throttle_codes: &["ThrottlingException", "LimitExceededException"],
    states: KeyState::NAMES,
    class_label: "Origin",
    classes: &[Origin::Kms.wire(), Origin::External.wire()],
    graph: include_str!("page/graph.svg"),
    is_outdated: records::is_outdated,
};

impl CloudSettings for AwsConfig {
    fn description(&self) -> &'static Description {
        &DESCRIPTION
    }

    fn build(&self, facilities: Facilities, records: Vec<Record>) -> Result<Box<dyn Cloud>, BuildError> {
        Ok(Box::new(AwsKms::new(self.clone(), facilities, records)?))
    }
}

impl From<AwsConfig> for CloudConfig {
    fn from(settings: AwsConfig) -> Self {
        Self::new(settings)
    }
}

impl Cloud for AwsKms {
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
        received.header("x-amz-target").is_some()
    }

    fn holdings(&self) -> Holdings {
        let mut holdings = Holdings::default();
        for (_, regions) in AwsKms::accounts(self) {
            for (_, tenant) in locked(regions).iter() {
                holdings.keys += tenant.key_count();
                holdings.aliases += tenant.alias_count();
            }
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
        let parameters = Parameters::parse(&received.body).unwrap_or_default();
        let shown = parameters.iter().filter(|(name, _)| definition.parameters.contains(&name.as_str()));
        shown
            .map(|(name, value)| {
                let value = if SECRET.contains(&name.as_str()) { REDACTED.into() } else { value.clone() };
                (name.clone(), value)
            })
            .collect()
    }

    fn summary(&self, parameters: &Fields, response: &Fields) -> Summary {
        let text = |fields: &Fields, name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
        let made = response.get("KeyMetadata").or_else(|| response.get("ReplicaKeyMetadata"));
        let key = text(parameters, "KeyId")
            .or_else(|| text(parameters, "TargetKeyId"))
            .or_else(|| text(parameters, "DestinationKeyId"))
            .or_else(|| text(response, "KeyId"))
            .or_else(|| text(made?.as_object()?, "KeyId"));
        // The list of keys has ids, and an ARN ends in one.
        let key = key.map(|key| key.rsplit_once(":key/").map_or(key.clone(), |(_, id)| id.to_owned()));
        Summary { key, about: text(parameters, "AliasName"), code: text(response, "__type") }
    }

    fn deviations(&self) -> Vec<String> {
        self.whole_layer().names()
    }

    fn set_deviations(&self, texts: &[String]) -> Result<(), DeviationError> {
        self.whole_layer().set_names(texts)
    }

    /// The settings name no keys.
    fn plant(&self) -> Result<(), NoRandomness> {
        Ok(())
    }

    fn reset(&self) {
        AwsKms::reset(self);
    }
}

impl Routed for Understood<'_> {
    fn operation(&self) -> Option<OperationIndex> {
        self.routed.as_ref().ok().copied().map(OperationIndex::from)
    }

    /// Requests that need a new RSA pair wait for it: nothing else stands still while one is made.
    fn preparation(&self) -> Option<Pin<Box<dyn Future<Output = ()> + Send + '_>>> {
        let size = self.size_of_new_pair()?;
        Some(Box::pin(self.make_pair(size)))
    }

    fn respond(&self, moment: Moment) -> Outcome {
        Understood::respond(self, moment)
    }

    fn respond_in_trouble(&self, trouble: Trouble<'_>) -> Response {
        Understood::respond_in_trouble(self, trouble)
    }
}
