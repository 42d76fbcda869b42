//! The arguments that choose case files, and cases of them.

use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;

use super::CliError;
use super::again::Again;
use super::provider::ProviderArguments;
use crate::diagnostic::{Diagnostics, counted};
use crate::event::ShardHeader;
use crate::plan::shard::Shard;
use crate::provider::names;
use crate::suite::Suite;
use crate::suite::files::{CaseFile, embedded, is_of_one_provider, read_dir};
use crate::suite::load::{load, load_built_in};
use crate::suite::route_limit::RouteLimit;
use crate::suite::selector::{Axis, Selector, select};

// The case files.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Cases")]
pub(super) struct SuiteArguments {
    #[command(flatten)]
    provider: ProviderArguments,
    /// Use the case files in this folder instead of the built-in ones
    #[arg(long, value_name = "DIR")]
    pub(super) cases: Option<PathBuf>,
}

// The cases.
#[derive(Debug, Args)]
#[command(next_help_heading = "Cases")]
pub(super) struct SelectArguments {
    /// Cases to select: ids with `*` and `**`, or `state:`, `operation:`, `class:`, `edition:`, `original:`, `clause:`,
    /// `kind:`, `route:` with a value. Several of one kind add to each other, different kinds narrow: `operation:Encrypt
    /// operation:Decrypt state:Disabled` is either operation in that state. A whole id is selected in any case. `list --values
    /// state` shows what may stand behind `state:` [default: all]
    #[arg(value_name = "SELECTOR")]
    pub(super) selectors: Vec<Selector>,
    /// Leave out these cases; may be given several times
    #[arg(long, value_name = "SELECTOR")]
    pub(super) exclude: Vec<Selector>,
    /// Only cases of this edition of the published document; may be given several times
    #[arg(long, value_name = "EDITION")]
    pub(super) edition: Vec<String>,
    /// The routes by which keys are driven into their states: `canonical` (the shortest), `all`, or also those of at most N
    /// calls. Cases that are selected by their whole id or by `route:` are run in any case [default: all, on an account
    /// canonical]
    #[arg(long, value_name = "canonical|all|N")]
    pub(super) routes: Option<RouteLimit>,
    /// Only a part of the selected cases, so that several machines can share a run: `hash:1/4` (by the id, stable when cases are
    /// added) or `slice:1/4` (of one size, cases that need the same keys together). Cases that differ in the route alone stay
    /// together. `report merge` puts the results together
    #[arg(long, value_name = "hash|slice:N/M")]
    pub(super) shard: Option<Shard>,
}

/// The cases that are selected.
#[derive(Debug)]
pub(super) struct Selection {
    /// Indexes into the cases of the suite, in the order of ids.
    pub(super) cases: Vec<usize>,
    /// Which part of the selected cases they are, if not all.
    pub(super) shard: Option<ShardHeader>,
}

impl SelectArguments {
    /// What keeps a selection as narrow as this one when the cases of one operation are selected. A whole id would add its case.
    pub(super) fn again(&self, again: &mut Again) {
        let narrows = |selector: &&Selector| match selector {
            Selector::Id(pattern) => pattern.contains('*'),
            Selector::Predicate(axis, _) => *axis != Axis::Operation,
        };
        self.selectors.iter().filter(narrows).for_each(|selector| again.word(selector));
        self.exclude.iter().for_each(|selector| again.flag("exclude", Some(selector)));
        self.edition.iter().for_each(|edition| again.flag("edition", Some(edition)));
        again.flag("routes", self.routes.as_ref());
    }
}

impl SuiteArguments {
    /// The case files of a folder, of whichever provider.
    pub(super) fn of_folder(folder: Option<PathBuf>) -> Self {
        Self { cases: folder, ..Self::default() }
    }

    /// The arguments that name the case files, for another command. `provider` is the cloud whose cases are used.
    pub(super) fn again(&self, provider: &str, again: &mut Again) {
        // Selectors such as `operation:` name no provider.
        let is_default = names().next() == Some(provider);
        again.flag("provider", (!is_default).then_some(provider));
        again.flag("cases", self.cases.as_ref().map(|folder| folder.display()));
    }

    /// The folder that the paths of case files start from, if they are not built in.
    pub(super) fn folder(&self) -> Option<String> {
        let folder = self.cases.as_deref()?;
        // Where it is that of one cloud, their paths begin with its name.
        let folder = match is_of_one_provider(folder) {
            false => folder.to_owned(),
            true => match folder.parent().filter(|_| folder.file_name().is_some()) {
                Some(parent) if parent.as_os_str().is_empty() => PathBuf::from("."),
                Some(parent) => parent.to_owned(),
                None => folder.join(".."),
            },
        };
        Some(folder.to_string_lossy().trim_end_matches('/').to_owned())
    }

    /// Whether a file that is there is in the folder of the case files.
    pub(super) fn holds(&self, file: &Path) -> bool {
        let folder = self.cases.as_deref().and_then(|folder| folder.canonicalize().ok());
        folder.zip(file.canonicalize().ok()).is_some_and(|(folder, file)| file.starts_with(folder))
    }

    /// Loads the case files of the provider that the flag or the selectors name.
    pub(super) fn load(&self, selectors: &[Selector]) -> Result<Suite, CliError> {
        let named = self.provider.named(selectors)?;

        Ok(match &self.cases {
            Some(folder) => load(read_dir(folder)?, named.as_deref()).map_err(|mistakes| self.placed(mistakes))?,
            None => load_built_in(named.as_deref())?,
        })
    }

    /// Loads the case files of each provider that there is.
    pub(super) fn load_each(&self) -> Result<Vec<Suite>, CliError> {
        let files = self.files()?;
        let folders: BTreeSet<&str> = files.iter().filter_map(|file| Some(file.path.split_once('/')?.0)).collect();
        // Without any folder, loading says what is wrong.
        if folders.is_empty() {
            return Ok(vec![load(files, None).map_err(|mistakes| self.placed(mistakes))?]);
        }

        // The mistakes of all of them, and not of the first one that has any.
        let (mut suites, mut mistakes) = (Vec::new(), Vec::new());
        for provider in folders {
            match load(files.clone(), Some(provider)) {
                Ok(suite) => suites.push(suite),
                Err(found) => mistakes.push(found),
            }
        }
        if mistakes.is_empty() { Ok(suites) } else { Err(self.placed(Diagnostics::merged(mistakes)).into()) }
    }

    /// Mistakes with their files as they are found from where the program was started.
    fn placed(&self, mistakes: Diagnostics) -> Diagnostics {
        match self.folder() {
            Some(folder) => mistakes.within(&folder),
            None => mistakes,
        }
    }

    /// The case files as they are read.
    pub(super) fn files(&self) -> Result<Vec<CaseFile>, CliError> {
        Ok(match &self.cases {
            Some(folder) => read_dir(folder)?,
            None => embedded(),
        })
    }
}

impl SelectArguments {
    /// The selected cases; `routes` unless the arguments limit them.
    pub(super) fn select(&self, suite: &Suite, routes: RouteLimit) -> Result<Selection, CliError> {
        let selected = select(suite, &self.selectors, &self.exclude, &self.edition)?;
        let selection = self.routes.unwrap_or(routes).limit(suite, &selected, &self.selectors);
        if selection.is_empty() {
            let left_out = match selected.len() {
                0 => String::new(),
                cases => format!("; --routes leaves out {} by other routes", counted(cases, "case", "cases")),
            };
            // The default limit may be the reason, which nobody would think of.
            let _ = writeln!(io::stderr(), "no case is selected{left_out}");
        }

        let Some(shard) = self.shard else { return Ok(Selection { cases: selection, shard: None }) };
        let cases = shard.of(suite, &selection);
        if cases.is_empty() && !selection.is_empty() {
            let selected = selection.len();
            let _ = writeln!(
                io::stderr(),
                "no case of the {selected} selected is in the shard {shard}: choose fewer shards"
            );
        }
        Ok(Selection { shard: Some(shard.header(suite, &selection)), cases })
    }
}
