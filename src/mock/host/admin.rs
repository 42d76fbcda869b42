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
//! | `GET /_mock/exchanges` | the last exchanges, oldest first, without anything secret; `?after=7` those after number 7 |
//! | `GET /_mock/page/…` | what the page at `/` is made of |
//!
//! Other web pages in a browser that may connect are kept out: see [`crate::mock::host::page::origin`].

use std::net::IpAddr;
use std::time::Duration;

use http::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::mock::alibaba::mock_service::Service;
use crate::mock::alibaba::service::key::Key;
use crate::mock::alibaba::service::operation::Operation;
use crate::mock::alibaba::service::state::KeyState;
use crate::mock::alibaba::wire::request::Received;
use crate::mock::host::clock::wire_time;
use crate::mock::host::faults::Faults;
use crate::mock::host::page::origin;
use crate::mock::locked;
use crate::mock::mutation::{Deviation, ParseDeviationError};
use crate::mock::store::Tenant;

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

    /// Whether a request may look at the admin API, and so at the page.
    ///
    /// # Errors
    /// Why not.
    pub(crate) fn admit(self, peer: IpAddr, received: &Received) -> Result<(), Barred> {
        match self {
            AdminAccess::Off => Err(Barred::Peer),
            AdminAccess::Loopback if !peer.to_canonical().is_loopback() => Err(Barred::Peer),
            AdminAccess::Loopback if !origin::names_loopback(received.host()) => Err(Barred::Host),
            AdminAccess::Loopback | AdminAccess::Everyone => Ok(()),
        }
    }
}

/// Why somebody is kept from the admin API and the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Barred {
    #[error("the admin API and the page are for loopback peers only")]
    Peer,
    /// A name that somebody else's name server may have pointed at the loopback interface.
    #[error("the admin API and the page answer to localhost and loopback addresses only, not to this Host")]
    Host,
    #[error("the admin API takes no changes from other web pages")]
    Origin,
}

/// The most keys of an account and region that are listed.
const MOST_KEYS: usize = 1000;

/// Why a request to the admin API fails.
#[derive(Debug, thiserror::Error)]
enum AdminError {
    #[error(transparent)]
    Barred(#[from] Barred),
    #[error("no such resource (state, reset, clock, faults, deviations, exchanges)")]
    NotFound,
    #[error("the method is not for this resource")]
    Method,
    #[error("failed to read the body: {0}")]
    Body(#[from] serde_json::Error),
    #[error("the query of exchanges is `after=NUMBER`")]
    Query,
    #[error(transparent)]
    Deviation(#[from] ParseDeviationError),
}

impl AdminError {
    fn status(&self) -> u16 {
        match self {
            AdminError::Barred(_) => 403,
            AdminError::NotFound => 404,
            AdminError::Method => 405,
            AdminError::Body(_) | AdminError::Query | AdminError::Deviation(_) => 400,
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
    service.config.admin.admit(peer, received)?;
    let resource = received.uri.path().strip_prefix(PREFIX).unwrap_or_default();
    let method = &received.method;
    if method != Method::GET && origin::is_foreign(received) {
        return Err(Barred::Origin.into());
    }
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
        "exchanges" if method == Method::GET => Ok(service.exchanges.list_after(after(received)?).into()),
        "" | "state" | "reset" | "clock" | "faults" | "deviations" | "exchanges" => Err(AdminError::Method),
        _ => Err(AdminError::NotFound),
    }
}

fn read<T: DeserializeOwned>(received: &Received) -> Result<T, AdminError> {
    Ok(serde_json::from_slice(&received.body)?)
}

/// The number in `after=7`; 0 without a query.
fn after(received: &Received) -> Result<u64, AdminError> {
    match received.uri.query() {
        None | Some("") => Ok(0),
        Some(query) => query.strip_prefix("after=").and_then(|number| number.parse().ok()).ok_or(AdminError::Query),
    }
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
    let (since, last) = service.exchanges.extent();
    json!({
        "now": wire_time(now),
        "accounts": accounts,
        "requests": requests,
        "ignored_parameters": ignored,
        "exchanges": { "since": since.to_string(), "last": last },
    })
}

fn account_state(account: &str, region: &str, tenant: &Tenant) -> Value {
    let keys: Vec<Value> = tenant.key_page(0, MOST_KEYS).map(key_state).collect();
    let states: serde_json::Map<String, Value> =
        KeyState::ALL.into_iter().map(|state| (state.to_string(), tenant.key_count_in(state).into())).collect();
    json!({
        "account": account,
        "region": region,
        "key_count": tenant.key_count(),
        "alias_count": tenant.alias_count(),
        "states": states,
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
        "description": key.description,
        "created": wire_time(key.created),
        "delete_date": key.delete_date.map(wire_time),
        "has_material": key.has_material(),
        "material_expires": key.material.expires.map(wire_time),
        "versions": key.versions.len(),
        "aliases": aliases,
        "tags": key.tags,
    })
}
