use serde_json::json;

use super::function::LONGEST;
use super::*;
use crate::suite::template::Template;

fn bindings() -> Bindings {
    let mut bindings = Bindings::new(
        "EXTERNAL".into(),
        Some("Enabled".into()),
        "mark",
        "kc-1".into(),
        fastrand::Rng::new(),
        SecretRegistry::new(),
    );
    for (name, id) in [("key", "id-1"), ("other", "id-2")] {
        let mut key = KeyBinding::new("EXTERNAL".into(), None);
        key.captures.insert("id".into(), id.into());
        key.fixtures.insert("alias".into(), HashMap::from([("name".into(), format!("alias/{id}"))]));
        bindings.keys.insert(name.into(), key);
    }
    bindings.responses.insert("answer".into(), json!({"A": {"B": 7}}));
    bindings
}

fn evaluate(text: &str, on: &str) -> Result<String, String> {
    let template = Template::parse(text).unwrap();
    bindings().text(&template, Context::on(&on.into())).map_err(|error| error.to_string())
}

#[test]
fn key_stands_for_the_key_of_the_step() {
    assert_eq!(evaluate("${key.id} ${other.id} ${alias.name}", "key").unwrap(), "id-1 id-2 alias/id-1");
    assert_eq!(evaluate("${key.id} ${other.alias.name} ${alias.name}", "other").unwrap(), "id-2 alias/id-2 alias/id-2");
}

#[test]
fn responses_and_functions_have_values() {
    assert_eq!(evaluate("${answer.A.B}", "key").unwrap(), "7");
    assert_eq!(evaluate("${base64('hello')}", "key").unwrap(), "aGVsbG8=");
    assert_eq!(evaluate("${damage('aGVsbG8=')}", "key").unwrap(), "aGVsbG4=");
    assert_eq!(evaluate("${repeat('ab', '2')}", "key").unwrap(), "abab");
    assert_eq!(evaluate("${part('arn:cloud:kms', ':', '2')}", "key").unwrap(), "cloud");
    assert!(evaluate("${part('arn:cloud:kms', ':', '4')}", "key").is_err());
    assert!(evaluate("${part('arn', ':', '0')}", "key").is_err());
    assert_eq!(evaluate("${unix('2021-04-12T06:00:54Z', '1h')}", "key").unwrap(), "1618210854");
    assert_eq!(evaluate("${later('2021-04-12T06:00:54Z', '7d')}", "key").unwrap(), "2021-04-19T06:00:54Z");
    assert_eq!(evaluate("${later('2021-04-12T06:00:54Z', '-1m')}", "key").unwrap(), "2021-04-12T05:59:54Z");
    for days in ["9223372036854775807d", "-9223372036854775808d", "99999999d"] {
        assert!(evaluate(&format!("${{later('2021-04-12T06:00:54Z', '{days}')}}"), "key").is_err(), "{days}");
    }
    assert_eq!(evaluate("${unique} ${unique}", "key").unwrap(), "kc-1-1 kc-1-2");
    assert_eq!(evaluate("${uuid}", "key").unwrap().len(), 36);
    assert_eq!(evaluate("${class} ${key.class} ${state} ${mark}", "key").unwrap(), "EXTERNAL EXTERNAL Enabled mark");
}

#[test]
fn a_value_is_limited_in_length() {
    let longest = format!("${{repeat('a', '{LONGEST}')}}");
    assert_eq!(evaluate(&longest, "key").unwrap().len(), LONGEST);
    let longer = format!("${{repeat('a', '{}')}}", LONGEST + 1);
    let error = evaluate(&longer, "key").unwrap_err();
    assert!(error.ends_with(&format!("`{}` is not a count up to 1048576", LONGEST + 1)), "{error}");
}

#[test]
fn test_data_depends_on_the_seed_and_key_material_does_not() {
    let made = |seed: u64| {
        let mut bindings = bindings();
        bindings.random = fastrand::Rng::with_seed(seed);
        let template = Template::parse("${random('16')} ${uuid}").unwrap();
        let text = bindings.text(&template, Context::on(&KeyName::subject())).unwrap();
        let material = bindings.keys[&KeyName::subject()].material.expose().to_owned();
        (text, material)
    };
    let (one, again, other) = (made(7), made(7), made(8));
    assert_eq!(one.0, again.0);
    assert_ne!(one.0, other.0);
    assert_ne!(one.1, again.1);
}

#[test]
fn a_missing_field_is_named() {
    assert_eq!(
        evaluate("${answer.A.C}", "key").unwrap_err(),
        "`answer.A.C` has no value: the response has no field `A.C`"
    );
    assert_eq!(
        evaluate("${import.token}", "key").unwrap_err(),
        "`import.token` has no value: the fixture `import` has no `token`"
    );
}

#[test]
fn material_can_not_be_printed() {
    let bindings = bindings();
    let key = &bindings.keys[&KeyName::subject()];
    assert!(!format!("{bindings:?}").contains(key.material.expose()));
}
