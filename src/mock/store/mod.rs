//! What an account holds in a region: keys, their versions, and aliases.

mod ordered;
mod tenant;
mod touched;

pub(crate) use tenant::Tenant;
pub(crate) use touched::Touched;
