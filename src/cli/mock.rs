//! `mock`: serve the bundled reference mock.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::sync::Arc;

use clap::Args;
use jiff::Timestamp;
use tokio::net::TcpListener;

use super::{CliError, Context, Exit, print, signal};
use crate::mock::{AccessKey, AdminAccess, ClockMode, Deviation, FaultRule, Faults, MockConfig, Service, serve};

/// Arguments of `mock`.
#[derive(Debug, Args)]
pub(super) struct MockArguments {
    /// The address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Answer otherwise than the documents say, such as `Encrypt:Disabled=Success` or
    /// `Encrypt:Disabled=409/Rejected.PendingImport`; may be given several times
    #[arg(long, value_name = "DEVIATION")]
    deviate: Vec<Deviation>,
    /// The access key that may sign requests, instead of the documents' example (testid / testsecret)
    #[arg(long, value_name = "ID")]
    access_key_id: Option<String>,
    /// The environment variable that holds the secret of --access-key-id
    #[arg(long, value_name = "NAME", default_value = "ALIBABA_CLOUD_ACCESS_KEY_SECRET")]
    access_key_secret_env: String,
    /// Make trouble, such as `drop-after,operation=ScheduleKeyDeletion,nth=2` or `throttle=Rejected.Throttling,probability=0.1`;
    /// may be given several times
    #[arg(long, value_name = "RULE")]
    fault: Vec<FaultRule>,
    /// What the chance of faults is drawn from; the same number makes the same trouble
    #[arg(long, value_name = "N", default_value_t = 0)]
    fault_seed: u64,
    /// The clock of keys: `real`, `manual` (stands still until it is moved) or `manual=TIME`
    #[arg(long, value_name = "CLOCK", default_value = "real", value_parser = clock)]
    clock: ClockMode,
    /// Who may use the admin API under /_mock/: nobody
    #[arg(long, conflicts_with = "admin_everyone")]
    no_admin: bool,
    /// Who may use the admin API under /_mock/: whoever can connect, and not only this machine
    #[arg(long)]
    admin_everyone: bool,
}

/// Parses `real`, `manual` and `manual=2024-01-02T03:04:05Z`.
fn clock(text: &str) -> Result<ClockMode, String> {
    match text.split_once('=') {
        None if text == "real" => Ok(ClockMode::Real),
        None if text == "manual" => Ok(ClockMode::Manual(Timestamp::now())),
        Some(("manual", time)) => match time.parse() {
            Ok(time) => Ok(ClockMode::Manual(time)),
            Err(_) => Err(format!("`{time}` is no time such as 2024-01-02T03:04:05Z")),
        },
        _ => Err("expected `real`, `manual` or `manual=TIME`".to_owned()),
    }
}

/// Serves the mock until it is told to stop.
pub(super) fn mock(arguments: &MockArguments, context: &Context) -> Result<Exit, CliError> {
    let admin = match (arguments.no_admin, arguments.admin_everyone) {
        (true, _) => AdminAccess::Off,
        (false, true) => AdminAccess::Everyone,
        (false, false) => AdminAccess::Loopback,
    };
    let mut config = MockConfig {
        listen: arguments.listen,
        deviations: arguments.deviate.clone(),
        faults: Faults { seed: arguments.fault_seed, rules: arguments.fault.clone() },
        clock: arguments.clock,
        admin,
        ..MockConfig::default()
    };
    if let Some(id) = &arguments.access_key_id {
        let name = &arguments.access_key_secret_env;
        let secret = context.secret(name).ok_or_else(|| CliError::NoSecret(name.clone()))?;
        config.access_keys = vec![AccessKey::new(id, secret.expose())];
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(CliError::Runtime)?;
    runtime.block_on(async {
        let listen = arguments.listen;
        let failed = |source| CliError::Listen { address: listen, source };
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let service = Arc::new(Service::new(config)?);
        print(&format!("{address}\n"))?;
        // For people; programs read the line above.
        let _ = writeln!(io::stderr(), "the mock answers at http://{address} until it is told to stop (Ctrl-C)");
        serve(listener, service, signal::stop_token()).await;
        Ok(Exit::Passed)
    })
}
