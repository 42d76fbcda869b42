//! The requests of a sweep. Operations and fields are data of the case files.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::request::fill;
use crate::client::{CallError, Client, Envelope, Outgoing, Response, Transcript};
use crate::event::Purpose;
use crate::pages::Pages;
use crate::provider::ErrorClass;
use crate::suite::Suite;
use crate::suite::field_path::{FieldPath, text_of};
use crate::suite::name::{Code, OperationName};
use crate::suite::service::{Belonging, Entry};
use crate::suite::step::{Action, Makes};

/// How often a request is sent, each time with the client's own retries.
const ATTEMPTS: u32 = 3;

/// After so many requests in a row without a usable response, no further one is sent.
const MOST_FAILURES: u32 = 5;

/// The most entries of a list that are read.
const MOST_ENTRIES: usize = 10_000;

/// The longest text that is taken for an id or a name, in bytes.
const LONGEST_NAME: usize = 1_000;

/// Sends the requests of a sweep.
pub(super) struct Service<'a> {
    suite: &'a Suite,
    client: &'a Client,
    stop: CancellationToken,
    /// The region to which requests are sent, if it is not that of the target.
    region: Option<String>,
    settle: Duration,
    poll: Duration,
    /// How many requests in a row got no usable response.
    failures: u32,
    /// Why no further request is sent, if so.
    ended: Option<String>,
}

/// What a key is like.
#[derive(Debug, Clone)]
pub(super) enum Described {
    /// It is not there.
    Missing,
    /// It is there.
    Key {
        /// The text with the mark.
        text: String,
        /// When it was made, if that is known.
        created: Option<Timestamp>,
        /// Whether it waits for its deletion.
        waits: bool,
        /// Its state.
        state: String,
        /// When it will be gone, if the service says so.
        until: Option<Timestamp>,
    },
}

/// What became of a removal of something other than a key.
pub(super) enum Removal {
    Done,
    /// There is no such thing.
    Missing,
    /// It was rejected for another reason.
    Rejected(String),
}

/// The entries of a list.
pub(super) struct Listed {
    pub(super) entries: Vec<Value>,
    /// Why these are not all, if so.
    pub(super) incomplete: Option<String>,
}

impl<'a> Service<'a> {
    pub(super) fn new(suite: &'a Suite, client: &'a Client, settle: Duration, poll: Duration) -> Self {
        Self { suite, client, stop: CancellationToken::new(), region: None, settle, poll, failures: 0, ended: None }
    }

    /// Sends what follows to another region, until there is none.
    pub(super) fn go_to(&mut self, region: Option<String>) {
        self.region = region;
    }

    pub(super) fn stop_with(&mut self, stop: CancellationToken) {
        self.stop = stop;
    }

    pub(super) fn suite(&self) -> &'a Suite {
        self.suite
    }

    pub(super) fn client(&self) -> &'a Client {
        self.client
    }

    /// Describes a key.
    ///
    /// # Errors
    ///
    /// When it can't be described.
    pub(super) async fn describe(&mut self, id: &str) -> Result<Described, String> {
        let service = &self.suite.service;
        let operation = &service.observation.describe;
        let response = self.about_key(operation, id).await?;
        if response.class == Some(ErrorClass::NotFound) {
            return Ok(Described::Missing);
        }
        if let Some(code) = &response.content.code {
            return Err(format!("{operation} responded {code} ({})", response.content.status));
        }

        let fields = &response.content.fields;
        let text = |path: &FieldPath| path.find(fields).map(text_of);
        let sweep = service.sweep.as_ref();
        let form = self.client.target().provider.declaration().clock_form;
        let created = sweep.and_then(|sweep| text(sweep.created.as_ref()?)).and_then(|text| form.read(&text));
        let state = text(&service.observation.state).unwrap_or_default();
        let mut removes = service.transitions.iter().filter(|one| one.operation == service.remove.operation);
        let waits = removes.any(|transition| transition.to.as_str() == state);
        let date = service.reuse.as_ref().filter(|_| waits).and_then(|reuse| text(&reuse.date));
        let until = date.and_then(|text| form.read(&text));
        let text = sweep.and_then(|sweep| text(&sweep.mark)).unwrap_or_default();
        Ok(Described::Key { text, created, waits, state, until })
    }

    /// Sends an operation on a key, which must succeed.
    ///
    /// # Errors
    ///
    /// When it does not.
    pub(super) async fn change(&mut self, operation: &OperationName, id: &str) -> Result<(), String> {
        let response = self.about_key(operation, id).await?;
        match &response.content.code {
            None => Ok(()),
            Some(code) => Err(format!("{operation} responded {code} ({})", response.content.status)),
        }
    }

    /// Removes a key, and observes that it is gone or waits for its deletion: an endpoint may reject a removal with any code,
    /// or accept it without an effect. The time comes back when it will be gone, if the service says so.
    ///
    /// # Errors
    ///
    /// When it stays.
    pub(super) async fn remove_key(&mut self, id: &str) -> Result<Option<Timestamp>, String> {
        let operation = &self.suite.service.remove.operation;
        let removal = self.about_key(operation, id).await?;
        let code = removal.content.code.as_deref().unwrap_or(Code::SUCCESS);
        let deadline = Instant::now() + self.settle;

        loop {
            let state = match self.describe(id).await? {
                Described::Missing => return Ok(None),
                Described::Key { waits: true, until, .. } => return Ok(until),
                Described::Key { state, .. } => state,
            };
            // The description may be late.
            if Instant::now() >= deadline || self.stop.is_cancelled() {
                return Err(format!(
                    "{operation} responded {code} ({}), and the key is {state}",
                    removal.content.status
                ));
            }
            sleep(self.poll).await;
        }
    }

    /// Removes something else by a call.
    ///
    /// # Errors
    ///
    /// When no usable response is received.
    pub(super) async fn remove(
        &mut self,
        operation: &OperationName,
        parameters: &Map<String, Value>,
    ) -> Result<Removal, String> {
        let response = self.send(operation, parameters).await?;
        match &response.content.code {
            None => Ok(Removal::Done),
            Some(_) if response.class == Some(ErrorClass::NotFound) => Ok(Removal::Missing),
            Some(code) => {
                let why = format!("{operation} responded {code} ({})", response.content.status);
                match response.class {
                    Some(ErrorClass::Other) => Ok(Removal::Rejected(why)),
                    _ => Err(why),
                }
            }
        }
    }

    /// Reads a list to its end, or says why not.
    pub(super) async fn list(&mut self, operation: &OperationName, list: &FieldPath) -> Listed {
        let mut entries = Vec::new();
        let read = self.read_list(operation, None, list, &mut entries).await;
        let incomplete = read.err().map(|why| format!("the list of {operation} could not be read to its end: {why}"));
        Listed { entries, incomplete }
    }

    /// Reads what a key has besides its state; none if the service does not show it.
    ///
    /// # Errors
    ///
    /// When it can't be read.
    pub(super) async fn belonging(&mut self, belonging: &Belonging, id: &str) -> Result<Option<Vec<Entry>>, String> {
        let operation = belonging.look.as_ref().unwrap_or(&self.suite.service.observation.describe);
        let Some(list) = &belonging.list else {
            let response = self.about_key(operation, id).await?;
            let shows = response.content.code.is_none();
            return Ok(shows.then(|| belonging.entries(&response.content.fields)).flatten());
        };
        let mut entries = Vec::new();
        self.read_list(operation, Some(id), list, &mut entries).await?;
        Ok(Some(entries.iter().map(|entry| belonging.entry(entry)).collect()))
    }

    /// What requests may say of a key.
    ///
    /// # Errors
    ///
    /// When it can't be described.
    pub(super) async fn known_of(&mut self, id: &str) -> Result<HashMap<String, String>, String> {
        let service = &self.suite.service;
        let response = self.about_key(&service.observation.describe, id).await?;
        let capture = service.create.capture.iter();
        let found =
            capture.filter_map(|(name, path)| Some((name.clone(), text_of(path.find(&response.content.fields)?))));
        Ok(found.chain([("id".to_owned(), id.to_owned())]).collect())
    }

    /// Sends a call that must succeed.
    ///
    /// # Errors
    ///
    /// When it does not.
    pub(super) async fn put_back(
        &mut self,
        operation: &OperationName,
        parameters: &Map<String, Value>,
    ) -> Result<(), String> {
        let response = self.send(operation, parameters).await?;
        match &response.content.code {
            None => Ok(()),
            Some(code) => Err(format!("{operation} responded {code} ({})", response.content.status)),
        }
    }

    async fn read_list(
        &mut self,
        operation: &OperationName,
        key: Option<&str>,
        list: &FieldPath,
        all: &mut Vec<Value>,
    ) -> Result<(), String> {
        let parameters = self.parameters(operation, key)?;
        let mut pages = Pages::new(operation, parameters);
        loop {
            let response = self.send(operation, &pages.parameters).await?;
            if let Some(code) = &response.content.code {
                return Err(format!("page {} responded {code} ({})", pages.page, response.content.status));
            }
            let fields = response.content.fields;
            let Some(entries) = list.find(&fields).and_then(Value::as_array) else {
                return Err(format!("page {} has no list at {list}", pages.page));
            };
            if all.len() + entries.len() > MOST_ENTRIES {
                return Err(format!("it has more than {MOST_ENTRIES} entries"));
            }
            all.extend(entries.iter().cloned());

            if pages.is_too_long(response.length) {
                return Err("it is too long".to_owned());
            }
            match pages.turn(&self.suite.service.paging, &fields, entries) {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(problem) => return Err(problem.to_string()),
            }
        }
    }

    /// The operations that remove what cases make besides keys.
    pub(super) fn undo_operations(&self) -> HashSet<&'a str> {
        let Suite { service, rows, scenarios, .. } = self.suite;
        let fixtures = service.fixtures.values().filter_map(|fixture| fixture.undo.as_ref());
        let undo = |makes: &'a Option<Makes>| makes.as_ref().and_then(|makes| makes.undo.as_ref());
        let of_rows = rows.iter().filter_map(|row| undo(&row.makes));
        let of_steps = scenarios.iter().flat_map(|scenario| &scenario.steps).filter_map(|step| match &step.action {
            Action::Call(call) => undo(&call.makes),
            Action::State { .. } | Action::Drive(_) | Action::Advance { .. } => None,
        });
        fixtures.chain(of_rows).chain(of_steps).map(|undo| undo.operation.as_str()).collect()
    }

    async fn about_key(&mut self, operation: &OperationName, id: &str) -> Result<Response, String> {
        let parameters = self.parameters(operation, Some(id))?;
        self.send(operation, &parameters).await
    }

    fn parameters(&self, operation: &OperationName, key: Option<&str>) -> Result<Map<String, Value>, String> {
        let request = self.suite.service.requests.get(operation);
        let request = request.ok_or_else(|| format!("no request is known for {operation}"))?;
        fill(request, key).map_err(|why| format!("{operation} can't be sent: {why}"))
    }

    /// Sends a request, until a usable response comes.
    async fn send(&mut self, operation: &OperationName, parameters: &Map<String, Value>) -> Result<Response, String> {
        if let Some(why) = &self.ended {
            return Err(why.clone());
        }

        let mut trouble = String::new();
        for _ in 0..ATTEMPTS {
            let outgoing = Outgoing {
                region: self.region.as_deref(),
                envelope: Envelope::Right,
                purpose: Purpose::Teardown,
                operation: operation.as_str(),
                parameters,
                attempts: None,
                again_if_lost: true,
            };
            let mut transcript = Transcript::default();
            let sent = self.client.call(outgoing, &mut transcript, &self.stop).await;
            // Messages may repeat what was signed.
            transcript.hand_in(&*self.client.target().provider, self.client.secrets());

            let error = match sent {
                Ok(response) => {
                    self.failures = 0;
                    return Ok(response);
                }
                Err(error) => error,
            };
            trouble = format!("{operation}: {error}");
            match error {
                CallError::NoResponse { repeated: None, .. } if !self.stop.is_cancelled() => {}
                // The same unusable response each time will not change.
                CallError::NoResponse { .. } | CallError::Encode(_) => break,
                // Nor does what is said of the whole account.
                CallError::Denied { .. } | CallError::Spent { .. } | CallError::Stopped { .. } => {
                    self.ended = Some(trouble.clone());
                    return Err(trouble);
                }
            }
        }

        self.failures += 1;
        if self.failures == MOST_FAILURES {
            self.ended = Some(format!("it was not tried, for {MOST_FAILURES} requests in a row failed"));
        }
        Err(trouble)
    }

    /// The texts at a path of the entries of a list, without those that are too long for a name.
    pub(super) fn name_in(entry: &Value, path: &FieldPath) -> Option<String> {
        path.find(entry).map(text_of).filter(|text| !text.is_empty() && text.len() <= LONGEST_NAME)
    }
}
