//! What stands before the service: JSON 1.1, signatures, and the form of responses.

pub(crate) mod dispatch;
pub(crate) mod gateway;
pub(crate) mod layer;
pub(crate) mod parameters;
pub(crate) mod response;
