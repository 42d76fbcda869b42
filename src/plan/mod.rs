//! Cases → walks: which keys a case needs, how they come into their states, and what that costs.
//!
//! The ways into states are derived in [`crate::suite::route`].

mod cost;
mod walk;

pub use self::cost::Cost;
pub use self::walk::{PlannedKey, Planner, Walk};
pub use crate::suite::route::{Leg, NoRoute, Position, Route};
