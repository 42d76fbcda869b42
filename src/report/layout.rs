//! The order of the published table, which every report keeps.

/// In which order operations and states are shown: as the published table has them. What is missing in a list follows
/// in alphabetical order.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// The operations, from top to bottom.
    pub operations: Vec<String>,
    /// The states, from left to right.
    pub states: Vec<String>,
}
