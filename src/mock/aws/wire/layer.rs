//! What may stand around the whole service: around the gateway, the operations, and the responses.

use std::fmt;
use std::sync::Arc;

use super::gateway::{Admitted, Claim, Gateway, GatewayError};
use super::response::ResponseParts;
use crate::mock::aws::service::api::Operation;
use crate::mock::aws::service::layer::Layer;
use crate::mock::host::cloud::DeviationError;

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

/// Responses and effects of AWS KMS that differ from the documents. It is made from a list of
/// [`crate::mock::AwsDeviation`].
#[derive(Clone, Debug)]
pub struct AwsLayerConfig(Arc<dyn LayerSettings>);

impl AwsLayerConfig {
    pub(crate) fn new(settings: impl LayerSettings + 'static) -> Self {
        Self(Arc::new(settings))
    }

    pub(crate) fn build(&self) -> Box<dyn WireLayer> {
        self.0.build()
    }
}
