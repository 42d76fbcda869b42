//! How requests get to the endpoint: name, proxy, connection, TLS, clock.

use std::time::Duration;

use jiff::Timestamp;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::{Check, Doctor, Finding};
use crate::provider::HttpResponse;

/// Closer than this the clocks are the same, for a date has whole seconds and takes its time.
const SAME_TIME: u64 = 5;

impl Doctor<'_> {
    /// Looks at the way to the endpoint; whether it responds.
    pub(super) async fn way(&self, checks: &mut Vec<Check>) -> bool {
        let endpoint = &self.client.target().endpoint;
        let mut push = |name, finding| checks.push(Check { name, finding });

        let proxy = match self.connection.proxies.name_for(endpoint) {
            Ok(proxy) => proxy,
            Err(error) => {
                push("proxy", Finding::Wrong(vec![error.to_string()]));
                return false;
            }
        };

        // What is behind a proxy is reached by the proxy alone.
        if let Some(proxy) = &proxy {
            push("name", Finding::NotChecked("the proxy looks it up".to_owned()));
            push("proxy", Finding::Right(proxy.clone()));
        } else {
            let (host, port) = endpoint.host_and_port();
            let name = self.name(&host, port).await;
            let is_known = matches!(name, Finding::Right(_));
            push("name", name);
            push("proxy", Finding::Right("none".to_owned()));
            if !is_known {
                return false;
            }
            let connection = self.connect(&host, port).await;
            let is_connected = matches!(connection, Finding::Right(_));
            push("connection", connection);
            if !is_connected {
                return false;
            }
        }

        let (name, response) = (if endpoint.is_plain_http() { "HTTP" } else { "TLS" }, self.client.reach().await);
        match response {
            Err(error) => {
                push(name, Finding::Wrong(vec![error]));
                false
            }
            Ok(response) => {
                let right = if endpoint.is_plain_http() { "a server responds" } else { "the certificate is trusted" };
                push(name, Finding::Right(right.to_owned()));
                push("clock", self.clock(&response));
                true
            }
        }
    }

    async fn name(&self, host: &str, port: u16) -> Finding {
        let limit = self.client.timeout();
        // An address stands for itself.
        match timeout(limit, lookup_host((host, port))).await {
            Err(_) => Finding::wrong(format!("no name server responded for {host} within {limit:?}"), ADVICE_ON_NAMES),
            Ok(Err(error)) => Finding::wrong(format!("{host} is unknown: {error}"), ADVICE_ON_NAMES),
            Ok(Ok(addresses)) => {
                let addresses: Vec<String> = addresses.map(|address| address.ip().to_string()).collect();
                match addresses.join(", ") {
                    none if none.is_empty() => Finding::wrong(format!("{host} has no address"), ADVICE_ON_NAMES),
                    addresses => Finding::Right(format!("{host} is {addresses}")),
                }
            }
        }
    }

    async fn connect(&self, host: &str, port: u16) -> Finding {
        let limit = self.client.timeout();
        let advice = "is the endpoint running, is the port right, and does a firewall let it through?";
        match timeout(limit, TcpStream::connect((host, port))).await {
            Ok(Ok(_)) => Finding::Right(format!("port {port} is open")),
            Ok(Err(error)) => Finding::wrong(format!("port {port} can't be connected to: {error}"), advice),
            Err(_) => Finding::wrong(format!("port {port} did not respond within {limit:?}"), advice),
        }
    }

    fn clock(&self, response: &HttpResponse) -> Finding {
        let provider = &self.client.target().provider;
        let Some(date) = provider.time_of(response) else {
            return Finding::NotChecked("the endpoint gives no date".to_owned());
        };
        let tolerance = provider.declaration().examination.clock_tolerance;
        let ahead = Timestamp::now().as_second() - date.as_second();
        let (distance, side) = (ahead.unsigned_abs(), if ahead > 0 { "ahead of" } else { "behind" });
        if distance <= SAME_TIME {
            return Finding::Right("it is that of the endpoint".to_owned());
        }
        let sentence = format!("the local clock is {distance} s {side} that of the endpoint");
        if Duration::from_secs(distance) < tolerance {
            return Finding::Right(format!("{sentence}, which may be up to {} s", tolerance.as_secs()));
        }
        Finding::wrong(sentence, "requests are rejected for their time: set the clock, or have it set (NTP)")
    }
}

const ADVICE_ON_NAMES: &str = "is the name right, and is this machine connected? A proxy is named by HTTPS_PROXY";
