//! Writes a recording.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufWriter, Read as _, Seek as _, Write as _};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};
use url::Url;

use super::{RecordedRun, SHORTEST, stand_in};
use crate::client::{Lost, RawExchange, Recorder};
use crate::event::Tool;
use crate::provider::{HttpRequest, HttpResponse, Provider};
use crate::redact::SecretRegistry;
use crate::report::ReportError;
use crate::report::destination::Destination;

/// What stands in the place of a header that is not recorded.
const REDACTED: &str = "REDACTED";

/// Headers of responses that are nobody else's business, whatever the service.
const PRIVATE_HEADERS: [&str; 4] = ["set-cookie", "set-cookie2", "authorization", "proxy-authenticate"];

/// Writes a recording. Exchanges wait in a nameless file, for they come from many cases at once, and what is found to be a secret later
/// is replaced in all of them.
#[derive(Debug)]
pub struct HarRecorder {
    destination: Destination,
    run: RecordedRun,
    entries: Mutex<Entries>,
}

#[derive(Debug)]
struct Entries {
    /// A line each.
    file: BufWriter<File>,
    /// The first error, after which nothing is written any more.
    error: Option<io::Error>,
}

impl HarRecorder {
    /// A recording that will be written to a file.
    ///
    /// # Errors
    ///
    /// The folder can't be made or written to.
    pub fn create(path: impl Into<PathBuf>, run: RecordedRun, private: bool) -> Result<Self, ReportError> {
        let destination = Destination::prepare(path)?.private(private);
        let file = BufWriter::new(destination.spool()?);
        Ok(Self { destination, run, entries: Mutex::new(Entries { file, error: None }) })
    }

    /// Writes the file.
    ///
    /// # Errors
    ///
    /// It can't be written.
    pub fn finish(&self, secrets: &SecretRegistry) -> Result<(), ReportError> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = entries.error.take() {
            return Err(self.destination.error(error));
        }
        let lines = read_back(&mut entries.file).map_err(|error| self.destination.error(error))?;
        self.destination.write(|out| {
            let Tool { name, version } = Tool::this();
            let run = serde_json::to_value(&self.run)?;
            write!(out, "{{\"log\":{{\"version\":\"1.2\",\"creator\":{},", json!({"name": name, "version": version}))?;
            write!(out, "\"_kmsConformance\":{run},\"entries\":[")?;
            for (index, line) in lines.lines().enumerate() {
                let mut entry: Value = serde_json::from_str(line)?;
                // What was found to be a secret after it was sent.
                redact(&mut entry, secrets);
                write!(out, "{}\n{entry}", if index == 0 { "" } else { "," })?;
            }
            out.write_all(b"\n]}}\n")
        })
    }

    fn entry(&self, exchange: &RawExchange<'_>) -> Value {
        let RawExchange { scope, purpose, operation, request, received, sensitive, began, duration, provider, secrets } =
            exchange;
        let time = duration.as_secs_f64() * 1_000.0;
        let stand_ins: Vec<(&String, String)> = sensitive
            .iter()
            .filter(|value| value.len() >= SHORTEST)
            .map(|value| (value, stand_in(&self.run.salt, value)))
            .collect();

        let mut is_complete = true;
        let response = match received {
            Ok(response) => {
                let body = match provider.redact_body(response) {
                    Some(redacted) => {
                        let body = self.body(&**provider, response, &stand_ins);
                        is_complete = body.is_some();
                        body.unwrap_or(redacted)
                    }
                    None => format!("({} bytes that are not a response of this service)", response.body.len()),
                };
                let is_private = |name: &str| provider.is_sensitive(name) || PRIVATE_HEADERS.contains(&name);
                response_of(response, &body, is_private)
            }
            Err(_) => json!({
                "status": 0, "statusText": "", "httpVersion": "", "cookies": [], "headers": [],
                "content": {"size": 0, "mimeType": ""}, "redirectURL": "", "headersSize": -1, "bodySize": -1,
            }),
        };

        let mut entry = json!({
            "startedDateTime": began.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
            "time": time,
            "request": request_of(&provider.redact_request(request)),
            "response": response,
            "cache": {},
            "timings": {"send": 0, "wait": time, "receive": 0},
            "comment": format!("{scope}: {operation}"),
            "_scope": scope,
            "_purpose": purpose,
            "_operation": operation,
            "_standIns": stand_ins.iter().map(|(_, stand_in)| stand_in).collect::<Vec<_>>(),
        });

        if !is_complete {
            entry["_incomplete"] = Value::Bool(true);
        }
        if let Err(Lost { reason, maybe_effect, something_came, response_began }) = received {
            entry["_lost"] = json!({
                "reason": reason, "maybeEffect": maybe_effect, "somethingCame": something_came, "responseBegan": response_began,
            });
        }

        redact(&mut entry, secrets);
        entry
    }

    /// The body of a response with stand-ins for the values of its sensitive fields, otherwise as it came if that is possible;
    /// none if they can't all be replaced.
    fn body(
        &self,
        provider: &dyn Provider,
        response: &HttpResponse,
        stand_ins: &[(&String, String)],
    ) -> Option<String> {
        let text = String::from_utf8_lossy(&response.body).into_owned();
        let secrets = sensitive_texts(provider, response, &text)?;
        let is_clean =
            |body: &str| sensitive_texts(provider, response, body).is_some_and(|shown| secrets.is_disjoint(&shown));
        let replaced =
            stand_ins.iter().fold(text.clone(), |text, (value, stand_in)| text.replace(value.as_str(), stand_in));
        if is_clean(&replaced) {
            return Some(replaced);
        }

        // The service writes them with escapes, or there are more of them than are looked for.
        let mut fields: Value = serde_json::from_str(&text).ok()?;
        for secret in sensitive_fields(provider, &mut fields) {
            *secret = stand_in(&self.run.salt, secret);
        }
        Some(fields.to_string()).filter(|body| is_clean(body))
    }
}

/// The texts of the sensitive fields of a response with this body. What can't be read as a response is read as JSON.
fn sensitive_texts(provider: &dyn Provider, response: &HttpResponse, body: &str) -> Option<HashSet<String>> {
    let response = HttpResponse { body: body.as_bytes().to_vec(), ..response.clone() };
    let fields = provider.decode(&response).map(|decoded| decoded.fields).ok();
    let mut fields = fields.or_else(|| serde_json::from_str(body).ok())?;
    Some(sensitive_fields(provider, &mut fields).into_iter().map(std::mem::take).collect())
}

/// The texts in sensitive fields that are long enough to be secrets.
fn sensitive_fields<'v>(provider: &dyn Provider, value: &'v mut Value) -> Vec<&'v mut String> {
    let mut found = Vec::new();
    let mut open = vec![(false, value)];
    while let Some((is_sensitive, value)) = open.pop() {
        match value {
            Value::Object(fields) => {
                let fields = fields.iter_mut();
                open.extend(fields.map(|(name, field)| (is_sensitive || provider.is_sensitive(name), field)));
            }
            Value::Array(items) => open.extend(items.iter_mut().map(|item| (is_sensitive, item))),
            Value::String(text) if is_sensitive && text.len() >= SHORTEST => found.push(text),
            Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    found
}

impl Recorder for HarRecorder {
    fn take(&self, exchange: &RawExchange<'_>) {
        // A response may repeat what was signed.
        exchange
            .provider
            .signature_of(exchange.request)
            .iter()
            .for_each(|signature| exchange.secrets.add_received(signature));
        let entry = self.entry(exchange);
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.error.is_none() {
            entries.error = writeln!(entries.file, "{entry}").err();
        }
    }
}

fn read_back(file: &mut BufWriter<File>) -> io::Result<String> {
    file.flush()?;
    let file = file.get_mut();
    file.rewind()?;
    let mut lines = String::new();
    file.read_to_string(&mut lines)?;
    Ok(lines)
}

fn request_of(request: &HttpRequest) -> Value {
    let HttpRequest { method, url, headers, body } = request;
    let query: Vec<Value> = Url::parse(url)
        .map(|url| url.query_pairs().map(|(name, value)| json!({"name": name, "value": value})).collect())
        .unwrap_or_default();
    let listed: Vec<Value> = headers.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
    let mut entry = json!({
        "method": method, "url": url, "httpVersion": "HTTP/1.1", "cookies": [], "headers": listed, "queryString": query,
        "headersSize": -1, "bodySize": body.len(),
    });
    if !body.is_empty() {
        let form = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        entry["postData"] = json!({"mimeType": form.map_or("", |(_, value)| value), "text": body});
    }
    entry
}

fn response_of(response: &HttpResponse, body: &str, is_private: impl Fn(&str) -> bool) -> Value {
    let headers: Vec<Value> = response
        .headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            json!({"name": name.as_str(), "value": if is_private(name.as_str()) { REDACTED } else { &value }})
        })
        .collect();
    let reason = http::StatusCode::from_u16(response.status).ok().and_then(|status| status.canonical_reason());
    json!({
        "status": response.status, "statusText": reason.unwrap_or(""), "httpVersion": "HTTP/1.1", "cookies": [], "headers": headers,
        "content": {
            "size": response.body.len(), "mimeType": response.header("content-type").unwrap_or("application/octet-stream"), "text": body,
        },
        "redirectURL": "", "headersSize": -1, "bodySize": response.body.len(),
    })
}

/// Replaces secrets wherever an exchange may repeat some. A response that loses something by that can't be judged again.
fn redact(entry: &mut Value, secrets: &SecretRegistry) {
    let mut texts = vec!["/request/url", "/request/postData/text", "/_lost/reason"]
        .into_iter()
        .map(str::to_owned)
        .collect::<Vec<_>>();
    for place in ["/request/headers", "/request/queryString", "/response/headers"] {
        let number = entry.pointer(place).and_then(Value::as_array).map_or(0, Vec::len);
        texts.extend((0..number).map(|index| format!("{place}/{index}/value")));
    }
    for place in texts {
        if let Some(Value::String(text)) = entry.pointer_mut(&place) {
            secrets.redact_in(text);
        }
    }
    let Some(Value::String(body)) = entry.pointer_mut("/response/content/text") else { return };
    let redacted = secrets.redact(body).into_owned();
    if redacted != *body {
        *body = redacted;
        entry["_incomplete"] = Value::Bool(true);
    }
}
