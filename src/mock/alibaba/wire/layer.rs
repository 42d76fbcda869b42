//! What may stand around the whole service: around the gateway, the operations, and the responses.

use super::gateway::{Claim, Gateway, GatewayError};
use super::response::Answer;
use crate::mock::alibaba::config::AccessKey;
use crate::mock::alibaba::service::layer::Layer;
use crate::mock::alibaba::service::operation::Operation;

/// A layer around the service. The plain service has none.
pub(crate) trait WireLayer: Layer {
    /// Finds out who has sent a request; alone, the service does [`Gateway::admit`].
    fn admit<'g>(&self, gateway: &Gateway<'g>, claim: &Claim<'_>) -> Result<&'g AccessKey, GatewayError>;

    /// Whom a request that the gateway rejects is done for all the same; the response is the rejection. Alone, the
    /// service does it for nobody.
    fn run_rejected<'g>(&self, gateway: &Gateway<'g>, error: &GatewayError) -> Option<&'g AccessKey>;

    /// Changes a response before it goes out; alone, the service changes none.
    fn respond(&self, operation: Option<Operation>, response: &mut Answer);
}
