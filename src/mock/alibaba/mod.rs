//! The mock of Alibaba Cloud KMS: `wire` reads requests and writes responses, `service` has the state table, the
//! operations and the cryptography.

pub(crate) mod config;
pub(crate) mod mock_service;
pub(crate) mod seed;
pub(crate) mod service;
pub(crate) mod wire;
