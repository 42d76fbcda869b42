//! A key of the tour as the planner sees it.

use super::serving::Use;
use crate::plan::{Need, Position, RouteStep, Standing, Stock};
use crate::suite::name::ClassName;

/// A key that is handed from case to case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct TourKey {
    pub(crate) class: ClassName,
    pub(crate) standing: Standing,
    pub(crate) stock: Stock,
    /// Whether nothing was sent since it was observed.
    pub(crate) observed: bool,
    /// Whether no case has used it yet.
    pub(crate) unused: bool,
}

impl TourKey {
    /// A key that was just made.
    pub(crate) fn new(class: ClassName, position: Position) -> Self {
        let (standing, stock) = (Standing::new(position), Stock::default());
        Self { class, standing, stock, observed: false, unused: true }
    }

    /// Whether it serves a case as it is.
    pub(crate) fn serves(&self, need: &Need) -> bool {
        self.class == need.class && self.standing.is_at(need) && self.stock.serves(need)
    }

    /// Goes a step.
    pub(crate) fn take(&mut self, step: &RouteStep) {
        match step {
            RouteStep::Prepare(fixture) => self.stock.add(fixture),
            RouteStep::Drive { to, .. } | RouteStep::Advance { to, .. } => self.move_to(to),
        }
    }

    /// Serves a case, as far as the table says what that does to it.
    pub(crate) fn serve(&mut self, one: &Use) {
        for fixture in &one.uses_up {
            self.stock.use_up(fixture, &one.need);
        }
        for position in &one.path {
            self.move_to(position);
        }
        if let Some(end) = one.path.last().filter(|_| !one.certain) {
            self.found_at(end);
        }
        self.observed = one.observed;
        self.unused = false;
    }

    /// A call leads to a place.
    pub(crate) fn move_to(&mut self, to: &Position) {
        if self.standing.move_to(to) {
            self.stock.grow_older();
        }
    }

    /// The key is at a place, and it is not certain by which calls it came there.
    fn found_at(&mut self, place: &Position) {
        self.standing.found_at(place);
        self.stock.lose_ages();
    }
}
