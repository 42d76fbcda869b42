//! One case of a tour, and how its keys come to it.

use crate::plan::RouteStep;

/// A case and the keys that serve it.
#[derive(Debug, Clone)]
pub(crate) struct Leg {
    /// The index of what is served, among the servings of the tour.
    pub(crate) serving: usize,
    /// By the keys of the case, in its order.
    pub(crate) keys: Vec<LegKey>,
    /// Whether the keys that the case makes stay in the tour.
    pub(crate) adopts: bool,
}

/// A key of the tour, and the steps that bring it to where the case needs it.
#[derive(Debug, Clone)]
pub(crate) struct LegKey {
    /// Its place in the tour; one that is not there yet is made first.
    pub(crate) key: usize,
    pub(crate) steps: Vec<RouteStep>,
}
