//! What a case needs of keys that other cases use too, and how it leaves them.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::{CasePlan, Need, PlannedKey, Planner, Position, Recent, RouteStep};
use crate::suite::Suite;
use crate::suite::case::{Case, Subject};
use crate::suite::name::{ClassName, FixtureName, KeyName, OperationName};
use crate::suite::row::Row;
use crate::suite::service::Service;
use crate::suite::step::{Action, Call, Checks, Entry, Makes, Step};
use crate::suite::template::{Expression, Function, Part, Template};

/// The name by which the steps of a row know the response of the probe.
const ANSWER: &str = "answer";

/// The name of what keys are described by when they are made.
const MARK: &str = "mark";

/// A case that is served by keys of the tour.
#[derive(Debug, Clone)]
pub(crate) struct Serving {
    /// Its index in the suite.
    pub(crate) case: usize,
    /// What it needs of each of its keys, and how it leaves that.
    pub(crate) uses: Vec<Use>,
    /// The classes of the keys that the case makes itself.
    pub(crate) makes: Vec<ClassName>,
    /// Whether the keys that it makes are all that it is about, while its own key stands by: the cell of an operation that
    /// makes keys.
    pub(crate) only_makes: bool,
    /// Whether its effect stays on the key, and would hide that of a rejected request with the same parameters.
    pub(crate) hides: Option<OperationName>,
    /// The operation whose rejection it judges, if that has an effect which could be hidden.
    pub(crate) hidden_by: Option<OperationName>,
}

/// What a case needs of a key, and how it leaves it.
#[derive(Debug, Clone)]
pub(crate) struct Use {
    /// The name of the key in the templates of the case.
    pub(crate) name: KeyName,
    /// Where it must be.
    pub(crate) need: Need,
    /// Where it is one after the other, by the table.
    pub(crate) path: Vec<Position>,
    /// The fixtures that it has no longer.
    pub(crate) uses_up: BTreeSet<FixtureName>,
    /// Whether the case ends with an observation of it.
    pub(crate) observed: bool,
    /// Whether each place where it is was observed. The calls of a scenario may have had no effect and the scenario pass.
    pub(crate) certain: bool,
    /// Whether the case leaves something on the key that it is described by from then on.
    pub(crate) redescribes: bool,
}

/// Why a case can't use keys that others have used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Apart {
    /// It moves the target's clock, which moves for every key.
    Clock,
    /// It has no key when it begins.
    NoKey,
    /// It judges what only an untouched key shows, such as how many entries a list has.
    Untouched,
    /// It makes keys in other regions, which stay when it is over.
    Regions,
    /// A stage of its route leaves on the key what the table does not speak of.
    Stage,
}

impl Serving {
    /// What a case needs, or why it must have keys of its own.
    pub(crate) fn of(planner: &Planner, index: usize, plan: &CasePlan) -> Result<Self, Apart> {
        let suite = planner.suite();
        let case = &suite.cases[index];
        if plan.moves_clock || plan.age.is_some() {
            return Err(Apart::Clock);
        }
        if plan.keys.is_empty() {
            return Err(Apart::NoKey);
        }
        if plan.spans_regions {
            return Err(Apart::Regions);
        }

        let stage = |step: &RouteStep| matches!(step, RouteStep::Drive { stage: Some(_), .. });
        if plan.keys.iter().any(|key| key.route.steps.iter().any(stage)) {
            return Err(Apart::Stage);
        }

        match &case.subject {
            Subject::Cell { row, .. } | Subject::Move { row, .. } => {
                Self::of_row(planner, index, plan, &suite.rows[*row])
            }
            Subject::Scenario { scenario, class } => {
                Self::of_steps(planner, index, plan, class, &suite.scenarios[*scenario].steps)
            }
        }
    }

    fn of_row(planner: &Planner, index: usize, plan: &CasePlan, row: &Row) -> Result<Self, Apart> {
        let suite = planner.suite();
        let case = &suite.cases[index];
        if row.then.iter().chain(&row.refused).any(wants_untouched) || checks_want_untouched(&row.checks) {
            return Err(Apart::Untouched);
        }

        let subject = plan.keys.iter().find(|key| key.name.as_str() == KeyName::SUBJECT);
        let cell = subject.and_then(|key| row.cells.get(&key.state, &key.class));
        let succeeds = cell.is_some_and(|cell| cell.expect.is_success());
        let class = subject.map_or_else(|| plan.keys[0].class.clone(), |key| key.class.clone());
        let used_up =
            if succeeds { written(&suite.service, &row.request.paths(), plan, &KeyName::subject()) } else { vec![] };

        let stays = stays(suite, row);
        let uses = plan.keys.iter().map(|key| {
            let need = need_of(suite, case, key);
            let moves = succeeds && key.name.as_str() == KeyName::SUBJECT;
            let after = if moves { planner.after(&row.operation, &need.position).0 } else { need.position.clone() };
            let path = if after == need.position { Vec::new() } else { vec![after] };
            let uses_up = used_up.iter().filter(|(name, _)| *name == key.name).map(|(_, fixture)| fixture.clone());
            let redescribes = moves && stays.is_some();
            let uses_up = uses_up.collect();
            Use { name: key.name.clone(), need, path, uses_up, observed: true, certain: true, redescribes }
        });

        let makes: Vec<ClassName> = made(row.makes.as_ref(), &class).filter(|_| succeeds).collect();
        Ok(Self {
            case: index,
            uses: uses.collect(),
            only_makes: !makes.is_empty(),
            makes,
            hides: stays.clone().filter(|_| succeeds),
            hidden_by: stays.filter(|_| !succeeds),
        })
    }

    fn of_steps(
        planner: &Planner,
        index: usize,
        plan: &CasePlan,
        class: &ClassName,
        steps: &[Step],
    ) -> Result<Self, Apart> {
        let suite = planner.suite();
        if steps.iter().any(wants_untouched) {
            return Err(Apart::Untouched);
        }
        let mut uses: Vec<Use> =
            plan.keys.iter().map(|key| Use::of(need_of(suite, &suite.cases[index], key), key)).collect();
        let mut makes = Vec::new();
        let mut hides = None;

        for step in steps {
            for one in &mut uses {
                one.observed = matches!(step.action, Action::State { .. }) && step.on == one.name;
            }
            match &step.action {
                Action::Call(call) if call.expect.is_success() && call.tamper.is_none() => {
                    makes.extend(made(call.makes.as_ref(), class));
                    let stay = suite.row(&call.operation).and_then(|row| stays(suite, row));
                    let redescribed = uses.iter_mut().find(|one| one.name == step.on && stay.is_some());
                    redescribed.into_iter().for_each(|one| one.redescribes = true);
                    hides = hides.or(stay);
                    for (name, fixture) in written(&suite.service, &call.request.paths(), plan, &step.on) {
                        let own = uses.iter_mut().filter(|one| one.name == name);
                        own.for_each(|one| one.uses_up.extend([fixture.clone()]));
                    }
                    if let Some(one) = uses.iter_mut().find(|one| one.name == step.on) {
                        one.move_to(planner.after(&call.operation, one.end()).0);
                    }
                }
                Action::Drive(to) => {
                    let Some(one) = uses.iter_mut().find(|one| one.name == step.on) else { continue };
                    let route = planner.onward(&one.need.class, one.end(), &one.need.fixtures, to);
                    for position in route.iter().flat_map(|route| &route.steps).filter_map(RouteStep::position) {
                        one.move_to(position.clone());
                    }
                    one.observed = true;
                }
                Action::Call(_) | Action::State { .. } => {}
                Action::Advance { .. } => return Err(Apart::Clock),
            }
        }

        // What a key once had may be another reason to reject what a scenario expects to be rejected. A scenario that leaves
        // its subject where it was takes no such key from others.
        let stays = |(one, _): &(&mut Use, &PlannedKey)| one.name.as_str() == KeyName::SUBJECT && one.path.is_empty();
        for (one, key) in uses.iter_mut().zip(&plan.keys).filter(stays) {
            one.need.had = had_on_route(suite, key);
        }
        Ok(Self { case: index, uses, makes, only_makes: false, hides, hidden_by: None })
    }

    /// Whether it leaves its keys where they were.
    pub(crate) fn stays(&self) -> bool {
        self.uses.iter().all(|one| one.path.is_empty())
    }
}

impl Use {
    fn of(need: Need, key: &PlannedKey) -> Self {
        Self {
            name: key.name.clone(),
            need,
            path: Vec::new(),
            uses_up: BTreeSet::new(),
            observed: false,
            certain: false,
            redescribes: false,
        }
    }

    /// Where the key is in the end.
    pub(crate) fn end(&self) -> &Position {
        self.path.last().unwrap_or(&self.need.position)
    }

    fn move_to(&mut self, position: Position) {
        if position != *self.end() {
            self.path.push(position);
        }
    }
}

/// Where a case needs one of its keys. What is judged of the table needs a key that came by the end of its route, and never
/// had what a key on that route has never had: the whole of a named route, or else its last call, and everything since
/// the first fixture of the case was made. What the two keys of a move have had does not count, and neither does
/// how the keys of scenarios came into their states.
fn need_of(suite: &Suite, case: &Case, key: &PlannedKey) -> Need {
    let any_past = Need {
        class: key.class.clone(),
        position: key.route.end.clone(),
        had: None,
        fixtures: key.fixtures.clone(),
        recent: None,
    };
    let calls = match &case.subject {
        Subject::Scenario { .. } => return any_past,
        Subject::Cell { state, route: Some(route), .. } if key.name.as_str() == KeyName::SUBJECT => {
            let declared = suite.service.routes.get(state).and_then(|routes| routes.get(&route.name));
            declared.map_or(1, |declared| declared.through.len())
        }
        Subject::Cell { .. } | Subject::Move { .. } => 1,
    };
    let Some(new) = suite.new_key(&key.class) else { return any_past };

    let had = had_on_route(suite, key).filter(|_| matches!(case.subject, Subject::Cell { .. }));
    let recent = Recent::of(new, &key.route, &key.fixtures, calls);
    Need { had, recent: Some(recent), ..any_past }
}

/// What a key has had when it comes to the end of its route.
fn had_on_route(suite: &Suite, key: &PlannedKey) -> Option<BTreeSet<String>> {
    let new = suite.new_key(&key.class)?;
    let on_the_way = key.route.steps.iter().filter_map(RouteStep::position).flat_map(|position| position.has.clone());
    Some(new.has.into_iter().chain(on_the_way).collect())
}

/// The classes of the keys that something makes, of the class of the case.
fn made(makes: Option<&Makes>, class: &ClassName) -> impl Iterator<Item = ClassName> {
    makes.and_then(|makes| makes.key.as_ref()).map(|_| class.clone()).into_iter()
}

/// The fixtures that stand at the service under a name of ours and that a request names, with the key of each: after a
/// success they may be gone, moved or changed. What was captured from a response stays ours.
fn written(service: &Service, paths: &[&[String]], plan: &CasePlan, on: &KeyName) -> Vec<(KeyName, FixtureName)> {
    let of_path = |path: &&[String]| {
        let named = plan.keys.iter().find(|key| path.first().is_some_and(|root| root == key.name.as_str()));
        let (key, rest) = match named {
            // `key` in a step about another key means that key.
            Some(key) if key.name.as_str() == KeyName::SUBJECT => (on.clone(), path.get(1)?),
            Some(key) => (key.name.clone(), path.get(1)?),
            None => (on.clone(), path.first()?),
        };
        let (name, fixture) = service.fixtures.get_key_value(rest.as_str())?;
        fixture.capture.is_empty().then(|| (key, name.clone()))
    };
    paths.iter().filter_map(of_path).collect()
}

/// The operation of a row if a success leaves something on the key that a second request would not change: then the
/// effect of a rejected one would not show.
fn stays(suite: &Suite, row: &Row) -> Option<OperationName> {
    let service = &suite.service;
    let drives = service.transitions.iter().any(|transition| transition.operation == row.operation);
    let named = |word: &str| row.request.paths().iter().any(|path| path.first().is_some_and(|root| root == word));
    let differs = named("values") || named("unique") || service.fixtures.keys().any(|name| named(name.as_str()));
    let looks = |step: &Step| step.paths().iter().all(|path| path.first().is_none_or(|root| root != ANSWER));
    let shows = !row.then.is_empty() && row.then.iter().all(looks);
    (!drives && !differs && shows && row.makes.is_none() && row.from.is_none()).then(|| row.operation.clone())
}

/// Whether a step judges what only an untouched key shows.
fn wants_untouched(step: &Step) -> bool {
    match &step.action {
        Action::Call(call) => checks_want_untouched(&call.checks) || leaves_a_trace(call) || wants_mark(call),
        Action::State { .. } | Action::Drive(_) | Action::Advance { .. } => false,
    }
}

fn checks_want_untouched(checks: &Checks) -> bool {
    !checks.entries.is_empty() || checks.lacks.as_ref().is_some_and(lacks_anything)
}

/// Whether a key must be described by the mark of the run alone, as it was made.
fn wants_mark(call: &Call) -> bool {
    let is_mark = |template: &Template| matches!(template.paths()[..], [[root]] if root == MARK);
    call.makes.is_none() && call.checks.fields.iter().any(|(_, template)| is_mark(template))
}

/// Whether an entry that must be missing is described by nothing but the key: others may have made such a one.
fn lacks_anything(entry: &Entry) -> bool {
    let of_key = |path: &[String]| path.len() == 2 && path.first().is_some_and(|root| root == KeyName::SUBJECT);
    entry.fields.iter().all(|(_, template)| template.paths().into_iter().all(of_key))
}

/// Whether a call may leave on the key what the table does not speak of: something that ends at a time.
fn leaves_a_trace(call: &Call) -> bool {
    let timed =
        |template: &Template| template.parts().iter().any(|part| matches!(part, Part::Hole(hole) if is_time(hole)));
    call.expect.may_succeed() && call.request.templates().into_iter().any(timed)
}

fn is_time(expression: &Expression) -> bool {
    match expression {
        Expression::Call(Function::Unix | Function::Later, _) => true,
        Expression::Call(_, arguments) => arguments.iter().any(is_time),
        Expression::Text(_) | Expression::Path(_) => false,
    }
}

/// How many keys of each class some case needs at once.
pub(crate) fn width(servings: &[Serving]) -> BTreeMap<ClassName, usize> {
    let mut width: BTreeMap<ClassName, usize> = BTreeMap::new();
    for serving in servings {
        let mut own: BTreeMap<&ClassName, usize> = BTreeMap::new();
        for one in &serving.uses {
            *own.entry(&one.need.class).or_default() += 1;
        }
        for (class, count) in own {
            let widest = width.entry(class.clone()).or_default();
            *widest = count.max(*widest);
        }
    }
    width
}
