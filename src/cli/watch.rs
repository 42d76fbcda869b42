//! `watch`: runs cases against the bundled mock whenever their files change.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use clap::Args;

use super::settings::PREFIX;
use super::suite::SuiteArguments;
use super::{CliError, Context, Exit};
use crate::provider::registry;
use crate::report::text::{as_u64, count};
use crate::suite::Suite;
use crate::suite::files::{CaseFile, read_dir};

/// How often the files are read: some hundred small ones, which takes a few milliseconds.
const PAUSE: Duration = Duration::from_millis(150);

#[derive(Debug, Args)]
#[command(after_help = super::help::WATCH)]
pub(super) struct WatchArguments {
    /// The folder of case files
    #[arg(value_name = "DIR", default_value = "cases")]
    folder: PathBuf,
    /// Further flags of the runs, after `--`
    #[arg(last = true, value_name = "FLAG")]
    flags: Vec<String>,
}

/// Waits for changes until it is stopped.
pub(super) fn watch(arguments: &WatchArguments, context: &Context) -> Result<Exit, CliError> {
    let folder = arguments.folder.as_path();
    let mut known = read_dir(folder)?;
    let files = count(as_u64(known.len()), "file");
    context.print(&format!("watching {files} in {}; Ctrl-C ends it\n", folder.display()));

    let mut is_readable = true;
    loop {
        sleep(PAUSE);
        let now = match read_dir(folder) {
            Ok(now) => now,
            // An editor may put another file in its place just now. What stays so is said once.
            Err(error) => {
                if std::mem::take(&mut is_readable) {
                    context.report(&format!("error: {error}"));
                }
                continue;
            }
        };
        let was_readable = std::mem::replace(&mut is_readable, true);

        let changed = changed(&known, &now);
        if changed.is_empty() {
            // Else the last thing that is to be seen is an error that is over.
            if !was_readable {
                context.print("the files can be read again, and are as they were\n");
            }
            continue;
        }
        known = now;
        rerun(arguments, &changed, context)?;
    }
}

/// The paths of the files that are new, gone or different.
fn changed(before: &[CaseFile], now: &[CaseFile]) -> BTreeSet<String> {
    let all = |files: &[CaseFile]| -> BTreeSet<(String, String)> {
        files.iter().map(|file| (file.path.to_string(), file.text.to_string())).collect()
    };
    all(before).symmetric_difference(&all(now)).map(|(path, _)| path.clone()).collect()
}

/// Runs the cases of the files that changed.
fn rerun(arguments: &WatchArguments, changed: &BTreeSet<String>, context: &Context) -> Result<(), CliError> {
    let paths: Vec<&str> = changed.iter().map(String::as_str).collect();
    context.print(&format!("\n{}\n", paths.join(", ")));
    let suites = match SuiteArguments::of_folder(Some(arguments.folder.clone())).load_each() {
        Ok(suites) => suites,
        // The next change may mend it.
        Err(error) => {
            context.report(&error.render(false));
            return Ok(());
        }
    };

    for suite in suites.iter().filter(|suite| paths.iter().any(|path| is_of(path, suite))) {
        let ids = affected(suite, changed);
        run(arguments, suite, &ids).map_err(CliError::Runtime)?;
    }
    Ok(())
}

/// Whether a file is of the cloud of a suite.
fn is_of(path: &str, suite: &Suite) -> bool {
    path.split_once('/').is_some_and(|(provider, _)| provider == suite.service.provider.as_str())
}

/// The cases whose expectations stand in files that changed; all of them if one is of every case, and for that no ids.
fn affected<'s>(suite: &'s Suite, changed: &BTreeSet<String>) -> Vec<&'s str> {
    let file = |index: usize| suite.source(&suite.cases[index]).map(|source| source.file.to_string());
    let all: Vec<(usize, String)> = (0..suite.cases.len()).filter_map(|index| Some((index, file(index)?))).collect();
    let holds_cases: BTreeSet<&str> = all.iter().map(|(_, file)| file.as_str()).collect();
    let mine = changed.iter().filter(|path| is_of(path, suite));
    if mine.clone().any(|path| !holds_cases.contains(path.as_str())) {
        return Vec::new();
    }
    all.iter().filter(|(_, file)| changed.contains(file)).map(|(index, _)| suite.cases[*index].id.as_str()).collect()
}

/// Runs cases in a process of its own: no setting of this folder or of the environment leads it to anything but the mock.
fn run(arguments: &WatchArguments, suite: &Suite, ids: &[&str]) -> std::io::Result<()> {
    let place = tempfile::tempdir()?;
    let folder: PathBuf = arguments.folder.canonicalize()?;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("run").args(ids).arg(flag("cases", &folder)).args(["--progress", "none"]);
    command.args(["--provider", suite.service.provider.as_str()]).args(&arguments.flags);

    let endpoints = registry::all().iter().flat_map(|provider| provider.endpoint_variables);
    endpoints.for_each(|name| {
        command.env_remove(name);
    });
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with(PREFIX)) {
        command.env_remove(name);
    }
    // What the run says is all that is wanted of it, and its exit code is of no interest to the next change.
    command.current_dir(place.path()).stdin(Stdio::null()).status().map(|_| ())
}

fn flag(name: &str, path: &Path) -> std::ffi::OsString {
    let mut flag = std::ffi::OsString::from(format!("--{name}="));
    flag.push(path);
    flag
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::files::embedded;
    use crate::suite::load::load;

    fn affected_by(paths: &[&str]) -> Vec<String> {
        let suite = load(embedded(), None).unwrap();
        let changed = paths.iter().map(|path| (*path).to_owned()).collect();
        affected(&suite, &changed).into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn the_cases_of_a_file_are_affected_and_all_by_a_file_of_all() {
        let ids = affected_by(&["alibaba/matrix/encrypt.yaml"]);
        assert!(ids.len() > 10 && ids.iter().all(|id| id.starts_with("alibaba/Encrypt/")), "{ids:?}");
        assert_eq!(affected_by(&["alibaba/matrix/encrypt.yaml", "alibaba/kms.yaml"]), [""; 0]);
    }

    #[test]
    fn new_and_changed_files_and_those_that_are_gone_are_changes() {
        let files = |all: &[(&'static str, &'static str)]| -> Vec<CaseFile> {
            all.iter().map(|(path, text)| CaseFile::new(*path, *text)).collect()
        };
        let before = files(&[("a", "1"), ("b", "1"), ("c", "1")]);
        let changed: Vec<String> =
            changed(&before, &files(&[("a", "1"), ("b", "2"), ("d", "1")])).into_iter().collect();
        assert_eq!(changed, ["b", "c", "d"]);
    }
}
