//! The mock of Alibaba Cloud KMS: `wire` reads requests and writes responses, `service` has the state table, the
//! operations and the cryptography.

pub(crate) mod access_key;
mod call_log;
mod cloud;
pub(crate) mod config;
pub(crate) mod kms;
mod records;
pub(crate) mod regions;
pub(crate) mod seed;
pub(crate) mod service;
mod view;
pub(crate) mod wire;
