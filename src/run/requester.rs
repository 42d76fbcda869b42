//! Fills in the requests of a case and sends them.

use std::collections::HashMap;

use serde_json::{Map, Value};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::RunContext;
use super::bindings::{Bindings, Context, NoValue};
use super::failure::{Blame, Failure, blocking_response};
use super::inventory::unwritten;
use super::knowledge::RequestCell;
use crate::client::{CallError, Envelope, Outgoing, Response, Sent, Transcript, patience_ends};
use crate::event::{BlockedBy, BlockedStep, Exchange, Purpose};
use crate::ledger::LedgerEntry;
use crate::provider::ErrorClass;
use crate::suite::field_path::{FieldPath, text_of};
use crate::suite::map::IndexMap;
use crate::suite::name::{ClassName, KeyName, OperationName};
use crate::suite::region::OtherRegion;
use crate::suite::request::RequestTemplate;
use crate::suite::service::AcceptedState;
use crate::suite::template::Template;
use crate::verdict::Kind;

/// A request that is to be sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Request<'r> {
    pub(super) purpose: Purpose,
    pub(super) operation: &'r OperationName,
    pub(super) parameters: &'r Map<String, Value>,
    /// The key that it is about.
    pub(super) on: &'r KeyName,
    /// The region to which it is sent, if it is not that of the target.
    pub(super) region: Option<OtherRegion>,
}

/// Fills in the requests of one attempt at a case and sends them, and keeps what was sent and received.
#[derive(Debug)]
pub(super) struct Requester<'a> {
    run: &'a RunContext,
    bindings: Bindings,
    transcript: Transcript,
    stop: CancellationToken,
    /// The requests of the responses that were kept under a name.
    sent: HashMap<String, Sent>,
    /// When something was made last, which may not be found everywhere yet.
    made: Option<Instant>,
    /// The first operation that the endpoint does not know.
    unknown: Option<OperationName>,
    /// Whether a request was sent that the case judges.
    probed: bool,
    /// Whether a usable response was received.
    responded: bool,
}

impl<'a> Requester<'a> {
    pub(super) fn new(run: &'a RunContext, scope: String, bindings: Bindings, stop: CancellationToken) -> Self {
        Self {
            run,
            bindings,
            transcript: Transcript::of(scope),
            stop,
            sent: HashMap::new(),
            made: None,
            unknown: None,
            probed: false,
            responded: false,
        }
    }

    /// The values of templates.
    pub(super) fn bindings(&self) -> &Bindings {
        &self.bindings
    }

    /// The values of templates, to add some.
    pub(super) fn bindings_mut(&mut self) -> &mut Bindings {
        &mut self.bindings
    }

    /// Whether the run was stopped.
    pub(super) fn is_stopped(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Completes when the run is stopped.
    pub(super) async fn stopped(&self) {
        self.stop.cancelled().await;
    }

    /// Goes on after the run was stopped, because what was made must be removed.
    pub(super) fn outlive_the_stop(&mut self) {
        self.stop = CancellationToken::new();
    }

    /// The first operation that the endpoint does not know.
    pub(super) fn unknown(&self) -> Option<&OperationName> {
        self.unknown.as_ref()
    }

    /// Whether a request was sent that the case judges.
    pub(super) fn has_probed(&self) -> bool {
        self.probed
    }

    /// Whether a usable response was received.
    pub(super) fn has_responded(&self) -> bool {
        self.responded
    }

    /// Notes that something was made just now, which may not be found everywhere yet.
    pub(super) fn something_was_made(&mut self) {
        self.made = Some(Instant::now());
    }

    /// Notes when a key was made, which may not be found everywhere yet.
    pub(super) fn made_before(&mut self, made: Instant) {
        self.made = self.made.max(Some(made));
    }

    /// Keeps a response and its request under a name.
    pub(super) fn keep(&mut self, name: &str, response: &Response) {
        self.bindings.responses.insert(name.to_owned(), response.content.fields.clone());
        self.sent.insert(name.to_owned(), response.sent.clone());
    }

    /// The request of a response that was kept.
    pub(super) fn request_of(&self, name: &str) -> Option<&Sent> {
        self.sent.get(name)
    }

    /// Everything that was sent and received, redacted.
    pub(super) fn exchanges(&self) -> Vec<Exchange> {
        let client = &self.run.client;
        self.transcript.render(&*client.target().provider, client.secrets())
    }

    /// Registers the secrets of what was sent, because messages may repeat them.
    pub(super) fn hand_in(&self) {
        let client = &self.run.client;
        self.transcript.hand_in(&*client.target().provider, client.secrets());
    }

    /// The parameters of a request.
    pub(super) fn parameters(
        &mut self,
        request: &RequestTemplate,
        context: Context<'_>,
    ) -> Result<Map<String, Value>, Failure> {
        self.bindings.request(request, context).map_err(no_value)
    }

    /// The text of a template.
    pub(super) fn evaluate(&mut self, template: &Template, context: Context<'_>) -> Result<String, Failure> {
        self.bindings.text(template, context).map_err(no_value)
    }

    /// Computes the values of a case.
    pub(super) fn compute(&mut self, values: &IndexMap<String, Template>) -> Result<(), Failure> {
        let subject = KeyName::subject();
        for (name, template) in values {
            let value = self.evaluate(template, Context::on(&subject))?;
            self.bindings.values.insert(name.clone(), value);
        }
        Ok(())
    }

    /// Moves the target's clock.
    pub(super) async fn advance(&mut self, step: BlockedStep, by: std::time::Duration) -> Result<(), Failure> {
        let moved = tokio::select! {
            moved = self.run.options.clock.advance(by) => moved,
            () = patience_ends(&self.stop) => Err("the run was stopped".to_owned()),
        };
        moved.map_err(|reason| {
            let problem = "the target's clock did not move".to_owned();
            let by = BlockedBy { step, operation: None, key_class: None, state: None, response: None, problem };
            Failure::blocked(Kind::Unavailable, by, reason)
        })
    }

    /// What to blame if a request gets no usable response.
    pub(super) fn blame(&self, purpose: Purpose, operation: &OperationName, on: &KeyName) -> Blame {
        let step = match purpose {
            Purpose::Setup | Purpose::Settle => BlockedStep::Setup,
            Purpose::Probe => BlockedStep::Probe,
            Purpose::Verification | Purpose::Teardown => BlockedStep::Verification,
        };
        let key = self.bindings.keys.get(on);
        let class = key.map(|key| key.class.clone());
        let state = key.and_then(|key| key.state().cloned());
        Blame { step, operation: operation.clone(), class, state }
    }

    /// Sends an operation with the request of its row.
    pub(super) async fn send_default(
        &mut self,
        purpose: Purpose,
        operation: &OperationName,
        context: Context<'_>,
    ) -> Result<Response, Failure> {
        let parameters = self.default_parameters(operation, context)?;
        self.send(Request { purpose, operation, parameters: &parameters, on: context.on, region: None }).await
    }

    /// The parameters of the request of an operation's row.
    pub(super) fn default_parameters(
        &mut self,
        operation: &OperationName,
        context: Context<'_>,
    ) -> Result<Map<String, Value>, Failure> {
        let Some(request) = self.run.suite.service.requests.get(operation) else {
            return Err(Failure::inconclusive(Kind::Fixture, format!("no request is known for {operation}")));
        };
        self.parameters(request, context)
    }

    /// Sends a well-formed request.
    ///
    /// # Errors
    ///
    /// When no usable response is received, or the account may not send it.
    pub(super) async fn send(&mut self, request: Request<'_>) -> Result<Response, Failure> {
        let response = self.send_in(Envelope::Right, request).await?;
        self.must_be_permitted(request, response)
    }

    /// Sends a request that may show the state of a key, with the request of its row. That it is not permitted is a response
    /// like any other: a state can be known without it.
    ///
    /// # Errors
    ///
    /// When no usable response is received.
    pub(super) async fn observe(
        &mut self,
        purpose: Purpose,
        operation: &OperationName,
        on: &KeyName,
    ) -> Result<Response, Failure> {
        let parameters = self.default_parameters(operation, Context::on(on))?;
        let request = Request { purpose, operation, parameters: &parameters, on, region: None };
        self.send_in(Envelope::Right, request).await
    }

    /// A response to a request that the case needs, and does not judge.
    fn must_be_permitted(&self, request: Request<'_>, response: Response) -> Result<Response, Failure> {
        if response.class != Some(ErrorClass::Permission) {
            return Ok(response);
        }
        let by = self.blame(request.purpose, request.operation, request.on).not_permitted(&response);
        Err(Failure::not_permitted(by))
    }

    /// Sends a request, and again as long as something that was just made is not found yet. `may_be_missing` says that "not
    /// found" is one of the expected outcomes.
    pub(super) async fn send_until_found(
        &mut self,
        envelope: Envelope<'_>,
        request: Request<'_>,
        may_be_missing: bool,
    ) -> Result<Response, Failure> {
        let settle = &self.run.options.settle;
        let mut pacer = settle.pacer();
        loop {
            let response = self.send_in(envelope, request).await?;
            let young = self.made.is_some_and(|made| made.elapsed() < settle.timeout);
            // If an earlier response was lost, that attempt may have removed it, and waiting does not help.
            let waits = young && !may_be_missing && !response.lost_before && !self.is_stopped();
            if !waits || response.class != Some(ErrorClass::NotFound) {
                // Whether a request that is judged is permitted is for its judge to say.
                let judged = request.purpose == Purpose::Probe;
                return if judged { Ok(response) } else { self.must_be_permitted(request, response) };
            }
            sleep(pacer.pause()).await;
        }
    }

    async fn send_in(&mut self, envelope: Envelope<'_>, request: Request<'_>) -> Result<Response, Failure> {
        let Request { purpose, operation, parameters, on, region } = request;
        let run = self.run;
        let other_regions = run.client.target().other_regions();
        let region = match region {
            None => None,
            Some(region) => match other_regions.get(region as usize) {
                Some(name) => Some(*name),
                None => {
                    let reason = format!("the target has no {region} region");
                    return Err(Failure::inconclusive(Kind::Fixture, reason));
                }
            },
        };

        let blame = self.blame(purpose, operation, on);
        // Only well-formed requests show something about the operation.
        let right = matches!(envelope, Envelope::Right);
        let cell = RequestCell { operation: operation.clone(), class: blame.class.clone(), state: blame.state.clone() };
        self.probed |= purpose == Purpose::Probe;
        self.note_wear(operation, on)?;
        self.note_change(operation, on)?;

        // A request that is known to fail each time is sent once, as long as it fails in the same way.
        let known = if right { run.knowledge.unusable(&cell) } else { None };
        let mut outgoing = Outgoing {
            region,
            envelope,
            purpose,
            operation: operation.as_str(),
            parameters,
            attempts: known.as_ref().map(|_| 1),
            // Where keys are counted, each request that may have made one is.
            again_if_lost: run.options.max_keys.is_none() || *operation != run.suite.service.create.operation,
        };

        // Not a guard: a request that is dropped on its way may have made a key.
        let creates = *operation == run.suite.service.create.operation;
        if creates {
            run.holdings.creation_begins();
        }
        let mut sent = run.client.call(outgoing, &mut self.transcript, &self.stop).await;

        // Another response than the known one deserves the usual retries.
        if let (Some(known), Err(CallError::NoResponse { repeated, .. })) = (&known, &sent)
            && !repeated.as_ref().is_some_and(|unusable| unusable.is_like(known))
        {
            outgoing.attempts = None;
            sent = run.client.call(outgoing, &mut self.transcript, &self.stop).await;
        }

        if creates {
            run.holdings.creation_ends();
        }

        if let Some(found) = self.bindings.keys.get_mut(on).and_then(|key| key.given.as_mut())
            && sent.as_ref().map_or(true, |response| response.content.code.is_none() || response.lost_before)
        {
            found.may_be_changed(&run.suite.service, operation);
        }
        // What may not be sent again in one attempt at a case is sent in the next.
        if right && !outgoing.again_if_lost {
            let case = self.transcript.case();
            match &mut sent {
                Err(CallError::NoResponse { repeated, once: once @ Some(_), .. }) => {
                    if once.as_ref().is_some_and(|once| run.knowledge.came_before(case, &cell, once)) {
                        *repeated = once.take();
                    }
                }
                Err(_) | Ok(_) => run.knowledge.came_otherwise(case, &cell),
            }
        }
        self.learn(&cell, right, &sent);
        sent.map_err(|error| Failure::of_call(&blame, error, run.client.has_accepted()))
    }

    /// Notes in the ledger that a request may leave something on a key that a new one does not have.
    fn note_wear(&mut self, operation: &OperationName, on: &KeyName) -> Result<(), Failure> {
        let run = self.run;
        let Some(reuse) = &run.suite.service.reuse else { return Ok(()) };
        let Some(key) = self.bindings.keys.get_mut(on).filter(|key| !key.worn) else { return Ok(()) };
        if !key.foreign_material && !reuse.not_after.contains(operation) {
            return Ok(());
        }

        key.worn = true;
        let Some(item) = key.item else { return Ok(()) };
        let noted = run.ledger.note(LedgerEntry::Worn, Some(item), operation.as_str(), "", Some(key.id()));
        noted.map_err(|error| unwritten(&error))
    }

    /// Notes in the ledger what a given key has that a request may change.
    fn note_change(&mut self, operation: &OperationName, on: &KeyName) -> Result<(), Failure> {
        let run = self.run;
        let Some(key) = self.bindings.keys.get_mut(on) else { return Ok(()) };
        let (Some(found), Some(item)) = (key.given.as_mut(), key.item) else { return Ok(()) };
        let belongings = found.note_before(&run.suite.service, operation);
        if belongings.is_empty() {
            return Ok(());
        }
        let noted = run.ledger.changing(item, operation.as_str(), key.id(), belongings);
        noted.map_err(|error| unwritten(&error))
    }

    /// Notes what a response shows of the endpoint.
    fn learn(&mut self, cell: &RequestCell, right: bool, sent: &Result<Response, CallError>) {
        let knowledge = &self.run.knowledge;
        let lost = match sent {
            Ok(response) => {
                self.responded = true;
                if right {
                    knowledge.responded(cell);
                }
                if response.class == Some(ErrorClass::UnknownOperation) {
                    self.unknown.get_or_insert_with(|| cell.operation.clone());
                    knowledge.unknown(&cell.operation, &blocking_response(response));
                }
                response.lost_before
            }
            Err(error) => {
                if let CallError::NoResponse { repeated: Some(unusable), .. } = error
                    && right
                {
                    knowledge.failed(cell, unusable);
                }
                error.is_lost()
            }
        };

        // The key may have been made without its id being known: the sweep looks for it.
        if lost && cell.operation == self.run.suite.service.create.operation {
            self.run.key_counts.creation_unconfirmed();
        }
    }

    /// The states that the documents leave room for after a successful operation on a key as it is now.
    pub(super) fn accepted_after(&self, operation: &OperationName, on: &KeyName) -> Vec<AcceptedState> {
        let key = self.bindings.keys.get(on);
        let at = key.and_then(|key| Some((key.position()?, key.before())));
        at.map(|(at, before)| self.run.suite.accepted_after(operation, at, before)).unwrap_or_default()
    }

    /// The class of the case.
    pub(super) fn class(&self) -> &ClassName {
        &self.bindings.class
    }

    /// The class of a key, or that of the case.
    pub(super) fn class_of(&self, key: &KeyName) -> ClassName {
        self.bindings.keys.get(key).map_or_else(|| self.bindings.class.clone(), |key| key.class.clone())
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is the shape that map_err wants")]
fn no_value(error: NoValue) -> Failure {
    Failure::inconclusive(Kind::Fixture, error.to_string())
}

/// The longest value of a response that later requests may repeat, in bytes; tokens have some 2 KiB.
const LONGEST_CAPTURE: usize = 64 << 10;

/// A value of a response that later requests can repeat: neither a list nor a map, and of limited length.
pub(super) fn captured(fields: &Value, path: &FieldPath) -> Option<String> {
    let value = path.find(fields)?;
    let text = (!value.is_array() && !value.is_object()).then(|| text_of(value));
    text.filter(|text| text.len() <= LONGEST_CAPTURE)
}
