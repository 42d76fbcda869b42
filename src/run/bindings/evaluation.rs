//! The value of a template, of a path and of an expression in it.

use serde_json::{Map, Value};
use thiserror::Error;

use super::function::call;
use super::{Bindings, Context};
use crate::suite::field_path::text_of;
use crate::suite::name::KeyName;
use crate::suite::region::OtherRegion;
use crate::suite::request::{Parameter, RequestTemplate};
use crate::suite::template::{Expression, Function, Part, Template};

/// Why a template has no value. Only a response can be the reason, because the loader checks every name.
#[derive(Debug, Error)]
#[error("`{expression}` has no value: {reason}")]
pub(in crate::run) struct NoValue {
    expression: String,
    reason: String,
}

impl Bindings {
    /// The parameters of a request.
    pub(in crate::run) fn request(
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
    pub(in crate::run) fn text(&mut self, template: &Template, context: Context<'_>) -> Result<String, NoValue> {
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

fn uuid(bytes: u128) -> String {
    let text = format!("{bytes:032x}");
    format!("{}-{}-4{}-8{}-{}", &text[..8], &text[8..12], &text[13..16], &text[17..20], &text[20..])
}
