//! `call`: signs one request, sends it, and shows what was sent and received.

use std::collections::BTreeMap;
use std::str::FromStr;

use clap::Args;
use serde::Serialize;
use serde_json::{Map, Value};

use super::format::Format;
use super::provider::{ProviderArguments, find};
use super::settings::SettingsArguments;
use super::target::{Place, TargetArguments};
use super::{CliError, Context, Exit};
use crate::client::{Client, Exchanged};
use crate::event::{RequestRecord, ResponseRecord};
use crate::near::nearest;
use crate::provider::registry;
use crate::report::text::one_line;
use crate::session::{ClockControl, Endpoint, LiveTarget, RunningTarget, SessionOptions, connect};
use crate::suite::load::load_built_in;

#[derive(Debug, Args)]
#[command(after_help = super::help::of_target(super::help::CALL))]
pub(super) struct CallArguments {
    /// The operation by its wire name, such as Encrypt
    #[arg(value_name = "OPERATION")]
    operation: String,
    /// Parameters: NAME=TEXT, or NAME:=JSON for numbers, lists and maps
    #[arg(value_name = "NAME=VALUE")]
    parameters: Vec<Parameter>,
    #[command(flatten)]
    settings: SettingsArguments,
    #[command(flatten)]
    provider: ProviderArguments,
    #[command(flatten)]
    target: TargetArguments,
    /// How request and response are shown
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    output: Format,
}

/// A parameter of a request.
#[derive(Debug, Clone, PartialEq)]
struct Parameter {
    name: String,
    value: Value,
}

impl FromStr for Parameter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (before, after) = text.split_once('=').ok_or("write NAME=TEXT, or NAME:=JSON")?;
        let (name, value) = match before.strip_suffix(':') {
            Some(name) => {
                (name, serde_json::from_str(after).map_err(|error| format!("`{after}` is not JSON: {error}"))?)
            }
            None => (before, Value::String(after.to_owned())),
        };
        if name.is_empty() {
            return Err("the name of the parameter is missing".to_owned());
        }
        Ok(Self { name: name.to_owned(), value })
    }
}

/// What was sent and received, redacted.
#[derive(Serialize)]
struct Shown {
    operation: String,
    request: RequestRecord,
    response: ResponseRecord,
    /// The error code, unless the response is a success.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
}

/// Sends a request.
pub(super) fn call(arguments: &CallArguments, context: &Context) -> Result<Exit, CliError> {
    let parameters = parameters(&arguments.parameters)?;
    let name = arguments.provider.named(&[])?;
    let declaration = name.as_deref().map_or_else(|| Ok(registry::default_provider()), find)?;
    let Place::Url(url, kind) = arguments.target.place(declaration, context)? else {
        return Err(CliError::NothingToCall);
    };
    let provider = arguments.target.provider(declaration)?;
    let target = arguments.target.target(provider, url, kind, context)?;
    let consent = arguments.target.consent();
    let running = RunningTarget { target, kind, consent, clock: ClockControl::Forbidden };

    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(CliError::Runtime)?;
    let connection = arguments.target.connection(context);
    // Before it is sent: an account must not be charged for a typing error that was not reported.
    if let Some(note) = note_on(&arguments.operation, declaration.name) {
        context.report(&note);
    }

    let exit = runtime.block_on(async {
        let live = LiveTarget::start(Endpoint::Running(Box::new(running)), &connection).await?;
        let secrets = context.secrets().clone();
        let client = connect(&live, &SessionOptions { connection, secrets, ..SessionOptions::default() })?;
        match client.once(&arguments.operation, &parameters).await {
            Ok(exchanged) => Ok(show(arguments, &client, &exchanged, context)),
            Err(reason) => {
                context.report(&format!("error: {reason}"));
                Ok(Exit::Inconclusive)
            }
        }
    });
    runtime.shutdown_background();
    exit
}

/// The parameters by name; none may be given twice.
fn parameters(given: &[Parameter]) -> Result<Map<String, Value>, CliError> {
    let mut parameters = Map::new();
    for Parameter { name, value } in given {
        if parameters.insert(name.clone(), value.clone()).is_some() {
            return Err(CliError::ParameterTwice { name: name.clone() });
        }
    }
    Ok(parameters)
}

/// Shows what was sent and received, and tells a success from a rejection.
fn show(arguments: &CallArguments, client: &Client, exchanged: &Exchanged, context: &Context) -> Exit {
    let provider = &*client.target().provider;
    let decoded = provider.decode(&exchanged.response);
    // A signature may be repeated by the response.
    if let Some(signature) = provider.signature_of(&exchanged.request) {
        client.secrets().add_received(&signature);
    }

    let request = provider.redact_request(&exchanged.request);
    let headers = request.headers.into_iter().map(|(name, value)| (name.to_owned(), value));
    let request = RequestRecord {
        method: request.method.to_owned(),
        url: request.url,
        headers: headers.collect::<BTreeMap<_, _>>(),
        body: request.body,
    };
    let length = exchanged.response.body.len();
    let unknown = || format!("({length} bytes that are not a response of this service)");
    let body = provider.redact_body(&exchanged.response).unwrap_or_else(unknown);
    let response = ResponseRecord { status: exchanged.response.status, body };
    let code = decoded.as_ref().ok().and_then(|content| content.code.clone());
    let shown = Shown { operation: arguments.operation.clone(), request, response, code: code.clone() };

    match arguments.output {
        Format::Json => context.print_json(&shown),
        Format::Plain => context.print(&text(&shown, &arguments.parameters)),
    }
    match (decoded, code) {
        (Err(error), _) => {
            context.report(&format!("error: {error}"));
            Exit::Inconclusive
        }
        (Ok(_), None) => Exit::Passed,
        (Ok(_), Some(_)) => Exit::Failed,
    }
}

/// What was sent and received, for a person. The parameters are those of the command line, and no secret.
fn text(shown: &Shown, parameters: &[Parameter]) -> String {
    let Shown { operation, request, response, code } = shown;
    let mut text = format!("> {operation}\n");
    for Parameter { name, value } in parameters {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        text.push_str(&format!(">   {name}: {value}\n"));
    }
    text.push_str(&format!("> {} {}\n", request.method, request.url));
    for (name, value) in &request.headers {
        text.push_str(&format!("> {name}: {value}\n"));
    }
    if !request.body.is_empty() {
        text.push_str(&format!(">\n> {}\n", request.body.trim_end()));
    }

    // A code is what the endpoint sent, and must not begin a line.
    let outcome = code.as_deref().map_or(String::new(), |code| format!(" {}", one_line(code)));
    text.push_str(&format!("< HTTP {}{outcome}\n", response.status));
    response.body.lines().for_each(|line| text.push_str(&format!("< {line}\n")));
    text
}

/// The note on an operation that the cases of the provider do not know, with the one that may be meant. It is sent
/// all the same, for a service may know more than its documents.
fn note_on(operation: &str, provider: &str) -> Option<String> {
    let suite = load_built_in(Some(provider)).ok()?;
    let known = || suite.service.requests.keys().map(|known| known.as_str());
    if known().any(|known| known == operation) {
        return None;
    }

    let suggestion = nearest(operation, known()).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    Some(format!("note: the cases of {provider} know no operation `{operation}`{suggestion}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_parameter_is_a_text_or_a_value_of_json() {
        let parse = |text: &str| text.parse::<Parameter>().map(|Parameter { name, value }| (name, value));
        assert_eq!(parse("KeyId=a=b"), Ok(("KeyId".to_owned(), json!("a=b"))));
        assert_eq!(parse("Text="), Ok(("Text".to_owned(), json!(""))));
        assert_eq!(parse("Days:=7"), Ok(("Days".to_owned(), json!(7))));
        assert_eq!(parse("Map:={\"a\": \"=\"}"), Ok(("Map".to_owned(), json!({"a": "="}))));
        for wrong in ["KeyId", "=x", ":=1", "Days:=seven"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_operation_that_no_case_knows_is_noted_with_the_one_that_may_be_meant() {
        for provider in registry::names() {
            // Creation has no row in the table of every cloud.
            assert_eq!((note_on("Encrypt", provider), note_on("CreateKey", provider)), (None, None));
            let note = |operation| note_on(operation, provider).unwrap();
            assert!(note("Encrpyt").ends_with("know no operation `Encrpyt`; did you mean `Encrypt`?"));
            assert!(note("FlyToTheMoon").ends_with("know no operation `FlyToTheMoon`"));
        }
    }

    #[test]
    fn no_parameter_is_given_twice() {
        let twice: Vec<Parameter> = ["A=1", "A:=2"].map(|text| text.parse().unwrap()).into();
        assert!(parameters(&twice).is_err());
        assert_eq!(Value::Object(parameters(&twice[1..]).unwrap()), json!({"A": 2}));
    }
}
