//! What keys and requests cost, and how long removed keys stay: `prices.yaml`.

use std::time::Duration;

use crate::suite::map::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::Map;
use super::check::{FileChecker, Vocabulary};
use crate::diagnostic::Diagnostic;
use crate::yaml::{Document, Path};

const DAY: Duration = Duration::from_secs(86_400);

/// `prices.yaml`: what keys and requests cost, and how long removed keys stay. A service without the file has no prices.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("title" = "Prices"))]
pub(crate) struct PricesFile {
    /// The version of this format: 1.
    pub format: u32,
    /// The currency, such as `USD`.
    pub currency: String,
    /// The year or day of the price list.
    pub as_of: String,
    /// Where the prices were published, and for whom they hold.
    pub source: String,
    /// What a key costs a day, unless it waits for its deletion.
    pub key_day: f64,
    /// The shortest time for which a key is paid, such as `1h`: a day unless given.
    #[serde(default)]
    pub shortest: Option<String>,
    /// What requests cost.
    pub requests: RequestPricesFile,
    /// How long a removed key stays.
    pub deletion: DeletionFile,
}

/// What requests cost.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestPricesFile {
    /// How many requests the prices are for.
    pub per: u32,
    /// The prices: place → price.
    pub prices: Map<f64>,
}

/// How long a removed key stays.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeletionFile {
    /// How long a removed key waits, such as `7d`.
    pub window: String,
    /// How long after that it is gone at the latest.
    pub within: String,
}

/// What keys and requests cost, and how long removed keys stay.
#[derive(Debug, Clone)]
pub struct Prices {
    /// The currency.
    pub currency: String,
    /// The year or day of the price list.
    pub as_of: String,
    /// Where the prices were published, and for whom they hold.
    pub source: String,
    /// What a key costs a day.
    pub key_day: f64,
    /// The shortest time for which a key is paid. No case keeps its keys for longer.
    pub shortest: Duration,
    /// How many requests the prices are for.
    pub per: u32,
    /// What so many requests cost, by place.
    pub requests: IndexMap<String, f64>,
    /// How long a removed key waits.
    pub window: Duration,
    /// How long after that it is gone at the latest.
    pub within: Duration,
}

/// Checks the prices of a file.
pub(in crate::suite) fn check_prices(document: &Document<'_, PricesFile>, mistakes: &mut Vec<Diagnostic>) -> Prices {
    let file = &document.value;
    let vocabulary = Vocabulary::default();
    let mut checker = FileChecker { outline: &document.outline, vocabulary: &vocabulary, mistakes };
    checker.format(file.format);
    let root = Path::Root;
    checker.sentence(&root.key("source"), &file.source);

    let is_price = |price: f64| price.is_finite() && price >= 0.0;
    if !is_price(file.key_day) {
        checker.error_at_value(&root.key("key_day"), "a price is a number from 0");
    }
    let shortest = file.shortest.as_ref().map(|time| checker.duration(&root.key("shortest"), time));
    let requests = root.key("requests");
    if file.requests.per == 0 {
        checker.error_at_value(&requests.key("per"), "a price is for one request or more");
    }
    let prices = requests.key("prices");
    if file.requests.prices.is_empty() {
        checker.error_at_key(&prices, "there must be a price");
    }
    for (place, price) in &file.requests.prices {
        if !is_price(*price) {
            checker.error_at_value(&prices.key(place), "a price is a number from 0");
        }
    }

    let deletion = root.key("deletion");
    Prices {
        currency: file.currency.clone(),
        as_of: file.as_of.clone(),
        source: file.source.clone(),
        key_day: file.key_day,
        shortest: shortest.unwrap_or(DAY),
        per: file.requests.per.max(1),
        requests: file.requests.prices.clone(),
        window: checker.duration(&deletion.key("window"), &file.deletion.window),
        within: checker.duration(&deletion.key("within"), &file.deletion.within),
    }
}

impl Prices {
    /// The least and the most that so many keys, each for the shortest time that is paid, and so many requests cost.
    pub fn of(&self, keys: usize, requests: usize) -> (f64, f64) {
        #[expect(clippy::cast_precision_loss, reason = "a run has far fewer of both than a number can hold")]
        let (keys, requests) = (keys as f64, requests as f64);
        let keys = keys * self.key_day * self.shortest.div_duration_f64(DAY);
        let of_requests = |price: &f64| keys + requests * price / f64::from(self.per);
        let least = self.requests.values().map(of_requests).fold(f64::INFINITY, f64::min);
        let most = self.requests.values().map(of_requests).fold(keys, f64::max);
        (least.min(most), most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::files::embedded;
    use crate::suite::load::load;

    #[test]
    fn a_key_that_is_paid_by_the_hour_costs_an_hour() {
        let prices = load(embedded(), Some("aws")).unwrap().prices.unwrap();
        // A dollar a month of 730 hours.
        let (least, most) = prices.of(730, 0);
        assert!((least - 1.0).abs() < 1e-3 && (most - 1.0).abs() < 1e-3, "{least} {most}");
        let (least, most) = prices.of(0, 10_000);
        assert!((least - 0.03).abs() < 1e-9 && (most - 0.15).abs() < 1e-9, "{least} {most}");
    }

    #[test]
    fn a_run_costs_its_keys_for_a_day_and_its_requests() {
        let prices = load(embedded(), None).unwrap().prices.unwrap();
        let (least, most) = prices.of(10, 20_000);
        assert!((least - 0.08).abs() < 1e-9 && (most - 0.18).abs() < 1e-9, "{least} {most}");
        assert_eq!(prices.window + prices.within, Duration::from_secs(8 * 86_400));
    }
}
