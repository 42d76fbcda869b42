//! The flags that can be set, taken from the command line's own list of them.

use std::any::TypeId;
use std::error::Error as _;
use std::ffi::OsString;
use std::num::{NonZeroU32, NonZeroUsize};

use clap::builder::ValueParser;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command, CommandFactory};

use super::COMMANDS;
use crate::cli::Cli;
use crate::near::nearest;
use crate::suite::route_limit::RouteLimit;

/// What begins the name of each variable.
pub(in crate::cli) const PREFIX: &str = "KMS_CONFORMANCE_";

/// The most often that a flag is repeated which counts.
const MOST_REPEATED: u8 = 9;

/// What a flag takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Nothing: it is there or not.
    Switch,
    /// Nothing: it counts how often it is there.
    Count,
    /// A whole number.
    Number,
    /// A text.
    Text,
    /// A number, or a word.
    NumberOrText,
    /// Any number of texts.
    List,
}

/// A flag, or the arguments without one.
#[derive(Debug)]
pub(super) struct Key {
    /// Its name in the file: that of the flag without its dashes.
    pub(super) name: String,
    /// Its name among the arguments of its commands.
    pub(super) id: String,
    /// Whether it has dashes.
    pub(super) is_flag: bool,
    pub(super) shape: Shape,
    pub(super) help: String,
    /// The values that it can have, if they are few.
    pub(super) values: Vec<String>,
    /// The commands that have it.
    pub(super) commands: Vec<&'static str>,
}

/// All of the command line, with what is inherited.
pub(super) fn command() -> Command {
    let mut command = Cli::command();
    command.build();
    command
}

/// Every flag of the commands that take settings, in the order of their help. Where a flag of two commands takes other
/// values in each, it is that of the first.
pub(super) fn keys() -> Vec<Key> {
    let command = command();
    let mut keys: Vec<Key> = Vec::new();
    for name in COMMANDS {
        let arguments = command.find_subcommand(name).into_iter().flat_map(Command::get_arguments);
        for argument in arguments.filter(|argument| is_setting(argument)) {
            let key = Key::of(argument);
            match keys.iter_mut().find(|known| known.name == key.name) {
                Some(known) if known.is_like(&key) => known.commands.push(name),
                // One setting can't mean two things. That of the command which comes first is about the target.
                Some(_) => {}
                None => keys.push(Key { commands: vec![name], ..key }),
            }
        }
    }
    keys
}

/// Whether an argument is more than a request for help, and does not say where settings are, or what one call is about.
fn is_setting(argument: &Arg) -> bool {
    let is_help = matches!(
        argument.get_action(),
        ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version
    );
    !is_help && !["config", "target", "operation", "parameters"].contains(&argument.get_id().as_str())
}

impl Key {
    fn of(argument: &Arg) -> Self {
        let id = argument.get_id().to_string();
        Self {
            name: argument.get_long().map_or_else(|| id.clone(), str::to_owned),
            is_flag: argument.get_long().is_some(),
            shape: shape(argument),
            help: argument.get_help().map(ToString::to_string).unwrap_or_default(),
            values: match argument.get_action() {
                ArgAction::SetTrue => Vec::new(),
                _ => argument.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect(),
            },
            commands: Vec::new(),
            id,
        }
    }

    /// Whether it is the same flag of another command.
    fn is_like(&self, other: &Self) -> bool {
        self.shape == other.shape && self.values == other.values
    }

    /// Whether a command has it.
    pub(super) fn is_of(&self, command: &str) -> bool {
        self.commands.contains(&command)
    }

    /// The variable that sets it.
    pub(super) fn variable(&self) -> String {
        format!("{PREFIX}{}", self.name.to_uppercase().replace('-', "_"))
    }

    /// How it is written on a command line.
    pub(super) fn shown(&self) -> String {
        if self.is_flag { format!("--{}", self.name) } else { self.name.clone() }
    }

    /// The word that hands a value to a command.
    ///
    /// # Errors
    ///
    /// Why no command that has the flag takes the value.
    pub(super) fn word(&self, value: &str) -> Result<OsString, String> {
        // It would be taken for a flag.
        if !self.is_flag && value.starts_with('-') {
            return Err(format!("`{value}` begins with a dash"));
        }
        let word = if self.is_flag { format!("--{}={value}", self.name) } else { value.to_owned() };
        self.commands.iter().try_for_each(|command| check(command, &word))?;
        Ok(word.into())
    }

    /// The words of a switch, or of a flag that counts.
    pub(super) fn repeated(&self, times: u8) -> Result<Vec<OsString>, String> {
        if times > MOST_REPEATED {
            return Err(format!("`{times}` is more than {MOST_REPEATED}"));
        }
        Ok(vec![self.shown().into(); usize::from(times)])
    }
}

fn shape(argument: &Arg) -> Shape {
    match argument.get_action() {
        ArgAction::SetTrue => return Shape::Switch,
        ArgAction::Count => return Shape::Count,
        ArgAction::Append => return Shape::List,
        _ => {}
    }

    let is = |id: TypeId| is_of(argument.get_value_parser(), id);
    let numbers = [
        TypeId::of::<u32>(),
        TypeId::of::<u64>(),
        TypeId::of::<usize>(),
        TypeId::of::<NonZeroU32>(),
        TypeId::of::<NonZeroUsize>(),
    ];
    if numbers.into_iter().any(is) {
        Shape::Number
    } else if is(TypeId::of::<RouteLimit>()) {
        Shape::NumberOrText
    } else {
        Shape::Text
    }
}

fn is_of(parser: &ValueParser, id: TypeId) -> bool {
    parser.type_id() == id
}

/// Whether a command takes the value that a word hands to it. Whether it goes with the other flags is not looked at.
fn check(command: &str, word: &str) -> Result<(), String> {
    let Err(error) = Cli::command().try_get_matches_from(["kms-conformance", command, word]) else { return Ok(()) };
    match error.kind() {
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => Err(reason(&error)),
        _ => Ok(()),
    }
}

/// Why a value is not taken, without the usage of the command around it.
fn reason(error: &clap::Error) -> String {
    if let Some(source) = error.source() {
        return source.to_string();
    }
    let value = match error.get(ContextKind::InvalidValue) {
        Some(ContextValue::String(value)) => value.as_str(),
        _ => "",
    };
    if value.is_empty() {
        return "there is no value".to_owned();
    }
    match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(values)) if !values.is_empty() => {
            let near = nearest(value, values.iter().map(String::as_str));
            let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            format!("`{value}` is not one of {}{near}", values.join(", "))
        }
        _ => format!("`{value}` is not taken"),
    }
}
