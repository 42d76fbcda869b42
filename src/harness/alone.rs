//! Cases that disturb others run alone, whichever process the others are in.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::session::shared_file::{open, running_file};

/// Keeps cases apart that must not run at the same time.
#[derive(Debug)]
pub(super) enum Order {
    /// Of this process only: no other one reaches the target.
    Process(RwLock<()>),
    /// Of all processes of this machine, and of the threads of each.
    Machine(Files),
}

/// The files that are locked. They stay, for another process may be about to lock them.
#[derive(Debug)]
pub(super) struct Files {
    /// Held while a case waits for `running`. Without it, a case that wants to be alone would wait as long as there are
    /// others that needn't be, for those share the lock and new ones would always come in time.
    turn: PathBuf,
    /// Held while a case runs: alone, or shared with others.
    running: PathBuf,
}

/// As long as it lives, the case may run.
#[derive(Debug)]
#[expect(dead_code, reason = "held, and never read")]
pub(super) enum Place<'a> {
    Alone(RwLockWriteGuard<'a, ()>),
    Beside(RwLockReadGuard<'a, ()>),
    /// The lock ends when the file is closed, also when the process is killed.
    File(File),
}

impl Order {
    /// For the processes that test what has this name; for this process if it has none.
    pub(super) fn of(shared_name: Option<&str>, folder: &Path) -> Self {
        match shared_name {
            None => Self::Process(RwLock::default()),
            Some(name) => {
                Self::Machine(Files { turn: folder.join(format!("{name}.turn")), running: running_file(name, folder) })
            }
        }
    }

    /// Waits until a case may run.
    ///
    /// # Errors
    ///
    /// In one line: the file that can't be locked, and why.
    pub(super) fn wait(&self, alone: bool) -> Result<Place<'_>, String> {
        match self {
            Self::Process(lock) if alone => Ok(Place::Alone(lock.write().unwrap_or_else(PoisonError::into_inner))),
            Self::Process(lock) => Ok(Place::Beside(lock.read().unwrap_or_else(PoisonError::into_inner))),
            Self::Machine(files) => files.wait(alone).map(Place::File),
        }
    }
}

impl Files {
    fn wait(&self, alone: bool) -> Result<File, String> {
        let _turn = locked(&self.turn, File::lock)?;
        locked(&self.running, if alone { File::lock } else { File::lock_shared })
    }
}

fn locked(path: &Path, lock: fn(&File) -> io::Result<()>) -> Result<File, String> {
    let failed = |error: io::Error| {
        let path = path.display();
        format!(
            "failed to lock {path}, which keeps cases apart that move the clock: {error}; TMPDIR names another folder"
        )
    };
    let file = open(path).map_err(failed)?;
    lock(&file).map_err(failed)?;
    Ok(file)
}

#[cfg(all(test, feature = "cli"))]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    /// Two orders of a folder, as two processes have them.
    fn two(folder: &Path) -> [Order; 2] {
        [(); 2].map(|()| Order::of(Some("target"), folder))
    }

    #[test]
    fn cases_that_need_not_be_alone_run_beside_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let [one, other] = two(folder.path());
        let _held = (one.wait(false).unwrap(), other.wait(false).unwrap(), one.wait(false).unwrap());
    }

    #[test]
    fn a_case_that_wants_to_be_alone_waits_and_goes_before_later_ones() {
        let folder = tempfile::tempdir().unwrap();
        let [one, other] = two(folder.path());
        let (sender, events) = channel();
        let Order::Machine(files) = &one else { panic!("an order of this process") };
        let held = one.wait(false).unwrap();

        std::thread::scope(|scope| {
            let alone = sender.clone();
            scope.spawn(move || {
                let place = other.wait(true).unwrap();
                alone.send("alone").unwrap();
                drop(place);
            });
            // It has its turn as soon as nobody else can get one.
            while File::open(&files.turn).is_ok_and(|file| file.try_lock().is_ok()) {
                std::thread::yield_now();
            }
            let later = two(folder.path());
            scope.spawn(move || {
                let place = later[0].wait(false).unwrap();
                sender.send("beside").unwrap();
                drop(place);
            });
            drop(held);
        });
        assert_eq!(events.iter().collect::<Vec<_>>(), ["alone", "beside"]);
    }

    #[test]
    fn what_is_not_a_file_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("target.turn")).unwrap();
        let message = two(folder.path())[0].wait(false).unwrap_err();
        assert!(message.contains("target.turn") && message.contains("it is not a file"), "{message}");
    }
}
