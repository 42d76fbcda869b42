//! A request as it was received, before anything in it is believed.

use bytes::Bytes;
use http::header::HOST;
use http::{HeaderMap, Method, Uri};

/// A request with its whole body.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Received {
    /// The value of a header, if it is there and text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| std::str::from_utf8(value.as_bytes()).ok())
    }

    /// The host that the client called, without the port.
    pub(crate) fn host(&self) -> &str {
        let host = self.header(HOST.as_str()).unwrap_or_default();
        match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => host,
        }
    }
}
