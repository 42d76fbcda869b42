//! The order of the published table, which every report follows.

/// The order in which operations and states are shown: that of the published table. Those that a list lacks follow in
/// alphabetical order.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// The operations, from top to bottom.
    pub operations: Vec<String>,
    /// The states, from left to right.
    pub states: Vec<String>,
}
