//! What a run tests, and how long it is waited for.

use std::time::Duration;

use super::RunArguments;
use crate::cli::target::Place;
use crate::cli::{CliError, Context};
use crate::mock::Faults;
use crate::provider::Declaration;
use crate::redact::Secret;
use crate::session::{ClockControl, Endpoint, LiveTarget, MockOptions, RunningTarget, reach};
use crate::suite::Suite;

/// What is tested: the bundled mock, or what runs at a URL.
pub(super) fn endpoint(
    arguments: &RunArguments,
    place: Place,
    provider: &Declaration,
    context: &Context,
) -> Result<Endpoint, CliError> {
    let provider = arguments.target.provider(provider)?;
    let Place::Url(url, kind) = place else {
        let faults = Faults { seed: arguments.fault_seed, rules: arguments.fault.clone() };
        let again = arguments.mock_again(provider.name());
        let deviations = arguments.deviate.clone();
        return Ok(Endpoint::BundledMock(provider, MockOptions { deviations, faults, again }));
    };

    let target = arguments.target.target(provider, url, kind, context)?;
    let clock = match (&arguments.clock_hook, arguments.move_clock) {
        (Some(url), _) => ClockControl::Hook(url.clone()),
        (None, true) => ClockControl::AdminApi { token: admin_token(arguments, context)? },
        (None, false) => ClockControl::Forbidden,
    };
    let consent = arguments.target.consent();
    Ok(Endpoint::Running(Box::new(RunningTarget { target, kind, consent, clock })))
}

fn admin_token(arguments: &RunArguments, context: &Context) -> Result<Option<Secret>, CliError> {
    let Some(name) = &arguments.admin_token_env else { return Ok(None) };
    context.secret(name)?.map(Some).ok_or_else(|| CliError::NoToken(name.clone()))
}

/// Waits until the endpoint responds, and says so if it does not. Whether it does.
pub(super) async fn wait(
    suite: &Suite,
    target: &LiveTarget,
    limit: Duration,
    arguments: &RunArguments,
    context: &Context,
) -> bool {
    if target.is_bundled_mock() {
        return true;
    }
    let connection = arguments.target.connection(context);
    let reached = reach::wait(suite, target.target(), &connection, limit).await;
    reached.map_err(|unreachable| context.report(&unreachable.into_text())).is_ok()
}
