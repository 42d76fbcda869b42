//! Which keys can be rotated.

use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::key::{Key, Role};
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::spec::KeySpec;

/// Rejects keys that are never rotated: asymmetric ones and those for authentication codes.
pub(crate) fn check_rotatable(call: &Call<'_>, key: &Key) -> Result<(), Rejection> {
    if key.spec == KeySpec::Symmetric {
        return Ok(());
    }
    let message =
        format!("{} key spec is {} which is not valid for {}.", call.arn(&key.id), key.spec.wire(), call.operation);
    Err(Rejection::unsupported(message))
}

/// Rejects replicas, which are rotated with their primary key.
pub(crate) fn check_not_replica(call: &Call<'_>, key: &Key) -> Result<(), Rejection> {
    if key.role != Some(Role::Replica) {
        return Ok(());
    }
    Err(Rejection::unsupported(format!("{} is a multi-Region replica key; use its primary key.", call.arn(&key.id))))
}
