//! The options of the session that a run is.

use std::path::Path;
use std::sync::Arc;

use super::RunArguments;
use crate::cli::{CliError, Context};
use crate::client::Tape;
use crate::known::KnownFailures;
use crate::plan::Isolation;
use crate::run::GivenKey;
use crate::session::{Limits, SessionOptions, read_keys};
use crate::suite::Suite;

/// The variable of the environment with the secret that key material is derived from.
const MATERIAL_SEED: &str = "KMS_CONFORMANCE_MATERIAL_SEED";

/// The biggest file of given keys that is read, in bytes.
const BIGGEST_KEY_FILE: usize = 1 << 20;

pub(super) fn options(
    arguments: &RunArguments,
    suite: &Suite,
    known: Option<Arc<KnownFailures>>,
    context: &Context,
) -> Result<SessionOptions, CliError> {
    let material_seed = context.secret(MATERIAL_SEED)?;
    Ok(SessionOptions {
        jobs: arguments.jobs,
        rate: arguments.rate,
        isolation: match arguments.isolation {
            // A key of a tour goes on to the next case.
            Isolation::Auto if arguments.keep_keys => Isolation::Fresh,
            chosen => chosen,
        },
        confirmations: arguments.confirm,
        settle_timeout: arguments.settle_timeout,
        max_duration: arguments.max_duration,
        mark: None,
        tape: Tape::Off,
        seed: arguments.seed,
        connection: arguments.target.connection(context),
        limits: Limits { max_keys: arguments.max_keys, max_requests: arguments.max_requests },
        ledger: Some(arguments.ledger()),
        keys: given_keys(arguments.keys.as_deref(), suite, context)?,
        stalest_first: arguments.stalest_first,
        reuse: !arguments.no_reuse,
        material_seed,
        secrets: context.secrets().clone(),
        known,
        keep_keys: arguments.keep_keys,
        fail_fast: arguments.fail_fast,
        // Nothing else shows the exchanges of cases that passed.
        keep_exchanges: arguments.verbose > 0,
        shard: None,
        target_version: arguments.target_version.clone(),
        confirm_failures: arguments.confirm_failures,
        strict: arguments.strict,
        unsupported: arguments.unsupported,
    })
}

/// The keys that a run is given.
pub(in crate::cli) fn given_keys(
    path: Option<&Path>,
    suite: &Suite,
    context: &Context,
) -> Result<Vec<GivenKey>, CliError> {
    let Some(path) = path else { return Ok(Vec::new()) };
    let text = crate::input::read_text(path, BIGGEST_KEY_FILE);
    let text = text.map_err(|source| CliError::ReadKeys { path: path.to_owned(), source })?;
    let secret = |name: &str| context.secret(name).map_err(|error| error.to_string());
    Ok(read_keys(path, &text, suite, secret)?)
}
