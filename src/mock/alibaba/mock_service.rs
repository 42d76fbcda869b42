//! The service behind the socket: one mock's accounts, clock, ids, counters, deviations and faults.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use jiff::Timestamp;

use crate::mock::alibaba::config::{MockConfig, REGIONS};
use crate::mock::alibaba::service::crypto::TokenSealer;
use crate::mock::alibaba::service::operation::Operation;
use crate::mock::alibaba::wire::gateway::Nonces;
use crate::mock::host::clock::Clock;
use crate::mock::host::exchanges::Exchanges;
use crate::mock::host::faults::{Faults, Plan, Schedule};
use crate::mock::host::handle::StartError;
use crate::mock::host::identifier::Identifiers;
use crate::mock::host::persistence::{Keeper, Restored};
use crate::mock::locked;
use crate::mock::mutation::{Deviation, Deviations};
use crate::mock::store::Tenant;

/// One mock without its socket. [`crate::mock::serve`] puts it on a listener of the caller's, [`super::Mock`] on one of its own.
#[derive(Debug)]
pub struct Service {
    pub(crate) config: MockConfig,
    pub(crate) token_sealer: TokenSealer,
    pub(crate) nonces: Nonces,
    pub(crate) ignored: Mutex<BTreeMap<(Operation, String), u64>>,
    pub(crate) exchanges: Exchanges,
    pub(crate) keeper: Option<Keeper>,
    identifiers: Arc<Identifiers>,
    clock: Arc<Clock>,
    tenants: HashMap<String, BTreeMap<String, Mutex<Tenant>>>,
    pub(crate) deviations: Deviations,
    schedule: RwLock<Arc<Schedule>>,
    has_faults: AtomicBool,
    requests: Vec<AtomicU64>,
}

/// The system's source of randomness failed.
#[derive(Debug, thiserror::Error)]
#[error("failed to draw a secret from the system's source of randomness")]
pub struct NoRandomness;

impl Service {
    /// A service with the keys of its settings, or with those of its state file.
    ///
    /// # Errors
    /// When the system has no source of randomness or gives no thread, or the state file can't be used.
    pub fn new(config: MockConfig) -> Result<Self, StartError> {
        let mut restored = config.state.as_deref().map(Restored::open).transpose()?;
        let mut seed = [0; 8];
        getrandom::fill(&mut seed).map_err(|_| NoRandomness)?;
        let identifiers = Arc::new(Identifiers::new(config.seed.unwrap_or(u64::from_ne_bytes(seed))));
        let clock = Arc::new(Clock::new(config.clock));
        let nonces = Nonces::new();
        let mut found = HashMap::new();
        let (mut token_secret, mut is_seeded) = (None, false);
        if let Some(restored) = &mut restored {
            found = std::mem::take(&mut restored.tenants);
            (token_secret, is_seeded) = (restored.token_secret.take(), restored.is_seeded);
            if let Some(kept) = &restored.clock {
                clock.restore(kept);
            }
            if let Some(drawn) = config.seed.and_then(|seed| restored.drawn.get(&seed)) {
                identifiers.skip_to(*drawn);
            }
            for (noted, access_key, nonce) in restored.nonces.drain(..) {
                nonces.note(&access_key, &nonce, noted);
            }
        }
        let token_secret = token_secret.map_or_else(TokenSealer::secret, Ok).map_err(|_| NoRandomness)?;
        let keeper =
            restored.map(|restored| Keeper::start(restored, Arc::clone(&clock), Arc::clone(&identifiers), config.seed));
        let keeper = keeper.transpose()?;
        let service = Self {
            token_sealer: TokenSealer::new(&token_secret).map_err(|_| NoRandomness)?,
            nonces,
            tenants: tenants(&config, found, keeper.is_some()),
            keeper,
            identifiers,
            clock,
            deviations: Deviations::new(config.deviations.clone()),
            schedule: RwLock::default(),
            has_faults: AtomicBool::new(false),
            requests: Operation::ALL.iter().map(|_| AtomicU64::new(0)).collect(),
            ignored: Mutex::default(),
            exchanges: Exchanges::new(config.admin.is_on()),
            config,
        };
        service.set_faults(service.config.faults.clone());
        if !is_seeded {
            service.plant()?;
            service.keep_beginnings(&token_secret)?;
        }
        Ok(service)
    }

    /// Forgets keys, aliases, nonces, counters and exchanges, and puts clock, ids, deviations and faults back to the
    /// settings.
    pub fn reset(&self) {
        for tenant in self.tenants.values().flat_map(BTreeMap::values) {
            locked(tenant).clear();
        }
        self.clock.reset();
        self.identifiers.reset();
        self.nonces.clear();
        self.requests.iter().for_each(|count| count.store(0, Ordering::Relaxed));
        locked(&self.ignored).clear();
        self.exchanges.clear();
        self.set_deviations(self.config.deviations.clone());
        self.set_faults(self.config.faults.clone());
        // Nothing that is random can fail here that has not failed at the start.
        let _ = self.plant();
        self.keep_clock();
    }

    /// Adds the keys of the settings, but for those that are there.
    fn plant(&self) -> Result<(), NoRandomness> {
        let now = self.now();
        for key in &self.config.keys {
            let (account, region) = (key.account(&self.config), key.region(&self.config));
            if let Some(tenant) = self.tenant(account, region) {
                key.plant(&mut locked(tenant), &self.identifiers, now).map_err(|_| NoRandomness)?;
            }
        }
        self.keep_touched();
        Ok(())
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
    pub fn deviations(&self) -> Vec<Deviation> {
        self.deviations.all()
    }

    /// Replaces all deviations.
    pub fn set_deviations(&self, deviations: Vec<Deviation>) {
        self.deviations.replace(deviations);
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

    /// What strikes the next request for `operation`.
    pub(crate) fn plan(&self, operation: Option<Operation>) -> Plan {
        if !self.has_faults.load(Ordering::Acquire) {
            return Plan::default();
        }
        self.schedule.read().unwrap_or_else(PoisonError::into_inner).plan(operation)
    }
}

/// Everything that an account can hold, empty or as it was found.
fn tenants(
    config: &MockConfig,
    mut found: HashMap<String, BTreeMap<String, Tenant>>,
    watch: bool,
) -> HashMap<String, BTreeMap<String, Mutex<Tenant>>> {
    let accounts = config.access_keys.iter().chain(&config.anonymous).map(|key| key.account.as_str());
    for account in accounts.chain(config.keys.iter().map(|key| key.account(config))) {
        found.entry(account.to_owned()).or_default();
    }
    let known = || REGIONS.into_iter().chain([config.region.as_str()]);
    let planted: Vec<&str> = config.keys.iter().map(|key| key.region(config)).collect();
    for regions in found.values_mut() {
        for region in known().chain(planted.iter().copied()) {
            regions.entry(region.to_owned()).or_default();
        }
        if watch {
            regions.values_mut().for_each(Tenant::watch);
        }
    }
    let locked_up = |regions: BTreeMap<String, Tenant>| {
        regions.into_iter().map(|(region, tenant)| (region, Mutex::new(tenant))).collect()
    };
    found.into_iter().map(|(account, regions)| (account, locked_up(regions))).collect()
}
