//! A request as a command of this program, which signs it anew.
//!
//! ```text
//! kms-conformance call Encrypt KeyId=key-1 Plaintext=dGVzdA== --endpoint http://127.0.0.1:8080
//! ```

use serde_json::Value;

use crate::event::{CallRecord, Exchange};
use crate::provider::names;
use crate::redact::REDACTED;

use super::curl::quote;

/// The command for an exchange of a case, in one line that is safe to paste into a shell; none in results that do not say how.
/// What ended with the run can't be sent another request, and what holds something that can't be written can't be sent again, so the
/// case is run once more.
pub fn command(case: &str, exchange: &Exchange) -> Option<String> {
    let call @ CallRecord { parameters, options, region, flags, run } = exchange.call.as_ref()?;
    let run = match run {
        // A text of the test data may also be the secret of another case.
        None if call.clone().texts().iter().any(|text| text.contains(REDACTED)) => {
            Some(call.words_of_run(endpoint(&exchange.request.url)))
        }
        run => run.clone(),
    };
    if let Some(words) = run {
        let words: Vec<String> = [case].into_iter().chain(words.iter().map(String::as_str)).map(quote).collect();
        return Some(format!("kms-conformance run {}", words.join(" ")));
    }

    let provider = case.split('/').next().unwrap_or_default();
    let mut words = vec![exchange.operation.clone()];
    words.extend(parameters.iter().map(|(name, value)| parameter(name, value)));

    let mut flag = |name: &str, value: &str| words.extend([format!("--{name}"), value.to_owned()]);
    if names().next() != Some(provider) {
        flag("provider", provider);
    }
    flag("endpoint", endpoint(&exchange.request.url));
    if let Some(region) = region {
        flag("region", region);
    }
    options.iter().for_each(|(name, value)| flag(name, value));
    words.extend(flags.iter().cloned());

    let words: Vec<String> = words.iter().map(|word| quote(word)).collect();
    Some(format!("kms-conformance call {}", words.join(" ")))
}

/// A parameter as `call` reads it: a text, or a value of JSON.
fn parameter(name: &str, value: &Value) -> String {
    match value {
        Value::String(text) => format!("{name}={text}"),
        other => format!("{name}:={other}"),
    }
}

/// The URL of an endpoint without what belongs to one request.
fn endpoint(url: &str) -> &str {
    let after_scheme = url.find("://").map_or(0, |at| at + 3);
    let end = url[after_scheme..].find(['/', '?']).map_or(url.len(), |at| after_scheme + at);
    &url[..end]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::report::sample;

    #[test]
    fn a_request_is_a_command_with_its_parameters() {
        let case = sample::failed("alibaba/Encrypt/Disabled");
        let mut exchange = case.exchanges[0].clone();
        assert_eq!(command(&case.id, &exchange), None);

        let parameters = json!({"KeyId": "key-1", "EncryptionContext": {"it's": "b"}, "Days": 7});
        exchange.call = Some(CallRecord {
            parameters: parameters.as_object().unwrap().clone(),
            options: [("signature".to_owned(), "v3".to_owned())].into(),
            region: Some("cn-beijing".to_owned()),
            flags: ["--ca-file", "my ca.pem"].map(str::to_owned).into(),
            run: None,
        });
        assert_eq!(
            command(&case.id, &exchange).unwrap(),
            "kms-conformance call Encrypt KeyId=key-1 'EncryptionContext:={\"it'\\''s\":\"b\"}' Days:=7 \
             --endpoint http://127.0.0.1:8080 --region cn-beijing --signature v3 --ca-file 'my ca.pem'"
        );
        assert!(command("aws/Encrypt/Disabled", &exchange).unwrap().contains(" --provider aws --endpoint "));
    }

    #[test]
    fn a_request_that_holds_something_redacted_is_sent_by_its_case() {
        let case = sample::failed("aws/VerifyMac/Disabled");
        let mut exchange = case.exchanges[0].clone();
        let parameters = json!({"KeyId": "key-1", "Messages": ["[redacted]="]});
        exchange.call = Some(CallRecord {
            parameters: parameters.as_object().unwrap().clone(),
            options: [].into(),
            region: Some("eu-west-1".to_owned()),
            flags: ["--target-kind", "emulator"].map(str::to_owned).into(),
            run: None,
        });
        assert_eq!(
            command(&case.id, &exchange).unwrap(),
            "kms-conformance run aws/VerifyMac/Disabled --endpoint http://127.0.0.1:8080 --region eu-west-1 --target-kind emulator"
        );
    }

    #[test]
    fn what_ended_with_the_run_is_started_again() {
        let case = sample::failed("alibaba/Encrypt/Disabled");
        let mut exchange = case.exchanges[0].clone();
        exchange.call = Some(CallRecord {
            parameters: serde_json::Map::new(),
            options: [].into(),
            region: None,
            flags: Vec::new(),
            run: Some(["--deviate", "Encrypt:Disabled=Success"].map(str::to_owned).into()),
        });
        assert_eq!(
            command(&case.id, &exchange).unwrap(),
            "kms-conformance run alibaba/Encrypt/Disabled --deviate Encrypt:Disabled=Success"
        );
    }

    #[test]
    fn the_endpoint_is_the_url_without_path_and_query() {
        for url in ["http://h:1", "http://h:1/", "http://h:1/?a=b", "http://h:1?a=b"] {
            assert_eq!(endpoint(url), "http://h:1");
        }
    }
}
