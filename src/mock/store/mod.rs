//! What an account holds in a region: keys and aliases, whatever a key is in the cloud that has it, and the transactions
//! in which calls read and change them. `records` is what a state file holds of it.

mod account;
mod ordered;
mod record;
pub(crate) mod records;
mod tenant;
mod touched;

pub(crate) use account::{Account, ChangeLog, Holding, Time, TimeLayer};
pub(crate) use record::KeyRecord;
pub(crate) use tenant::Tenant;
pub(crate) use touched::Touched;
