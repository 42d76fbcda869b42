//! The moves between the cases of a tour, by the directed rural postman.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::serving::{Serving, Use};
use crate::plan::{Planner, Position, Recent};
use crate::suite::name::{ClassName, State};

/// The moves of the keys of a class: those that cases make, and those that are free to take.
#[derive(Debug)]
pub(super) struct Moves {
    /// Where a key of the class can be, the new one first.
    places: Vec<Position>,
    /// The places to which one call leads, by place.
    next: Vec<BTreeSet<usize>>,
    /// From where to where the cases move keys, in numbers of places.
    cases: Vec<(usize, usize)>,
    /// Arrivals that cases need beyond those that cases make: from a state to a place.
    arrivals: Vec<(usize, usize)>,
    /// The places where some case needs a key.
    needed: BTreeSet<usize>,
}

impl Moves {
    pub(super) fn of<'s>(planner: &Planner, servings: &'s [Serving], class: &ClassName) -> Self {
        let mut moves = Self {
            places: Vec::new(),
            next: Vec::new(),
            cases: Vec::new(),
            arrivals: Vec::new(),
            needed: BTreeSet::new(),
        };

        if let Some(new) = planner.new_key(class) {
            moves.place(&new);
        }
        let uses = || servings.iter().flat_map(|serving| &serving.uses).filter(|one| one.need.class == *class);

        for one in uses() {
            let from = moves.place(&one.need.position);
            moves.needed.insert(from);
            if !one.path.is_empty() {
                let to = moves.place(one.end());
                moves.cases.push((from, to));
            }
        }

        moves.explore(planner, class);

        // The ways by which some case needs a key to come there. One that another ends with is gone by going that.
        let come = |one: &'s Use| one.need.recent.as_ref().map(Recent::places).filter(|places| places.len() > 1);
        let mut ways: BTreeSet<(usize, Vec<&State>)> = BTreeSet::new();
        for one in uses() {
            if let Some(places) = come(one) {
                ways.insert((moves.place(&one.need.position), places.iter().map(|place| &place.state).collect()));
            }
        }

        let longer = |place: usize, way: &[&State]| {
            ways.iter().any(|(to, other)| *to == place && other.len() > way.len() && other.ends_with(way))
        };
        // By the last state before a place, and the place.
        let mut wanted: BTreeMap<(&State, usize), usize> = BTreeMap::new();
        for (place, way) in ways.iter().filter(|(place, way)| !longer(*place, way)) {
            *wanted.entry((way[way.len() - 2], *place)).or_default() += 1;
        }

        // A case that moves its key leaves it to no other case that came by that way.
        let mut movers: BTreeMap<(&State, usize), usize> = BTreeMap::new();
        for one in uses().filter(|one| !one.path.is_empty()) {
            if let Some([.., last, _]) = come(one) {
                *movers.entry((&last.state, moves.place(&one.need.position))).or_default() += 1;
            }
        }

        for (way, count) in movers {
            let least = wanted.entry(way).or_default();
            *least = count.max(*least);
        }

        for one in uses().filter(|one| one.certain && !one.path.is_empty()) {
            let before = one.path.len().checked_sub(2).map_or(&one.need.position, |at| &one.path[at]);
            let place = moves.place(one.end());
            if let Some(count) = wanted.get_mut(&(&before.state, place)) {
                *count = count.saturating_sub(1);
            }
        }

        for ((last, place), count) in wanted {
            let from = (0..moves.places.len())
                .find(|from| moves.places[*from].state == *last && moves.next[*from].contains(&place));
            moves.arrivals.extend((0..count).filter_map(|_| Some((from?, place))));
        }
        moves
    }

    fn place(&mut self, position: &Position) -> usize {
        self.places.iter().position(|known| known == position).unwrap_or_else(|| {
            self.places.push(position.clone());
            self.next.push(BTreeSet::new());
            self.places.len() - 1
        })
    }

    /// Finds what one call leads to from each place.
    fn explore(&mut self, planner: &Planner, class: &ClassName) {
        let suite = planner.suite();
        let mut at = 0;
        while at < self.places.len() {
            let position = self.places[at].clone();
            let operations: BTreeSet<_> =
                suite.service.transitions.iter().map(|transition| &transition.operation).collect();
            for operation in operations {
                let allowed = suite.cell(operation, &position.state, class);
                if suite.row(operation).is_some() && !allowed.is_some_and(|cell| cell.expect.is_success()) {
                    continue;
                }
                let to = planner.after(operation, &position).0;
                if to != position {
                    let to = self.place(&to);
                    self.next[at].insert(to);
                }
            }
            at += 1;
        }
    }

    /// The fewest free calls by which so many keys go over all that cases need.
    pub(super) fn calls(&self, keys: usize) -> usize {
        let joined = self.joined(keys, |distance| distance);
        // The last call of each way leads to where a case needs the key.
        joined.max(self.ways(keys))
    }

    /// The fewest ways, of one free call or more in a row, by which so many keys go over all that cases need.
    pub(super) fn ways(&self, keys: usize) -> usize {
        // A place that no case leads to or from must be come to all the same.
        let cases = self.cases.iter().chain(&self.arrivals);
        let touched: BTreeSet<usize> = cases.flat_map(|(from, to)| [*from, *to]).chain([0]).collect();
        self.joined(keys, |distance| usize::from(distance > 0)) + self.needed.difference(&touched).count()
    }

    /// What it costs at least to join the moves of cases to walks of so many keys.
    fn joined(&self, keys: usize, cost: impl Fn(usize) -> usize) -> usize {
        let count = self.places.len();
        let mut balance = vec![0_isize; count];
        for (from, to) in self.cases.iter().chain(&self.arrivals) {
            balance[*from] -= 1;
            balance[*to] += 1;
        }
        // A key begins at the place of a new one, and may end anywhere.
        if let Some(new) = balance.first_mut() {
            *new += isize::try_from(keys).unwrap_or(isize::MAX);
        }

        let units = |sign: isize| -> Vec<usize> {
            let many = |place: &usize| usize::try_from(balance[*place] * sign).unwrap_or_default();
            (0..count).flat_map(|place| std::iter::repeat_n(place, many(&place))).collect()
        };
        let (ends, begins) = (units(1), units(-1));
        let distance: Vec<Vec<usize>> = (0..count).map(|from| self.distances(from)).collect();
        let costs: Vec<Vec<usize>> =
            begins.iter().map(|begin| ends.iter().map(|end| cost(distance[*end][*begin])).collect()).collect();
        self.arrivals.len() * cost(1) + assignment(&costs)
    }

    /// How many calls lead from a place to each other one; many if none do.
    fn distances(&self, from: usize) -> Vec<usize> {
        let mut distances = vec![FAR; self.places.len()];
        distances[from] = 0;
        let mut queue = VecDeque::from([from]);
        while let Some(at) = queue.pop_front() {
            for to in &self.next[at] {
                if distances[*to] == FAR {
                    distances[*to] = distances[at] + 1;
                    queue.push_back(*to);
                }
            }
        }
        // A place that can't be left needs a new key, which takes one call at least.
        distances.iter().map(|distance| if *distance == FAR { 1 } else { *distance }).collect()
    }
}

/// Farther than any place.
const FAR: usize = usize::MAX / 4;

/// The least cost of giving each row a column of its own: the Hungarian method, with potentials.
fn assignment(costs: &[Vec<usize>]) -> usize {
    let (rows, columns) = (costs.len(), costs.first().map_or(0, Vec::len));
    let cost = |row: usize, column: usize| isize::try_from(costs[row - 1][column - 1]).unwrap_or(isize::MAX / 4);
    let far = isize::MAX / 2;
    let (mut of_row, mut of_column) = (vec![0; rows + 1], vec![0; columns + 1]);
    // The row of each column; 0 stands for none.
    let mut given = vec![0; columns + 1];

    for row in 1..=rows.min(columns) {
        given[0] = row;
        let mut at = 0;
        let (mut least, mut seen) = (vec![far; columns + 1], vec![false; columns + 1]);
        let mut before = vec![0; columns + 1];
        // Until a column is reached that has no row yet.
        while given[at] != 0 {
            seen[at] = true;
            let row = given[at];
            let (mut step, mut next) = (far, 0);
            for column in (1..=columns).filter(|column| !seen[*column]) {
                let reduced = cost(row, column) - of_row[row] - of_column[column];
                if reduced < least[column] {
                    least[column] = reduced;
                    before[column] = at;
                }
                if least[column] < step {
                    step = least[column];
                    next = column;
                }
            }
            for column in 0..=columns {
                if seen[column] {
                    of_row[given[column]] += step;
                    of_column[column] -= step;
                } else if least[column] < far {
                    least[column] -= step;
                }
            }
            at = next;
        }
        while at != 0 {
            given[at] = given[before[at]];
            at = before[at];
        }
    }
    (1..=columns).filter(|column| given[*column] != 0).map(|column| costs[given[column] - 1][column - 1]).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The least cost by trying everything.
    fn tried(costs: &[Vec<usize>], taken: &mut BTreeSet<usize>) -> usize {
        let Some((first, rest)) = costs.split_first() else { return 0 };
        let mut best = usize::MAX;
        for (column, cost) in first.iter().enumerate() {
            if taken.insert(column) {
                best = best.min(cost.saturating_add(tried(rest, taken)));
                taken.remove(&column);
            }
        }
        best
    }

    #[test]
    fn the_assignment_is_the_cheapest() {
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..500 {
            let columns = random.usize(1..6);
            let rows = random.usize(0..=columns);
            let costs: Vec<Vec<usize>> =
                (0..rows).map(|_| (0..columns).map(|_| random.usize(0..9)).collect()).collect();
            assert_eq!(assignment(&costs), tried(&costs, &mut BTreeSet::new()), "{costs:?}");
        }
    }
}
