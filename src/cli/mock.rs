//! `mock`: serve the bundled reference mock.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::sync::Arc;

use clap::Args;
use tokio::net::TcpListener;

use super::{CliError, Context, Exit, print, signal};
use crate::mock::{AccessKey, Deviation, MockConfig, Service, catalogue, serve};

/// Arguments of `mock`.
#[derive(Debug, Args)]
pub(super) struct MockArguments {
    /// The address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Answer otherwise than the documents say, such as `Encrypt:Disabled=Success` or
    /// `Encrypt:Disabled=409/Rejected.PendingImport`, or by a name of --list-deviations; may be given several times
    #[arg(long, value_name = "DEVIATION")]
    deviate: Vec<Deviation>,
    /// Show the catalogue of deviations: the name of each, what it does, and which cases must catch it
    #[arg(long, exclusive = true)]
    list_deviations: bool,
    /// The access key that may sign requests, instead of the documents' example (testid / testsecret)
    #[arg(long, value_name = "ID")]
    access_key_id: Option<String>,
    /// The environment variable that holds the secret of --access-key-id
    #[arg(long, value_name = "NAME", default_value = "ALIBABA_CLOUD_ACCESS_KEY_SECRET")]
    access_key_secret_env: String,
}

/// Serves the mock until it is told to stop.
pub(super) fn mock(arguments: &MockArguments, context: &Context) -> Result<Exit, CliError> {
    if arguments.list_deviations {
        print(&deviations())?;
        return Ok(Exit::Passed);
    }
    let mut config =
        MockConfig { listen: arguments.listen, deviations: arguments.deviate.clone(), ..MockConfig::default() };
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
        let service = Arc::new(Service::new(config).map_err(crate::mock::StartError::from)?);
        print(&format!("{address}\n"))?;
        // For people; programs read the line above.
        let _ = writeln!(io::stderr(), "the mock answers at http://{address} until it is told to stop (Ctrl-C)");
        serve(listener, service, signal::stop_token()).await;
        Ok(Exit::Passed)
    })
}

/// The catalogue, three lines a deviation and an empty one.
fn deviations() -> String {
    let mut text = String::new();
    for entry in catalogue() {
        let caught = match entry.uncaught {
            Some(reason) => format!("uncaught: {reason}"),
            None => format!("caught by {}", entry.caught_by.join(", ")),
        };
        text.push_str(&format!("{}\n    {}\n    {caught}\n\n", entry.name(), entry.description));
    }
    text
}
