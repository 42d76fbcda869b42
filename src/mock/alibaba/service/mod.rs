//! What Alibaba Cloud KMS does: the table of states, the operations, the keys and their cryptography.

pub(crate) mod account;
pub(crate) mod api;
pub(crate) mod arrival;
pub(crate) mod call;
pub(crate) mod crypto;
pub(crate) mod data;
pub(crate) mod key;
pub(crate) mod layer;
pub(crate) mod metadata;
pub(crate) mod numbered;
pub(crate) mod operation;
pub(crate) mod paging;
pub(crate) mod rejection;
pub(crate) mod resources;
pub(crate) mod rules;
pub(crate) mod state;
pub(crate) mod tags;
pub(crate) mod wrapping_pair;
