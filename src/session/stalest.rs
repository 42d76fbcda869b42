//! Which cases are run where the limits leave no room for all: those whose last verdict is oldest.

/// So many cases that have no room are passed over for others that have some.
const PASSED_OVER: usize = 3;

/// The cases that have room, in this order, and those that have none. `fits` says whether cases have room together; where some
/// have it, fewer of them have it too.
pub(super) fn choose(order: &[usize], fits: impl Fn(&[usize]) -> bool) -> (Vec<usize>, Vec<usize>) {
    let mut chosen: Vec<usize> = Vec::new();
    let mut left = Vec::new();
    let mut rest = order;
    for _ in 0..=PASSED_OVER {
        let with = |count: usize| [&chosen[..], &rest[..count]].concat();
        // The longest beginning that has room.
        let (mut least, mut most) = (0, rest.len());
        while least < most {
            let middle = least + (most - least).div_ceil(2);
            if fits(&with(middle)) { least = middle } else { most = middle - 1 }
        }
        chosen = with(least);
        let Some((passed_over, others)) = rest[least..].split_first() else { return (chosen, left) };
        left.push(*passed_over);
        rest = others;
    }
    left.extend_from_slice(rest);
    (chosen, left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_are_chosen_in_order_as_have_room() {
        let sum = |most: usize| move |cases: &[usize]| cases.iter().sum::<usize>() <= most;
        assert_eq!(choose(&[1, 2, 3], sum(6)), (vec![1, 2, 3], vec![]));
        assert_eq!(choose(&[1, 2, 3], sum(5)), (vec![1, 2], vec![3]));
        // One that takes too much is passed over.
        assert_eq!(choose(&[9, 1, 2, 3], sum(5)), (vec![1, 2], vec![9, 3]));
        assert_eq!(choose(&[9, 9, 9, 9, 9, 1], sum(5)), (vec![], vec![9, 9, 9, 9, 9, 1]));
        assert_eq!(choose(&[], sum(0)), (vec![], vec![]));
    }
}
