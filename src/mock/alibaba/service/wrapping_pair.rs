//! Waiting for the RSA pairs that requests for import parameters need, before such a request is worked on: nothing else
//! stands still while a pair is made.

use crate::mock::alibaba::mock_service::Service;
use crate::mock::alibaba::service::crypto::pairs;
use crate::mock::alibaba::service::operation::Operation;
use crate::mock::alibaba::wire::request::Received;
use crate::mock::locked;

/// Waits until there is a wrapping pair for a request that asks for one, and another one for a key that has had one. A
/// wrong guess costs nothing but a pair.
pub(crate) async fn wait(service: &Service, received: &Received) {
    if asks_for_one(received) {
        let needed = 1 + usize::from(asks_again(service, received));
        pairs().ready(needed.saturating_sub(service.wrapping_pairs_at_hand().count())).await;
    }
}

fn asks_for_one(received: &Received) -> bool {
    const NAME: &str = Operation::GetParametersForImport.name();
    received.uri.query().is_some_and(|query| query.contains(NAME))
        || received.header("x-acs-action") == Some(NAME)
        || memchr::memmem::find(&received.body, NAME.as_bytes()).is_some()
}

/// Whether the key of the request has had a pair before.
fn asks_again(service: &Service, received: &Received) -> bool {
    let Ok(parameters) = received.parameters() else { return false };
    let Some(id) = parameters.get("KeyId") else { return false };
    service.tenants().any(|(_, _, tenant)| locked(tenant).key(id).is_some_and(|key| key.wrapping_pair.is_some()))
}
