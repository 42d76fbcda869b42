//! The service behind the socket: one mock's accounts, clock, ids and counters.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::answer::{Answer, Fields, Format, Source};
use super::call::Call;
use super::clock::Clock;
use super::config::{MockConfig, REGIONS};
use super::crypto::TokenSealer;
use super::deviation::{Deviation, Deviations, distort_refusal, distort_success};
use super::gateway::{self, GatewayError, Nonces};
use super::identifier::Identifiers;
use super::locked;
use super::operation::Operation;
use super::parameters::Parameters;
use super::refusal::Refusal;
use super::request::{Received, Scheme};
use super::store::Tenant;

/// Parameters that belong to the request itself and not to the operation.
const COMMON_PARAMETERS: [&str; 12] = [
    "Action",
    "Version",
    "Format",
    "AccessKeyId",
    "Signature",
    "SignatureMethod",
    "SignatureVersion",
    "SignatureNonce",
    "SignatureType",
    "Timestamp",
    "SecurityToken",
    "RegionId",
];

/// The most names of ignored parameters that are counted.
const MOST_IGNORED_NAMES: usize = 1000;

/// One mock without its socket. [`super::serve`] puts it on a listener of the caller's, [`super::Mock`] on one of its own.
#[derive(Debug)]
pub struct Service {
    pub(crate) config: MockConfig,
    pub(crate) identifiers: Identifiers,
    pub(crate) token_sealer: TokenSealer,
    clock: Clock,
    nonces: Nonces,
    tenants: HashMap<(String, String), Mutex<Tenant>>,
    pub(crate) deviations: Deviations,
    requests: Vec<AtomicU64>,
    ignored: Mutex<BTreeMap<(Operation, String), u64>>,
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
        let tenants = config
            .access_keys
            .iter()
            .flat_map(|key| regions().map(|region| (key.account.clone(), region.to_owned())))
            .map(|place| (place, Mutex::default()))
            .collect();
        Ok(Self {
            identifiers: Identifiers::new(config.seed.unwrap_or(u64::from_ne_bytes(seed))),
            token_sealer: TokenSealer::new().map_err(|_| NoRandomness)?,
            clock: Clock::new(config.clock),
            nonces: Nonces::new(),
            tenants,
            deviations: Deviations::new(config.deviations.clone()),
            requests: Operation::ALL.iter().map(|_| AtomicU64::new(0)).collect(),
            ignored: Mutex::default(),
            config,
        })
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

    /// Replaces all deviations.
    pub fn set_deviations(&self, deviations: Vec<Deviation>) {
        self.deviations.replace(deviations);
    }

    /// How many requests have asked for `operation`, well signed or not.
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

    /// Answers a request; never fails, whatever the request holds.
    pub(crate) fn answer(&self, received: &Received) -> Answer {
        self.answer_at(received, Timestamp::now())
    }

    /// Answers a request that came at `real_now`, the time that signatures are checked against.
    pub(crate) fn answer_at(&self, received: &Received, real_now: Timestamp) -> Answer {
        let empty = Parameters::default();
        let decoded = received.parameters();
        let parameters = decoded.as_ref().unwrap_or(&empty);
        let scheme = received.scheme(parameters);
        let asked = received.format(scheme, parameters);
        let format = asked.unwrap_or(Format::Json);
        let request_id = self.identifiers.request();

        let routed = gateway::check_target(received)
            .and_then(|()| if decoded.is_err() { Err(GatewayError::Undecodable) } else { Ok(()) })
            .and_then(|()| gateway::route(received, parameters, scheme))
            .and_then(|operation| asked.map(|_| operation).ok_or(GatewayError::Invalid("Format")));
        let outcome = routed.and_then(|operation| {
            if let Some(count) = self.requests.get(operation as usize) {
                count.fetch_add(1, Ordering::Relaxed);
            }
            let config = &self.config;
            let key = gateway::authenticate(config, &self.nonces, received, parameters, scheme, real_now)?;
            Ok((operation, key))
        });
        let (operation, access_key) = match outcome {
            Ok(admitted) => admitted,
            Err(error) => return self.gateway_answer(&error, format, received, &request_id),
        };

        self.count_ignored(operation, parameters, scheme);
        let region = received.region().unwrap_or(&self.config.region);
        let Some(tenant) = self.tenants.get(&(access_key.account.clone(), region.to_owned())) else {
            return kms_refusal(&Refusal::internal_failure(), format, received, request_id);
        };
        let now = self.clock.now();
        let refused = Cell::default();
        let call = Call { operation, parameters, service: self, access_key, region, tenant, now, refused };
        let faults = self.deviations.faults(operation);
        match call.run() {
            Ok(mut fields) => {
                fields.insert("RequestId".to_owned(), request_id.into());
                let status = distort_success(&faults, &mut fields);
                Answer::new(status, format, Source::Kms, fields)
            }
            Err(refusal) => kms_refusal(&distort_refusal(&faults, refusal), format, received, request_id),
        }
    }

    /// The answer to a request that does not reach KMS.
    pub(crate) fn gateway_answer(
        &self,
        error: &GatewayError,
        format: Format,
        received: &Received,
        request_id: &str,
    ) -> Answer {
        let codes = self.config.error_codes;
        let (status, code, message) = error.parts(codes);
        let request_id = request_id.to_uppercase();
        let recommend = format!("https://api.aliyun.com/troubleshoot?q={code}&product=Kms&requestId={request_id}");
        let fields = fields([
            ("RequestId", request_id.into()),
            ("HostId", received.host().into()),
            ("Code", code.into()),
            ("Message", message.into()),
            ("Recommend", recommend.into()),
        ]);
        Answer::new(status, format, Source::Gateway, fields)
    }

    fn count_ignored(&self, operation: Operation, parameters: &Parameters<'_>, scheme: Scheme) {
        let known = operation.definition().parameters;
        let common = if scheme == Scheme::V3 { &["RegionId"][..] } else { &COMMON_PARAMETERS };
        let mut ignored =
            parameters.iter().map(|(name, _)| name).filter(|name| !known.contains(name) && !common.contains(name));
        let Some(first) = ignored.next() else { return };
        let mut counts = locked(&self.ignored);
        for name in [first].into_iter().chain(ignored) {
            let name: String = name.chars().take(100).collect();
            if counts.len() < MOST_IGNORED_NAMES || counts.contains_key(&(operation, name.clone())) {
                *counts.entry((operation, name)).or_default() += 1;
            }
        }
    }
}

/// An error answer of KMS itself.
fn kms_refusal(refusal: &Refusal, format: Format, received: &Received, request_id: String) -> Answer {
    let fields = fields([
        ("HttpStatus", refusal.status.into()),
        ("Code", refusal.code.as_ref().into()),
        ("Message", refusal.message.as_ref().into()),
        ("RequestId", request_id.into()),
        ("HostId", received.host().into()),
    ]);
    Answer::new(refusal.status, format, Source::Kms, fields)
}

/// Fields in this order.
pub(crate) fn fields<const N: usize>(pairs: [(&str, Value); N]) -> Fields {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
