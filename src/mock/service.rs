//! The service behind the socket: one mock's accounts, clock, ids, counters, deviations and faults.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use jiff::Timestamp;

use super::clock::Clock;
use super::config::{MockConfig, REGIONS};
use super::crypto::TokenSealer;
use super::deviation::{DeviantAnswer, Deviation};
use super::exchanges::Exchanges;
use super::faults::{Faults, Plan, Schedule};
use super::gateway::Nonces;
use super::identifier::Identifiers;
use super::locked;
use super::operation::Operation;
use super::state::KeyState;
use super::store::Tenant;

/// One mock without its socket. [`super::serve`] puts it on a listener of the caller's, [`super::Mock`] on one of its own.
#[derive(Debug)]
pub struct Service {
    pub(crate) config: MockConfig,
    pub(crate) token_sealer: TokenSealer,
    pub(crate) nonces: Nonces,
    pub(crate) ignored: Mutex<BTreeMap<(Operation, String), u64>>,
    pub(crate) exchanges: Exchanges,
    identifiers: Identifiers,
    clock: Clock,
    tenants: HashMap<String, BTreeMap<String, Mutex<Tenant>>>,
    deviations: RwLock<Vec<Deviation>>,
    has_deviations: AtomicBool,
    schedule: RwLock<Arc<Schedule>>,
    has_faults: AtomicBool,
    requests: Vec<AtomicU64>,
}

/// The system's source of randomness failed.
#[derive(Debug, thiserror::Error)]
#[error("failed to draw a secret from the system's source of randomness")]
pub struct NoRandomness;

impl Service {
    /// A service without any key.
    ///
    /// # Errors
    /// When the system has no source of randomness.
    pub fn new(config: MockConfig) -> Result<Self, NoRandomness> {
        let mut seed = [0; 8];
        aws_lc_rs::rand::fill(&mut seed).map_err(|_| NoRandomness)?;
        let regions = || REGIONS.into_iter().chain([config.region.as_str()]);
        let account = || regions().map(|region| (region.to_owned(), Mutex::default())).collect();
        let service = Self {
            identifiers: Identifiers::new(config.seed.unwrap_or(u64::from_ne_bytes(seed))),
            token_sealer: TokenSealer::new().map_err(|_| NoRandomness)?,
            clock: Clock::new(config.clock),
            nonces: Nonces::new(),
            tenants: config.access_keys.iter().map(|key| (key.account.clone(), account())).collect(),
            deviations: RwLock::default(),
            has_deviations: AtomicBool::new(false),
            schedule: RwLock::default(),
            has_faults: AtomicBool::new(false),
            requests: Operation::ALL.iter().map(|_| AtomicU64::new(0)).collect(),
            ignored: Mutex::default(),
            exchanges: Exchanges::new(config.admin.is_on()),
            config,
        };
        service.set_deviations(service.config.deviations.clone());
        service.set_faults(service.config.faults.clone());
        Ok(service)
    }

    /// Forgets keys, aliases, nonces, counters and exchanges, and puts clock, ids, deviations and faults back to the
    /// settings.
    pub fn reset(&self) {
        for tenant in self.tenants.values().flat_map(BTreeMap::values) {
            *locked(tenant) = Tenant::default();
        }
        self.clock.reset();
        self.identifiers.reset();
        self.nonces.clear();
        self.requests.iter().for_each(|count| count.store(0, Ordering::Relaxed));
        locked(&self.ignored).clear();
        self.exchanges.clear();
        self.set_deviations(self.config.deviations.clone());
        self.set_faults(self.config.faults.clone());
    }

    /// Moves the clock of keys forward: deletion dates, import tokens, expiry of key material and rotation go by it.
    /// Signatures are checked against real time all the while, so that clients need not follow.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// The time by the clock of keys, in whole seconds.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The deviations in force.
    pub fn deviations(&self) -> Vec<Deviation> {
        self.deviations.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces all deviations.
    pub fn set_deviations(&self, deviations: Vec<Deviation>) {
        let mut current = self.deviations.write().unwrap_or_else(PoisonError::into_inner);
        self.has_deviations.store(!deviations.is_empty(), Ordering::Release);
        *current = deviations;
    }

    /// The faults in force.
    pub fn faults(&self) -> Faults {
        self.schedule.read().unwrap_or_else(PoisonError::into_inner).faults().clone()
    }

    /// Replaces all faults; the requests that rules count are counted from now on.
    pub fn set_faults(&self, faults: Faults) {
        let mut current = self.schedule.write().unwrap_or_else(PoisonError::into_inner);
        let schedule = Schedule::new(faults);
        self.has_faults.store(!schedule.is_empty(), Ordering::Release);
        *current = Arc::new(schedule);
    }

    /// How many requests have asked for `operation`, well signed or not, struck by a fault or not.
    pub fn requests(&self, operation: Operation) -> u64 {
        self.requests.get(operation as usize).map_or(0, |count| count.load(Ordering::Relaxed))
    }

    /// How many requests have asked for any known operation.
    pub fn total_requests(&self) -> u64 {
        self.requests.iter().map(|count| count.load(Ordering::Relaxed)).sum()
    }

    /// Parameters that no operation reads, by operation and name, with the number of requests that carried them.
    pub fn ignored_parameters(&self) -> BTreeMap<(Operation, String), u64> {
        locked(&self.ignored).clone()
    }

    pub(crate) fn identifiers(&self) -> &Identifiers {
        &self.identifiers
    }

    pub(crate) fn count(&self, operation: Operation) {
        if let Some(count) = self.requests.get(operation as usize) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// What an account holds in a region.
    pub(crate) fn tenant(&self, account: &str, region: &str) -> Option<&Mutex<Tenant>> {
        self.tenants.get(account)?.get(region)
    }

    /// Every account and region with what it holds, in order.
    pub(crate) fn tenants(&self) -> impl Iterator<Item = (&str, &str, &Mutex<Tenant>)> {
        let mut accounts: Vec<_> = self.tenants.iter().collect();
        accounts.sort_unstable_by_key(|(account, _)| *account);
        accounts.into_iter().flat_map(|(account, regions)| {
            regions.iter().map(|(region, tenant)| (account.as_str(), region.as_str(), tenant))
        })
    }

    pub(crate) fn has_deviations(&self) -> bool {
        self.has_deviations.load(Ordering::Acquire)
    }

    /// The deviation for a cell, if there is one.
    pub(crate) fn deviation(&self, operation: Operation, state: KeyState) -> Option<DeviantAnswer> {
        if !self.has_deviations() {
            return None;
        }
        let deviations = self.deviations.read().unwrap_or_else(PoisonError::into_inner);
        let found = deviations.iter().find(|deviation| deviation.operation == operation && deviation.state == state);
        found.map(|deviation| deviation.answer.clone())
    }

    /// What strikes the next request for `operation`.
    pub(crate) fn plan(&self, operation: Option<Operation>) -> Plan {
        if !self.has_faults.load(Ordering::Acquire) {
            return Plan::default();
        }
        self.schedule.read().unwrap_or_else(PoisonError::into_inner).plan(operation)
    }
}
