//! Bundled reference endpoints, one for each cloud: Alibaba Cloud KMS, API version 2016-01-20, and AWS KMS, API version
//! 2014-11-01.
//!
//! They are written from the published documents alone and share no data with the cases, so that a pass against them is
//! evidence and not a mirror. Signatures are checked as the clouds check them, cryptography is real, and state lives in
//! memory, or in a file too. Where the documents are silent or contradict themselves, the settings of [`AlibabaConfig`]
//! and [`AwsConfig`] and the comments of the operations say what was chosen.
//!
//! `host/` is what any of them needs: server, admin API, page, clock, faults, state file. It knows its cloud by one
//! trait only. Each cloud has a folder beside it, and `mutation/` makes deviations.
//!
//! # What the clock moves
//! Keys live by a clock that [`Service::advance`] moves: deletion, import tokens, expiry of key material, rotation. The
//! timestamps of requests are checked against real time, so that clients need not follow when the clock was moved.
//!
//! # What lasts
//! With [`MockConfig::state`], a file keeps keys with their material, versions, tags and aliases, wrapping keys and
//! import tokens, the nonces of requests that changed something, and the clock. The response to a request that changed
//! something is sent once the change is on disk, so nothing that a client knows of is lost even if the process is
//! killed; ciphertext is sent only when the version it needs is on disk. Other reads wait for nothing, so for the moment
//! of a write they may show what a crash would still take back. Counters, exchanges, deviations and faults are not kept,
//! nor are the nonces of requests that changed nothing. The file holds key material in the clear. It is made readable
//! for its owner alone, and one mock at a time can have it. When it can't be written to, changes get no response any
//! more ([`Service::state_failed`]).
//!
//! # What is left out
//! Asymmetric keys of Alibaba Cloud KMS can be made, described and rotated, but do not sign or encrypt; its secrets,
//! certificates, instances and service keys are left out, and so are custom key stores of AWS KMS. Key policies are checked
//! for their form and not enforced; permissions are those of [`AccessKey::deny`] and [`AwsAccessKey::deny`]. `Recipient` is
//! left out. Parameters that are not modelled are ignored, and counted in [`Service::ignored_parameters`].
//!
//! ```
//! use kms_conformance::mock::Mock;
//!
//! let mock = Mock::start()?;
//! assert!(mock.endpoint().starts_with("http://127.0.0.1:"));
//! # Ok::<(), kms_conformance::mock::StartError>(())
//! ```

mod alibaba;
mod aws;
mod host;
mod mutation;
pub(crate) mod registry;
mod store;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use self::alibaba::config::{AccessKey, AlibabaConfig, ErrorCodes, Profile, Quotas, WrappingKeys};
pub use self::alibaba::seed::{Seed, SeedKey};
pub use self::alibaba::service::api::{Operation, ParseOperationError};
pub use self::alibaba::service::arrival::{Arrival, ParseArrivalError};
pub use self::alibaba::service::state::{KeyState, ParseKeyStateError};
pub use self::aws::config::{AwsAccessKey, AwsConfig, AwsLayerConfig, RsaPairs, UnknownAwsOperation};
pub use self::host::access::AdminAccess;
pub use self::host::clock::ClockMode;
pub use self::host::cloud::{CloudConfig, DeviationError, NoRandomness};
pub use self::host::config::MockConfig;
pub use self::host::faults::{Fault, FaultRule, Faults, ParseFaultError};
pub use self::host::handle::Mock;
#[cfg(feature = "cli")]
pub(crate) use self::host::health;
pub use self::host::persistence::{StateError, StateSummary};
pub use self::host::server::serve;
pub use self::host::service::{Service, StartError};
pub use self::host::tls::{SelfSigned, Tls, TlsError};
pub use self::host::token::{AdminToken, TokenError};
pub use self::host::view::IgnoredParameter;
pub use self::host::web::{ParseOriginError, WebOrigin};
#[cfg(test)]
pub(crate) use self::mutation::CellText;
#[cfg(feature = "cli")]
pub(crate) use self::mutation::Repertoire;
pub use self::mutation::{
    AwsDeviation, CellDeviation, CellError, DeviantOutcome, Deviation, GeneralFault, KnownDeviation, Named,
    ParseAwsDeviationError, ParseDeviationError, ResponseFault, StateEffect,
};

/// Locks a mutex. A panic while it was held can't have left half a change for which all later requests would have to fail.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
