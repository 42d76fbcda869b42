//! What an account holds in a region: keys and aliases, whatever a key is in the cloud that has it.

mod ordered;
mod record;
mod tenant;
mod touched;

pub(crate) use record::KeyRecord;
pub(crate) use tenant::Tenant;
pub(crate) use touched::Touched;
