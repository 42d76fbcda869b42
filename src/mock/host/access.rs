//! Who may use the admin API and the page, and where they are.

use std::net::IpAddr;

use http::header::{HeaderValue, WWW_AUTHENTICATE};
use http::{Response, StatusCode};

use crate::mock::host::origin;
use crate::mock::host::request::Received;
use crate::mock::host::response_body::ResponseBody;
use crate::mock::host::token::AdminToken;

/// The start of every path of the admin API.
pub(crate) const PREFIX: &str = "/_mock/";

/// Who may use the admin API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AdminAccess {
    /// Nobody: its paths are as unknown as any other.
    #[default]
    Off,
    /// Whoever connects over the loopback interface.
    Loopback,
    /// Whoever can connect.
    Everyone,
}

impl AdminAccess {
    pub(crate) fn is_on(self) -> bool {
        self != AdminAccess::Off
    }

    /// Whether a request may use the admin API, and so the page.
    ///
    /// # Errors
    /// Why not.
    pub(crate) fn admit(self, token: Option<&AdminToken>, peer: IpAddr, received: &Received) -> Result<(), Barred> {
        let is_everyone = self == AdminAccess::Everyone;
        if self == AdminAccess::Off || !is_everyone && !peer.to_canonical().is_loopback() {
            return Err(Barred::Peer);
        }

        match token {
            // Whoever knows it may call the mock by any name, such as that of a proxy in front of it.
            Some(token) if token.is_in(received) => Ok(()),
            Some(_) => Err(Barred::Token),
            None if !is_everyone && !origin::names_loopback(received.host()) => Err(Barred::Host),
            None => Ok(()),
        }
    }
}

/// Why somebody is kept from the admin API and the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Barred {
    #[error("the admin API and the page are for loopback peers only")]
    Peer,
    /// A name that somebody else's name server may have pointed at the loopback interface.
    #[error("the admin API and the page are at localhost and loopback addresses only, not at this Host")]
    Host,
    #[error("the admin API and the page need the admin token, as `Authorization: Bearer TOKEN` or as a password")]
    Token,
}

impl Barred {
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::Peer | Self::Host => StatusCode::FORBIDDEN,
            Self::Token => StatusCode::UNAUTHORIZED,
        }
    }

    /// Lets a browser prompt its user for what is missing.
    pub(crate) fn challenge(self, response: &mut Response<ResponseBody>) {
        if self == Self::Token {
            for challenge in ["Bearer realm=\"mock\"", "Basic realm=\"mock\", charset=\"UTF-8\""] {
                response.headers_mut().append(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
            }
        }
    }
}
