//! The states that keys can be driven to, by the table and the transitions, and what can be made on the way.

use std::collections::{HashMap, HashSet, VecDeque};

use indexmap::{IndexMap, IndexSet};

use crate::suite::name::{ClassName, FixtureName, OperationName, State};
use crate::suite::request::RequestTemplate;
use crate::suite::route::MOST_MARKS;
use crate::suite::row::Row;
use crate::suite::service::{Service, Transition};

/// A set of fixtures, or of things that a key has, one bit each.
type Marks = u32;

/// A key as far as routes are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Node {
    state: usize,
    has: Marks,
    /// The fixtures that have been made for it.
    made: Marks,
}

/// What can be reached from a new key of each class.
pub(super) struct Graph {
    states: IndexSet<State>,
    fixtures: IndexSet<FixtureName>,
    /// The fixtures that a fixture needs to be made.
    needs: Vec<Marks>,
    reached: HashMap<ClassName, HashSet<(usize, Marks)>>,
}

/// How many nodes of a class are looked at; a service that a person wrote has a few dozen.
const MOST_NODES: usize = 20_000;

impl Graph {
    /// Derives the graph. `rows` are the rows that could be read.
    pub fn new(service: &Service, rows: &HashMap<&OperationName, &Row>) -> Self {
        let states: IndexSet<State> = service.states.iter().cloned().collect();
        let fixtures: IndexSet<FixtureName> = service.fixtures.keys().take(MOST_MARKS).cloned().collect();
        let needs = service.fixtures.iter().take(MOST_MARKS).map(|(name, fixture)| {
            let marks = marks_of(&fixture.request, &fixtures);
            // A fixture knows its own values before it is made.
            marks & !fixtures.get_index_of(name).map_or(0, |index| 1 << index)
        });
        let mut graph = Self { needs: needs.collect(), states, fixtures, reached: HashMap::new() };
        for class in service.classes.keys() {
            let reached = graph.explore(service, rows, class);
            graph.reached.insert(class.clone(), reached);
        }
        graph
    }

    /// Whether a key of a class can be driven to a state, with these fixtures made on the way.
    pub fn reaches(&self, class: &ClassName, state: &State, fixtures: &IndexSet<&str>) -> bool {
        let Some(state) = self.states.get_index_of(state) else { return true };
        let wanted = fixtures
            .iter()
            .filter_map(|fixture| self.fixtures.get_index_of(*fixture))
            .fold(0, |marks, index| marks | 1 << index);
        let Some(reached) = self.reached.get(class) else { return true };
        reached.iter().any(|(at, made)| *at == state && made & wanted == wanted)
    }

    fn explore(
        &self,
        service: &Service,
        rows: &HashMap<&OperationName, &Row>,
        class: &ClassName,
    ) -> HashSet<(usize, Marks)> {
        let mut reached = HashSet::new();
        let Some(key_class) = service.classes.get(class) else { return reached };
        let Some(state) = self.states.get_index_of(&key_class.new_key_is) else { return reached };
        let mut words: IndexSet<&str> = key_class.has.iter().map(String::as_str).collect();
        for transition in &service.transitions {
            words.extend(transition.gives.iter().chain(&transition.takes).map(String::as_str));
            words.extend(transition.has.iter().chain(&transition.lacks).map(String::as_str));
        }
        let mark = |word: &str| words.get_index_of(word).filter(|index| *index < MOST_MARKS).map_or(0, |at| 1 << at);
        let has = key_class.has.iter().fold(0, |marks, word| marks | mark(word));
        let start = self.furnish(Node { state, has, made: 0 }, service, rows, class);
        let mut seen = HashSet::from([start]);
        let mut queue = VecDeque::from([start]);
        while let Some(node) = queue.pop_front() {
            reached.insert((node.state, node.made));
            if seen.len() > MOST_NODES {
                break;
            }
            for transition in &service.transitions {
                if !self.applies(transition, node, rows, class, &mark) {
                    continue;
                }
                let Some(state) = self.states.get_index_of(&transition.to) else { continue };
                let gives = transition.gives.as_deref().map_or(0, mark);
                let takes = transition.takes.as_deref().map_or(0, mark);
                let next = Node { state, has: (node.has | gives) & !takes, made: node.made };
                let next = self.furnish(next, service, rows, class);
                if key_class.states.contains(&transition.to) && seen.insert(next) {
                    queue.push_back(next);
                }
            }
        }
        reached
    }

    /// The node with everything made that can be made there: more fixtures never stand in the way.
    fn furnish(
        &self,
        mut node: Node,
        service: &Service,
        rows: &HashMap<&OperationName, &Row>,
        class: &ClassName,
    ) -> Node {
        loop {
            let before = node.made;
            for (index, (_, fixture)) in service.fixtures.iter().take(MOST_MARKS).enumerate() {
                let ready = self.needs[index] & !node.made == 0;
                if ready && self.allowed(&fixture.operation, node.state, rows, class) {
                    node.made |= 1 << index;
                }
            }
            if node.made == before {
                return node;
            }
        }
    }

    fn applies(
        &self,
        transition: &Transition,
        node: Node,
        rows: &HashMap<&OperationName, &Row>,
        class: &ClassName,
        mark: &impl Fn(&str) -> Marks,
    ) -> bool {
        let from = transition.from.iter().any(|state| self.states.get_index_of(state) == Some(node.state));
        let has = transition.has.as_deref().is_none_or(|word| node.has & mark(word) != 0);
        let lacks = transition.lacks.as_deref().is_none_or(|word| node.has & mark(word) == 0);
        let needs = rows.get(&transition.operation).map_or(0, |row| marks_of(&row.request, &self.fixtures));
        let ready = needs & !node.made == 0;
        from && has && lacks && ready && self.allowed(&transition.operation, node.state, rows, class)
    }

    /// Whether the table lets an operation succeed. An operation without a row is not forbidden.
    fn allowed(
        &self,
        operation: &OperationName,
        state: usize,
        rows: &HashMap<&OperationName, &Row>,
        class: &ClassName,
    ) -> bool {
        let Some(row) = rows.get(operation) else { return true };
        let cell = self.states.get_index(state).and_then(|state| row.cells.get(state));
        row.classes.contains(class) && cell.is_some_and(|cell| cell.expect.is_success())
    }
}

/// The fixtures of the subject that a request names.
fn marks_of(request: &RequestTemplate, fixtures: &IndexSet<FixtureName>) -> Marks {
    let mut marks = 0;
    for path in request.paths() {
        let name = match path {
            [root, fixture, ..] if root == crate::suite::name::KeyName::SUBJECT => fixture,
            [root, ..] => root,
            [] => continue,
        };
        if let Some(index) = fixtures.get_index_of(name.as_str()) {
            marks |= 1 << index;
        }
    }
    marks
}

/// The fixtures that paths name, by the key they belong to.
pub(super) fn fixtures_named<'a>(
    paths: impl IntoIterator<Item = &'a [String]>,
    fixtures: &IndexMap<FixtureName, crate::suite::service::Fixture>,
) -> HashMap<&'a str, IndexSet<&'a str>> {
    let mut named: HashMap<&str, IndexSet<&str>> = HashMap::new();
    for path in paths {
        let (key, fixture) = match path {
            [root, ..] if fixtures.contains_key(root.as_str()) => (crate::suite::name::KeyName::SUBJECT, root),
            [key, fixture, ..] if fixtures.contains_key(fixture.as_str()) => (key.as_str(), fixture),
            _ => continue,
        };
        named.entry(key).or_default().insert(fixture);
    }
    named
}
