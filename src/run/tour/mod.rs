//! Keys that are handed from case to case: a tour of the cases, as [`crate::plan::tour`] plans it.
//!
//! A tour decides nothing by itself but passes. A case that does not pass on a key that others have used is run again on
//! fresh keys, and has the verdict that it has there: so no case fails for what another has done to its key. The key is
//! looked at afterwards. If it is where a key can be, the tour goes on from there; otherwise it is retired.
//!
//! - `shared_key`: a key with its fixtures, and what is known of it;
//! - `lease`: the keys that a case has of the tour, while it runs;
//! - `take_over`: how a case gets them, and gives them back;
//! - `journey`: the tour of a run, case by case;
//! - `release`: the removal of its keys.

mod journey;
mod lease;
mod release;
mod shared_key;
mod take_over;

pub(super) use self::journey::Journey;
pub(super) use self::lease::{Lease, LeasedKey};
pub(super) use self::shared_key::SharedKey;
