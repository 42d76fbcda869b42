//! Requests that are sent once and looked at as they are, without anything that makes a run robust.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Client, Envelope, Outgoing};
use crate::event::Purpose;
use crate::provider::{HttpRequest, HttpResponse};

/// A request, and what came back. Both can hold secrets, so neither can be printed.
pub(crate) struct Exchanged {
    pub(crate) request: Arc<HttpRequest>,
    pub(crate) response: HttpResponse,
}

impl Client {
    /// Sends an operation once, when the rate allows it.
    ///
    /// # Errors
    ///
    /// Why there is no response, in words.
    pub(crate) async fn once(&self, operation: &str, parameters: &Map<String, Value>) -> Result<Exchanged, String> {
        let outgoing = Outgoing {
            region: None,
            envelope: Envelope::Right,
            purpose: Purpose::Probe,
            operation,
            parameters,
            attempts: Some(1),
            again_if_lost: false,
        };
        let request = self.request(&outgoing).map_err(|error| error.to_string())?;
        self.exchange(operation, request).await
    }

    /// Requests the root of the endpoint without a signature, which any server of the web responds to.
    ///
    /// # Errors
    ///
    /// As there.
    pub(crate) async fn reach(&self) -> Result<HttpResponse, String> {
        let url = format!("{}/", self.target.endpoint);
        let request = HttpRequest { method: "GET", url, headers: Vec::new(), body: String::new() };
        Ok(self.exchange("", Arc::new(request)).await?.response)
    }

    async fn exchange(&self, operation: &str, request: Arc<HttpRequest>) -> Result<Exchanged, String> {
        self.turn(operation).await;
        let response = self.http.send(&request).await.map_err(|error| error.to_string())?;
        Ok(Exchanged { request, response })
    }
}
