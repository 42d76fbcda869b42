//! Why state can't be kept.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;

/// Why a state file can't be read or written.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StateError {
    /// The file can't be opened, made or read.
    #[error("failed to open the state file {}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Arc<io::Error>,
    },
    /// Another mock has the file open.
    #[error("the state file {} is in use by another mock; each mock needs its own", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The file was not written by a mock.
    #[error("{} is not a state file of the mock; name a file that does not exist yet, and it will be made", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The file holds nothing, and no mock leaves such a file behind.
    #[error(
        "the state file {} is empty, so what it held is lost; put a copy back, or remove it to begin with none",
        path.display()
    )]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The file was written by a newer version of this program.
    #[error("the state file {} has format {found}, and this version knows formats up to {known}", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u64,
        /// The newest format that this version knows.
        known: u64,
    },
    /// The file holds the state of another cloud.
    #[error("the state file {} is of the mock of `{found}`, not of `{wanted}`", path.display())]
    OtherCloud {
        /// The file.
        path: PathBuf,
        /// The cloud whose state it holds.
        found: String,
        /// The cloud that was to be served.
        wanted: &'static str,
    },
    /// The file is not as it was written.
    #[error("the state file {} is damaged: {reason}; it is left as it is: put a copy back, or name another file", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        reason: String,
    },
    /// The clock is to start at a time that the file's clock has passed.
    #[error(
        "the clock of the state file {} has come to {reached} and never goes back, so it can't start at {wanted}; \
         `--clock manual` lets it stand where it is, and `manual=TIME` takes that time or a later one",
        path.display()
    )]
    Clock {
        /// The file.
        path: PathBuf,
        /// Where the clock was to start.
        wanted: Timestamp,
        /// Where it has come to.
        reached: Timestamp,
    },
    /// A change can't be written. Nothing that a client knows of is lost, but no further change is taken.
    #[error("failed to write the state file {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Arc<io::Error>,
    },
}
