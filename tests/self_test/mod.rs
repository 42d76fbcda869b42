//! The suite against a mock that is wrong on purpose: the cases that must fail do, and no others.

mod catalogue;
mod wrong_cells;
