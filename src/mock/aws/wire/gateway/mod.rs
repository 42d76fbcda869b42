//! What stands before the service: who has sent a request, for which region, and is the signature right.
//!
//! The rules are those of Signature Version 4 as the general reference has them. The errors are those that all services of
//! this cloud share; no document of this one lists them.

mod authorization;
mod error;
mod signature;
#[cfg(test)]
mod tests;
mod time;

use std::borrow::Cow;

use http::header::AUTHORIZATION;
use jiff::Timestamp;

use self::authorization::Authorization;
pub(crate) use self::error::GatewayError;
use crate::mock::aws::access_key::AwsAccessKey;
use crate::mock::aws::regions::{self, REGIONS};
use crate::mock::host::request::Received;

/// The gateway at the time of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gateway<'a> {
    /// Who may sign requests.
    pub(crate) access_keys: &'a [AwsAccessKey],
    /// Who a request without any signature counts as; nobody when absent.
    pub(crate) anonymous: Option<&'a AwsAccessKey>,
    /// The region of unsigned requests to a host that names none.
    pub(crate) region: &'a str,
    /// Real time.
    pub(crate) now: Timestamp,
}

/// What a request says of its sender.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claim<'r> {
    pub(crate) received: &'r Received,
    /// The hash of the body, which a signature covers.
    pub(crate) body_digest: &'r str,
}

/// Who has sent a request, and for which region.
#[derive(Clone, Debug)]
pub(crate) struct Admitted<'a> {
    pub(crate) access_key: &'a AwsAccessKey,
    pub(crate) region: Cow<'a, str>,
}

impl<'a> Gateway<'a> {
    /// Finds out who has sent the request.
    pub(crate) fn admit(&self, claim: &Claim<'_>) -> Result<Admitted<'a>, GatewayError> {
        let received = claim.received;
        let Some(header) = received.headers.get(AUTHORIZATION) else {
            let access_key = self.anonymous.ok_or(GatewayError::MissingToken)?;
            return Ok(Admitted { access_key, region: self.region_of_unsigned(received) });
        };

        // What is not text is not a signature either.
        let text = header.to_str().unwrap_or_default();
        let authorization = Authorization::parse(text)?;
        let time = time::read(received)?;
        authorization.check_scope(&time)?;
        let region = self.region_of(&authorization, received)?;
        time::check(&time, self.now)?;

        let access_key = self.find_access_key(authorization.access_key, received.header("x-amz-security-token"))?;
        signature::check(claim, &authorization, &time, access_key)?;
        Ok(Admitted { access_key, region })
    }

    /// The region in the scope of a signature, if requests may be signed for it here.
    fn region_of(&self, authorization: &Authorization<'_>, received: &Received) -> Result<Cow<'a, str>, GatewayError> {
        let region = authorization.region;
        let is_known = region == self.region || REGIONS.contains(&region);
        // A host of the service itself stands for one region.
        let is_of_host = regions::of_host(received.host()).is_none_or(|of_host| of_host == region);
        if is_known && is_of_host { Ok(region.to_owned().into()) } else { Err(GatewayError::WrongRegion) }
    }

    /// The region of a request that has no signature.
    pub(crate) fn region_of_unsigned(&self, received: &Received) -> Cow<'a, str> {
        let of_host = regions::of_host(received.host()).filter(|region| REGIONS.contains(region));
        of_host.map_or(self.region.into(), |region| region.to_owned().into())
    }

    /// The checks of an access key and its token, before the signature.
    fn find_access_key(&self, id: &str, token: Option<&str>) -> Result<&'a AwsAccessKey, GatewayError> {
        let mut keys = self.access_keys.iter().filter(|key| key.id == id);
        let key = keys.next().ok_or(GatewayError::UnknownAccessKey)?;
        match (&key.session, token) {
            (None, None) => Ok(key),
            (Some(session), Some(token)) if session.token.as_str() == token => {
                if session.expires <= self.now {
                    Err(GatewayError::ExpiredToken)
                } else {
                    Ok(key)
                }
            }
            _ => Err(GatewayError::UnknownAccessKey),
        }
    }
}
