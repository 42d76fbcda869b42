//! What an account holds in a region, as one call reads and changes it.

use crate::mock::alibaba::service::key::Tenant;
use crate::mock::store;

/// The view that a call has of an account in its region.
pub(crate) type Account<'a> = store::Account<'a, Tenant>;
