//! What may stand around the operations: it sees every call before the operation and its outcome after it.

use std::fmt;

use jiff::Timestamp;

use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::regions::Regions;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::host::identifier::Identifiers;
use crate::mock::host::response::Fields;

/// A layer around the operations. The plain service has none.
pub(crate) trait Layer: fmt::Debug + Send + Sync {
    /// Lets happen to keys what is due by itself until `now`; alone, the service does [`Regions::settle`].
    fn settle(&self, regions: &mut Regions, now: Timestamp, identifiers: &Identifiers);

    /// Does what a call is for; alone, the service does [`Call::run`].
    fn call(&self, call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection>;
}
