//! Reading a state file back.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::StateError;
use super::file::Entries;
use super::file::StateFile;
use super::record::AliasRecord;
use super::record::KeyRecord;
use super::record::Setting;
use super::record::Table;
use super::record::is_outdated;
use super::record::parse_nonce_name;
use crate::mock::alibaba::service::crypto::WrappingPair;
use crate::mock::alibaba::service::key::Key;
use crate::mock::host::clock::KeptClock;
use crate::mock::store::Tenant;

/// What a state file held when the mock started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StateSummary {
    /// Whether the file was made, or was empty.
    pub is_new: bool,
    /// Keys.
    pub keys: usize,
    /// Aliases.
    pub aliases: usize,
    /// The bytes of a last write that was cut off, and so was never answered.
    pub dropped_bytes: u64,
    /// Whether others than the owner may read the file, which holds key material.
    pub readable_by_others: bool,
}

/// What was read from a state file, and the file for going on with it.
pub(crate) struct Restored {
    pub(crate) file: StateFile,
    pub(crate) summary: StateSummary,
    /// By account and region.
    pub(crate) tenants: HashMap<String, BTreeMap<String, Tenant>>,
    pub(crate) wrapping_pairs: Vec<Arc<WrappingPair>>,
    /// When each was noted, its access key, and itself, in order of time.
    pub(crate) nonces: Vec<(Timestamp, String, String)>,
    pub(crate) token_secret: Option<Zeroizing<[u8; 32]>>,
    pub(crate) clock: Option<KeptClock>,
    /// How many ids of keys and versions were drawn, by seed.
    pub(crate) drawn: HashMap<u64, u64>,
    /// Whether the keys that are there from the start were added.
    pub(crate) is_seeded: bool,
}

impl Restored {
    /// Opens a file, or makes it.
    pub(crate) fn open(path: &Path) -> Result<Self, StateError> {
        let (file, found) = StateFile::open(path)?;
        let mut restored = Self {
            summary: StateSummary {
                is_new: found.is_new,
                dropped_bytes: found.dropped,
                readable_by_others: found.readable_by_others,
                ..StateSummary::default()
            },
            file,
            tenants: HashMap::new(),
            wrapping_pairs: Vec::new(),
            nonces: Vec::new(),
            token_secret: None,
            clock: None,
            drawn: HashMap::new(),
            is_seeded: false,
        };
        restored.take(found.entries)?;
        Ok(restored)
    }

    fn take(&mut self, entries: Entries) -> Result<(), StateError> {
        let path = self.file.path().to_owned();
        let now = Timestamp::now();
        let (mut keys, mut aliases) = (Vec::new(), Vec::new());
        for ((table, name), value) in entries {
            let wrong = || wrong(&path, table, &name);
            match table {
                Table::Key => keys.push(key(&value).ok_or_else(wrong)?),
                Table::Alias => aliases.push((read::<AliasRecord<'static>>(&value).ok_or_else(wrong)?, name)),
                Table::Nonce if is_outdated(table, &name, now) => {}
                Table::Nonce => {
                    let (noted, access_key, nonce) = parse_nonce_name(&name).ok_or_else(wrong)?;
                    self.nonces.push((noted, access_key.to_owned(), nonce.to_owned()));
                }
                Table::WrappingPair => {
                    let der = read::<Zeroizing<String>>(&value).and_then(|text| decode(&text)).ok_or_else(wrong)?;
                    let pair = WrappingPair::from_pkcs8(&der).ok_or_else(wrong)?;
                    self.wrapping_pairs.push(Arc::new(pair));
                }
                Table::Setting => self.take_setting(&value).ok_or_else(wrong)?,
            }
        }
        self.nonces.sort_unstable();
        (self.summary.keys, self.summary.aliases) = (keys.len(), aliases.len());
        keys.sort_unstable_by_key(|(.., key)| key.number);
        for (account, region, key) in keys {
            self.tenants.entry(account).or_default().entry(region).or_default().restore(key);
        }
        for (alias, name) in aliases {
            let tenant = self
                .tenants
                .get_mut(&*alias.account)
                .and_then(|regions| regions.get_mut(&*alias.region))
                .ok_or_else(|| wrong(&path, Table::Alias, &name))?;
            if !tenant.restore_alias(&alias.name, &alias.key_id, alias.number) {
                return Err(wrong(&path, Table::Alias, &name));
            }
        }
        Ok(())
    }

    fn take_setting(&mut self, value: &RawValue) -> Option<()> {
        match read(value)? {
            Setting::Clock(clock) => self.clock = Some(clock),
            Setting::Drawn { seed, count } => {
                self.drawn.insert(seed, count);
            }
            Setting::Seeded => self.is_seeded = true,
            Setting::TokenSecret(text) => {
                let secret: [u8; 32] = decode(&text)?.as_slice().try_into().ok()?;
                self.token_secret = Some(Zeroizing::new(secret));
            }
        }
        Some(())
    }
}

fn key(value: &RawValue) -> Option<(String, String, Key)> {
    let record: KeyRecord<'static> = read(value)?;
    let (account, region) = (record.account.clone().into_owned(), record.region.clone().into_owned());
    Some((account, region, record.key()?))
}

fn read<T: for<'a> Deserialize<'a>>(value: &RawValue) -> Option<T> {
    serde_json::from_str(value.get()).ok()
}

fn decode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    STANDARD.decode(text).ok().map(Zeroizing::new)
}

fn wrong(path: &Path, table: Table, name: &str) -> StateError {
    let name = name.replace('\n', " ");
    StateError::Damaged { path: PathBuf::from(path), reason: format!("the {table} record {name:?} means nothing") }
}
