//! What can't be said on the wire, and what came from it that the service would not say.

use thiserror::Error;

/// Why a call could not be put on the wire.
#[derive(Debug, Error)]
pub enum EncodeError {
    /// A parameter that the wire can't carry.
    #[error("parameter `{name}` of {operation} is {found}, which the wire can't carry")]
    Parameter {
        /// The operation.
        operation: String,
        /// The parameter.
        name: String,
        /// What it is.
        found: &'static str,
    },
    /// The host is signed, and there is none.
    #[error("the endpoint `{endpoint}` has no host to sign for")]
    Endpoint {
        /// The URL of the endpoint.
        endpoint: String,
    },
    /// A value with line breaks or other characters that no header holds. The value itself may be a secret.
    #[error("the value of the header `{name}` has characters that no header can hold")]
    Header {
        /// The name of the header.
        name: &'static str,
    },
}

/// Why a response is not one of the service.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum DecodeError {
    /// The body is something else.
    #[error("HTTP {status} with {content}, which is not a response of this service")]
    Content {
        /// The HTTP status.
        status: u16,
        /// What the body is, shortly.
        content: String,
    },
    /// An error without a code.
    #[error("HTTP {status} without an error code")]
    NoCode {
        /// The HTTP status.
        status: u16,
    },
}
