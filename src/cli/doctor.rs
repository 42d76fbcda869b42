//! `doctor`: finds what keeps this program from a target. Nothing is changed there.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use clap::Args;

use super::provider::{ProviderArguments, find};
use super::settings::SettingsArguments;
use super::target::{Place, TargetArguments};
use super::{CliError, Context, Exit};
use crate::client::Target;
use crate::doctor::{Check, Doctor, Finding};
use crate::provider::registry;
use crate::report::console::Color;
use crate::session::{ClockControl, Consent, Endpoint, LiveTarget, RunningTarget, SessionOptions, connect, shortened};

#[derive(Debug, Args)]
#[command(after_help = super::help::of_target(super::help::DOCTOR))]
pub(super) struct DoctorArguments {
    #[command(flatten)]
    settings: SettingsArguments,
    #[command(flatten)]
    provider: ProviderArguments,
    #[command(flatten)]
    target: TargetArguments,
}

/// Examines a target.
pub(super) fn doctor(arguments: &DoctorArguments, color: Color, context: &Context) -> Result<Exit, CliError> {
    let name = arguments.provider.named(&[])?;
    let declaration = name.as_deref().map_or_else(|| Ok(registry::default_provider()), find)?;
    let Place::Url(url, kind) = arguments.target.place(declaration, context)? else {
        return Err(CliError::NothingToExamine);
    };

    // That there are no credentials is a finding too, and what does not need any is looked at all the same.
    let provider = arguments.target.provider(declaration)?;
    let (target, no_credentials) = match arguments.target.target(provider.clone(), url.clone(), kind, context) {
        Ok(target) => (target, None),
        Err(error @ (CliError::NoCredentials { .. } | CliError::Credentials(_))) => {
            (Target::with_examples(provider, url), Some(error.to_string()))
        }
        Err(error) => return Err(error),
    };
    let access_key = format!("the access key {}", shortened(&target.credentials.access_key_id));
    let head = format!("{} ({}), region {}\n", target.endpoint, kind.name(), target.region);

    // Nothing is made, so no word of the user's is needed; what is signed must not be seen by others all the same.
    let consent = Consent { live: true, ..arguments.target.consent() };
    let running = RunningTarget { target, kind, consent, clock: ClockControl::Forbidden };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(CliError::Runtime)?;
    let connection = arguments.target.connection(context);
    let checks = runtime.block_on(async {
        let live = LiveTarget::start(Endpoint::Running(Box::new(running)), &connection).await?;
        let options = SessionOptions {
            connection: connection.clone(),
            secrets: context.secrets().clone(),
            ..SessionOptions::default()
        };
        let client = connect(&live, &options)?;
        let doctor = Doctor { client: &client, connection: &connection, no_credentials, access_key };
        Ok::<_, CliError>(doctor.examine().await)
    });
    runtime.shutdown_background();

    let checks = checks?;
    // Made of what a service says too, whose characters must not act on a terminal.
    let text = context.secrets().redact(&(head + &text(&checks))).into_owned();
    context.print_raw(&styled(&crate::report::text::visible(&text), color.on(&std::io::stdout())));
    let is_wrong = |check: &Check| matches!(check.finding, Finding::Wrong(_));
    Ok(if checks.iter().any(is_wrong) { Exit::Failed } else { Exit::Passed })
}

const RIGHT: &str = "ok";
const WRONG: &str = "wrong";
const NOT_CHECKED: &str = "not checked";

/// The findings for a person.
fn text(checks: &[Check]) -> String {
    let mut text = String::new();
    let mut wrong = 0;
    for Check { name, finding } in checks {
        let (word, lines) = match finding {
            Finding::Right(line) => (RIGHT, std::slice::from_ref(line)),
            Finding::NotChecked(line) => (NOT_CHECKED, std::slice::from_ref(line)),
            Finding::Wrong(lines) => {
                wrong += 1;
                (WRONG, lines.as_slice())
            }
        };
        let mut head = format!("{word:<13}{name:<13}");
        for line in lines {
            let _ = writeln!(text, "  {head}{line}");
            head = " ".repeat(head.len());
        }
    }

    let _ = match wrong {
        0 => writeln!(text, "nothing is wrong"),
        1 => writeln!(text, "one thing is wrong"),
        _ => writeln!(text, "{wrong} things are wrong"),
    };
    text
}

/// The same with colours for the words that lines begin with.
fn styled(text: &str, color: bool) -> String {
    if !color {
        return text.to_owned();
    }
    let style = |line: &str| {
        let words = [(RIGHT, AnsiColor::Green), (WRONG, AnsiColor::Red), (NOT_CHECKED, AnsiColor::Yellow)];
        let found = words.into_iter().find_map(|(word, color)| {
            let rest = line.strip_prefix("  ")?.strip_prefix(word)?;
            let style = Style::new().fg_color(Some(color.into()));
            Some(format!("  {style}{word}{style:#}{rest}"))
        });
        found.unwrap_or_else(|| line.to_owned())
    };
    text.lines().map(|line| style(line) + "\n").collect()
}
