//! Cases → case plans: which keys a case needs, how they come into their states, and what that costs.
//!
//! Routes are derived in [`crate::suite::route`].

mod case_plan;
mod cost;
#[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "only the command line shows it"))]
pub(crate) mod forecast;
mod isolation;
#[cfg(feature = "cli")]
pub(crate) mod shard;
pub(crate) mod tour;

pub use self::case_plan::{CasePlan, PlannedKey, Planner};
pub use self::cost::Cost;
pub use self::isolation::Isolation;
pub(crate) use crate::suite::route::{Age, Stock};
pub use crate::suite::route::{Need, NoRoute, Position, Recent, Route, RouteStep, Standing};
