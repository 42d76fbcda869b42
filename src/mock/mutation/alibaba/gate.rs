//! Where deviations of the gateway stand.

use crate::mock::alibaba::access_key::AccessKey;
use crate::mock::alibaba::wire::gateway::{Claim, Gateway, GatewayError};

/// What a deviation does at the gateway.
#[derive(Clone, Copy, Debug)]
pub(super) enum Gate {
    /// Whom it takes a request for which the gateway rejects.
    Takes(for<'g> fn(&Gateway<'g>, &Claim<'_>, &GatewayError) -> Option<&'g AccessKey>),
    /// It takes a nonce again.
    TakesNonceAgain,
    /// Whether a request that is rejected so has its effect all the same, for the first access key.
    HasEffect(fn(&GatewayError) -> bool),
}
