//! A client of the toy cloud and of the admin API, over a plain socket.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use serde_json::{Value, json};

use crate::mock::host::handle::Mock;

/// A response as it came over the wire.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: String,
}

impl Received {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The value of a header.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// Sends a request; nothing if the connection is closed before a whole response.
pub(super) fn try_send(address: SocketAddr, method: &str, path: &str, headers: &str, body: &str) -> Option<Received> {
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    )
    .unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).ok()?;

    let end_of_head = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let (head, body) = (std::str::from_utf8(&bytes[..end_of_head]).ok()?, &bytes[end_of_head + 4..]);
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let received =
        Received { status, head: head.replace("\r\n", "\n"), body: String::from_utf8_lossy(body).into_owned() };
    let is_whole = received.header("content-length").is_none_or(|length| length.parse() == Ok(body.len()));
    is_whole.then_some(received)
}

pub(super) fn send(address: SocketAddr, method: &str, path: &str, headers: &str, body: &str) -> Received {
    try_send(address, method, path, headers, body).expect("a response")
}

/// Calls an operation of the toy.
pub(super) fn call(address: SocketAddr, body: &Value) -> Received {
    send(address, "POST", "/", "", &body.to_string())
}

/// Makes a key; its id.
pub(super) fn make(address: SocketAddr) -> String {
    call(address, &json!({ "op": "make" })).json()["key"].as_str().unwrap().to_owned()
}

/// Toggles a key; its new state.
pub(super) fn toggle(address: SocketAddr, key: &str) -> String {
    call(address, &json!({ "op": "toggle", "key": key })).json()["state"].as_str().unwrap().to_owned()
}

/// Uses the admin API.
pub(super) fn admin(mock: &Mock, method: &str, resource: &str, body: &Value) -> (u16, Value) {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let received = send(mock.address(), method, &format!("/_mock/{resource}"), "", &body);
    (received.status, received.json())
}
