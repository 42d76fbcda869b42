//! An endpoint that is running already, and what may be done to it.

use super::{SessionError, TargetKind};
use crate::client::Target;
use crate::redact::Secret;
use crate::run::HookUrl;

/// An endpoint that is running already.
#[derive(Debug, Clone)]
pub struct RunningTarget {
    /// Where requests are sent, and what signs them.
    pub target: Target,
    /// What kind of thing it is.
    pub kind: TargetKind,
    /// What the user has allowed.
    pub consent: Consent,
    /// How its clock may be moved.
    pub clock: ClockControl,
}

/// What a user has allowed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Consent {
    /// To make keys in an account.
    pub live: bool,
    /// To send signatures without TLS to another host.
    pub insecure_http: bool,
}

/// How the clock of an endpoint may be moved. It moves for all keys that are there, so nobody's clock is moved who did not
/// hand it over.
#[derive(Debug, Clone, Default)]
pub enum ClockControl {
    /// It may not be moved; cases that need it are skipped.
    #[default]
    Forbidden,
    /// By the admin API of the endpoint, which is a mock of this program.
    AdminApi {
        /// The token that it requires, if it does.
        token: Option<Secret>,
    },
    /// By a POST to a URL in which `{seconds}` is replaced.
    Hook(HookUrl),
}

impl RunningTarget {
    /// Whether requests may be sent to it at all, as far as the user has allowed it. Nothing is sent to find out.
    ///
    /// # Errors
    ///
    /// What is missing, by its flag.
    pub(super) fn check_consent(&self) -> Result<(), SessionError> {
        let Self { target, kind, consent, .. } = self;
        let endpoint = || target.endpoint.to_string();

        if *kind == TargetKind::Account && !consent.live {
            return Err(SessionError::NotLive { endpoint: endpoint() });
        }

        // Whoever reads along can send a signed request again, and knows all that it holds.
        let is_open = target.is_plain_http() && !target.is_loopback();
        let is_worth_protecting = *kind == TargetKind::Account || !target.has_example_credentials();
        if is_open && is_worth_protecting && !consent.insecure_http {
            return Err(SessionError::PlainHttp { endpoint: endpoint() });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::registry;

    /// Whether a target may be sent requests: what keeps it from that, or nothing.
    fn checked(endpoint: &str, kind: TargetKind, own: bool, live: bool, insecure_http: bool) -> String {
        let mut target = Target::with_examples(registry::default_provider().provider(), endpoint.parse().unwrap());
        if own {
            target.credentials.access_key_id = "own".to_owned();
        }
        let consent = Consent { live, insecure_http };
        let running = RunningTarget { target, kind, consent, clock: ClockControl::Forbidden };
        match running.check_consent() {
            Ok(()) => "",
            Err(SessionError::NotLive { .. }) => "live",
            Err(SessionError::PlainHttp { .. }) => "http",
            Err(_) => "other",
        }
        .to_owned()
    }

    #[test]
    fn an_account_needs_consent_and_tls() {
        use TargetKind::Account;
        assert_eq!(checked("https://kms.example", Account, true, false, false), "live");
        assert_eq!(checked("https://kms.example", Account, true, true, false), "");
        for own in [true, false] {
            assert_eq!(checked("http://kms.example", Account, own, true, false), "http");
            assert_eq!(checked("http://kms.example", Account, own, true, true), "");
        }
        // A tunnel encrypts by itself.
        assert_eq!(checked("http://127.0.0.1:1", Account, true, true, false), "");
    }

    #[test]
    fn plain_http_to_another_host_is_for_the_credentials_of_the_examples() {
        use TargetKind::{Emulator, Loopback};
        assert_eq!(checked("http://kms:8080", Emulator, false, false, false), "");
        assert_eq!(checked("http://kms:8080", Emulator, true, false, false), "http");
        assert_eq!(checked("http://kms:8080", Emulator, true, false, true), "");
        assert_eq!(checked("https://kms:8080", Emulator, true, false, false), "");
        assert_eq!(checked("http://127.0.0.1:1", Loopback, true, false, false), "");
    }
}
