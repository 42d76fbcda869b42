//! What a run will send, make and leave, if every response is the one that the table says.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::tour::{Bound, Counter, Observing, Serving, Split, Tally, TourPlan, width};
use super::{CasePlan, Planner};
use crate::suite::name::ClassName;

/// What a run will send, make and leave.
#[derive(Debug)]
pub(crate) struct Forecast {
    /// The requests and keys of the whole run.
    pub(crate) tally: Tally,
    /// The tour, its bound and how many requests it takes, if keys are handed from case to case.
    pub(crate) tour: Option<(TourPlan, Bound, usize)>,
    /// How many cases have keys of their own, or none.
    pub(crate) apart: usize,
    /// The cases that are left out because they would make keys that no other case needs, as indexes of the suite.
    pub(crate) left_out: Vec<usize>,
    /// The cases that are not run because they move the target's clock, as indexes of the suite.
    pub(crate) clock: Vec<usize>,
    /// The cases that are not run for another reason, as indexes of the suite.
    pub(crate) skipped: Vec<usize>,
}

/// How a run is planned.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    /// Whether keys are handed from case to case.
    pub(crate) tour: bool,
    /// Whether the target's clock can be moved.
    pub(crate) clock: bool,
    /// Whether cases may use regions besides that of the target.
    pub(crate) regions: bool,
    /// How often keys are observed.
    pub(crate) observing: Observing,
    /// The most keys that the run may make.
    pub(crate) max_keys: Option<u64>,
}

impl Forecast {
    /// What a run of these cases will send, make and leave, where keys of earlier runs are held.
    pub(crate) fn new(planner: &Planner, selection: &[usize], terms: Terms, held: &Held) -> Self {
        let suite = planner.suite();
        let (mut clock, mut skipped) = (Vec::new(), Vec::new());
        let mut plans: HashMap<usize, Arc<CasePlan>> = HashMap::new();
        let mut planned = Vec::new();
        for index in selection {
            let plan = planner.plan(&suite.cases[*index]).ok();
            match plan.filter(|_| suite.why_skipped(&suite.cases[*index]).is_none()) {
                None => skipped.push(*index),
                Some(plan) if plan.moves_clock && !terms.clock => clock.push(*index),
                Some(plan) if plan.spans_regions && !terms.regions => skipped.push(*index),
                Some(plan) => {
                    plans.insert(*index, Arc::new(plan));
                    planned.push(*index);
                }
            }
        }

        let counter = Counter::new(planner, terms.observing);
        let mut tally = Tally::default();
        let plan_of = |index: usize| plans.get(&index).cloned();
        let split = if terms.tour {
            Split::new(planner, planned.iter().filter_map(|index| Some((*index, &**plans.get(index)?))))
        } else {
            Split::default()
        };
        let apart: Vec<usize> =
            if terms.tour { split.apart.iter().map(|(index, _)| *index).collect() } else { planned };
        for index in &apart {
            if let Some(plan) = plans.get(index) {
                tally += &counter.fresh(*index, plan);
            }
        }

        let mut left_out = Vec::new();
        let tour = terms.tour.then(|| {
            let spare = spare_keys(&split.shared, tally.new_keys(), terms.max_keys, held);
            let tour = TourPlan::new(planner, split.shared, spare);
            let own = counter.tour(&tour, plan_of);
            let requests = own.requests();
            tally += &own;
            left_out.extend(tour.left_out.iter().map(|index| tour.servings[*index].case));
            let served: Vec<&Serving> = tour.legs.iter().map(|leg| &tour.servings[leg.serving]).collect();
            let bound = Bound::new(planner, &served, terms.observing, plan_of);
            (tour, bound, requests)
        });
        Self { tally, tour, apart: apart.len(), left_out, clock, skipped }
    }
}

/// The keys of earlier runs that wait for their deletion.
#[derive(Debug, Default)]
pub(crate) struct Held {
    /// How many of each class a tour may use.
    pub(crate) usable: BTreeMap<ClassName, usize>,
    /// How many there are, usable or not: each counts until it is gone.
    pub(crate) waiting: u64,
}

/// How many keys a tour may make that no other case needs. Without a number that was given, none: a tour is for targets
/// where each key counts.
pub(crate) fn spare_keys(servings: &[Serving], others: usize, max_keys: Option<u64>, held: &Held) -> usize {
    let usable = |class: &ClassName| held.usable.get(class).copied().unwrap_or_default();
    let own = width(servings).iter().map(|(class, count)| count.saturating_sub(usable(class))).sum::<usize>();
    let others = others + usize::try_from(held.waiting).unwrap_or(usize::MAX);
    let made = servings.iter().filter(|serving| !serving.only_makes).map(|serving| serving.makes.len()).sum::<usize>();
    let most = max_keys.map_or(0, |most| usize::try_from(most).unwrap_or(usize::MAX));
    most.saturating_sub(own.saturating_add(made).saturating_add(others))
}
