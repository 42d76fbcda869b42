//! What is tested: from flags and environment variables.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::again::Again;
use super::credentials::CredentialArguments;
use super::provider::ProviderOptions;
use super::{CliError, Context};
use crate::client::{ClientError, Connection, EndpointUrl, ProxyVariables, RequestAgain, Target};
use crate::provider::{Declaration, Provider};
use crate::session::{Consent, DeclaredKind, TargetKind};
use crate::suite::route_limit::RouteLimit;

// What is tested.
#[derive(Debug, Args)]
#[command(next_help_heading = "Target")]
pub(super) struct TargetArguments {
    /// The endpoint, such as http://127.0.0.1:8080 [default: the one that a variable of the cloud's own tools names, or of a
    /// run the bundled mock]
    #[arg(long, value_name = "URL")]
    pub(super) endpoint: Option<String>,
    /// The region; without --endpoint, the cloud's own endpoint in this region is the target
    #[arg(long, value_name = "REGION", value_parser = region)]
    pub(super) region: Option<String>,
    /// A region besides that of the target, for cases that make keys in several: two are needed [default: some of the cloud's; on
    /// an account none, and such cases are skipped]
    #[arg(long, value_name = "REGION", value_parser = region)]
    other_region: Vec<String>,
    /// How long one request may take
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = time_out)]
    pub(super) timeout: Duration,
    /// Also trust the certificate authorities in this file (PEM)
    #[arg(long, value_name = "FILE")]
    pub(super) ca_file: Option<PathBuf>,
    /// What the endpoint is, if its address does not say so: a host that is not this one counts as an account [default:
    /// loopback or account, by the address]
    #[arg(long, value_enum, value_name = "KIND")]
    target_kind: Option<DeclaredKind>,
    /// Allow the run on an account of a cloud, where keys cost money and quota; KMS_CONFORMANCE_LIVE=1 in the environment
    /// does the same
    #[arg(long)]
    live: bool,
    /// Send requests to another host without TLS although an access key signs them that is not the example's: everyone on
    /// the way can read them
    #[arg(long)]
    insecure_http: bool,
    #[command(flatten)]
    credentials: CredentialArguments,
    #[command(flatten)]
    options: ProviderOptions,
}

/// Where the requests go.
#[derive(Debug)]
pub(super) enum Place {
    /// To a mock of this process.
    BundledMock,
    /// To this URL.
    Url(EndpointUrl, TargetKind),
}

impl Place {
    /// The routes that are run unless others are given: every key counts on an account.
    pub(super) fn routes(&self) -> RouteLimit {
        match self {
            Self::Url(_, kind) => kind.routes(),
            Self::BundledMock => RouteLimit::All,
        }
    }
}

impl TargetArguments {
    /// Where the requests go.
    pub(super) fn place(&self, provider: &Declaration, context: &Context) -> Result<Place, ClientError> {
        let endpoint = endpoint(provider, self.endpoint.as_deref(), self.region.as_deref(), context)?;
        Ok(endpoint.map_or(Place::BundledMock, |url| {
            let kind = TargetKind::of(&url, self.target_kind);
            Place::Url(url, kind)
        }))
    }

    /// The arguments that name the target, for another command.
    pub(super) fn again(&self, again: &mut Again) {
        again.flag("endpoint", self.endpoint.as_ref());
        again.flag("region", self.region.as_ref());
        self.reach_again(again);
        self.options.again(again);
    }

    /// Those by which the endpoint is reached, besides its URL.
    fn reach_again(&self, again: &mut Again) {
        again.flag("ca-file", self.ca_file.as_ref().map(|path| path.display()));
        let kind = self.target_kind.and_then(|kind| Some(kind.to_possible_value()?.get_name().to_owned()));
        again.flag("target-kind", kind);
        again.switch("live", self.live);
        again.switch("insecure-http", self.insecure_http);
        self.credentials.again(again);
    }

    /// What the user has allowed.
    pub(super) fn consent(&self) -> Consent {
        Consent { live: self.live, insecure_http: self.insecure_http }
    }

    /// The provider with the options that were given.
    pub(super) fn provider(&self, provider: &Declaration) -> Result<Arc<dyn Provider>, CliError> {
        Ok((provider.build)(&self.options.choices(provider)?))
    }

    /// Time-outs, certificates and proxies.
    pub(super) fn connection(&self, context: &Context) -> Connection {
        let proxies = ProxyVariables::of(|name| context.variable(name));
        Connection { timeout: self.timeout, ca_file: self.ca_file.clone(), proxies }
    }

    /// The target at a URL. Whatever is not an account gets the credentials of the cloud's examples where none are
    /// given, for those are what mocks and emulators accept.
    pub(super) fn target(
        &self,
        provider: Arc<dyn Provider>,
        endpoint: EndpointUrl,
        kind: TargetKind,
        context: &Context,
    ) -> Result<Target, CliError> {
        let declaration = provider.declaration();
        let found = self.credentials.find(declaration, kind, context)?;

        let mut target = Target::with_examples(provider, endpoint);
        let mut again = Again::default();
        self.reach_again(&mut again);
        target.again = RequestAgain::Call(again.into_words());
        if let Some(region) = region_to_sign_for(declaration, self.region.as_deref(), context)?.or(found.region) {
            target.region = region;
        }
        // Keys cost money in every region, so on an account nobody's other regions are touched unless they are named.
        if !self.other_region.is_empty() || kind == TargetKind::Account {
            target.other_regions = Some(self.other_region.clone());
        }
        match found.credentials {
            Some(credentials) => target.credentials = credentials,
            None if kind != TargetKind::Account => {}
            None => {
                let (endpoint, variables) = (target.endpoint.to_string(), declaration.credential_variables);
                let profile = declaration.profiles.map(|files| files.variable);
                // Who has said what it is, and whoever takes the cloud's own endpoint, means an account.
                let is_clouds_own = (declaration.endpoint)(&target.region).parse().ok() == Some(target.endpoint);
                let may_be_emulator = self.target_kind.is_none() && !is_clouds_own;
                return Err(CliError::NoCredentials { endpoint, variables, profile, may_be_emulator });
            }
        }
        Ok(target)
    }
}

/// The region that a flag or a variable of the cloud's own tools names.
pub(super) fn region_to_sign_for(
    provider: &Declaration,
    flag: Option<&str>,
    context: &Context,
) -> Result<Option<String>, CliError> {
    if let Some(region) = flag {
        return Ok(Some(region.to_owned()));
    }
    let named = provider.region_variables.iter().find_map(|name| Some((*name, context.variable(name)?)));
    let read = |(variable, text): (&str, String)| {
        region(text.trim()).map_err(|reason| CliError::Region { variable: variable.to_owned(), reason })
    };
    named.map(read).transpose()
}

/// The endpoint that is tested, if it is not the bundled mock: the one that was given, the one that a variable of the cloud's
/// own tools names, or that of the cloud in the region that was given.
pub(super) fn endpoint(
    provider: &Declaration,
    endpoint: Option<&str>,
    region: Option<&str>,
    context: &Context,
) -> Result<Option<EndpointUrl>, ClientError> {
    let named = || provider.endpoint_variables.iter().find_map(|name| context.variable(name));
    let url = endpoint.map(str::to_owned).or_else(named).or_else(|| Some((provider.endpoint)(region?)));
    url.map(|url| url.parse()).transpose()
}

/// Parses `10s`, `1m30s`, `500ms`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is not a duration such as 10s, 1m30s or 500ms");
    let parsed: jiff::SignedDuration = text.parse().map_err(|_| wrong())?;
    let duration = Duration::try_from(parsed).map_err(|_| wrong())?;
    if duration > Duration::from_secs(MOST_DAYS * 86_400) {
        return Err(format!("`{text}` is longer than {MOST_DAYS} days"));
    }
    Ok(duration)
}

/// Takes the name of a region, which becomes a part of the name of a host.
fn region(text: &str) -> Result<String, String> {
    let is_part = |character: char| character.is_ascii_alphanumeric() || character == '-';
    if !text.is_empty() && text.chars().all(is_part) {
        Ok(text.to_owned())
    } else {
        let shown: String = text.chars().flat_map(char::escape_default).collect();
        Err(format!("`{shown}` is not the name of a region: letters, digits and hyphens"))
    }
}

/// The longest duration that a run is given, in days. Much longer ones can't be added to a time.
const MOST_DAYS: u64 = 30;

/// Parses a duration in which something can happen.
pub(super) fn time_out(text: &str) -> Result<Duration, String> {
    match duration(text)? {
        time if time < Duration::from_millis(1) => {
            Err(format!("`{text}` leaves no time for anything; give 1ms or more"))
        }
        time => Ok(time),
    }
}

/// Parses a whole number of 1 or more.
pub(super) fn one_or_more<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("`{text}` is not a whole number of 1 or more"))
}

/// Parses how many cases run at the same time: each takes connections and memory.
pub(super) fn jobs(text: &str) -> Result<NonZeroUsize, String> {
    const MOST: usize = 1000;
    let jobs = text.parse().ok().filter(|jobs: &NonZeroUsize| jobs.get() <= MOST);
    jobs.ok_or_else(|| format!("`{text}` is not a number from 1 to {MOST}"))
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    #[test]
    fn a_number_from_one_is_not_zero() {
        assert_eq!(one_or_more("3"), Ok(NonZeroU32::new(3).unwrap()));
        for wrong in ["0", "-1", "x", ""] {
            assert_eq!(one_or_more::<NonZeroU32>(wrong), Err(format!("`{wrong}` is not a whole number of 1 or more")));
        }
    }

    #[test]
    fn durations_are_read_as_people_write_them() {
        assert_eq!(duration("1m30s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        for wrong in ["", "10", "-3s", "soon", "31d", "721h", "9223372036854775807s"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
        assert_eq!(duration("0s"), Ok(Duration::ZERO));
        assert_eq!(time_out("1ms"), Ok(Duration::from_millis(1)));
        for wrong in ["0s", "0ms", "1us", "31d"] {
            assert!(time_out(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn jobs_are_as_many_as_can_be_run() {
        assert_eq!(jobs("1000").map(NonZeroUsize::get), Ok(1000));
        for wrong in ["0", "1001", "18446744073709551615", "18446744073709551616", "-1"] {
            assert_eq!(jobs(wrong), Err(format!("`{wrong}` is not a number from 1 to 1000")));
        }
    }
}
