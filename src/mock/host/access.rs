//! Who may use the admin API and the page, and where they are.

use std::net::IpAddr;

use crate::mock::host::origin;
use crate::mock::host::request::Received;

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
    pub(crate) fn admit(self, peer: IpAddr, received: &Received) -> Result<(), Barred> {
        match self {
            AdminAccess::Off => Err(Barred::Peer),
            AdminAccess::Loopback if !peer.to_canonical().is_loopback() => Err(Barred::Peer),
            AdminAccess::Loopback if !origin::names_loopback(received.host()) => Err(Barred::Host),
            AdminAccess::Loopback | AdminAccess::Everyone => Ok(()),
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
    #[error("the admin API takes no changes from other web pages")]
    Origin,
}
