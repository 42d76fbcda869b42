//! What may stand around the whole service: around the gateway, the operations, and the responses.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use super::gateway::{Admitted, Claim, Gateway, GatewayError};
use super::response::ResponseParts;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::api::Operation;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::layer::Layer;
use crate::mock::aws::service::regions::Regions;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::host::cloud::DeviationError;
use crate::mock::host::identifier::Identifiers;
use crate::mock::host::response::Fields;

/// A layer around the service. The plain service has none.
pub(crate) trait WireLayer: Layer {
    /// Whether it leaves everything as it is. Then it is not called, so this has to be cheap.
    fn is_idle(&self) -> bool;

    /// What it changes about the service, by names.
    fn names(&self) -> Vec<String>;

    /// Changes that instead.
    ///
    /// # Errors
    /// When a name is not known. Then nothing has changed.
    fn set_names(&self, names: &[String]) -> Result<(), DeviationError>;

    /// Begins again with what was given in the beginning.
    fn reset(&self);

    /// Finds out who has sent a request, and for which region; alone, the service does [`Gateway::admit`].
    fn admit<'g>(&self, gateway: &Gateway<'g>, claim: &Claim<'_>) -> Result<Admitted<'g>, GatewayError>;

    /// Whom a request that the gateway rejects is done for all the same; the response is the rejection. Alone, the
    /// service does it for nobody.
    fn run_rejected<'g>(&self, gateway: &Gateway<'g>, claim: &Claim<'_>, error: &GatewayError) -> Option<Admitted<'g>>;

    /// Changes a response before it goes out; alone, the service changes none.
    fn respond(&self, operation: Option<Operation>, response: &mut ResponseParts);
}

/// The settings of a layer.
pub(crate) trait LayerSettings: fmt::Debug + Send + Sync {
    /// A layer with these settings.
    fn build(&self) -> Box<dyn WireLayer>;
}

/// Responses and effects of AWS KMS that differ from the documents.
#[derive(Clone, Debug)]
pub struct AwsLayerConfig(Arc<dyn LayerSettings>);

impl AwsLayerConfig {
    #[allow(dead_code, reason = "deviations are made of it")]
    pub(crate) fn new(settings: impl LayerSettings + 'static) -> Self {
        Self(Arc::new(settings))
    }

    pub(crate) fn build(&self) -> Box<dyn WireLayer> {
        self.0.build()
    }
}

/// No layer.
impl Default for AwsLayerConfig {
    fn default() -> Self {
        Self(Arc::new(Nothing))
    }
}

/// A layer that changes nothing, and can't be made to.
#[derive(Clone, Copy, Debug)]
struct Nothing;

/// There are no deviations.
#[derive(Debug, thiserror::Error)]
#[error("unknown deviation `{0}`: the mock of AWS KMS has none")]
struct UnknownDeviation(String);

impl LayerSettings for Nothing {
    fn build(&self) -> Box<dyn WireLayer> {
        Box::new(Nothing)
    }
}

impl Layer for Nothing {
    fn settle(&self, regions: &mut Regions, now: Timestamp, identifiers: &Identifiers) {
        regions.settle(now, identifiers);
    }

    fn call(&self, call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
        call.run(account)
    }
}

impl WireLayer for Nothing {
    fn is_idle(&self) -> bool {
        true
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }

    fn set_names(&self, names: &[String]) -> Result<(), DeviationError> {
        names.first().map_or(Ok(()), |name| Err(DeviationError::new(UnknownDeviation(name.clone()))))
    }

    fn reset(&self) {}

    fn admit<'g>(&self, gateway: &Gateway<'g>, claim: &Claim<'_>) -> Result<Admitted<'g>, GatewayError> {
        gateway.admit(claim)
    }

    fn run_rejected<'g>(&self, _: &Gateway<'g>, _: &Claim<'_>, _: &GatewayError) -> Option<Admitted<'g>> {
        None
    }

    fn respond(&self, _: Option<Operation>, _: &mut ResponseParts) {}
}
