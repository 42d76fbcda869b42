//! What an account holds in a region: keys, their versions, and aliases.

mod arrival;
mod key;
mod ordered;
mod tenant;
mod touched;

pub use arrival::{Arrival, ParseArrivalError};
pub(crate) use key::{Key, KeySpec, Material, Origin, ProtectionLevel, Rotation, Usage, Version};
pub(crate) use tenant::Tenant;
pub(crate) use touched::Touched;
