//! The gateway: who has sent a request, and what a rejected request does all the same.

use std::slice;

use super::gate::Gate;
use super::named::{Named, gate};
use crate::mock::alibaba::access_key::AccessKey;
use crate::mock::alibaba::wire::gateway::{Claim, Gateway, GatewayError};
use crate::mock::alibaba::wire::request::Scheme;

pub(super) const DEVIATIONS: &[Named] = &[
    gate(
        "stale-timestamp-accepted",
        "the gateway takes requests however old they are",
        Gate::Takes(|gateway, claim, error| at_its_own_time(gateway, claim, error, |ahead| ahead < 0)),
    ),
    gate(
        "early-timestamp-accepted",
        "the gateway takes requests from however far in the future",
        Gate::Takes(|gateway, claim, error| at_its_own_time(gateway, claim, error, |ahead| ahead > 0)),
    ),
    gate(
        "unknown-access-key-accepted",
        "the gateway takes an access key that nobody has",
        Gate::Takes(|gateway, claim, error| {
            let first = gateway.access_keys.first().filter(|_| *error == GatewayError::UnknownAccessKey)?;
            // By the secret of the first key: an id that nobody has comes with none.
            let stand_in = AccessKey { id: claim.access_key_id()?.to_owned(), ..first.clone() };
            let gateway = Gateway { access_keys: slice::from_ref(&stand_in), ..*gateway };
            gateway.identify(claim).is_ok().then_some(first)
        }),
    ),
    gate(
        "body-not-signed",
        "the gateway takes a V3 signature whatever the body is",
        Gate::Takes(|gateway, claim, _| {
            let body_digest = claim.claimed_digest()?;
            gateway.identify(&Claim { body_digest, ..*claim }).ok()
        }),
    ),
    gate("signature-not-checked", "the gateway takes any signature for the right one", Gate::Takes(with_any_signature)),
    gate(
        "v3-signature-not-checked",
        "the gateway takes any V3 signature for the right one",
        Gate::Takes(
            |gateway, claim, error| {
                if claim.scheme == Scheme::V3 { with_any_signature(gateway, claim, error) } else { None }
            },
        ),
    ),
    gate(
        "unsigned-accepted",
        "the gateway takes a request without a signature",
        Gate::Takes(|gateway, claim, _| {
            let is_bare =
                claim.scheme == Scheme::Unsigned && !claim.received.headers.contains_key(http::header::AUTHORIZATION);
            gateway.access_keys.first().filter(|_| is_bare)
        }),
    ),
    gate("nonce-reuse-accepted", "the gateway takes a nonce again", Gate::TakesNonceAgain),
    gate(
        "bad-signature-has-effect",
        "a request that is rejected for its signature has its effect all the same",
        Gate::HasEffect(|error| matches!(error, GatewayError::SignatureDoesNotMatch { .. })),
    ),
    gate(
        "unsigned-has-effect",
        "a request that is rejected for want of a signature has its effect all the same",
        Gate::HasEffect(|error| matches!(error, GatewayError::Missing("Signature" | "AccessKeyId"))),
    ),
    gate(
        "wrong-time-has-effect",
        "a request that is rejected for its timestamp has its effect all the same",
        Gate::HasEffect(|error| *error == GatewayError::ExpiredTimestamp),
    ),
    gate(
        "refused-replay-has-effect",
        "a request that is rejected for a used nonce has its effect all the same",
        Gate::HasEffect(|error| *error == GatewayError::NonceUsed),
    ),
    gate(
        "unknown-access-key-has-effect",
        "a request that is rejected for its access key has its effect all the same",
        Gate::HasEffect(|error| *error == GatewayError::UnknownAccessKey),
    ),
];

/// Who has signed a request, as it was at the request's own time, if that is so many seconds ahead of now.
fn at_its_own_time<'g>(
    gateway: &Gateway<'g>,
    claim: &Claim<'_>,
    error: &GatewayError,
    is_meant: impl FnOnce(i64) -> bool,
) -> Option<&'g AccessKey> {
    let time: jiff::Timestamp = claim.timestamp()?.parse().ok()?;
    let ahead = time.as_second() - gateway.now.as_second();
    if *error != GatewayError::ExpiredTimestamp || !is_meant(ahead) {
        return None;
    }
    Gateway { now: time, ..*gateway }.identify(claim).ok()
}

/// The access key that a request names, whether or not it has signed it. The body must be the one that was signed.
fn with_any_signature<'g>(gateway: &Gateway<'g>, claim: &Claim<'_>, error: &GatewayError) -> Option<&'g AccessKey> {
    let is_meant = matches!(error, GatewayError::SignatureDoesNotMatch { .. });
    let is_same_body = claim.scheme != Scheme::V3 || claim.claimed_digest() == Some(claim.body_digest);
    let id = claim.access_key_id().filter(|_| is_meant && is_same_body)?;
    gateway.access_keys.iter().find(|key| key.id == id)
}
