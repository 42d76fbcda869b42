//! Every request and response of a run, and the run judged again from them.

use std::fs;

use kms_conformance::event::CaseResult;
use kms_conformance::verdict::Verdict;
use serde_json::Value;

use super::program::{Ended, Place, ended};

const CASES: &str = "operation:Encrypt operation:Decrypt operation:GenerateDataKey operation:ImportKeyMaterial operation:UpdateAlias \
                     operation:ListAliases alibaba/pending-deletion-ends-in-deletion --routes canonical";

/// What was judged, without times and ids of requests.
fn judged(case: &CaseResult) -> (String, Verdict, Option<(String, u16)>, String, u32) {
    let actual = case.actual.as_ref().map(|actual| (actual.code.clone(), actual.status));
    (case.id.to_string(), case.verdict, actual, case.reason.clone(), case.attempts)
}

#[test]
fn a_recording_is_judged_as_the_run_was() {
    let place = Place::new();
    let wrong = "--deviate Encrypt:Disabled=Success --deviate CreateAlias:Enabled=409/Rejected.Disabled --fault drop-after,probability=0.02";
    let run = ended(place.program(&format!("run -q {CASES} --record run.har {wrong}")));
    assert_eq!(run.code, 1, "{}", run.err);
    let before = place.results();
    // The mock of that run is gone.
    let Ended { code, out, err } = ended(place.program("replay run.har"));
    assert_eq!((code, err.as_str()), (1, ""), "{out}");
    let after = place.results();
    assert!(
        after.notices.contains(&"judged again from a recording, without a network".to_owned()),
        "{:?}",
        after.notices
    );
    assert_eq!((after.usage.requests, after.summary), (before.usage.requests, before.summary));
    for (before, after) in before.cases.iter().zip(&after.cases) {
        assert_eq!(judged(after), judged(before));
    }
    assert_eq!((after.target, after.seed, after.suite), (before.target, before.seed, before.suite));
}

#[test]
fn what_was_not_recorded_is_inconclusive_and_said() {
    let place = Place::new();
    assert_eq!(ended(place.program("run -q operation:Encrypt --routes canonical --record run.har")).code, 0);
    let path = place.path().join("run.har");
    let mut har: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let entries = har["log"]["entries"].as_array_mut().unwrap();
    let scope = "alibaba/Encrypt/Disabled 1";
    assert!(entries.iter().any(|entry| entry["_scope"] == scope), "{}", entries[0]["_scope"]);
    // Nothing was made, so that nothing is left without the responses to the clean-up either.
    let is_missing = |entry: &Value| match entry["_purpose"].as_str() {
        Some("clean-up") => true,
        purpose => entry["_scope"] == scope && purpose == Some("probe"),
    };
    assert!(entries.iter().any(|entry| entry["_purpose"] == "clean-up"), "{}", entries[0]["_purpose"]);
    entries.retain(|entry| !is_missing(entry));
    fs::write(&path, har.to_string()).unwrap();

    let Ended { code, err, .. } = ended(place.program("replay run.har -q"));
    assert_eq!(code, 3, "{err}");
    let results = place.results();
    assert_eq!((results.leaks.as_slice(), results.usage.keys_left), (&[][..], 0));
    let unjudged: Vec<&CaseResult> = results.cases.iter().filter(|case| case.verdict != Verdict::Pass).collect();
    let case = unjudged.iter().find(|case| &*case.id == "alibaba/Encrypt/Disabled").unwrap();
    assert_eq!(case.verdict, Verdict::Inconclusive);
    assert!(case.reason.contains("the recording holds no response to this request"), "{}", case.reason);
    assert!(results.notices.iter().any(|notice| notice.contains("no recorded response")), "{:?}", results.notices);
}

#[test]
fn a_recording_holds_no_secret_and_is_what_browsers_open() {
    let place = Place::new();
    assert_eq!(
        ended(place.program("run -q operation:GenerateDataKey operation:Decrypt --routes canonical --record run.har"))
            .code,
        0
    );

    let text = fs::read_to_string(place.path().join("run.har")).unwrap();
    assert!(!text.contains("testsecret"));
    let har: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(har["log"]["version"], "1.2");
    let mut plain = 0;

    for entry in har["log"]["entries"].as_array().unwrap() {
        assert!(entry["startedDateTime"].as_str().unwrap().ends_with('Z') && entry["time"].is_number());
        let sent = format!("{}{}", entry["request"]["url"], entry["request"]["postData"]["text"]);
        for (name, value) in sent.split(['&', '?', '"']).filter_map(|pair| pair.split_once('=')) {
            if ["Signature", "Plaintext", "SignatureNonce", "AccessKeyId"].contains(&name) {
                assert_eq!(value, "REDACTED", "{name}");
            }
        }
        plain += usize::from(entry["response"]["content"]["text"].as_str().unwrap().contains("\"Plaintext\":"));
    }
    assert!(plain > 0);
}

#[test]
fn a_file_that_is_no_recording_is_rejected_before_anything_is_written() {
    let place = Place::new();
    fs::write(place.path().join("other.har"), r#"{"log":{"version":"1.2","creator":{},"entries":[]}}"#).unwrap();
    let Ended { code, out, err } = ended(place.program("replay other.har"));
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.starts_with("error: failed to read other.har: it is not a recording of `run --record`"), "{err}");
    let Ended { code, err, .. } = ended(place.program("run -q alibaba/Encrypt/Enabled --json same --record same"));
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("would be one file"), "{err}");
}
