//! Cases → walks: which keys a case needs, how they come into their states, and what that costs.
//!
//! The state graph is derived from the suite: transitions whose operation the table lets succeed, and fixtures that can
//! be made where the table lets their operation succeed.

mod needs;
mod route;
mod walk;

pub use self::route::{Leg, NoRoute, Position, Route};
pub use self::walk::{Cost, PlannedKey, Planner, Walk};
