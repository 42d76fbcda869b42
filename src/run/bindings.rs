//! The values of templates while a case runs.

use std::collections::{BTreeSet, HashMap};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use thiserror::Error;

use super::key_wrapping::wrap;
use super::material::MaterialSeed;
use super::observer::Seen;
use crate::ledger::Item;
use crate::plan::Position;
use crate::provider::ClockForm;
use crate::redact::{Secret, SecretRegistry};
use crate::suite::field_path::text_of;
use crate::suite::name::{ClassName, FixtureName, KeyName, OperationName, State};
use crate::suite::region::OtherRegion;
use crate::suite::request::{Parameter, RequestTemplate};
use crate::suite::service::AcceptedState;
use crate::suite::template::{Expression, Function, Part, Template};

/// A key that a case owns.
#[derive(Debug)]
pub(super) struct KeyBinding {
    pub(super) class: ClassName,
    /// Values from the response that made it.
    pub(super) captures: HashMap<String, String>,
    /// Values and captures of its fixtures.
    pub(super) fixtures: HashMap<FixtureName, HashMap<String, String>>,
    /// Its position by the table and the responses so far; none after the clock was moved.
    position: Option<Position>,
    /// The state that it was in before.
    before: Option<State>,
    /// The other states that the documents leave room for after its last change, and the operation that changed it.
    room: Option<(OperationName, Vec<AcceptedState>)>,
    /// The key material that is imported into it, Base64.
    pub(super) material: Secret,
    /// The positions that it was moved to, in order.
    pub(super) trail: Vec<Position>,
    /// What was observed of it, if nothing was sent since that could change it.
    pub(super) seen: Option<Seen>,
    /// By what the ledger knows it.
    pub(super) item: Option<Item>,
    /// The state in which it was found, if it was there before the run.
    pub(super) given: Option<State>,
    /// Whether something else than its own material may have been imported into it.
    pub(super) foreign_material: bool,
    /// Whether the ledger says that something was left on it which a new key does not have.
    pub(super) worn: bool,
}

impl KeyBinding {
    pub(super) fn new(class: ClassName, position: Option<Position>) -> Self {
        let material = Secret::new(STANDARD.encode(new_material()));
        Self {
            class,
            captures: HashMap::new(),
            fixtures: HashMap::new(),
            position,
            before: None,
            room: None,
            material,
            trail: Vec::new(),
            seen: None,
            item: None,
            given: None,
            foreign_material: false,
            worn: false,
        }
    }

    /// Gives it material that a later run can derive again.
    pub(super) fn derive_material(&mut self, seed: &MaterialSeed) {
        self.material = Secret::new(STANDARD.encode(seed.material(self.id())));
    }

    /// Its position, as far as that is known.
    pub(super) fn position(&self) -> Option<&Position> {
        self.position.as_ref()
    }

    /// Its state, as far as that is known.
    pub(super) fn state(&self) -> Option<&State> {
        self.position.as_ref().map(|position| &position.state)
    }

    /// The state that it was in before.
    pub(super) fn before(&self) -> Option<&State> {
        self.before.as_ref()
    }

    /// Notes its position after a change.
    pub(super) fn move_to(&mut self, position: Position) {
        // The documents tell some transitions apart by the state before.
        if let Some(was) = self.position.take().filter(|was| was.state != position.state) {
            self.before = Some(was.state);
        }
        self.trail.push(position.clone());
        self.position = Some(position);
        self.room = None;
    }

    /// Notes where it is as if it had never been elsewhere.
    pub(super) fn forget_past(&mut self, position: Position) {
        self.position = Some(position);
        self.before = None;
        self.room = None;
        self.trail.clear();
        self.seen = None;
        self.fixtures.clear();
    }

    /// Notes the other states that the documents leave room for after an operation.
    pub(super) fn leave_room_after(&mut self, operation: &OperationName, room: Vec<AcceptedState>) {
        self.room = Some((operation.clone(), room));
    }

    /// The other states that the documents leave room for after its last change, and the operation that changed it.
    pub(super) fn room(&self) -> Option<&(OperationName, Vec<AcceptedState>)> {
        self.room.as_ref()
    }

    /// Forgets its position, which can't be known any more, and gives what it had there.
    pub(super) fn lose_position(&mut self) -> Option<BTreeSet<String>> {
        self.position.take().map(|position| position.has)
    }

    pub(super) fn id(&self) -> &str {
        self.captures.get("id").map_or("", String::as_str)
    }

    pub(super) fn made(&self) -> BTreeSet<FixtureName> {
        self.fixtures.keys().cloned().collect()
    }
}

/// The values of templates.
#[derive(Debug)]
pub(super) struct Bindings {
    pub(super) keys: HashMap<KeyName, KeyBinding>,
    pub(super) values: HashMap<String, String>,
    /// The fields of responses that were kept under a name.
    pub(super) responses: HashMap<String, Value>,
    pub(super) class: ClassName,
    pub(super) state: Option<State>,
    /// Marks the keys of this run.
    pub(super) mark: String,
    /// Makes the names of this attempt unique.
    pub(super) prefix: String,
    pub(super) names_made: u32,
    /// The source of test data.
    pub(super) random: fastrand::Rng,
    /// Where secrets that are made up here are registered.
    pub(super) secrets: SecretRegistry,
    /// How the cloud writes times.
    pub(super) clock_form: ClockForm,
    /// The regions beside that of the target.
    pub(super) other_regions: Vec<String>,
}

/// Why a template has no value. Only a response can be the reason, because the loader checks every name.
#[derive(Debug, Error)]
#[error("`{expression}` has no value: {reason}")]
pub(super) struct NoValue {
    expression: String,
    reason: String,
}

/// What a template is evaluated for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'a> {
    /// The key that `key` stands for.
    pub(super) on: &'a KeyName,
    /// The class that `class` stands for; that of the case if none.
    pub(super) class: Option<&'a ClassName>,
    /// Values of the fixture that is being made.
    pub(super) fixture: Option<(&'a FixtureName, &'a HashMap<String, String>)>,
}

impl<'a> Context<'a> {
    pub(super) fn on(on: &'a KeyName) -> Self {
        Self { on, class: None, fixture: None }
    }
}

impl Bindings {
    pub(super) fn new(
        class: ClassName,
        state: Option<State>,
        mark: &str,
        prefix: String,
        random: fastrand::Rng,
        secrets: SecretRegistry,
    ) -> Self {
        Self {
            keys: HashMap::new(),
            values: HashMap::new(),
            responses: HashMap::new(),
            class,
            state,
            mark: mark.to_owned(),
            prefix,
            names_made: 0,
            random,
            secrets,
            clock_form: ClockForm::Rfc3339,
            other_regions: Vec::new(),
        }
    }

    /// The same for cases that may use these regions beside that of the target.
    #[must_use]
    pub(super) fn with_other_regions(self, regions: Vec<&str>) -> Self {
        Self { other_regions: regions.into_iter().map(str::to_owned).collect(), ..self }
    }

    /// The same for a cloud that writes times in this form.
    #[must_use]
    pub(super) fn with_clock_form(self, clock_form: ClockForm) -> Self {
        Self { clock_form, ..self }
    }

    /// The parameters of a request.
    pub(super) fn request(
        &mut self,
        request: &RequestTemplate,
        context: Context<'_>,
    ) -> Result<Map<String, Value>, NoValue> {
        let parameters = request.0.iter();
        parameters.map(|(name, parameter)| Ok((name.clone(), self.parameter(parameter, context)?))).collect()
    }

    fn parameter(&mut self, parameter: &Parameter, context: Context<'_>) -> Result<Value, NoValue> {
        Ok(match parameter {
            Parameter::Text(template) => Value::String(self.text(template, context)?),
            Parameter::Number(number) => Value::Number(number.clone()),
            Parameter::Boolean(boolean) => Value::Bool(*boolean),
            Parameter::List(items) => {
                Value::Array(items.iter().map(|item| self.parameter(item, context)).collect::<Result<_, _>>()?)
            }
            Parameter::Map(fields) => {
                let fields = fields.iter().map(|(name, field)| Ok((name.clone(), self.parameter(field, context)?)));
                Value::Object(fields.collect::<Result<_, _>>()?)
            }
        })
    }

    /// The text of a template.
    pub(super) fn text(&mut self, template: &Template, context: Context<'_>) -> Result<String, NoValue> {
        let mut text = String::new();
        for part in template.parts() {
            match part {
                Part::Text(literal) => text.push_str(literal),
                Part::Hole(expression) => {
                    let value = self.value(expression, context);
                    text.push_str(&value.map_err(|reason| NoValue { expression: expression.to_string(), reason })?);
                }
            }
        }
        Ok(text)
    }

    fn value(&mut self, expression: &Expression, context: Context<'_>) -> Result<String, String> {
        match expression {
            Expression::Text(text) => Ok(text.clone()),
            Expression::Path(path) => self.path(path, context),
            Expression::Call(function, arguments) => {
                let arguments: Vec<String> =
                    arguments.iter().map(|argument| self.value(argument, context)).collect::<Result<_, _>>()?;
                let value = call(*function, &arguments, &mut self.random, self.clock_form)?;
                if let (Function::Wrap, Some(material)) = (function, arguments.last()) {
                    self.wrapped(material, context.on);
                }
                // Random bytes may be a plaintext, which must not be written.
                if *function == Function::Random {
                    self.secrets.add_generated(&value);
                }
                Ok(value)
            }
        }
    }

    /// Notes that material was wrapped for a key: that of another one, or damaged, is not what the key has for ever.
    fn wrapped(&mut self, material: &str, on: &KeyName) {
        for (name, key) in &mut self.keys {
            key.foreign_material |= name == on && key.material.expose() != material;
        }
    }

    fn path(&mut self, path: &[String], context: Context<'_>) -> Result<String, String> {
        // From the narrowest meaning to the widest: a single word, a key, a response, a fixture of the key.
        let words: Vec<&str> = path.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["class"] => Ok(context.class.unwrap_or(&self.class).to_string()),
            ["state"] => self.state.as_ref().map(ToString::to_string).ok_or_else(|| "the case has no state".to_owned()),
            ["mark"] => Ok(self.mark.clone()),
            ["unique"] => {
                self.names_made += 1;
                Ok(format!("{}-{}", self.prefix, self.names_made))
            }
            ["uuid"] => Ok(uuid(self.random.u128(..))),
            [OtherRegion::ROOT, name] => {
                let which = OtherRegion::ALL.iter().position(|region| region.name() == *name);
                let region = which.and_then(|which| self.other_regions.get(which));
                region.cloned().ok_or_else(|| "the target has no such region".to_owned())
            }
            ["values", name] => self.values.get(*name).cloned().ok_or_else(|| "it was not computed".to_owned()),
            [KeyName::SUBJECT, rest @ ..] => self.of_key(context.on, rest, context),
            [root, rest @ ..] if self.keys.contains_key(*root) => {
                let key = KeyName::from(*root);
                self.of_key(&key, rest, context)
            }
            [root, rest @ ..] if self.responses.contains_key(*root) => {
                let mut value = self.responses.get(*root);
                for field in rest {
                    value = value.and_then(|value| value.get(*field));
                }
                value.map(text_of).ok_or_else(|| format!("the response has no field `{}`", rest.join(".")))
            }
            fixture => self.of_key(context.on, fixture, context),
        }
    }

    /// The value of a path within a key.
    fn of_key(&self, key: &KeyName, path: &[&str], context: Context<'_>) -> Result<String, String> {
        let Some(binding) = self.keys.get(key) else { return Err(format!("there is no key `{key}` yet")) };

        match path {
            ["class"] => Ok(binding.class.to_string()),
            ["material"] => {
                self.secrets.add_generated(binding.material.expose());
                Ok(binding.material.expose().to_owned())
            }
            [capture] => {
                binding.captures.get(*capture).cloned().ok_or_else(|| "the response had no such field".to_owned())
            }
            [fixture, name] => {
                // While a fixture is made, its own values are not bound to the key yet.
                let being_made = context.fixture.filter(|(made, _)| made.as_str() == *fixture);
                let values = being_made.map(|(_, values)| values).or_else(|| binding.fixtures.get(*fixture));
                let value = values.and_then(|values| values.get(*name));
                value.cloned().ok_or_else(|| format!("the fixture `{fixture}` has no `{name}`"))
            }
            _ => Err("there is no such value".to_owned()),
        }
    }
}

/// The value of a function.
fn call(
    function: Function,
    arguments: &[String],
    random: &mut fastrand::Rng,
    clock_form: ClockForm,
) -> Result<String, String> {
    match (function, arguments) {
        (Function::Base64, [text]) => Ok(STANDARD.encode(text)),
        (Function::Wrap, [algorithm, public_key, material]) => {
            Ok(STANDARD.encode(wrap(algorithm, &decode(public_key)?, &decode(material)?)?))
        }
        (Function::Random, [count]) => {
            let mut bytes = vec![0; count_of(count)?];
            random.fill(&mut bytes);
            Ok(STANDARD.encode(bytes))
        }
        (Function::Unix, [time, duration]) => Ok(later(clock_form, time, duration)?.as_second().to_string()),
        (Function::Later, [time, duration]) => Ok(clock_form.write(later(clock_form, time, duration)?)),
        (Function::Damage, [bytes]) => {
            let mut bytes = decode(bytes)?;
            let Some(last) = bytes.last_mut() else { return Err("there is no byte to damage".to_owned()) };
            // One bit is enough to make a checksum, a signature or padding wrong.
            *last ^= 1;
            Ok(STANDARD.encode(bytes))
        }
        (Function::Repeat, [text, count]) => Ok(text.repeat(count_of(count)?)),
        (Function::Part, [text, separator, number]) => part(text, separator, number),
        _ => Err("it has the wrong number of arguments".to_owned()),
    }
}

fn later(form: ClockForm, time: &str, duration: &str) -> Result<Timestamp, String> {
    let time = form.read(time).ok_or_else(|| format!("`{time}` is not {}", form.name()))?;
    // A day is 24 hours: times on the wire are in UTC.
    let duration: SignedDuration = match duration.strip_suffix('d').map(str::parse) {
        Some(Ok(days)) => SignedDuration::from_hours(24_i64.saturating_mul(days)),
        _ => duration.parse().map_err(|_| format!("`{duration}` is not a duration"))?,
    };
    time.checked_add(duration).map_err(|_| "the time is out of range".to_owned())
}

/// A part of a text, by its number from 1.
fn part(text: &str, separator: &str, number: &str) -> Result<String, String> {
    let index = count_of(number)?.checked_sub(1).ok_or_else(|| "parts are counted from 1".to_owned())?;
    let part = text.split(separator).nth(index);
    part.map(str::to_owned).ok_or_else(|| format!("`{text}` has no part {number} between `{separator}`"))
}

fn decode(text: &str) -> Result<Vec<u8>, String> {
    STANDARD.decode(text).map_err(|_| "an argument is not Base64".to_owned())
}

/// The longest text or run of bytes that a template makes.
const LONGEST: usize = 1 << 20;

fn count_of(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count) if count <= LONGEST => Ok(count),
        _ => Err(format!("`{text}` is not a count up to {LONGEST}")),
    }
}

/// Key material, which protects nothing but test data. It does not depend on the seed, so no report gives it away.
fn new_material() -> [u8; 32] {
    let mut bytes = [0; 32];
    fastrand::fill(&mut bytes);
    bytes
}

fn uuid(bytes: u128) -> String {
    let text = format!("{bytes:032x}");
    format!("{}-{}-4{}-8{}-{}", &text[..8], &text[8..12], &text[13..16], &text[17..20], &text[20..])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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
        assert_eq!(
            evaluate("${key.id} ${other.alias.name} ${alias.name}", "other").unwrap(),
            "id-2 alias/id-2 alias/id-2"
        );
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
        assert_eq!(evaluate("${unique} ${unique}", "key").unwrap(), "kc-1-1 kc-1-2");
        assert_eq!(evaluate("${uuid}", "key").unwrap().len(), 36);
        assert_eq!(
            evaluate("${class} ${key.class} ${state} ${mark}", "key").unwrap(),
            "EXTERNAL EXTERNAL Enabled mark"
        );
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
}
