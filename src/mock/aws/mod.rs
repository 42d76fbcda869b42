//! The mock of AWS KMS, API version 2014-11-01, written from the published documents alone.
//!
//! `wire/` is what stands before the service: JSON 1.1, Signature Version 4, the form of errors. `service/` is the table of
//! states, the operations, and the cryptography behind them.

pub(crate) mod access_key;
mod call_log;
mod cloud;
pub(crate) mod config;
pub(crate) mod kms;
mod records;
pub(crate) mod regions;
pub(crate) mod service;
#[cfg(test)]
mod tests;
mod view;
pub(crate) mod wire;
