//! The admin API of a mock that a test runs a program against.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use kms_conformance::mock::{AdminAccess, AlibabaConfig, ClockMode, Mock, MockConfig, Seed};
use serde_json::Value;

/// When the clock of [`mock_of_others`] stands.
pub const NOW: &str = "2026-03-01T00:00:00Z";

/// The key of somebody else in [`mock_of_others`]: it waits for its deletion, a week later.
pub const FOREIGN: &str = "2d9f6043-8cb1-4e57-930a-b4f519c872ee";

/// A mock with a clock that stands still until it is moved, an admin API, and keys of somebody else.
pub fn mock_of_others() -> Mock {
    let text = format!(
        "keys:\n  - id: {FOREIGN}\n    state: PendingDeletion\n    created: 2026-01-01T00:00:00Z\n    \
         delete_date: 2026-03-08T00:00:00Z\n  - id: 0b7d4e21-6a9f-4c35-b1e8-92d3f7a650cc\n    \
         created: 2026-01-01T00:00:00Z\n    aliases: [alias/orders]\n"
    );
    let seed = Seed::parse("seed", &text, |_| None).unwrap();
    let config = seed.into_config(AlibabaConfig::default());
    let clock = ClockMode::Manual(NOW.parse().unwrap());
    Mock::start_with(MockConfig { clock, admin: AdminAccess::Loopback, ..MockConfig::from(config) }).unwrap()
}

/// What a mock holds, by its admin API.
pub fn state(address: SocketAddr) -> Value {
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!("GET /_mock/state HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    let (_, body) = response.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap()
}

/// The ids and states of all keys of a mock, and the names of all aliases.
pub fn keys_and_aliases(address: SocketAddr) -> (Vec<(String, String)>, Vec<String>) {
    let state = state(address);
    let accounts = state["accounts"].as_array().unwrap().iter();
    let all: Vec<Value> = accounts.flat_map(|account| account["keys"].as_array().unwrap().clone()).collect();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let keys = all.iter().map(|key| (text(&key["id"]), text(&key["state"]))).collect();
    let aliases = all.iter().flat_map(|key| key["aliases"].as_array().unwrap()).map(text).collect();
    (keys, aliases)
}
