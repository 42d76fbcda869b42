//! A response of a cloud, before the host sends it.

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use serde_json::{Map, Value};

/// Named values in their order.
pub(crate) type Fields = Map<String, Value>;

/// A response of a cloud, in the form that its clients know.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Bytes,
    pub(crate) shown: Shown,
}

/// What the list of exchanges shows of a response.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    /// The fields of the response, where the body is not a JSON object that holds them.
    pub(crate) fields: Option<Fields>,
    /// The names of fields whose values are not shown.
    pub(crate) secret: &'static [&'static str],
}

/// Fields in this order.
pub(crate) fn fields<const N: usize>(pairs: [(&str, Value); N]) -> Fields {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
