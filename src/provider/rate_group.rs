//! How many requests of a kind a cloud takes in a second.

use std::num::NonZeroU32;

/// Operations that a cloud counts together when it limits requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateGroup {
    /// What they are, for people.
    pub name: &'static str,
    /// How many requests an account may send in a second.
    pub per_second: NonZeroU32,
    /// Which operations they are; none: all that are in no other group.
    pub operations: &'static [&'static str],
}

impl RateGroup {
    /// The place of the group of an operation.
    pub fn index_of(groups: &[Self], operation: &str) -> Option<usize> {
        let named = groups.iter().position(|group| group.operations.contains(&operation));
        named.or_else(|| groups.iter().position(|group| group.operations.is_empty()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::registry;

    #[test]
    fn an_operation_is_in_one_group_alone() {
        for provider in registry::all() {
            let mut seen = Vec::new();
            for operation in provider.rate_groups.iter().flat_map(|group| group.operations) {
                assert!(!seen.contains(&operation), "{operation}");
                seen.push(operation);
            }
            let rest = provider.rate_groups.iter().filter(|group| group.operations.is_empty()).count();
            assert_eq!(rest, provider.rate_groups.len().min(1), "the operations of no group are one too");
        }
    }

    #[test]
    fn what_is_in_no_group_is_in_that_of_the_rest() {
        let two = NonZeroU32::new(2).unwrap();
        let groups = [
            RateGroup { name: "rest", per_second: two, operations: &[] },
            RateGroup { name: "reads", per_second: two, operations: &["Read"] },
        ];
        assert_eq!(RateGroup::index_of(&groups, "Read"), Some(1));
        assert_eq!(RateGroup::index_of(&groups, "Write"), Some(0));
        assert_eq!(RateGroup::index_of(&groups[1..], "Write"), None);
    }
}
