//! The gateway: who has sent a request, and what a rejected request does all the same.

use std::cmp::Ordering;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::named::Part::{HasEffect, Takes};
use super::named::{Named, of};
use crate::mock::aws::wire::gateway::{Admitted, Claim, Gateway, GatewayError};

pub(super) const DEVIATIONS: &[Named] = &[
    of(
        "signature-not-checked",
        "the gateway takes any signature for the right one",
        Takes(|gateway, claim, error| {
            first(gateway, claim).filter(|_| matches!(error, GatewayError::SignatureDoesNotMatch { .. }))
        }),
    ),
    of(
        "unsigned-accepted",
        "the gateway takes a request without a signature",
        Takes(|gateway, claim, error| first(gateway, claim).filter(|_| *error == GatewayError::MissingToken)),
    ),
    of(
        "unknown-access-key-accepted",
        "the gateway takes an access key that nobody has",
        Takes(|gateway, claim, error| first(gateway, claim).filter(|_| *error == GatewayError::UnknownAccessKey)),
    ),
    of(
        "stale-request-accepted",
        "the gateway takes requests however old they are",
        Takes(|gateway, claim, error| at_its_own_time(gateway, claim, error, Ordering::Less)),
    ),
    of(
        "early-request-accepted",
        "the gateway takes requests from however far in the future",
        Takes(|gateway, claim, error| at_its_own_time(gateway, claim, error, Ordering::Greater)),
    ),
    of(
        "bad-signature-has-effect",
        "a request that is rejected for its signature has its effect all the same",
        HasEffect(|error| matches!(error, GatewayError::SignatureDoesNotMatch { .. })),
    ),
    of(
        "unsigned-has-effect",
        "a request that is rejected for want of a signature has its effect all the same",
        HasEffect(|error| *error == GatewayError::MissingToken),
    ),
    of(
        "unknown-access-key-has-effect",
        "a request that is rejected for its access key has its effect all the same",
        HasEffect(|error| *error == GatewayError::UnknownAccessKey),
    ),
    of(
        "wrong-time-has-effect",
        "a request that is rejected for its time has its effect all the same",
        HasEffect(|error| matches!(error, GatewayError::WrongTime(_))),
    ),
];

/// The first access key, for whatever region the request is.
pub(super) fn first<'g>(gateway: &Gateway<'g>, claim: &Claim<'_>) -> Option<Admitted<'g>> {
    let access_key = gateway.access_keys.first()?;
    Some(Admitted { access_key, region: gateway.region_of_unsigned(claim.received) })
}

/// Who has signed a request, as it was at the request's own time, if that is on this side of now.
fn at_its_own_time<'g>(
    gateway: &Gateway<'g>,
    claim: &Claim<'_>,
    error: &GatewayError,
    side: Ordering,
) -> Option<Admitted<'g>> {
    let time = DateTime::strptime("%Y%m%dT%H%M%SZ", claim.received.header("x-amz-date")?).ok()?;
    let now: Timestamp = time.to_zoned(TimeZone::UTC).ok()?.timestamp();
    if !matches!(error, GatewayError::WrongTime(_)) || now.cmp(&gateway.now) != side {
        return None;
    }
    Gateway { now, ..*gateway }.admit(claim).ok()
}
