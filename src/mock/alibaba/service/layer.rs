//! What may stand around the operations: it sees every call before the operation and its outcome after it.

use std::fmt;

use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::call::Call;
use crate::mock::alibaba::service::key::Tenant;
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::host::response::Fields;
use crate::mock::store::TimeLayer;

/// A layer around the operations. The plain service has none.
pub(crate) trait Layer: TimeLayer<Tenant> + fmt::Debug + Send + Sync {
    /// Does what a call is for; alone, the service does [`Call::run`].
    fn call(&self, call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection>;
}
