//! The service behind the wire: accounts with their keys, nonces, secrets, and what stands around it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;

use jiff::Timestamp;

use crate::mock::alibaba::config::AlibabaConfig;
use crate::mock::alibaba::records::Restored;
use crate::mock::alibaba::regions::REGIONS;
use crate::mock::alibaba::service::api::Operation;
use crate::mock::alibaba::service::call::Tools;
use crate::mock::alibaba::service::crypto::TokenSealer;
use crate::mock::alibaba::service::key::Tenant;
use crate::mock::alibaba::service::wrapping_pair::WrappingPairs;
use crate::mock::alibaba::wire::gateway::Nonces;
use crate::mock::alibaba::wire::layer::WireLayer;
use crate::mock::host::cloud::{BuildError, Facilities, NoRandomness, Record};
use crate::mock::host::identifier::Identifiers;
use crate::mock::host::ignored::Ignored;
use crate::mock::host::persistence::Journal;
use crate::mock::host::sealer::Sealer;
use crate::mock::locked;
use crate::mock::store::{self, Time, TimeLayer};

/// The mock of Alibaba Cloud KMS.
#[derive(Debug)]
pub(crate) struct AlibabaKms {
    pub(crate) config: AlibabaConfig,
    pub(crate) facilities: Facilities,
    pub(crate) token_sealer: TokenSealer,
    pub(crate) wrapping_pairs: WrappingPairs,
    pub(crate) nonces: Nonces,
    pub(crate) ignored: Ignored<Operation>,
    layer: Box<dyn WireLayer>,
    tenants: HashMap<String, BTreeMap<String, Mutex<Tenant>>>,
}

impl AlibabaKms {
    /// The service with these settings, and with what a state file holds of it.
    pub(crate) fn new(config: AlibabaConfig, facilities: Facilities, records: Vec<Record>) -> Result<Self, BuildError> {
        let restored = Restored::read(records)?;
        let nonces = Nonces::new();
        for (noted, access_key, nonce) in restored.nonces {
            nonces.note(&access_key, &nonce, noted);
        }

        let token_secret = match restored.token_secret {
            Some(secret) => secret,
            None => {
                // Kept, since tokens that were handed out must be good after a restart too.
                let secret = Sealer::secret()?;
                if let Some(journal) = &facilities.journal {
                    journal.append([store::records::token_secret(&secret)]);
                }
                secret
            }
        };
        let is_kept = facilities.journal.is_some();

        Ok(Self {
            token_sealer: TokenSealer(Sealer::new(&token_secret).ok_or(NoRandomness)?),
            wrapping_pairs: WrappingPairs::new(config.wrapping_keys, restored.wrapping_pairs),
            nonces,
            ignored: Ignored::default(),
            layer: config.deviations.build(),
            tenants: tenants(&config, restored.tenants, is_kept),
            config,
            facilities,
        })
    }

    /// Adds the keys of the settings, but for those that are there.
    pub(crate) fn plant(&self) -> Result<(), NoRandomness> {
        let now = self.now();
        for key in &self.config.keys {
            let (account, region) = (key.account(&self.config.access_keys), key.region(&self.config.region));
            if let Some(tenant) = self.tenant(account, region) {
                key.plant(&mut locked(tenant), self.identifiers(), now).map_err(|_| NoRandomness)?;
            }
        }
        self.keep_touched();
        Ok(())
    }

    /// Forgets everything and begins again with the settings.
    pub(crate) fn reset(&self) {
        for tenant in self.tenants.values().flat_map(BTreeMap::values) {
            locked(tenant).clear();
        }
        self.nonces.clear();
        self.ignored.clear();
        self.layer.reset();

        // Nothing that is random can fail here that has not failed at the start.
        let _ = self.plant();
    }

    /// Sends what was changed outside of calls to the journal.
    fn keep_touched(&self) {
        let Some(journal) = self.journal() else { return };
        for (account, region, tenant) in self.tenants() {
            let mut tenant = locked(tenant);
            if let Some(touched) = tenant.take_touched() {
                let number = journal.append(store::records::changes(&tenant, &touched, account, region));
                tenant.note_saving(&touched, number);
            }
        }
    }

    /// The time by the clock of keys, in whole seconds.
    pub(crate) fn now(&self) -> Timestamp {
        self.facilities.clock.now()
    }

    /// What stands around the service, if anything does.
    pub(crate) fn layer(&self) -> Option<&dyn WireLayer> {
        Some(self.whole_layer()).filter(|layer| !layer.is_idle())
    }

    /// The layer, also if it leaves everything as it is.
    pub(crate) fn whole_layer(&self) -> &dyn WireLayer {
        self.layer.as_ref()
    }

    /// What lets happen to keys what is due by itself until `now`.
    pub(crate) fn time(&self, now: Timestamp) -> Time<'_, Tenant> {
        Time { now, identifiers: self.identifiers(), layer: self.layer().map(|layer| layer as &dyn TimeLayer<Tenant>) }
    }

    /// What operations work with.
    pub(crate) fn tools(&self) -> Tools<'_> {
        Tools {
            identifiers: self.identifiers(),
            token_sealer: &self.token_sealer,
            wrapping_pairs: &self.wrapping_pairs,
            journal: self.journal(),
        }
    }

    pub(crate) fn identifiers(&self) -> &Identifiers {
        &self.facilities.identifiers
    }

    /// Where changes go, if the state is kept.
    pub(crate) fn journal(&self) -> Option<&Journal> {
        self.facilities.journal.as_deref()
    }

    /// What an account holds in a region.
    pub(crate) fn tenant(&self, account: &str, region: &str) -> Option<&Mutex<Tenant>> {
        self.tenants.get(account)?.get(region)
    }

    /// Every account and region with what it holds, in order.
    pub(crate) fn tenants(&self) -> impl Iterator<Item = (&str, &str, &Mutex<Tenant>)> {
        let mut accounts: Vec<_> = self.tenants.iter().collect();
        // A hash map has no order, and a list must not change from one look to the next.
        accounts.sort_unstable_by_key(|(account, _)| *account);
        accounts.into_iter().flat_map(|(account, regions)| {
            regions.iter().map(|(region, tenant)| (account.as_str(), region.as_str(), tenant))
        })
    }
}

/// Everything that an account can hold, empty or as it was found.
fn tenants(
    config: &AlibabaConfig,
    mut found: HashMap<String, BTreeMap<String, Tenant>>,
    watch: bool,
) -> HashMap<String, BTreeMap<String, Mutex<Tenant>>> {
    let accounts = config.access_keys.iter().chain(&config.anonymous).map(|key| key.account.as_str());
    for account in accounts.chain(config.keys.iter().map(|key| key.account(&config.access_keys))) {
        found.entry(account.to_owned()).or_default();
    }

    let known = || REGIONS.into_iter().chain([config.region.as_str()]);
    let planted: Vec<&str> = config.keys.iter().map(|key| key.region(&config.region)).collect();
    for regions in found.values_mut() {
        for region in known().chain(planted.iter().copied()) {
            regions.entry(region.to_owned()).or_default();
        }
        // Without a journal nobody takes what was touched, and it would only grow.
        if watch {
            regions.values_mut().for_each(Tenant::watch);
        }
    }

    let locked_up = |regions: BTreeMap<String, Tenant>| {
        regions.into_iter().map(|(region, tenant)| (region, Mutex::new(tenant))).collect()
    };
    found.into_iter().map(|(account, regions)| (account, locked_up(regions))).collect()
}
