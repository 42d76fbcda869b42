//! Reads a recording and responds in the place of a network.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;
use thiserror::Error;

use super::{FORMAT, RecordedRun, SHORTEST, stand_in};
use crate::client::{Lost, Playback, Played};
use crate::input::read_text;
use crate::provider::HttpResponse;

/// The biggest file that is read, in bytes.
const BIGGEST_FILE: usize = 512 << 20;

/// A recording.
#[derive(Debug)]
pub struct Recording {
    /// The run that it is of.
    pub run: RecordedRun,
    tape: Mutex<Left>,
}

/// What was not played yet.
#[derive(Debug, Default)]
struct Left {
    /// By their scope, in the order in which they were sent.
    entries: HashMap<String, VecDeque<Entry>>,
    /// What stand-ins stand for, as far as requests have shown it.
    originals: HashMap<String, String>,
    missing: usize,
}

/// Why a recording can't be played.
#[derive(Debug, Error)]
pub enum RecordingError {
    /// The file can't be read.
    #[error("failed to read {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is not HAR.
    #[error("failed to read {}: it is not a HAR file ({source})", path.display())]
    NoHar {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// It has a version of its own.
    #[error("failed to read {}: {what}", path.display())]
    Other {
        /// The file.
        path: PathBuf,
        /// What it is.
        what: String,
    },
}

#[derive(Deserialize)]
struct Har {
    log: Log,
}

#[derive(Deserialize)]
struct Log {
    version: String,
    #[serde(rename = "_kmsConformance")]
    run: Option<serde_json::Value>,
    entries: Vec<Entry>,
}

/// Of an exchange, what is played. Other programs may have added to it.
#[derive(Debug, Deserialize)]
struct Entry {
    response: Response,
    #[serde(rename = "_scope")]
    scope: String,
    #[serde(rename = "_operation")]
    operation: String,
    #[serde(rename = "_standIns", default)]
    stand_ins: Vec<String>,
    #[serde(rename = "_lost", default)]
    lost: Option<LostEntry>,
    #[serde(rename = "_incomplete", default)]
    incomplete: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LostEntry {
    reason: String,
    maybe_effect: bool,
    something_came: bool,
    response_began: bool,
}

#[derive(Debug, Deserialize)]
struct Response {
    status: u16,
    headers: Vec<Header>,
    content: Content,
}

#[derive(Debug, Deserialize)]
struct Header {
    name: String,
    value: String,
}

#[derive(Debug, Deserialize)]
struct Content {
    #[serde(default)]
    text: String,
}

impl Recording {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// It can't be read, is not HAR 1.2, or is not a recording of this program.
    pub fn read(path: &Path) -> Result<Self, RecordingError> {
        let text =
            read_text(path, BIGGEST_FILE).map_err(|source| RecordingError::File { path: path.to_owned(), source })?;
        let no_har = |source| RecordingError::NoHar { path: path.to_owned(), source };
        let other = |what: String| RecordingError::Other { path: path.to_owned(), what };
        let Har { log: Log { version, run, entries } } = serde_json::from_str(&text).map_err(no_har)?;
        if version != "1.2" {
            return Err(other(format!("it is HAR {version}, but HAR 1.2 is read")));
        }
        let Some(run) = run else {
            return Err(other("it is not a recording of `run --record`: log._kmsConformance is missing".to_owned()));
        };
        let format = run.get("format").and_then(serde_json::Value::as_u64);
        if format != Some(u64::from(FORMAT)) {
            return Err(other(format!("log._kmsConformance.format is not {FORMAT}")));
        }
        let run: RecordedRun =
            serde_json::from_value(run).map_err(|error| other(format!("log._kmsConformance: {error}")))?;

        let mut left = Left::default();
        for entry in entries {
            left.entries.entry(entry.scope.clone()).or_default().push_back(entry);
        }
        Ok(Self { run, tape: Mutex::new(left) })
    }

    /// How many requests had no recorded response, and how many recorded responses were not requested.
    pub fn differences(&self) -> (usize, usize) {
        let left = self.left();
        (left.missing, left.entries.values().map(VecDeque::len).sum())
    }

    fn left(&self) -> MutexGuard<'_, Left> {
        self.tape.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Playback for Recording {
    fn next(&self, scope: &str, operation: &str, sensitive: &[String]) -> Played {
        let mut left = self.left();
        for value in sensitive.iter().filter(|value| value.len() >= SHORTEST) {
            left.originals.entry(stand_in(&self.run.salt, value)).or_insert_with(|| value.clone());
        }

        // In order; a request that is not sent any more does not keep the others from their responses.
        let entries = left.entries.get_mut(scope);
        let entry = entries.and_then(|entries| {
            let at = entries.iter().position(|entry| entry.operation == operation)?;
            entries.remove(at)
        });
        match entry {
            Some(Entry { incomplete: true, .. }) => {
                left.missing += 1;
                Played::Missing("the recording holds the response without its secrets, so it can't be judged")
            }
            Some(entry) => played(entry, &left.originals),
            None => {
                left.missing += 1;
                Played::Missing("the recording holds no response to this request")
            }
        }
    }
}

fn played(entry: Entry, originals: &HashMap<String, String>) -> Played {
    if let Some(LostEntry { reason, maybe_effect, something_came, response_began }) = entry.lost {
        return Played::Lost(Lost { reason, maybe_effect, something_came, response_began });
    }
    let Response { status, headers, content } = entry.response;
    let known = entry.stand_ins.iter().filter_map(|stand_in| Some((stand_in, originals.get(stand_in)?)));
    let body = known.fold(content.text, |body, (stand_in, original)| body.replace(stand_in.as_str(), original));
    let header =
        |Header { name, value }: Header| Some((HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?));
    let headers: HeaderMap = headers.into_iter().filter_map(header).collect();
    Played::Response(HttpResponse { status, headers, body: body.into_bytes() })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;

    use super::*;
    use crate::client::{RawExchange, Recorder as _};
    use crate::event::Purpose;
    use crate::provider::{HttpRequest, registry};
    use crate::redact::SecretRegistry;
    use crate::report::har::HarRecorder;

    fn run() -> RecordedRun {
        RecordedRun {
            format: FORMAT,
            provider: "alibaba".to_owned(),
            endpoint: "http://127.0.0.1:1/".to_owned(),
            region: "r".to_owned(),
            kind: "mock".to_owned(),
            target_version: None,
            prompt: true,
            own_credentials: false,
            moves_clock: true,
            suite: "s".to_owned(),
            seed: 1,
            mark: "kc-00000000".to_owned(),
            salt: "salt".to_owned(),
            tour: false,
            max_keys: None,
            confirm_failures: 1,
            confirmations: None,
            settle_timeout: None,
            strict: false,
            skip_unsupported: false,
            cases: vec!["alibaba/Decrypt/Enabled".to_owned()],
        }
    }

    /// Records responses and gives the recording and its text.
    fn recorded(received: Vec<Result<&str, Lost>>, sensitive: &[&str]) -> (Recording, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.har");
        let recorder = HarRecorder::create(&path, run(), false).unwrap();
        let secrets = SecretRegistry::new();
        sensitive.iter().for_each(|value| secrets.add_received(value));
        let provider = registry::by_name("alibaba").unwrap().provider();

        let request = HttpRequest {
            method: "GET",
            url: "http://127.0.0.1:1/?Action=Decrypt&Signature=c2lnbmF0dXJlIG9mIGl0".to_owned(),
            headers: Vec::new(),
            body: String::new(),
        };

        for one in received {
            let response = one.map(|body| HttpResponse { status: 200, headers: HeaderMap::new(), body: body.into() });
            recorder.take(&RawExchange {
                scope: "a 0",
                purpose: Purpose::Probe,
                operation: "Decrypt",
                request: &request,
                received: response.as_ref().map_err(Clone::clone),
                sensitive: sensitive.iter().map(|value| (*value).to_owned()).collect(),
                began: Timestamp::UNIX_EPOCH,
                duration: Duration::from_millis(2),
                provider: &*provider,
                secrets: &secrets,
            });
        }

        recorder.finish(&secrets).unwrap();
        (Recording::read(&path).unwrap(), std::fs::read_to_string(&path).unwrap())
    }

    const DATA: &str = "cGxhaW50ZXh0IG9mIHRoZSBjYXNl";

    fn body(played: Played) -> String {
        let Played::Response(response) = played else { panic!("{played:?}") };
        String::from_utf8(response.body).unwrap()
    }

    #[test]
    fn a_secret_that_is_written_with_escapes_is_replaced_too() {
        const SLASHES: &str = "aGVs/G8+aGVs/G8+aGVs/G8+";
        let json = format!(r#"{{"Plaintext":"{}","KeyId":"k\/1"}}"#, SLASHES.replace('/', r"\/"));
        let unicode = format!(r#"{{"Plaintext":"{}","KeyId":"k\/1"}}"#, SLASHES.replace('/', r"\u002f"));
        for whole in [&json, &unicode] {
            let (recording, text) = recorded(vec![Ok(whole)], &[SLASHES]);
            assert!(!text.contains("aGVs") && text.contains("k/1"), "{text}");
            // It is judged as that of the run was.
            let fields: serde_json::Value =
                serde_json::from_str(&body(recording.next("a 0", "Decrypt", &[SLASHES.to_owned()]))).unwrap();
            assert_eq!((&fields["Plaintext"], &fields["KeyId"]), (&SLASHES.into(), &"k/1".into()));
        }

        // In XML, the text can't be put together again, so it is shown without and not judged again.
        let xml = format!("<KMS><Plaintext>{}</Plaintext><KeyId>k</KeyId></KMS>", SLASHES.replace('+', "&#43;"));
        let (recording, text) = recorded(vec![Ok(&xml)], &[SLASHES]);
        assert!(!text.contains("aGVs") && text.contains("_incomplete"), "{text}");
        assert!(matches!(recording.next("a 0", "Decrypt", &[]), Played::Missing(_)));
    }

    #[test]
    fn of_many_secrets_in_a_response_none_is_recorded() {
        let many: Vec<String> = (0..300).map(|number| format!("c2VjcmV0{number:08}")).collect();
        let whole = serde_json::json!({"Plaintext": many, "KeyId": "k"}).to_string();
        let known: Vec<&str> = many.iter().take(100).map(String::as_str).collect();
        let (_, text) = recorded(vec![Ok(&whole)], &known);
        assert!(!text.contains("c2VjcmV0") && text.contains("KeyId"), "{text}");
    }

    #[test]
    fn what_a_request_has_shown_comes_back_and_other_secrets_never_do() {
        let whole = format!(r#"{{"Plaintext":"{DATA}","RequestId":"1"}}"#);
        let (recording, text) = recorded(vec![Ok(&whole), Ok(&whole)], &[DATA]);
        assert!(
            !text.contains(DATA) && !text.contains("c2lnbmF0dXJl") && text.contains("Signature=REDACTED"),
            "{text}"
        );
        assert_eq!(recording.run, run());
        let unknown = body(recording.next("a 0", "Decrypt", &[]));
        assert!(!unknown.contains(DATA) && unknown.len() == whole.len(), "{unknown}");
        assert_eq!(body(recording.next("a 0", "Decrypt", &[DATA.to_owned()])), whole);
        assert_eq!(recording.differences(), (0, 0));
    }

    #[test]
    fn what_was_not_recorded_is_said_and_what_was_lost_is_lost_again() {
        let lost = Lost {
            reason: "connection reset".to_owned(),
            maybe_effect: true,
            something_came: true,
            response_began: false,
        };
        let (recording, _) = recorded(vec![Err(lost.clone()), Ok("{\"A\":1}"), Ok("{\"B\":1}")], &[]);
        assert!(matches!(recording.next("a 0", "Decrypt", &[]), Played::Lost(again) if again == lost));
        assert!(matches!(recording.next("a 1", "Decrypt", &[]), Played::Missing(_)));
        assert!(matches!(recording.next("a 0", "Encrypt", &[]), Played::Missing(_)));
        assert_eq!(body(recording.next("a 0", "Decrypt", &[])), "{\"A\":1}");
        assert_eq!(recording.differences(), (2, 1));
    }

    #[test]
    fn a_response_that_hides_a_secret_in_another_encoding_is_not_judged_again() {
        // The secret in hexadecimal digits, in a field that nobody knows.
        let bytes = b"plaintext of the case";
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let (recording, text) = recorded(vec![Ok(&format!(r#"{{"Note":"{hex}"}}"#))], &[DATA]);
        assert!(!text.contains(&hex), "{text}");
        assert!(
            matches!(recording.next("a 0", "Decrypt", &[]), Played::Missing(why) if why.contains("without its secrets"))
        );
    }

    #[test]
    fn other_files_are_rejected_in_words() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.har");
        let message = |text: &str| {
            std::fs::write(&path, text).unwrap();
            Recording::read(&path).unwrap_err().to_string()
        };
        assert!(message("[]").contains("it is not a HAR file"));
        assert!(message(r#"{"log":{"version":"1.1","entries":[]}}"#).ends_with("it is HAR 1.1, but HAR 1.2 is read"));
        assert!(
            message(r#"{"log":{"version":"1.2","entries":[]}}"#).contains("it is not a recording of `run --record`")
        );
        assert!(
            message(r#"{"log":{"version":"1.2","_kmsConformance":{"format":2},"entries":[]}}"#)
                .contains("format is not 1")
        );
    }
}
