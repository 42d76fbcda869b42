//! The admin API under `/_mock/`: JSON, off unless switched on, and for loopback peers only unless set otherwise.
//!
//! | method and path | what it does |
//! | --- | --- |
//! | `GET /_mock/` | which program this is, and the time of keys |
//! | `GET /_mock/cloud` | which cloud is served, with its operations, states and classes of keys |
//! | `GET /_mock/state` | accounts with keys and aliases, requests by operation, ignored parameters |
//! | `POST /_mock/reset` | everything as just started |
//! | `POST /_mock/clock` | `{"advance_seconds": 86400}` moves the clock of keys |
//! | `GET`, `PUT`, `DELETE /_mock/faults` | `{"seed": 7, "rules": ["drop-after,nth=2"]}` |
//! | `GET`, `PUT`, `DELETE /_mock/deviations` | `["Encrypt:Disabled=Success"]` |
//! | `GET /_mock/exchanges` | the last exchanges, oldest first, without anything secret; `?after=7` those after number 7 |
//! | `GET /_mock/page/…` | what the page at `/` is made of |
//!
//! Other web pages in a browser that may connect are kept out: see [`origin`].

use std::net::IpAddr;
use std::time::Duration;

use http::header::HeaderValue;
use http::{Method, Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::mock::host::access::{Barred, PREFIX};
use crate::mock::host::browser;
use crate::mock::host::clock::wire_time;
use crate::mock::host::cloud::{Description, DeviationError};
use crate::mock::host::faults::{Faults, ParseFaultError};
use crate::mock::host::origin;
use crate::mock::host::request::Received;
use crate::mock::host::response::Fields;
use crate::mock::host::response_body::ResponseBody;
use crate::mock::host::service::Service;
use crate::mock::host::view::AccountView;

/// Why a request to the admin API fails.
#[derive(Debug, thiserror::Error)]
enum AdminError {
    #[error(transparent)]
    Barred(#[from] Barred),
    #[error("no such resource (cloud, state, reset, clock, faults, deviations, exchanges)")]
    NotFound,
    #[error("the method is not for this resource")]
    Method,
    #[error("failed to read the body: {0}")]
    Body(#[from] serde_json::Error),
    #[error("the query of exchanges is `after=NUMBER`")]
    Query,
    #[error(transparent)]
    Deviation(#[from] DeviationError),
    #[error(transparent)]
    Fault(#[from] ParseFaultError),
}

impl AdminError {
    fn status(&self) -> StatusCode {
        match self {
            AdminError::Barred(_) => StatusCode::FORBIDDEN,
            AdminError::NotFound => StatusCode::NOT_FOUND,
            AdminError::Method => StatusCode::METHOD_NOT_ALLOWED,
            AdminError::Body(_) | AdminError::Query | AdminError::Deviation(_) | AdminError::Fault(_) => {
                StatusCode::BAD_REQUEST
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockChange {
    advance_seconds: u64,
}

/// Responds to a request of the admin API with JSON.
pub(crate) fn respond(service: &Service, peer: IpAddr, received: &Received) -> Response<ResponseBody> {
    let (status, value) = match handle(service, peer, received) {
        Ok(value) => (StatusCode::OK, value),
        Err(error) => (error.status(), json!({ "error": error.to_string() })),
    };
    browser::response(status, JSON, value.to_string())
}

const JSON: HeaderValue = HeaderValue::from_static("application/json;charset=utf-8");

fn handle(service: &Service, peer: IpAddr, received: &Received) -> Result<Value, AdminError> {
    service.config.admin.admit(peer, received)?;
    let resource = received.uri.path().strip_prefix(PREFIX).unwrap_or_default();
    let method = &received.method;
    // A read is harmless: a browser does not show the response to another origin.
    if method != Method::GET && origin::is_foreign(received) {
        return Err(Barred::Origin.into());
    }

    match resource {
        "" if method == Method::GET => Ok(json!({
            "mock": env!("CARGO_PKG_NAME"),
            "version": env!("CARGO_PKG_VERSION"),
            "now": wire_time(service.now()),
        })),
        "cloud" if method == Method::GET => Ok(cloud(service.cloud.description())),
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
            service.set_faults(read(received)?)?;
            Ok(serde_json::to_value(service.faults())?)
        }
        "faults" if method == Method::DELETE => {
            service.set_faults(Faults::default())?;
            Ok(serde_json::to_value(service.faults())?)
        }
        "deviations" if method == Method::GET => Ok(service.deviations().into()),
        "deviations" if method == Method::PUT => {
            service.set_deviations(read(received)?)?;
            Ok(service.deviations().into())
        }
        "deviations" if method == Method::DELETE => {
            service.set_deviations(Vec::new())?;
            Ok(service.deviations().into())
        }
        "exchanges" if method == Method::GET => {
            Ok(service.exchanges.list_after(after(received)?, &*service.cloud).into())
        }
        "" | "cloud" | "state" | "reset" | "clock" | "faults" | "deviations" | "exchanges" => Err(AdminError::Method),
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

fn cloud(description: &Description) -> Value {
    json!({
        "name": description.name,
        "title": description.title,
        "operations": description.operations,
        "states": description.states,
        "class_label": description.class_label,
        "classes": description.classes,
    })
}

fn state(service: &Service) -> Value {
    let now = service.now();
    let accounts: Vec<Value> = service.cloud.accounts(now).into_iter().map(AccountView::json).collect();

    let requests: Fields = service
        .cloud
        .description()
        .operations
        .iter()
        .map(|name| (*name, service.requests(name)))
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| (name.to_owned(), count.into()))
        .collect();

    let ignored: Vec<Value> = service
        .ignored_parameters()
        .into_iter()
        .map(|ignored| {
            json!({
                "operation": ignored.operation,
                "parameter": ignored.parameter,
                "requests": ignored.requests,
            })
        })
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
