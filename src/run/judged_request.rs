//! Sends a request that a case judges: the probe of a row, or a judged step of a scenario.

use tokio_util::sync::CancellationToken;

use super::RunContext;
use super::attempt::AttemptContext;
use super::failure::Failure;
use super::judge::Judgement;
use super::requester::Request;
use super::sweep::lists_keys;
use crate::client::{Envelope, Response};
use crate::event::Purpose;
use crate::provider::ErrorClass;
use crate::suite::step::{Expectation, Makes};
use crate::verdict::Kind;

/// Whether the endpoint has ever accepted a request, or accepts one now that needs no key. So a case does not depend on
/// those that were run before it.
async fn accepts_something(run: &RunContext) -> bool {
    if !run.client.has_accepted() {
        lists_keys(run, &CancellationToken::new()).await;
    }
    run.client.has_accepted()
}

impl AttemptContext<'_, '_> {
    /// Sends a request that the case judges, and judges the code and the status of the response.
    ///
    /// # Errors
    ///
    /// When no usable response is received, or one that says nothing of the request. If it is unusable in the same way each
    /// time, the case fails.
    pub(super) async fn send_judged(
        &mut self,
        envelope: Envelope<'_>,
        request: Request<'_>,
        expect: &Expectation,
        makes: Option<&Makes>,
    ) -> Result<(Response, Judgement), Failure> {
        let judge = self.run.judge();
        self.notes.expect(judge, expect, self.requester.class());

        let provider = &self.run.client.target().provider;
        let mut outcomes = expect.outcomes.iter().chain(expect.accept.iter().map(|one| &one.outcome));
        let may_be_missing =
            outcomes.any(|one| provider.classify(one.status, one.code.as_str()) == ErrorClass::NotFound);

        // Waiting for something to be found would hide an expected "not found".
        let right = matches!(envelope, Envelope::Right);
        let sent = self.inventory.send(self.requester, envelope, request, makes, may_be_missing).await;
        let response = sent.map_err(|failure| match failure.repeated.clone() {
            Some(unusable) => judge.unusable(request.operation, expect, &unusable, failure),
            None => failure,
        })?;
        self.notes.receive(&response);

        // An endpoint that has never accepted anything rejects everything, and not this request.
        let rejected = response.content.code.is_some() && response.class != Some(ErrorClass::UnknownOperation);
        if rejected && expect.is_success() && !accepts_something(self.run).await {
            let by = self.requester.blame(Purpose::Probe, request.operation, request.on).rejected(&response);
            let actual = self.notes.actual.as_ref().map(|actual| format!("{} ({})", actual.code, actual.status));
            let actual = actual.unwrap_or_default();
            let reason = format!("{} responded {actual}: the endpoint has accepted no request yet", request.operation);
            return Err(Failure::blocked(Kind::Denied, by, reason));
        }

        let judgement = judge.judge(request.operation, expect, self.requester.class(), &response);
        // A request that is tampered with may be rejected in this way on purpose.
        if !right || response.class != Some(ErrorClass::Permission) {
            return Ok((response, judgement));
        }
        let by = self.requester.blame(Purpose::Probe, request.operation, request.on).not_permitted(&response);
        match judgement {
            // Whether this is a deviation depends on what the account may do in other states.
            Judgement::Deviation(failure) => {
                let failure = Failure { not_permitted: Some(Box::new(by)), ..*failure };
                Ok((response, Judgement::Deviation(Box::new(failure))))
            }
            // Any rejection would do, but this one has another reason.
            Judgement::Published { .. } | Judgement::Lenient { .. } => Err(Failure::not_permitted(by)),
        }
    }
}
