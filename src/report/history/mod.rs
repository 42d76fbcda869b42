//! The results of many runs, kept by target: what `run --history` writes and `report trend` reads.
//!
//! A folder holds one folder for each target, and that one file for each run: its results without requests and responses, named by
//! the time at which the run began. Each is read by whatever reads results.

mod keep;
mod trend;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use thiserror::Error;

pub use self::keep::HistoryReport;
pub use self::trend::{Changes, Failing, Trend};
use super::results::{ReadError, Results};
use crate::event::TargetHeader;

/// How the name of a file ends.
const ENDING: &str = ".json";

/// The name of the folder of a target: readable, and different for different targets. The bundled mock has another port each
/// time and is the same all the same.
pub(crate) fn folder_of(target: &TargetHeader) -> String {
    let TargetHeader { provider, endpoint, bundled_mock, version: _ } = target;
    if *bundled_mock {
        return format!("{provider}-bundled-mock");
    }
    let host = endpoint.split_once("://").map_or(endpoint.as_str(), |(_, host)| host);
    let plain = |text: &str| -> String {
        let plain =
            text.chars().map(|one| if one.is_ascii_alphanumeric() || matches!(one, '.' | '-') { one } else { '-' });
        plain.take(60).collect()
    };
    let digest = Sha256::digest(format!("{provider}\n{endpoint}"));
    let hash: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    format!("{provider}-{}-{hash}", plain(host).trim_matches('-'))
}

/// The runs against one target, the oldest first.
#[derive(Debug)]
pub struct TargetHistory {
    /// The target, as the newest run has it.
    pub target: TargetHeader,
    /// The results of its runs with their files.
    pub runs: Vec<(PathBuf, Results)>,
}

/// Why a history can't be read.
#[derive(Debug, Error)]
pub enum HistoryError {
    /// A folder can't be read.
    #[error("failed to read {}: {source}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file is not a result.
    #[error("{0}; remove it if it is worth nothing")]
    File(#[from] ReadError),
    /// A file is in the folder of another target.
    #[error("{} holds results of {endpoint}, whose folder is {folder}; move it there", path.display())]
    OtherTarget {
        /// The file.
        path: PathBuf,
        /// What it is about.
        endpoint: String,
        /// Where it belongs.
        folder: String,
    },
    /// There is nothing in it.
    #[error("{} holds no results; `run --history` keeps them there", path.display())]
    Nothing {
        /// The folder.
        path: PathBuf,
    },
}

/// Reads a history. Every file counts: one that can't be read is an error and not left out.
///
/// # Errors
///
/// When a folder or file can't be read, holds something else or is of another target, or there is nothing.
pub fn read(root: &Path) -> Result<Vec<TargetHistory>, HistoryError> {
    let mut targets = Vec::new();
    for folder in entries(root)?.into_iter().filter(|path| path.is_dir()) {
        let mut runs = Vec::new();
        for path in files(&folder)? {
            let results = Results::read(&path)?;
            let belongs = folder_of(&results.target);
            if folder.file_name().is_none_or(|name| name != belongs.as_str()) {
                return Err(HistoryError::OtherTarget { path, endpoint: results.target.endpoint, folder: belongs });
            }
            runs.push((path, results));
        }
        runs.sort_by(|(_, one), (_, next)| one.started_at.cmp(&next.started_at));
        if let Some((_, newest)) = runs.last() {
            targets.push(TargetHistory { target: newest.target.clone(), runs });
        }
    }
    if targets.is_empty() {
        return Err(HistoryError::Nothing { path: root.to_owned() });
    }
    Ok(targets)
}

/// The files of results in the folder of a target, in the order of their names, which is that of time.
fn files(folder: &Path) -> Result<Vec<PathBuf>, HistoryError> {
    let mut files = entries(folder)?;
    files.retain(|path| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        // A process that was killed may leave a temporary file, whose name begins with a dot.
        name.ends_with(ENDING) && !name.starts_with('.')
    });
    Ok(files)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, HistoryError> {
    let wrong = |source: io::Error| HistoryError::Folder { path: folder.to_owned(), source };
    let entries = fs::read_dir(folder).map_err(wrong)?;
    let mut paths =
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>().map_err(wrong)?;
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(endpoint: &str, bundled_mock: bool) -> TargetHeader {
        TargetHeader { provider: "toy".to_owned(), endpoint: endpoint.to_owned(), bundled_mock, version: None }
    }

    #[test]
    fn each_target_has_a_folder_of_its_own_that_a_system_can_name() {
        assert_eq!(folder_of(&target("http://127.0.0.1:8080/", true)), "toy-bundled-mock");
        let one = folder_of(&target("http://127.0.0.1:8080/", false));
        assert!(one.starts_with("toy-127.0.0.1-8080-"), "{one}");
        // What is plain looks alike, and is not.
        let (slash, colon) = (folder_of(&target("http://a/b", false)), folder_of(&target("http://a:b", false)));
        assert!(slash.starts_with("toy-a-b-") && colon.starts_with("toy-a-b-") && slash != colon);
        let long = folder_of(&target(&format!("http://{}", "../x".repeat(100)), false));
        assert!(long.len() < 100 && !long.contains('/'), "{long}");
    }
}
