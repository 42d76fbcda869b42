//! A key that a case owns, with what is known of it.

use std::collections::{BTreeSet, HashMap};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::ledger::Item;
use crate::plan::Position;
use crate::redact::Secret;
use crate::run::given::Found;
use crate::run::material::MaterialSeed;
use crate::run::observer::Seen;
use crate::run::requester::captured;
use crate::suite::name::{ClassName, FixtureName, OperationName, State};
use crate::suite::service::{AcceptedState, Service};

/// A key that a case owns.
#[derive(Debug)]
pub(in crate::run) struct KeyBinding {
    pub(in crate::run) class: ClassName,
    /// Values from the response that made it.
    pub(in crate::run) captures: HashMap<String, String>,
    /// Values and captures of its fixtures.
    pub(in crate::run) fixtures: HashMap<FixtureName, HashMap<String, String>>,
    /// Its position by the table and the responses so far; none after the clock was moved.
    position: Option<Position>,
    /// The state that it was in before.
    before: Option<State>,
    /// The other states that the documents leave room for after its last change, and the operation that changed it.
    room: Option<(OperationName, Vec<AcceptedState>)>,
    /// The key material that is imported into it, Base64.
    pub(in crate::run) material: Secret,
    /// The positions that it was moved to, in order.
    pub(in crate::run) trail: Vec<Position>,
    /// What was observed of it, if nothing was sent since that could change it.
    pub(in crate::run) seen: Option<Seen>,
    /// By what the ledger knows it.
    pub(in crate::run) item: Option<Item>,
    /// How it was found, if it was there before the run.
    pub(in crate::run) given: Option<Box<Found>>,
    /// Whether something else than its own material may have been imported into it.
    pub(in crate::run) foreign_material: bool,
    /// Whether the ledger says that something was left on it which a new key does not have.
    pub(in crate::run) worn: bool,
}

impl KeyBinding {
    pub(in crate::run) fn new(class: ClassName, position: Option<Position>) -> Self {
        let material = Secret::new(STANDARD.encode(new_material()));
        Self {
            class,
            captures: HashMap::new(),
            fixtures: HashMap::new(),
            position,
            before: None,
            room: None,
            material,
            trail: Vec::new(),
            seen: None,
            item: None,
            given: None,
            foreign_material: false,
            worn: false,
        }
    }

    /// A key of a class, with what a response says of it and what requests need to know of its class.
    pub(in crate::run) fn described(
        service: &Service,
        class: &ClassName,
        position: Option<Position>,
        fields: &Value,
    ) -> Self {
        let mut key = Self::new(class.clone(), position);
        key.captures.extend(service.values_of(class));
        for (capture, path) in &service.create.capture {
            key.captures.extend(captured(fields, path).map(|value| (capture.clone(), value)));
        }
        key
    }

    /// Gives it material that a later run can derive again.
    pub(in crate::run) fn derive_material(&mut self, seed: &MaterialSeed) {
        self.material = Secret::new(STANDARD.encode(seed.material(self.id())));
    }

    /// Its position, as far as that is known.
    pub(in crate::run) fn position(&self) -> Option<&Position> {
        self.position.as_ref()
    }

    /// Its state, as far as that is known.
    pub(in crate::run) fn state(&self) -> Option<&State> {
        self.position.as_ref().map(|position| &position.state)
    }

    /// The state that it was in before.
    pub(in crate::run) fn before(&self) -> Option<&State> {
        self.before.as_ref()
    }

    /// Notes its position after a change.
    pub(in crate::run) fn move_to(&mut self, position: Position) {
        // The documents tell some transitions apart by the state before.
        if let Some(was) = self.position.take().filter(|was| was.state != position.state) {
            self.before = Some(was.state);
        }
        self.trail.push(position.clone());
        self.position = Some(position);
        self.room = None;
    }

    /// Notes where it is as if it had never been elsewhere.
    pub(in crate::run) fn forget_past(&mut self, position: Position) {
        self.position = Some(position);
        self.before = None;
        self.room = None;
        self.trail.clear();
        self.seen = None;
        self.fixtures.clear();
    }

    /// Notes the other states that the documents leave room for after an operation.
    pub(in crate::run) fn leave_room_after(&mut self, operation: &OperationName, room: Vec<AcceptedState>) {
        self.room = Some((operation.clone(), room));
    }

    /// The other states that the documents leave room for after its last change, and the operation that changed it.
    pub(in crate::run) fn room(&self) -> Option<&(OperationName, Vec<AcceptedState>)> {
        self.room.as_ref()
    }

    /// Forgets its position, which can't be known any more, and gives what it had there.
    pub(in crate::run) fn lose_position(&mut self) -> Option<BTreeSet<String>> {
        self.position.take().map(|position| position.has)
    }

    pub(in crate::run) fn id(&self) -> &str {
        self.captures.get("id").map_or("", String::as_str)
    }

    pub(in crate::run) fn made(&self) -> BTreeSet<FixtureName> {
        self.fixtures.keys().cloned().collect()
    }
}

/// Key material, which protects nothing but test data. It does not depend on the seed, so no report gives it away.
fn new_material() -> [u8; 32] {
    let mut bytes = [0; 32];
    fastrand::fill(&mut bytes);
    bytes
}
