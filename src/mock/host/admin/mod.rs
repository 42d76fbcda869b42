//! The admin API under `/_mock/`: JSON, off unless switched on, and for loopback peers only unless set otherwise.
//!
//! `docs/admin-api.md` shows every resource with its methods, bodies and responses; a test sees that it is right. The
//! resource `health` is not among those of this folder, for it is there without the admin API too: see
//! [`crate::mock::host::health`].
//!
//! Other web pages in a browser that may connect were kept out before: see [`crate::mock::host::web`].

mod resource;

use std::net::IpAddr;
use std::time::Duration;

use http::header::{ALLOW, HeaderValue};
use http::{Method, Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use self::resource::{Resource, allow};
use crate::mock::host::access::{Barred, PREFIX};
use crate::mock::host::browser;
use crate::mock::host::clock::wire_time;
use crate::mock::host::cloud::{Description, DeviationError};
use crate::mock::host::faults::{Faults, ParseFaultError};
use crate::mock::host::health;
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
    #[error(
        "the admin API has nothing at this path{}; `GET /_mock/` lists what it has",
        nearest.as_ref().map_or_else(String::new, |path| format!(", but it has `{path}`"))
    )]
    NotFound { nearest: Option<String> },
    #[error("{PREFIX}{name} takes {allowed} only", name = .0.name(), allowed = allow(.0.methods()))]
    Method(Resource),
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
            AdminError::Barred(barred) => barred.status(),
            AdminError::NotFound { .. } => StatusCode::NOT_FOUND,
            AdminError::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
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
    let error = match handle(service, peer, received) {
        Ok(value) => return browser::json(StatusCode::OK, value.to_string()),
        Err(error) => error,
    };

    let mut response = browser::json(error.status(), json!({ "error": error.to_string() }).to_string());
    match error {
        AdminError::Barred(barred) => barred.challenge(&mut response),
        AdminError::Method(resource) => {
            if let Ok(methods) = HeaderValue::from_str(&allow(resource.methods())) {
                response.headers_mut().insert(ALLOW, methods);
            }
        }
        _ => {}
    }
    response
}

fn handle(service: &Service, peer: IpAddr, received: &Received) -> Result<Value, AdminError> {
    service.config.admin.admit(service.config.admin_token.as_ref(), peer, received)?;

    let name = received.uri.path().strip_prefix(PREFIX).unwrap_or_default();
    let resource =
        Resource::find(name).ok_or_else(|| AdminError::NotFound { nearest: Resource::nearest_path(name) })?;
    // The server sends no body in response to HEAD.
    let method = if received.method == Method::HEAD { &Method::GET } else { &received.method };
    if !resource.methods().contains(method) {
        return Err(AdminError::Method(resource));
    }

    match resource {
        Resource::Index => Ok(index(service)),
        Resource::Cloud => Ok(cloud(service.cloud.description())),
        Resource::State => Ok(state(service)),
        Resource::Reset => {
            service.reset();
            Ok(json!({}))
        }
        Resource::Clock => {
            let change: ClockChange = read(received)?;
            service.advance(Duration::from_secs(change.advance_seconds));
            Ok(json!({ "now": wire_time(service.now()) }))
        }
        Resource::Faults => {
            if *method == Method::PUT {
                service.set_faults(read(received)?)?;
            } else if *method == Method::DELETE {
                service.set_faults(Faults::default())?;
            }
            Ok(serde_json::to_value(service.faults())?)
        }
        Resource::Deviations => {
            if *method == Method::PUT {
                service.set_deviations(read(received)?)?;
            } else if *method == Method::DELETE {
                service.set_deviations(Vec::new())?;
            }
            Ok(service.deviations().into())
        }
        Resource::Exchanges => Ok(service.exchanges.list_after(after(received)?, &*service.cloud).into()),
    }
}

/// Which program this is, the time of keys, and what else there is to call.
fn index(service: &Service) -> Value {
    let entry = |resource: Resource| (format!("{PREFIX}{}", resource.name()), allow(resource.methods()).into());
    let mut resources: Fields = Resource::ALL.into_iter().map(entry).collect();
    resources.insert(health::PATH.to_owned(), "GET, HEAD".into());

    json!({
        "mock": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "now": wire_time(service.now()),
        "resources": resources,
    })
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
