//! The service behind the wire: accounts with their keys, secrets, and what stands around it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;

use crate::mock::aws::config::AwsConfig;
use crate::mock::aws::records::{self, Restored};
use crate::mock::aws::service::api::Operation;
use crate::mock::aws::service::call::Tools;
use crate::mock::aws::service::crypto::{RsaPair, Tokens};
use crate::mock::aws::service::pairs::Pairs;
use crate::mock::aws::service::regions::Regions;
use crate::mock::aws::wire::layer::WireLayer;
use crate::mock::host::cloud::{BuildError, Facilities, NoRandomness, Record};
use crate::mock::host::identifier::Identifiers;
use crate::mock::host::ignored::Ignored;
use crate::mock::host::persistence::Journal;
use crate::mock::host::sealer::Sealer;
use crate::mock::locked;
use crate::mock::store::{self, Time, TimeLayer};

/// The mock of AWS KMS.
#[derive(Debug)]
pub(crate) struct AwsKms {
    pub(crate) config: AwsConfig,
    pub(crate) facilities: Facilities,
    pub(crate) sealer: Tokens,
    pub(crate) pairs: Pairs,
    pub(crate) ignored: Ignored<Operation>,
    layer: Box<dyn WireLayer>,
    accounts: HashMap<String, Mutex<Regions>>,
}

impl AwsKms {
    /// The service with these settings, and with what a state file holds of it.
    pub(crate) fn new(config: AwsConfig, facilities: Facilities, records: Vec<Record>) -> Result<Self, BuildError> {
        let restored = Restored::read(records)?;
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

        Ok(Self {
            sealer: Tokens(Sealer::new(&token_secret).ok_or(NoRandomness)?),
            pairs: Pairs::new(config.rsa_pairs, restored.wrapping_pairs),
            ignored: Ignored::default(),
            layer: config.deviations.build(),
            accounts: accounts(&config, restored.accounts, facilities.journal.is_some()),
            config,
            facilities,
        })
    }

    /// Forgets everything and begins again with the settings.
    pub(crate) fn reset(&self) {
        for (account, regions) in &self.accounts {
            let mut regions = locked(regions);
            regions.clear();
            self.keep_touched(account, &mut regions);
        }
        self.ignored.clear();
        self.layer.reset();
    }

    /// Sends what was changed outside of calls to the journal.
    fn keep_touched(&self, account: &str, regions: &mut Regions) {
        let Some(journal) = self.journal() else { return };
        let touched = regions.take_touched();
        if !touched.is_empty() {
            let number = journal.append(records::changes(regions, &touched, account));
            regions.note_saving(&touched, number);
        }
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
    pub(crate) fn time(&self, now: Timestamp) -> Time<'_, Regions> {
        Time { now, identifiers: self.identifiers(), layer: self.layer().map(|layer| layer as &dyn TimeLayer<Regions>) }
    }

    /// What operations work with.
    pub(crate) fn tools<'t>(&'t self, new_pair: Option<&'t Arc<RsaPair>>) -> Tools<'t> {
        Tools {
            identifiers: self.identifiers(),
            sealer: &self.sealer,
            pairs: &self.pairs,
            transition_seconds: self.config.transition_seconds,
            new_pair,
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

    /// What an account holds.
    pub(crate) fn account(&self, account: &str) -> Option<&Mutex<Regions>> {
        self.accounts.get(account)
    }

    /// Every account with what it holds, in order.
    pub(crate) fn accounts(&self) -> impl Iterator<Item = (&str, &Mutex<Regions>)> {
        let mut accounts: Vec<_> = self.accounts.iter().collect();
        // A hash map has no order, and a list must not change from one look to the next.
        accounts.sort_unstable_by_key(|(account, _)| *account);
        accounts.into_iter().map(|(account, regions)| (account.as_str(), regions))
    }
}

/// Everything that an account can hold, empty or as it was found.
fn accounts(config: &AwsConfig, mut found: HashMap<String, Regions>, watch: bool) -> HashMap<String, Mutex<Regions>> {
    for key in config.access_keys.iter().chain(&config.anonymous) {
        found.entry(key.account.clone()).or_default();
    }
    // Without a journal nobody takes what was touched, and it would only grow.
    if watch {
        found.values_mut().for_each(Regions::watch);
    }
    found.into_iter().map(|(account, regions)| (account, Mutex::new(regions))).collect()
}
