//! A mock without its socket: the cloud, and everything about it that is the same for every cloud.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jiff::Timestamp;

use crate::mock::host::clock::Clock;
use crate::mock::host::cloud::{BuildError, Cloud, DeviationError, Facilities, NoRandomness, OperationIndex, Record};
use crate::mock::host::config::MockConfig;
use crate::mock::host::exchanges::Exchanges;
use crate::mock::host::faults::{Faults, ParseFaultError, Plan, Schedule};
use crate::mock::host::identifier::Identifiers;
use crate::mock::host::persistence::{Keeper, Restored, StateError};
use crate::mock::host::server::LargeBodies;
use crate::mock::host::view::IgnoredParameter;

/// One mock without its socket. [`crate::mock::serve`] puts it on a listener of the caller's, [`crate::mock::Mock`] on
/// one of its own.
#[derive(Debug)]
pub struct Service {
    pub(crate) config: MockConfig,
    pub(crate) cloud: Box<dyn Cloud>,
    pub(crate) clock: Arc<Clock>,
    pub(crate) identifiers: Arc<Identifiers>,
    pub(crate) exchanges: Exchanges,
    pub(crate) large_bodies: LargeBodies,
    pub(crate) keeper: Option<Keeper>,
    schedule: RwLock<Arc<Schedule>>,
    has_faults: AtomicBool,
    /// By [`OperationIndex`].
    requests: Vec<AtomicU64>,
}

/// Why a mock did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address could not be listened on.
    #[error("failed to listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The thread or its runtime could not be made.
    #[error("failed to start the server's thread")]
    Thread(#[source] std::io::Error),
    /// There is no randomness for secrets.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// The state can't be kept.
    #[error(transparent)]
    State(#[from] StateError),
    /// The cloud does not have what a fault names.
    #[error(transparent)]
    Fault(#[from] ParseFaultError),
}

impl Service {
    /// A service with the keys of its settings, or with those of its state file.
    ///
    /// # Errors
    /// When a fault names what the cloud does not have, the system has no source of randomness or gives no thread, or
    /// the state file can't be used.
    pub fn new(config: impl Into<MockConfig>) -> Result<Self, StartError> {
        let config = config.into();
        let description = config.cloud.description();
        config.faults.check(description)?;

        // Clock and ids go on where the file says before anything is made by them.
        let mut restored = config.state.as_deref().map(|path| Restored::open(path, description)).transpose()?;
        let identifiers = Arc::new(Identifiers::new(config.seed.map_or_else(random_seed, Ok)?));
        let clock = match restored.as_ref().and_then(|restored| restored.clock.as_ref()) {
            None => Clock::new(config.clock),
            Some(kept) => Clock::restored(config.clock, kept).map_err(|later| StateError::Clock {
                path: config.state.clone().unwrap_or_default(),
                wanted: later.wanted,
                reached: later.reached,
            })?,
        };
        let clock = Arc::new(clock);
        if let Some(restored) = &restored {
            let drawn = config.seed.and_then(|seed| restored.drawn.get(&seed));
            drawn.into_iter().for_each(|drawn| identifiers.skip_to(*drawn));
        }

        let records = restored.as_mut().map(|restored| std::mem::take(&mut restored.records)).unwrap_or_default();
        let is_seeded = restored.as_ref().is_some_and(|restored| restored.is_seeded);
        let names_cloud = restored.as_ref().is_some_and(|restored| restored.names_cloud);
        let keeper =
            restored.map(|restored| Keeper::start(restored, Arc::clone(&clock), Arc::clone(&identifiers), config.seed));
        let mut keeper = keeper.transpose().map_err(StartError::Thread)?;

        // The journal runs by now, for the cloud may have secrets to write down while it is built.
        let facilities = Facilities {
            clock: Arc::clone(&clock),
            identifiers: Arc::clone(&identifiers),
            journal: keeper.as_ref().map(Keeper::journal),
        };
        let cloud = build(&config, facilities, records)?;
        if let Some(keeper) = &mut keeper {
            // Before keys are planted: the summary is of the file.
            keeper.note_holdings(cloud.holdings());
        }

        let service = Self {
            cloud,
            clock,
            identifiers,
            keeper,
            schedule: RwLock::default(),
            has_faults: AtomicBool::new(false),
            requests: description.operations.iter().map(|_| AtomicU64::new(0)).collect(),
            exchanges: Exchanges::new(config.admin.is_on()),
            large_bodies: LargeBodies::default(),
            config,
        };
        service.replace_faults(service.config.faults.clone());

        // A key that was planted once and then deleted must not come back with each start.
        if !is_seeded {
            service.cloud.plant()?;
        }
        // A file from before there were several clouds learns which one it is of.
        if !is_seeded || !names_cloud {
            service.keep_beginnings()?;
        }
        Ok(service)
    }

    /// Forgets keys, aliases, nonces, counters and exchanges, and puts clock, ids, deviations and faults back to the
    /// settings.
    pub fn reset(&self) {
        // Before the cloud, which plants its keys by this clock and with these ids.
        self.clock.reset();
        self.identifiers.reset();
        self.requests.iter().for_each(|count| count.store(0, Ordering::Relaxed));
        self.exchanges.clear();
        self.replace_faults(self.config.faults.clone());
        self.cloud.reset();
        self.keep_clock();
    }

    /// Moves the clock of keys forward: deletion dates, import tokens, expiry of key material and rotation go by it.
    /// Signatures are checked against real time all the while, so that clients need not follow.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
        self.keep_clock();
    }

    /// The time by the clock of keys, in whole seconds.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The deviations in force.
    pub fn deviations(&self) -> Vec<String> {
        self.cloud.deviations()
    }

    /// Replaces all deviations.
    ///
    /// # Errors
    /// When one of them is not a deviation of the cloud. Then nothing has changed.
    pub fn set_deviations(&self, deviations: Vec<String>) -> Result<(), DeviationError> {
        self.cloud.set_deviations(&deviations)
    }

    /// The faults in force.
    pub fn faults(&self) -> Faults {
        self.schedule.read().unwrap_or_else(PoisonError::into_inner).faults().clone()
    }

    /// Replaces all faults; the requests that rules count are counted from now on.
    ///
    /// # Errors
    /// When a rule names what the cloud does not have. Then nothing has changed.
    pub fn set_faults(&self, faults: Faults) -> Result<(), ParseFaultError> {
        faults.check(self.cloud.description())?;
        self.replace_faults(faults);
        Ok(())
    }

    fn replace_faults(&self, faults: Faults) {
        let mut current = self.schedule.write().unwrap_or_else(PoisonError::into_inner);
        let schedule = Schedule::new(faults);
        self.has_faults.store(!schedule.is_empty(), Ordering::Release);
        *current = Arc::new(schedule);
    }

    /// How many requests for `operation` were received, well signed or not, struck by a fault or not.
    pub fn requests(&self, operation: impl AsRef<str>) -> u64 {
        let names = self.cloud.description().operations;
        let place = names.iter().position(|name| *name == operation.as_ref());
        place.and_then(|place| self.requests.get(place)).map_or(0, |count| count.load(Ordering::Relaxed))
    }

    /// How many requests for any known operation were received.
    pub fn total_requests(&self) -> u64 {
        self.requests.iter().map(|count| count.load(Ordering::Relaxed)).sum()
    }

    /// Parameters that no operation reads, by operation and name, with the number of requests that carried them.
    pub fn ignored_parameters(&self) -> Vec<IgnoredParameter> {
        self.cloud.ignored_parameters()
    }

    pub(crate) fn count(&self, operation: OperationIndex) {
        if let Some(count) = self.requests.get(operation.0) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The name of an operation.
    pub(crate) fn operation_name(&self, operation: OperationIndex) -> Option<&'static str> {
        self.cloud.description().operations.get(operation.0).copied()
    }

    /// What strikes the next request for `operation`.
    pub(crate) fn plan(&self, operation: Option<OperationIndex>) -> Plan {
        // Nearly every mock has none, and then no request pays for the lock.
        if !self.has_faults.load(Ordering::Acquire) {
            return Plan::default();
        }
        let name = operation.and_then(|operation| self.operation_name(operation));
        self.schedule.read().unwrap_or_else(PoisonError::into_inner).plan(name)
    }
}

fn random_seed() -> Result<u64, NoRandomness> {
    let mut seed = [0; 8];
    getrandom::fill(&mut seed).map_err(|_| NoRandomness)?;
    Ok(u64::from_ne_bytes(seed))
}

fn build(config: &MockConfig, facilities: Facilities, records: Vec<Record>) -> Result<Box<dyn Cloud>, StartError> {
    config.cloud.build(facilities, records).map_err(|error| match error {
        BuildError::NoRandomness(error) => StartError::NoRandomness(error),
        // Records come from a file, so there is one.
        BuildError::Record { .. } => {
            StateError::Damaged { path: config.state.clone().unwrap_or_default(), reason: error.to_string() }.into()
        }
    })
}
