//! The service: the table of states, keys and what happens to them, the operations, and the cryptography behind them.

pub(crate) mod account;
pub(crate) mod alias;
pub(crate) mod api;
pub(crate) mod arn;
pub(crate) mod arrival;
pub(crate) mod call;
pub(crate) mod crypto;
pub(crate) mod data;
pub(crate) mod grant;
pub(crate) mod key;
pub(crate) mod layer;
pub(crate) mod metadata;
pub(crate) mod operation;
pub(crate) mod paging;
pub(crate) mod pairs;
pub(crate) mod policy;
pub(crate) mod regions;
pub(crate) mod rejection;
pub(crate) mod rotation;
pub(crate) mod spec;
pub(crate) mod state;
pub(crate) mod tags;
