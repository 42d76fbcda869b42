//! The admin API under `/_mock/`: JSON, off unless asked for, and for loopback peers only unless asked otherwise.
//!
//! | method and path | what it does |
//! | --- | --- |
//! | `GET /_mock/` | which program this is, and the time of keys |
//! | `GET /_mock/state` | accounts with keys and aliases, requests by operation, ignored parameters |
//! | `POST /_mock/reset` | everything as just started |
//! | `POST /_mock/clock` | `{"advance_seconds": 86400}` moves the clock of keys |
//! | `GET`, `PUT`, `DELETE /_mock/faults` | `{"seed": 7, "rules": ["drop-after,nth=2"]}` |
//! | `GET`, `PUT`, `DELETE /_mock/deviations` | `["Encrypt:Disabled=Success"]` |
//! | `GET /_mock/exchanges` | the last exchanges, oldest first, without anything secret |

use std::net::IpAddr;
use std::time::Duration;

use http::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::clock::wire_time;
use super::deviation::{Deviation, ParseDeviationError};
use super::faults::Faults;
use super::locked;
use super::operation::Operation;
use super::request::Received;
use super::service::Service;
use super::store::{Key, Tenant};

/// The start of every path of the admin API.
pub(crate) const PREFIX: &str = "/_mock/";

/// Who may use the admin API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AdminAccess {
    /// Nobody: its paths are as unknown as any other.
    #[default]
    Off,
    /// Whoever connects over the loopback interface.
    Loopback,
    /// Whoever can connect.
    Everyone,
}

impl AdminAccess {
    pub(crate) fn is_on(self) -> bool {
        self != AdminAccess::Off
    }

    fn admits(self, peer: IpAddr) -> bool {
        match self {
            AdminAccess::Off => false,
            AdminAccess::Loopback => peer.to_canonical().is_loopback(),
            AdminAccess::Everyone => true,
        }
    }
}

/// The most keys of an account and region that are listed.
const MOST_KEYS: usize = 1000;

/// Why a request to the admin API fails.
#[derive(Debug, thiserror::Error)]
enum AdminError {
    #[error("the admin API is for loopback peers only")]
    Forbidden,
    #[error("no such resource (state, reset, clock, faults, deviations, exchanges)")]
    NotFound,
    #[error("the method is not for this resource")]
    Method,
    #[error("failed to read the body: {0}")]
    Body(#[from] serde_json::Error),
    #[error(transparent)]
    Deviation(#[from] ParseDeviationError),
}

impl AdminError {
    fn status(&self) -> u16 {
        match self {
            AdminError::Forbidden => 403,
            AdminError::NotFound => 404,
            AdminError::Method => 405,
            AdminError::Body(_) | AdminError::Deviation(_) => 400,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockChange {
    advance_seconds: u64,
}

/// Answers a request to the admin API: status and JSON.
pub(crate) fn respond(service: &Service, peer: IpAddr, received: &Received) -> (u16, Value) {
    match answer(service, peer, received) {
        Ok(value) => (200, value),
        Err(error) => (error.status(), json!({ "error": error.to_string() })),
    }
}

fn answer(service: &Service, peer: IpAddr, received: &Received) -> Result<Value, AdminError> {
    if !service.config.admin.admits(peer) {
        return Err(AdminError::Forbidden);
    }
    let resource = received.uri.path().strip_prefix(PREFIX).unwrap_or_default();
    let method = &received.method;
    match resource {
        "" if method == Method::GET => Ok(json!({
            "mock": env!("CARGO_PKG_NAME"),
            "version": env!("CARGO_PKG_VERSION"),
            "now": wire_time(service.now()),
        })),
        "state" if method == Method::GET => Ok(state(service)),
        "reset" if method == Method::POST => {
            service.reset();
            Ok(json!({}))
        }
        "clock" if method == Method::POST => {
            let change: ClockChange = read(received)?;
            service.advance(Duration::from_secs(change.advance_seconds));
            Ok(json!({ "now": wire_time(service.now()) }))
        }
        "faults" if method == Method::GET => Ok(serde_json::to_value(service.faults())?),
        "faults" if method == Method::PUT => {
            service.set_faults(read(received)?);
            Ok(serde_json::to_value(service.faults())?)
        }
        "faults" if method == Method::DELETE => {
            service.set_faults(Faults::default());
            Ok(serde_json::to_value(service.faults())?)
        }
        "deviations" if method == Method::GET => Ok(deviations(service)),
        "deviations" if method == Method::PUT => {
            let texts: Vec<String> = read(received)?;
            let parsed: Result<Vec<Deviation>, _> = texts.iter().map(|text| text.parse()).collect();
            service.set_deviations(parsed?);
            Ok(deviations(service))
        }
        "deviations" if method == Method::DELETE => {
            service.set_deviations(Vec::new());
            Ok(deviations(service))
        }
        "exchanges" if method == Method::GET => Ok(service.exchanges.list().into()),
        "" | "state" | "reset" | "clock" | "faults" | "deviations" | "exchanges" => Err(AdminError::Method),
        _ => Err(AdminError::NotFound),
    }
}

fn read<T: DeserializeOwned>(received: &Received) -> Result<T, AdminError> {
    Ok(serde_json::from_slice(&received.body)?)
}

fn deviations(service: &Service) -> Value {
    service.deviations().iter().map(ToString::to_string).collect()
}

fn state(service: &Service) -> Value {
    let now = service.now();
    let mut accounts = Vec::new();
    for (account, region, tenant) in service.tenants() {
        let mut tenant = locked(tenant);
        tenant.settle(now, service.identifiers());
        if tenant.key_count() > 0 {
            accounts.push(account_state(account, region, &tenant));
        }
    }
    let requests: serde_json::Map<String, Value> = Operation::ALL
        .iter()
        .map(|operation| (operation.to_string(), service.requests(*operation)))
        .filter(|(_, count)| *count > 0)
        .map(|(operation, count)| (operation, count.into()))
        .collect();
    let ignored: Vec<Value> = service
        .ignored_parameters()
        .into_iter()
        .map(
            |((operation, name), count)| json!({ "operation": operation.name(), "parameter": name, "requests": count }),
        )
        .collect();
    json!({ "now": wire_time(now), "accounts": accounts, "requests": requests, "ignored_parameters": ignored })
}

fn account_state(account: &str, region: &str, tenant: &Tenant) -> Value {
    let keys: Vec<Value> = tenant.key_page(0, MOST_KEYS).map(key_state).collect();
    json!({
        "account": account,
        "region": region,
        "key_count": tenant.key_count(),
        "alias_count": tenant.alias_count(),
        "keys": keys,
    })
}

fn key_state(key: &Key) -> Value {
    let aliases: Vec<&String> = key.aliases.values().collect();
    json!({
        "id": key.id,
        "state": key.state.name(),
        "origin": key.origin.wire(),
        "spec": key.spec.wire(),
        "created": wire_time(key.created),
        "delete_date": key.delete_date.map(wire_time),
        "has_material": key.has_material(),
        "versions": key.versions.len(),
        "aliases": aliases,
    })
}
