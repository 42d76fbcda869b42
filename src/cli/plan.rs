//! `plan`: what a run would send, make and leave. Nothing is sent.

mod earlier;
mod shown;

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use jiff::Timestamp;

use self::earlier::EarlierKeys;
use self::shown::{Pace, shown};

use super::format::Format;
use super::run::{LEDGER_FILE, REPORTS};
use super::settings::SettingsArguments;
use super::suite::{SelectArguments, SuiteArguments};
use super::target::{endpoint, one_or_more, region_to_sign_for};
use super::{CliError, Context, Exit, provider};
use crate::ledger::LedgerTarget;
use crate::plan::forecast::{Forecast, Held, Terms};
use crate::plan::tour::Observing;
use crate::plan::{Isolation, Planner};
use crate::session::{DeclaredKind, TargetKind};
use crate::suite::region::OtherRegion;
use crate::suite::route_limit::RouteLimit;

/// How many requests a second an account is sent unless a number is given.
const ACCOUNT_RATE: NonZeroU32 = NonZeroU32::new(5).unwrap();

/// How often in a row a state must be observed on an account unless a number is given.
const ACCOUNT_CONFIRMATIONS: NonZeroU32 = NonZeroU32::new(2).unwrap();

#[derive(Debug, Args)]
#[command(after_help = super::help::of_settings(super::help::PLAN))]
pub(super) struct PlanArguments {
    #[command(flatten)]
    settings: SettingsArguments,
    #[command(flatten)]
    suite: SuiteArguments,
    #[command(flatten)]
    select: SelectArguments,
    /// The endpoint that would be tested; nothing is sent to it [default: the bundled mock]
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,
    /// The region; without --endpoint, the cloud's own endpoint in this region would be tested
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
    /// A region besides that of the target, for cases that make keys in several: two are needed [default: some of the cloud's; on
    /// an account none, and such cases are skipped]
    #[arg(long, value_name = "REGION")]
    other_region: Vec<String>,
    /// What the endpoint is, if its address does not say so: a host that is not this one counts as an account [default:
    /// loopback or account, by the address]
    #[arg(long, value_enum, value_name = "KIND")]
    target_kind: Option<DeclaredKind>,
    /// Whether each case has keys of its own
    #[arg(long, value_enum, default_value_t, value_name = "HOW")]
    isolation: Isolation,
    /// How many requests are sent per second at most [default: unlimited, on an account 5]. An account is sent no more of a
    /// kind than the cloud allows, whatever the number is
    #[arg(long, value_name = "N", value_parser = one_or_more::<NonZeroU32>)]
    rate: Option<NonZeroU32>,
    /// How often in a row a state must be observed before it counts [default: 1, on an account 2]
    #[arg(long, value_name = "N", value_parser = one_or_more::<NonZeroU32>)]
    confirm: Option<NonZeroU32>,
    /// How many keys the run may make at most
    #[arg(long, value_name = "N")]
    max_keys: Option<u64>,
    /// The folder for the reports of the run: the ledger in it says which keys of earlier runs wait and are used again
    #[arg(long, value_name = "DIR", default_value = REPORTS)]
    reports: PathBuf,
    /// Make new keys also where keys of earlier runs wait
    #[arg(long)]
    no_reuse: bool,
    /// The output format
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// Prints a plan.
pub(super) fn plan(arguments: &PlanArguments, context: &Context) -> Result<Exit, CliError> {
    let suite = Arc::new(arguments.suite.load(&arguments.select.selectors)?);
    let provider = provider::find(&suite.service.provider)?;
    let endpoint = endpoint(provider, arguments.endpoint.as_deref(), arguments.region.as_deref(), context)?;
    if endpoint.is_none() {
        provider::must_have_mock(provider.name)?;
    }

    let kind = endpoint.as_ref().map(|endpoint| TargetKind::of(endpoint, arguments.target_kind));
    let account = kind == Some(TargetKind::Account);
    let routes = if account { RouteLimit::Canonical } else { RouteLimit::All };
    let selection = arguments.select.select(&suite, routes)?.cases;
    if selection.is_empty() {
        return Ok(Exit::NothingJudged);
    }

    let planner = Planner::new(Arc::clone(&suite));
    let confirmations = arguments.confirm.or(account.then_some(ACCOUNT_CONFIRMATIONS)).map_or(1, NonZeroU32::get);
    let terms = Terms {
        tour: arguments.isolation.is_tour(account),
        clock: !account,
        regions: !account || arguments.other_region.len() >= OtherRegion::ALL.len(),
        observing: Observing { confirmations: usize::try_from(confirmations).unwrap_or(usize::MAX), removals: account },
        max_keys: arguments.max_keys,
    };

    let earlier = match &endpoint {
        Some(endpoint) if terms.tour && !arguments.no_reuse && suite.service.reuse.is_some() => {
            let region = region_to_sign_for(provider, arguments.region.as_deref(), context)?;
            let target = LedgerTarget {
                provider: provider.name.to_owned(),
                endpoint: endpoint.to_string(),
                region: region.unwrap_or_else(|| provider.default_region.to_owned()),
            };
            EarlierKeys::of(&arguments.reports.join(LEDGER_FILE), &target)?
        }
        _ => EarlierKeys::default(),
    };

    let held = Held { usable: earlier.usable().clone(), waiting: earlier.waiting() as u64 };
    let forecast = Forecast::new(&planner, &selection, terms, &held);

    let rate = arguments.rate.or(account.then_some(ACCOUNT_RATE));
    // As a run takes them: behind a loopback address nothing is known of them.
    let is_remote = endpoint.as_ref().is_some_and(|endpoint| !endpoint.is_loopback());
    let groups = if account && is_remote { provider.rate_groups } else { &[] };
    let shown = shown(&suite, &forecast, &earlier, endpoint, Pace { rate, groups }, Timestamp::now(), selection.len());
    match arguments.format {
        Format::Plain => context.print(&shown.text()),
        Format::Json => context.print_json(&shown),
    }
    Ok(Exit::Passed)
}
