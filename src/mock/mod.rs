//! The bundled reference endpoint: a mock of Alibaba Cloud KMS, API version 2016-01-20.
//!
//! It is written from the published documents alone and shares no data with the cases, so that a pass against it is
//! evidence and not a mirror. Cryptography is real; state lives in memory.
//!
//! ```
//! use kms_conformance::mock::Mock;
//!
//! let mock = Mock::start()?;
//! assert!(mock.endpoint().starts_with("http://127.0.0.1:"));
//! # Ok::<(), kms_conformance::mock::StartError>(())
//! ```

mod answer;
mod call;
mod clock;
mod config;
mod crypto;
mod data;
mod deviation;
mod gateway;
mod handle;
mod identifier;
mod metadata;
mod operation;
mod paging;
mod parameters;
mod refusal;
mod request;
mod server;
mod service;
mod state;
mod store;
mod tags;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use clock::ClockMode;
pub use config::{AccessKey, ErrorCodes, MockConfig, Profile, Quotas};
pub use deviation::{
    AnswerFault, CatalogueEntry, CellDeviation, DeviantAnswer, Deviation, Effect, Family, GeneralFault,
    ParseDeviationError, StateEffect, catalogue,
};
pub use handle::{Mock, StartError};
pub use operation::{Operation, ParseOperationError};
pub use server::serve;
pub use service::{NoRandomness, Service};
pub use state::{KeyState, ParseKeyStateError};
pub use store::{Arrival, ParseArrivalError};

/// Locks a mutex. A panic while it was held cannot have left half a change worth refusing all later requests for.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
