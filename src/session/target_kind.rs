//! What kind of thing an endpoint is, and what follows from that.

use crate::client::EndpointUrl;
use crate::suite::route_limit::RouteLimit;

/// What kind of thing an endpoint is. It decides how fast requests are sent, how long effects are waited for, which routes
/// are run, and what a user must have allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetKind {
    /// It is on a loopback address: an emulator, or what a tunnel leads to.
    Loopback,
    /// An emulator on another host, such as a container. Its keys cost nothing.
    Emulator,
    /// An account of a cloud, where keys cost money and quota.
    Account,
}

/// What a user says that an endpoint is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "only the command line has a flag for it"))]
pub enum DeclaredKind {
    /// An emulator: many cases at the same time, as many requests and keys as they need
    Emulator,
    /// An account of a cloud: one case at a time, few requests a second, and no more keys than --max-keys
    Account,
}

impl TargetKind {
    /// What an endpoint is: what it is declared to be, or else what its address says. A host that nobody knows may be an
    /// account, for the opposite mistake costs money.
    #[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "the command line is where an account can be chosen"))]
    pub fn of(endpoint: &EndpointUrl, declared: Option<DeclaredKind>) -> Self {
        match declared {
            Some(DeclaredKind::Emulator) => Self::Emulator,
            Some(DeclaredKind::Account) => Self::Account,
            None if endpoint.is_loopback() => Self::Loopback,
            None => Self::Account,
        }
    }

    /// Its name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Loopback => "loopback",
            Self::Emulator => "emulator",
            Self::Account => "account",
        }
    }

    /// The routes that are run unless others are given: every key counts on an account.
    #[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "the command line is where routes have a default"))]
    pub fn routes(self) -> RouteLimit {
        match self {
            Self::Loopback | Self::Emulator => RouteLimit::All,
            Self::Account => RouteLimit::Canonical,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_is_not_loopback_is_an_account_unless_declared_otherwise() {
        for (endpoint, declared, kind) in [
            ("http://127.0.0.1:8080", None, TargetKind::Loopback),
            ("http://kms:8080", None, TargetKind::Account),
            ("http://kms:8080", Some(DeclaredKind::Emulator), TargetKind::Emulator),
            // A tunnel to a live account begins on a loopback address.
            ("http://127.0.0.1:8080", Some(DeclaredKind::Account), TargetKind::Account),
        ] {
            assert_eq!(TargetKind::of(&endpoint.parse().unwrap(), declared), kind, "{endpoint} {declared:?}");
        }
    }
}
