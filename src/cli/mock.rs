//! `mock`: serves the bundled reference mock.

mod access;
mod alibaba;
mod aws;
mod health;
mod listen;
mod transport;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use jiff::{SignedDuration, Timestamp};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use self::access::AccessArguments;
use self::alibaba::AlibabaArguments;
use self::aws::AwsArguments;
use self::health::HealthUrl;
use self::listen::listen;
use self::transport::TransportArguments;
use super::{CliError, Context, Exit};
use crate::diagnostic::counted;
use crate::mock::{
    AdminAccess, AdminToken, ClockMode, CloudConfig, FaultRule, Faults, MockConfig, Service, StateSummary, WebOrigin,
    registry, serve,
};
use crate::self_test::catalogue;
use crate::signal::Stops;

/// The arguments of a mock that serves, for which a mere list has no use.
const SERVING: [&str; 15] = [
    "AccessArguments",
    "AlibabaArguments",
    "AwsArguments",
    "TransportArguments",
    "admin_everyone",
    "admin_token_env",
    "allow_origin",
    "check_health",
    "clock",
    "deviate",
    "fault",
    "fault_seed",
    "listen",
    "no_admin",
    "state",
];

#[derive(Debug, Args)]
#[command(after_help = super::help::MOCK)]
pub(super) struct MockArguments {
    /// The address to listen on, or a port alone; port 0 chooses a free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", value_parser = listen)]
    listen: SocketAddr,
    /// The cloud whose service is mocked
    #[arg(long, value_name = "NAME", default_value = alibaba::PROVIDER, value_parser = provider())]
    provider: CloudConfig,
    /// Deviate from the documents, such as `Encrypt:Disabled=Success` or
    /// `Encrypt:Disabled=409/Rejected.PendingImport`, or by a name of --list-deviations; may be given several times
    #[arg(long, value_name = "DEVIATION")]
    deviate: Vec<String>,
    /// Show the catalogue of deviations of the --provider, and end: the name of each, what it does, and which cases must
    /// catch it
    #[arg(long, conflicts_with_all = SERVING)]
    list_deviations: bool,
    /// Keep keys, aliases, import tokens and the clock in this file across restarts; it is made if it does not exist. It
    /// holds unencrypted key material and can be read by its owner only
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    #[command(flatten)]
    transport: TransportArguments,
    /// Make faults, such as `drop-after,operation=ScheduleKeyDeletion,nth=2` or
    /// `throttle=Rejected.Throttling,probability=0.1`; may be given several times
    #[arg(long, value_name = "RULE")]
    fault: Vec<FaultRule>,
    /// The seed of random faults; the same number makes the same faults
    #[arg(long, value_name = "N", default_value_t = 0)]
    fault_seed: u64,
    /// The clock of the mock: `real`, `manual` (stands still until it is moved) or `manual=TIME` (stands at that time). With
    /// --state it goes on where it was, and takes only a TIME that is not earlier, or the one that it was started with
    #[arg(long, value_name = "CLOCK", default_value = "real", value_parser = clock)]
    clock: ClockMode,
    /// Turn off the page and the admin API under /_mock/, which otherwise accept loopback connections
    #[arg(long, conflicts_with = "admin_everyone")]
    no_admin: bool,
    /// Let everyone who can connect use the page and the admin API under /_mock/, and not only loopback connections
    #[arg(long)]
    admin_everyone: bool,
    /// The environment variable that holds a token which the page and the admin API then require, as `Authorization: Bearer
    /// TOKEN` or as the password that a browser requests. Behind a proxy on this host every client is a loopback connection
    #[arg(long, value_name = "NAME", conflicts_with = "no_admin")]
    admin_token_env: Option<String>,
    /// Let web pages of this origin, such as `http://localhost:3000`, send requests; those of others are rejected. May be
    /// given several times
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<WebOrigin>,
    /// Check whether the mock at this address serves, and end: with 0 if it does, with 1 if not. It is for the health check
    /// of a container, where it needs no other program; certificates are not checked [default address: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, default_missing_value = "127.0.0.1:8080", exclusive = true)]
    check_health: Option<HealthUrl>,
    #[command(flatten)]
    access: AccessArguments,
    #[command(flatten)]
    alibaba: AlibabaArguments,
    #[command(flatten)]
    aws: AwsArguments,
}

/// Takes the names of the registry, and shows them.
fn provider() -> impl TypedValueParser<Value = CloudConfig> {
    PossibleValuesParser::new(registry::names())
        .try_map(|name| registry::by_name(&name).ok_or("this provider has no mock"))
}

impl MockArguments {
    fn config(&self, context: &Context) -> Result<MockConfig, CliError> {
        let admin = match (self.no_admin, self.admin_everyone) {
            (true, _) => AdminAccess::Off,
            (false, true) => AdminAccess::Everyone,
            (false, false) => AdminAccess::Loopback,
        };

        Ok(MockConfig {
            listen: self.listen,
            faults: Faults { seed: self.fault_seed, rules: self.fault.clone() },
            clock: self.clock,
            admin,
            admin_token: self.admin_token(context)?,
            allowed_origins: self.allow_origin.clone(),
            state: self.state.clone(),
            tls: self.transport.tls()?,
            cloud: self.cloud(context)?,
            // By chance, for ids must not come again with the next start.
            seed: None,
        })
    }

    fn admin_token(&self, context: &Context) -> Result<Option<AdminToken>, CliError> {
        let Some(name) = &self.admin_token_env else { return Ok(None) };
        let secret = context.secret(name)?.ok_or_else(|| CliError::NoToken(name.clone()))?;
        let token = AdminToken::new(secret.expose());
        token.map(Some).map_err(|source| CliError::Token { variable: name.clone(), source })
    }

    /// The settings of the cloud to serve.
    fn cloud(&self, context: &Context) -> Result<CloudConfig, CliError> {
        let name = self.provider.name();
        if name != alibaba::PROVIDER {
            self.alibaba.refuse_for(name)?;
        }
        if name != aws::PROVIDER {
            self.aws.refuse_for(name)?;
        }

        match name {
            alibaba::PROVIDER => Ok(self.alibaba.config(&self.access, &self.deviate, context)?.into()),
            aws::PROVIDER => Ok(self.aws.config(&self.access, &self.deviate, context)?.into()),
            // A cloud without arguments of its own has its default settings.
            _ => Ok(self.provider.clone()),
        }
    }
}

/// Says what a state file holds, and what is remarkable about it.
fn show_state(path: &Path, summary: &StateSummary, now: Timestamp, has_seed: bool, context: &Context) {
    let keys = counted(summary.keys, "key", "keys");
    let aliases = counted(summary.aliases, "alias", "aliases");
    let path = path.display();
    let mut text = if summary.is_new {
        format!("{path} is new and keeps everything from now on\n")
    } else {
        format!("{path} held {keys} and {aliases}\n")
    };

    // Where it is said nowhere else: what keys live by may be far from what a watch shows.
    if !summary.is_new && now.duration_since(Timestamp::now()).abs() > SignedDuration::from_secs(1) {
        text += &format!("its clock is at {now}\n");
    }
    if has_seed && !summary.is_new {
        text += "the keys of the seed are not added again; they come back with a reset\n";
    }
    if summary.dropped_bytes > 0 {
        let bytes = counted(usize::try_from(summary.dropped_bytes).unwrap_or(usize::MAX), "byte", "bytes");
        text += &format!("{path} ended in {bytes} of a write that was cut off before its response; they are dropped\n");
    }
    if summary.readable_by_others {
        text += &format!("warning: {path} holds key material and can be read by others than its owner\n");
    }
    context.report(&text);
}

/// Parses `real`, `manual` and `manual=2024-01-02T03:04:05Z`.
fn clock(text: &str) -> Result<ClockMode, String> {
    match text.split_once('=') {
        None if text == "real" => Ok(ClockMode::Real),
        None if text == "manual" => Ok(ClockMode::Standing),
        Some(("manual", time)) => match time.parse() {
            Ok(time) => Ok(ClockMode::Manual(time)),
            Err(_) => Err(format!("`{time}` is not a time such as 2024-01-02T03:04:05Z")),
        },
        _ => Err("expected `real`, `manual` or `manual=TIME`".to_owned()),
    }
}

/// Serves the mock until a signal stops it.
pub(super) fn mock(arguments: &MockArguments, context: &Context) -> Result<Exit, CliError> {
    if arguments.list_deviations {
        context.print(&deviations(arguments.provider.name())?);
        return Ok(Exit::Passed);
    }

    if let Some(url) = &arguments.check_health {
        return url.check(context);
    }

    let config = arguments.config(context)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(CliError::Runtime)?;
    runtime.block_on(serve_until_stopped(arguments, config, context))
}

async fn serve_until_stopped(
    arguments: &MockArguments,
    config: MockConfig,
    context: &Context,
) -> Result<Exit, CliError> {
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    let failed = |source| CliError::Listen { address: arguments.listen, source };
    let listener = TcpListener::bind(arguments.listen).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let objection = config.tls.as_ref().and_then(|tls| tls.objection(address.ip()));
    let service = Arc::new(Service::new(config)?);

    // Whoever has read the address may send the signal to stop.
    let stops = Stops::listen();
    context.print(&format!("{address}\n"));
    // Whoever waits for the address would wait for ever.
    if context.output_failed() {
        return Ok(Exit::Inconclusive);
    }
    // For people; programs read the line above.
    context.report(&listens_text(scheme, address));
    if let Some(objection) = objection {
        context.report(&format!("warning: clients will reject the certificate: {objection}"));
    }
    if let (Some(path), Some(summary)) = (&arguments.state, service.state_summary()) {
        show_state(path, summary, service.now(), arguments.alibaba.has_seed(), context);
    }

    let stop = CancellationToken::new();
    let mut serving = pin!(serve(listener, Arc::clone(&service), stop.clone()));
    let interrupted = async {
        stops.interrupt().stopped().await;
        context.report("stopping when the requests under way have their responses; again to stop now");
        stops.announced();
        stop.cancel();
        stops.interrupt().stopped_at_once().await;
    };
    tokio::select! {
        () = serving.as_mut() => {}
        // What has been responded to is in the state file already.
        () = interrupted => {}
        // To go on would be to promise what the file does not keep.
        failure = service.state_failed() => return Err(failure.into()),
    }
    service.close_state()?;
    Ok(Exit::Passed)
}

/// Where the mock listens. The address for everybody is none that a client can use everywhere.
fn listens_text(scheme: &str, address: SocketAddr) -> String {
    let here = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Some(IpAddr::from(Ipv4Addr::LOCALHOST)),
        IpAddr::V6(ip) if ip.is_unspecified() => Some(IpAddr::from(Ipv6Addr::LOCALHOST)),
        _ => None,
    };
    let here = here.map_or_else(String::new, |ip| {
        format!(", which on this machine is {scheme}://{}", SocketAddr::new(ip, address.port()))
    });
    format!("the mock listens at {scheme}://{address}{here}, until it is stopped (Ctrl-C)")
}

/// The catalogue of a provider: three lines and an empty one for each deviation.
fn deviations(provider: &str) -> Result<String, CliError> {
    let mut text = String::new();
    for entry in catalogue(provider)? {
        let caught = match &entry.uncaught {
            Some(reason) => format!("uncaught: {reason}"),
            None => format!("caught by {}", entry.caught_by().collect::<Vec<_>>().join(", ")),
        };
        text.push_str(&format!("{}\n    {}\n    {caught}\n\n", entry.name(), entry.deviation.description()));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser};

    use super::*;

    #[derive(Debug, Parser)]
    struct Only {
        #[command(flatten)]
        mock: MockArguments,
    }

    #[test]
    fn a_list_of_deviations_takes_a_provider_and_nothing_else() {
        let parse = |words: &[&str]| Only::try_parse_from([&["mock", "--list-deviations"], words].concat());
        assert!(parse(&["--provider", "alibaba"]).is_ok());

        let command = Only::command();
        let others = command.get_arguments().filter_map(|argument| argument.get_long());
        for flag in others.filter(|flag| !["help", "provider", "list-deviations"].contains(flag)) {
            let value = match flag {
                "listen" => "1",
                "clock" => "real",
                "fault" => "drop-before",
                "fault-seed" | "transition-seconds" => "1",
                "account" => "111122223333",
                "allow-origin" => "http://localhost:1",
                _ => "x",
            };
            let name = format!("--{flag}");
            let mut outcome = parse(&[&name, value]);
            if outcome.is_err()
                && command.get_arguments().any(|one| one.get_long() == Some(flag) && !one.get_action().takes_values())
            {
                outcome = parse(&[&name]);
            }
            let error = outcome.err().unwrap_or_else(|| panic!("{name} is ignored")).to_string();
            assert!(error.contains("cannot be used with"), "{name}: {error}");
        }
    }
}
