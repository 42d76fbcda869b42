//! From a received request to what is sent: route, faults, the cloud's response.

use std::time::Duration;

use jiff::Timestamp;

use crate::mock::host::clock::after;
use crate::mock::host::cloud::{Moment, Outcome, Routed, Trouble};
use crate::mock::host::faults::{Fault, Plan};
use crate::mock::host::request::Received;
use crate::mock::host::response::Response;
use crate::mock::host::service::Service;

/// What is sent, and how.
#[derive(Debug)]
pub(crate) struct Delivery {
    /// Nothing if the connection is closed instead.
    pub(crate) response: Option<Response>,
    pub(crate) damage: Damage,
    pub(crate) delay: Duration,
    /// The number of the change in the journal that must be on disk before the response is sent; 0 for none.
    pub(crate) depends_on: u64,
    /// How far the server's clock is ahead.
    pub(crate) skew_seconds: i64,
}

/// What happens to the body of a response in transit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Damage {
    None,
    Truncated,
    Garbage,
}

impl Service {
    /// Responds to a request; never fails, whatever the request holds.
    pub(crate) async fn respond(&self, received: Received) -> Delivery {
        let routed = self.cloud.route(&received, self.identifiers.request());

        // A client that leaves meanwhile has sent no request as far as counters and faults go.
        if let Some(preparation) = routed.preparation() {
            preparation.await;
        }

        let operation = routed.operation();
        if let Some(operation) = operation {
            self.count(operation);
        }
        let plan = self.plan(operation);

        let (mut response, depends_on) = match before_effect(&*routed, plan.fault.as_ref()) {
            Some(instead) => (instead, 0),
            None => {
                let Outcome { response, depends_on } = routed.respond(self.moment(&plan));
                (Some(response), depends_on)
            }
        };

        // Listed as it would be without damage: that is what is worth looking at.
        self.exchanges.record(operation, &received, &*self.cloud, response.as_mut(), plan.fault.as_ref());
        let damage = match plan.fault {
            Some(Fault::Truncate) => Damage::Truncated,
            Some(Fault::Garbage) => Damage::Garbage,
            _ => Damage::None,
        };

        // The effect is there, but nobody hears of it.
        let response = response.filter(|_| plan.fault != Some(Fault::DropAfter));
        Delivery { response, damage, delay: plan.delay, depends_on, skew_seconds: plan.skew_seconds }
    }

    fn moment(&self, plan: &Plan) -> Moment {
        Moment { now: self.now(), server_now: after(Timestamp::now(), plan.skew_seconds), stale: plan.stale }
    }
}

/// What a fault responds before the request has any effect; inner nothing if it closes the connection.
fn before_effect(routed: &dyn Routed, fault: Option<&Fault>) -> Option<Option<Response>> {
    let trouble = match fault? {
        Fault::DropBefore => return Some(None),
        Fault::InternalError => Trouble::Internal,
        Fault::Unavailable => Trouble::Unavailable,
        Fault::Throttle { code, retry_after } => Trouble::Throttled { code, retry_after_seconds: *retry_after },
        // These let the request have its effect.
        Fault::Latency { .. }
        | Fault::DropAfter
        | Fault::Garbage
        | Fault::Truncate
        | Fault::Stale(_)
        | Fault::Skew(_) => return None,
    };

    Some(Some(routed.respond_in_trouble(trouble)))
}
