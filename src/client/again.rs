//! What of a call can be sent again by a person: its parameters, with test data in the place of what must not be written.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::target::RequestAgain;
use super::{Envelope, Outgoing, Target};
use crate::event::{CallRecord, Purpose};
use crate::provider::Provider;

/// The longest sensitive text that test data can stand for, in bytes. Longer ones are tokens and wrapped keys, which a service
/// gives for one use.
const LONGEST: usize = 200;

/// What test data is made of.
const TEST_DATA: &[u8] = b"test data ";

/// The record of a call that a case judges. Where its request can't be made again from its parameters, the case is run again.
pub(super) fn record(outgoing: &Outgoing<'_>, target: &Target) -> Option<CallRecord> {
    if outgoing.purpose != Purpose::Probe {
        return None;
    }
    let provider = &*target.provider;
    let is_plain = matches!(outgoing.envelope, Envelope::Right);
    let parameters = with_test_data(provider, outgoing.parameters).filter(|_| is_plain);
    // A run goes to other regions by itself.
    let region = if parameters.is_some() { outgoing.region.unwrap_or(&target.region) } else { &target.region };

    let again = CallRecord {
        parameters: Map::new(),
        options: provider.chosen().into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        region: (region != provider.default_region()).then(|| region.to_owned()),
        flags: Vec::new(),
        run: None,
    };
    Some(match (&target.again, parameters) {
        (RequestAgain::Call(flags), Some(parameters)) => CallRecord { parameters, flags: flags.clone(), ..again },
        (RequestAgain::Call(flags), None) => {
            let again = CallRecord { flags: flags.clone(), ..again };
            CallRecord { run: Some(again.words_of_run(target.endpoint.as_str())), ..again }
        }
        (RequestAgain::Run(words), parameters) => {
            CallRecord { parameters: parameters.unwrap_or_default(), run: Some(words.clone()), ..again }
        }
    })
}

/// The parameters with test data for what is sensitive; none if that can't stand for it.
fn with_test_data(provider: &dyn Provider, parameters: &Map<String, Value>) -> Option<Map<String, Value>> {
    let one = |(name, value): (&String, &Value)| {
        let value = match value {
            Value::Object(fields) => Value::Object(with_test_data(provider, fields)?),
            Value::String(text) if provider.is_sensitive(name) => {
                let is_free = provider.declaration().free_data.iter().any(|free| free.eq_ignore_ascii_case(name));
                Value::String(test_data(text).filter(|_| is_free || text.is_empty())?)
            }
            _ if provider.is_sensitive(name) => return None,
            other => other.clone(),
        };
        Some((name.clone(), value))
    };
    parameters.iter().map(one).collect()
}

/// Test data of the same form and length.
fn test_data(text: &str) -> Option<String> {
    if text.len() > LONGEST {
        return None;
    }
    Some(match STANDARD.decode(text) {
        Ok(bytes) => STANDARD.encode(TEST_DATA.iter().cycle().take(bytes.len()).copied().collect::<Vec<u8>>()),
        // What is wrong in its form must stay so.
        Err(_) => text.chars().map(|character| if character.is_alphanumeric() { 'x' } else { character }).collect(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::provider::registry;

    #[test]
    fn what_is_sensitive_becomes_test_data_of_its_form() {
        let provider = registry::default_provider().provider();
        let with = |parameters: Value| with_test_data(&*provider, parameters.as_object().unwrap()).map(Value::Object);
        let secret = STANDARD.encode("very secret");
        let parameters = json!({"KeyId": "k", "Plaintext": secret, "EncryptionContext": {"a": "b"}, "Number": 3});
        let shown = json!({"KeyId": "k", "Plaintext": STANDARD.encode("test data t"), "EncryptionContext": {"a": "b"}, "Number": 3});
        assert_eq!(with(parameters), Some(shown));
        assert_eq!(with(json!({"Plaintext": "no base64!"})), Some(json!({"Plaintext": "xx xxxxxx!"})));
        assert_eq!(with(json!({"Plaintext": ""})), Some(json!({"Plaintext": ""})));
        // What a service has made is accepted by it alone.
        assert_eq!(
            (with(json!({"ImportToken": "dG9rZW4="})), with(json!({"ImportToken": "x".repeat(400)}))),
            (None, None)
        );
        assert_eq!(with(json!({"Plaintext": 3})), None);
    }
}
