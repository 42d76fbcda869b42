//! Cases → case plans: which keys a case needs, how they come into their states, and what that costs.
//!
//! Routes are derived in [`crate::suite::route`].

mod case_plan;
mod cost;

pub use self::case_plan::{CasePlan, PlannedKey, Planner};
pub use self::cost::Cost;
pub use crate::suite::route::{NoRoute, Position, Route, RouteStep};
