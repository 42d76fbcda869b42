//! From bytes to a call and back: routing, signatures, parameters, rejections, responses.

pub(crate) mod dispatch;
pub(crate) mod gateway;
pub(crate) mod layer;
pub(crate) mod parameters;
pub(crate) mod request;
pub(crate) mod response;
pub(crate) mod throttle;
