//! What an account holds in a region: keys, their versions, and aliases.

mod key;
mod ordered;
mod tenant;

pub(crate) use key::{Key, KeySpec, Material, Origin, ProtectionLevel, Rotation, Usage, Version};
pub(crate) use tenant::Tenant;
