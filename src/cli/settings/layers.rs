//! Puts settings into a command line, each from the highest layer that has it.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

use super::file::{Entry, SettingsFile, read};
use super::key::{Key, PREFIX, Shape, command, keys};
use super::{COMMANDS, FILE, SettingsError};
use crate::cli::Context;
use crate::near::nearest;

/// A command line with its settings.
#[derive(Debug)]
pub(in crate::cli) struct Layered {
    /// The words of the command line; where there is an error, with what could be understood.
    pub(in crate::cli) arguments: Vec<OsString>,
    /// What should be known of the settings, in lines.
    pub(in crate::cli) notes: Vec<String>,
    /// Why the settings can't be used.
    pub(in crate::cli) error: Option<SettingsError>,
}

/// A value of a layer.
struct Value<'a> {
    key: &'a Key,
    words: Vec<OsString>,
    /// Where it is from, in words.
    origin: String,
}

/// Puts the settings of the file and of the environment into a command line that does not have them.
pub(in crate::cli) fn layered(arguments: Vec<OsString>, context: &Context) -> Layered {
    let unchanged = |arguments| Layered { arguments, notes: Vec::new(), error: None };
    // What is wrong with it, or whether it requests help, is for the parser to say.
    let Some(given) = Given::read(&arguments) else { return unchanged(arguments) };

    let (tree, keys) = (command(), keys());
    let keys: Vec<&Key> = keys.iter().collect();
    let (own, switches) = given.switches(&keys);
    let mut layers = Layers { tree: &tree, command: given.name, keys: &keys, active: Vec::new(), decided: Vec::new() };
    layers.given(&given.matches, &switches);

    let mut words = Vec::new();
    let mut notes = unknown_variables(&keys, context);
    let mut error = None;
    layers.add(environment(&layers.mine(), context, &mut error), &mut words, &mut notes);

    match given.file(&keys, context) {
        Ok(Some((file, target, mistakes))) => {
            let target = target.and_then(|name| file.targets.get(&name));
            for entries in [target, Some(&file.defaults)].into_iter().flatten() {
                layers.add(values(&file.path, entries, &keys), &mut words, &mut notes);
            }
            error = mistakes.or(error);
        }
        Ok(None) => {}
        Err(found) => error = Some(found),
    }

    let mut all = own;
    all.splice(given.place..given.place, words);
    Layered { arguments: all, notes, error }
}

/// The layers from the highest down, and what is decided.
struct Layers<'a> {
    tree: &'a Command,
    command: &'static str,
    keys: &'a [&'a Key],
    /// What is given, and therefore keeps out what it conflicts with.
    active: Vec<&'a Key>,
    /// Those about which a lower layer has nothing to say.
    decided: Vec<&'a str>,
}

impl<'a> Layers<'a> {
    /// The flags of the command.
    fn mine(&self) -> Vec<&'a Key> {
        self.keys.iter().copied().filter(|key| key.is_of(self.command)).collect()
    }

    /// Notes what the command line gives.
    fn given(&mut self, matches: &ArgMatches, switches: &[(&'a Key, bool)]) {
        let is_given = |key: &&Key| matches.value_source(&key.id) == Some(ValueSource::CommandLine);
        let given = self.mine().into_iter().filter(is_given).map(|key| (key, true));
        for (key, on) in given.chain(switches.iter().copied()) {
            self.decided.push(&key.name);
            if on {
                self.active.push(key);
            }
        }
    }

    /// Adds a layer. What conflicts with a higher one gives way, and a note says so.
    fn add(&mut self, values: Vec<Value<'a>>, words: &mut Vec<OsString>, notes: &mut Vec<String>) {
        let higher = self.active.clone();
        for value in values {
            let Value { key, words: mine, origin } = value;
            if !key.is_of(self.command) || self.decided.contains(&key.name.as_str()) {
                continue;
            }
            self.decided.push(&key.name);
            if mine.is_empty() {
                continue;
            }
            if let Some(other) = higher.iter().find(|other| self.conflict(key, other)) {
                notes.push(format!("{origin} is left out, for it can't be used with {}", other.shown()));
                continue;
            }
            self.active.push(key);
            words.extend(mine);
        }
    }

    /// Whether the command can't have both.
    fn conflict(&self, one: &Key, other: &Key) -> bool {
        let Some(command) = self.tree.find_subcommand(self.command) else { return false };
        let argument = |key: &Key| command.get_arguments().find(|argument| argument.get_id() == key.id.as_str());
        let (Some(one), Some(other)) = (argument(one), argument(other)) else { return false };

        let bars = |one, other: &Arg| {
            command.get_arg_conflicts_with(one).iter().any(|argument| argument.get_id() == other.get_id())
        };
        bars(one, other) || bars(other, one)
    }
}

/// The settings of a file.
fn values<'a>(path: &str, entries: &[Entry], keys: &[&'a Key]) -> Vec<Value<'a>> {
    let value = |entry: &Entry| {
        let key = keys.iter().copied().find(|key| key.name == entry.name)?;
        let origin = format!("`{}` of {path}:{}:{}", entry.name, entry.place.line, entry.place.column);
        Some(Value { key, words: entry.words.clone(), origin })
    };
    entries.iter().filter_map(value).collect()
}

/// Variables that look like settings and are none: one that is mistyped may have been a limit.
fn unknown_variables(keys: &[&Key], context: &Context) -> Vec<String> {
    let known: Vec<String> = keys.iter().map(|key| key.variable()).collect();
    let unknown = context.variables_beginning_with(PREFIX).filter(|name| !known.iter().any(|known| known == name));
    // What all begin with says nothing of how near they are.
    let rest = |name: &'_ str| name.get(PREFIX.len()..).unwrap_or_default().to_owned();
    let near =
        |name: &str| nearest(&rest(name), known.iter().filter_map(|name| name.strip_prefix(PREFIX))).map(str::to_owned);
    let with_near = unknown.filter_map(|name| Some((name, near(name)?)));
    with_near.map(|(name, near)| format!("the variable {name} sets nothing; did you mean {PREFIX}{near}?")).collect()
}

/// The settings of the environment. The first mistake is kept.
fn environment<'a>(keys: &[&'a Key], context: &Context, error: &mut Option<SettingsError>) -> Vec<Value<'a>> {
    let mut values = Vec::new();
    for key in keys {
        let name = key.variable();
        let words = context.text(&name).map_err(SettingsError::from).and_then(|text| {
            let words = text.map(|text| words_of(key, text.trim())).transpose();
            words.map_err(|reason| SettingsError::Value { name: name.clone(), reason })
        });
        match words {
            Ok(Some(words)) => values.push(Value { key, words, origin: format!("the variable {name}") }),
            Ok(None) => {}
            Err(found) => *error = error.take().or(Some(found)),
        }
    }
    values
}

/// The words of a flag whose value stands in a variable; the items of a list are on lines of their own.
fn words_of(key: &Key, text: &str) -> Result<Vec<OsString>, String> {
    match key.shape {
        Shape::Switch => match boolean(text) {
            Some(on) => key.repeated(u8::from(on)),
            None => Err(format!("`{text}` is neither true nor false")),
        },
        Shape::Count => {
            let times = text.parse().map_err(|_| format!("`{text}` is not how often a flag can be given"));
            times.and_then(|times| key.repeated(times))
        }
        Shape::Number | Shape::Text | Shape::NumberOrText => Ok(vec![key.word(text)?]),
        Shape::List => {
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            lines.map(|line| key.word(line)).collect()
        }
    }
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// A command line of a command that takes settings.
struct Given<'a> {
    arguments: &'a [OsString],
    name: &'static str,
    /// Where the words of the command begin.
    place: usize,
    matches: ArgMatches,
}

impl<'a> Given<'a> {
    fn read(arguments: &'a [OsString]) -> Option<Self> {
        let place = arguments.iter().skip(1).position(|word| COMMANDS.iter().any(|name| word == name))? + 2;
        let all = command().ignore_errors(true).try_get_matches_from(without_switches(arguments)).ok()?;
        let (name, matches) = all.subcommand()?;
        let name = COMMANDS.into_iter().find(|command| *command == name)?;
        Some(Self { arguments, name, place, matches: matches.clone() })
    }

    /// The words of the command line without values of switches, and the switches that have one.
    fn switches<'k>(&self, keys: &[&'k Key]) -> (Vec<OsString>, Vec<(&'k Key, bool)>) {
        let (mut words, mut switches) = (Vec::new(), Vec::new());
        let mut is_over = false;
        for word in self.arguments {
            is_over |= word == "--";
            let switch = switch_of(word).filter(|_| !is_over).and_then(|(name, on)| {
                let is_it = |key: &&Key| key.shape == Shape::Switch && key.name == name && key.is_of(self.name);
                Some((keys.iter().copied().find(is_it)?, on))
            });
            match switch {
                Some((key, true)) => words.push(key.shown().into()),
                Some((_, false)) => {}
                None => words.push(word.clone()),
            }
            switches.extend(switch);
        }
        (words, switches)
    }

    /// The file, the target that is named, and the mistakes.
    #[expect(clippy::type_complexity, reason = "it is taken apart at once")]
    fn file(
        &self,
        keys: &[&Key],
        context: &Context,
    ) -> Result<Option<(SettingsFile, Option<String>, Option<SettingsError>)>, SettingsError> {
        let text = |id: &str| self.matches.try_get_one::<String>(id).ok().flatten().cloned();
        let target = match text("target") {
            Some(target) => Some(target),
            None => context.text("KMS_CONFORMANCE_TARGET")?,
        };
        let config = match self.matches.try_get_one::<PathBuf>("config").ok().flatten() {
            Some(path) => Some(path.clone()),
            None => context.text("KMS_CONFORMANCE_CONFIG")?.map(PathBuf::from),
        };

        let path = match config {
            Some(path) => path,
            None if Path::new(FILE).exists() => PathBuf::from(FILE),
            None => return target.map_or(Ok(None), |target| Err(SettingsError::NoFile { target })),
        };
        let (file, mistakes) = read(&path, keys, context.secrets())?;
        let unknown = target.as_ref().filter(|name| !file.targets.contains_key(*name)).map(|name| {
            let targets: Vec<String> = file.targets.keys().cloned().collect();
            let near = nearest(name, targets.iter().map(String::as_str)).map(str::to_owned);
            SettingsError::NoTarget { path: file.path.clone(), target: name.clone(), near, targets }
        });
        let error = mistakes.map(SettingsError::Mistakes).or(unknown);
        Ok(Some((file, target, error)))
    }
}

/// The name and the value of a word such as `--live=false`.
fn switch_of(word: &OsStr) -> Option<(&str, bool)> {
    let (name, value) = word.to_str()?.strip_prefix("--")?.split_once('=')?;
    Some((name, boolean(value)?))
}

/// The words without those that may be values of switches, which the parser does not know.
fn without_switches(arguments: &[OsString]) -> impl Iterator<Item = &OsString> {
    arguments.iter().filter(|word| switch_of(word).is_none())
}
