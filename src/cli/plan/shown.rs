//! How a plan is shown: to people, and as JSON.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::num::NonZeroU32;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::earlier::EarlierKeys;
use crate::client::EndpointUrl;
use crate::diagnostic::counted;
use crate::plan::forecast::Forecast;
use crate::provider::RateGroup;
use crate::report::text::thousands;
use crate::suite::Suite;

/// A plan as `plan --format json` shows it.
#[derive(Debug, Serialize)]
pub(super) struct Shown<'a> {
    endpoint: String,
    isolation: &'static str,
    cases: usize,
    /// The cases that are run on keys that are handed from case to case.
    shared: usize,
    /// The keys that are handed from case to case, by class.
    shared_keys: BTreeMap<&'a str, usize>,
    /// How many cases have keys of their own, or none.
    apart: usize,
    /// The ids of cases that would make keys that no other case needs.
    left_out: Vec<&'a str>,
    /// The ids of cases that move the target's clock.
    move_the_clock: Vec<&'a str>,
    /// The ids of cases that are skipped for another reason.
    skipped: Vec<&'a str>,
    /// The keys that are needed, by class.
    keys: BTreeMap<&'a str, usize>,
    /// Those of earlier runs that wait at the target, as its ledger says.
    keys_waiting: usize,
    /// Those of them that are used again, by class.
    keys_reused: BTreeMap<&'a str, usize>,
    keys_created: usize,
    requests: usize,
    calls: BTreeMap<&'a str, usize>,
    /// What is made besides keys and removed again, by the operation that makes it.
    made_and_removed: BTreeMap<&'a str, usize>,
    /// The fewest requests of any tour of the shared cases, and what they are for.
    #[serde(skip_serializing_if = "Option::is_none")]
    bound: Option<ShownBound>,
    /// How many requests a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    rate: Option<NonZeroU32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_seconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pending_deletion: Option<Pending>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<ShownCost<'a>>,
}

#[derive(Debug, Clone, Copy, Serialize)]
struct ShownBound {
    /// The requests of the tour, with its keys.
    tour: usize,
    least: usize,
    cases: usize,
    keys: usize,
    fixtures: usize,
    moves: usize,
    observations: usize,
}

#[derive(Debug, Serialize)]
struct Pending {
    keys: usize,
    /// The earliest time at which the first of them is gone, and the latest for all of them.
    from: String,
    until: String,
}

#[derive(Debug, Serialize)]
struct ShownCost<'a> {
    currency: &'a str,
    least: f64,
    most: f64,
    as_of: &'a str,
    source: &'a str,
}

/// How fast requests are sent.
pub(super) struct Pace<'a> {
    /// How many a second, of all kinds.
    pub(super) rate: Option<NonZeroU32>,
    /// How many a second of each kind.
    pub(super) groups: &'a [RateGroup],
}

/// What is shown of a forecast.
pub(super) fn shown<'a>(
    suite: &'a Suite,
    forecast: &'a Forecast,
    earlier: &EarlierKeys,
    endpoint: Option<EndpointUrl>,
    Pace { rate, groups }: Pace<'_>,
    now: Timestamp,
    cases: usize,
) -> Shown<'a> {
    let ids = |indexes: &[usize]| indexes.iter().map(|index| suite.cases[*index].id.as_str()).collect();
    let tally = &forecast.tally;
    let (requests, keys) = (tally.requests(), tally.new_keys());
    let bound = forecast.tour.as_ref().map(|(_, bound, requests)| ShownBound {
        tour: *requests,
        least: bound.requests(),
        cases: bound.own,
        keys: bound.keys,
        fixtures: bound.fixtures,
        moves: bound.moves,
        observations: bound.observations,
    });

    let again = |class, count: usize| earlier.usable().get(class).map_or(0, |usable| count.min(*usable));
    let reused = tally.keys.iter().map(|(class, count)| (class.as_str(), again(class, *count)));
    let reused: BTreeMap<&str, usize> = reused.filter(|(_, count)| *count > 0).collect();

    let duration = rate.map(|rate| {
        let calls = tally.calls.iter().map(|(operation, count)| (operation.as_str(), *count));
        seconds(requests, rate, groups, calls)
    });

    let pending = suite.prices.as_ref().filter(|_| keys > 0).map(|prices| {
        let after = |time: std::time::Duration| {
            let time = SignedDuration::try_from(time).unwrap_or(SignedDuration::ZERO);
            let at = now.checked_add(time).unwrap_or(now);
            at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
        };
        let run = std::time::Duration::from_secs(duration.unwrap_or_default());
        Pending { keys, from: after(prices.window), until: after(run + prices.window + prices.within) }
    });

    let cost = suite.prices.as_ref().map(|prices| {
        let (least, most) = prices.of(keys, requests);
        ShownCost { currency: &prices.currency, least, most, as_of: &prices.as_of, source: &prices.source }
    });

    Shown {
        isolation: if forecast.tour.is_some() { "tour" } else { "fresh" },
        endpoint: endpoint.map_or_else(|| "the bundled mock".to_owned(), |endpoint| endpoint.as_str().to_owned()),
        cases,
        shared: forecast.tour.as_ref().map_or(0, |(tour, ..)| tour.legs.len()),
        apart: forecast.apart,
        shared_keys: classes(forecast),
        left_out: ids(&forecast.left_out),
        move_the_clock: ids(&forecast.clock),
        skipped: ids(&forecast.skipped),
        keys: tally.keys.iter().map(|(class, count)| (class.as_str(), *count)).collect(),
        keys_waiting: earlier.waiting(),
        keys_created: keys - reused.values().sum::<usize>(),
        keys_reused: reused,
        requests,
        calls: tally.calls.iter().map(|(operation, count)| (operation.as_str(), *count)).collect(),
        made_and_removed: tally.others.iter().map(|(operation, count)| (operation.as_str(), *count)).collect(),
        bound,
        rate,
        duration_seconds: duration,
        pending_deletion: pending,
        cost,
    }
}

/// A count as people read it: `2,431`.
fn number(count: usize) -> String {
    thousands(count as u64)
}

/// The seconds that requests take at a rate, or as long as the slowest group of them takes.
fn seconds<'a>(
    requests: usize,
    rate: NonZeroU32,
    groups: &[RateGroup],
    calls: impl Iterator<Item = (&'a str, usize)>,
) -> u64 {
    let takes = |count: usize, rate: NonZeroU32| (count as u64).div_ceil(u64::from(rate.get()));
    let mut of_groups = vec![0; groups.len()];
    for (operation, count) in calls {
        if let Some(group) = RateGroup::index_of(groups, operation) {
            of_groups[group] += count;
        }
    }
    let slowest = of_groups.iter().zip(groups).map(|(count, group)| takes(*count, group.per_second)).max();
    takes(requests, rate).max(slowest.unwrap_or_default())
}

/// How many keys of each class are handed from case to case.
fn classes(forecast: &Forecast) -> BTreeMap<&str, usize> {
    let mut classes = BTreeMap::new();
    for class in forecast.tour.iter().flat_map(|(tour, ..)| &tour.keys) {
        *classes.entry(class.as_str()).or_default() += 1;
    }
    classes
}

impl Shown<'_> {
    /// The plan as people read it.
    pub(super) fn text(&self) -> String {
        let mut text = format!(
            "{} against {}, in {} isolation\n",
            counted(self.cases, "case", "cases"),
            self.endpoint,
            self.isolation
        );

        let mut line = |name: &str, value: String| {
            let _ = writeln!(text, "  {name:<18}{value}");
        };

        let of_class = |keys: &BTreeMap<&str, usize>| {
            let each: Vec<String> = keys.iter().map(|(name, count)| format!("{count} {name}")).collect();
            if each.is_empty() { String::new() } else { format!(": {}", each.join(", ")) }
        };

        if self.isolation == "tour" {
            let keys: usize = self.shared_keys.values().sum();
            let keys = format!("{}{}", counted(keys, "key", "keys"), of_class(&self.shared_keys));
            line("shared keys", format!("{} on {keys}", counted(self.shared, "case", "cases")));
            line("own keys or none", counted(self.apart, "case", "cases"));
        }

        let skipped = self.skipped.len();
        if skipped > 0 {
            line("skipped", format!("{skipped}, as `list` says"));
        }
        if !self.move_the_clock.is_empty() {
            line("skipped", format!("{}, for they move the target's clock", self.move_the_clock.len()));
        }

        if !self.left_out.is_empty() {
            // Every key that waits counts, whether it is used again or not.
            let held = self.keys_created + self.keys_waiting;
            let (count, more) = (self.left_out.len(), held + self.left_out.len());
            line(
                "left out",
                format!("{count} that make a key which no other case needs: allow it with --max-keys {more}"),
            );
            self.left_out.iter().for_each(|id| line("", (*id).to_owned()));
        }

        line("keys", self.keys.values().sum::<usize>().to_string() + &of_class(&self.keys));
        if self.keys_waiting > 0 {
            let reused = self.keys_reused.values().sum::<usize>().to_string() + &of_class(&self.keys_reused);
            line("of earlier runs", format!("{reused}, of {} that wait", self.keys_waiting));
            line("", "each takes a few requests more than a new one".to_owned());
        }

        line("keys to create", self.keys_created.to_string());
        line(
            "made and removed",
            self.made_and_removed.values().sum::<usize>().to_string() + &of_class(&self.made_and_removed),
        );

        line("requests", number(self.requests));
        for (operation, count) in &self.calls {
            line("", format!("{:>6}  {operation}", number(*count)));
        }

        if let Some(bound) = self.bound {
            let ShownBound { tour, least, cases, keys, fixtures, moves, observations } = bound;
            line(
                "of the tour",
                format!("{}, and no tour of these cases has fewer than {}:", number(tour), number(least)),
            );
            for (count, what) in [
                (cases, "that the cases send themselves: probes, verifications, and what they look at"),
                (keys, "to make and remove as many keys as some case needs at once"),
                (fixtures, "to make fixtures, once for each that uses one up or needs one of another past"),
                (moves, "to bring keys from where one case leaves them to where another begins"),
                (observations, "to observe keys where no case has done so"),
            ] {
                line("", format!("{:>6}  {what}", number(count)));
            }
        }

        match (self.rate, self.duration_seconds) {
            (Some(rate), Some(seconds)) => {
                let (minutes, seconds) = (seconds / 60, seconds % 60);
                line("duration", format!("{minutes} min {seconds} s at least, at {rate} requests a second"));
            }
            _ => {
                line("duration", "as fast as the endpoint responds: there is no limit of requests a second".to_owned())
            }
        }

        if let Some(Pending { keys, from, until }) = &self.pending_deletion {
            let keys = counted(*keys, "key", "keys");
            line("pending deletion", format!("{keys} until {from} at the soonest, and {until} at the latest"));
        }
        if let Some(ShownCost { currency, least, most, as_of, source }) = &self.cost {
            line("cost", format!("{least:.4} to {most:.4} {currency} by the prices of {as_of} ({source})"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_group_may_take_longer_than_the_rate_does() {
        let number = |number| NonZeroU32::new(number).unwrap();
        let groups = [
            RateGroup { name: "reads", per_second: number(20), operations: &["Read"] },
            RateGroup { name: "writes", per_second: number(10), operations: &[] },
        ];
        let calls = [("Read", 100), ("Write", 30), ("Other", 31)];
        for (rate, groups, wanted) in
            [(5, &groups[..], 33), (100, &groups[..], 7), (100, &groups[..1], 5), (100, &[], 2)]
        {
            assert_eq!(seconds(161, number(rate), groups, calls.into_iter()), wanted, "{rate}");
        }
    }
}
