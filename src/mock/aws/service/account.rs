//! What an account holds in all regions, as one call reads and changes it.

use crate::mock::aws::service::regions::Regions;
use crate::mock::store;

/// The view that a call has of an account, in its region.
pub(crate) type Account<'a> = store::Account<'a, Regions>;
