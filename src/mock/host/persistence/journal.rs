//! The queue of changes and the thread that writes them.

use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::watch;

use super::file::StateFile;
use super::{Change, StateError};
use crate::mock::locked;

/// Changes on their way to the file. Those that come while others are being written are written together.
#[derive(Debug)]
pub(crate) struct Journal {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug)]
struct Shared {
    queue: Mutex<Queue>,
    /// Something is to be written, or nothing more will come.
    more: Condvar,
    /// Something was written, or nothing more will be.
    written: Condvar,
    progress: watch::Sender<Progress>,
    failure: OnceLock<StateError>,
}

#[derive(Debug, Default)]
struct Queue {
    changes: Vec<Change>,
    /// The number of the last set of changes.
    last: u64,
    closing: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    /// The number of the last set of changes that is sure to last.
    saved: u64,
    /// Nothing more will be written.
    ended: bool,
}

/// A change was not written and never will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotSaved;

impl Journal {
    /// Starts writing to `file`. `sample` gives changes of what is looked at only when something is written anyway.
    pub(crate) fn start(
        file: StateFile,
        sample: impl FnMut() -> Vec<Change> + Send + 'static,
    ) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            queue: Mutex::default(),
            more: Condvar::new(),
            written: Condvar::new(),
            progress: watch::Sender::default(),
            failure: OnceLock::new(),
        });

        let for_thread = Arc::clone(&shared);
        let thread =
            std::thread::Builder::new().name("state".to_owned()).spawn(move || for_thread.write(file, sample))?;
        Ok(Self { shared, thread: Mutex::new(Some(thread)) })
    }

    /// Adds changes that are written together or not at all, after all that were added before. The number is what to
    /// wait for.
    pub(crate) fn append(&self, changes: impl IntoIterator<Item = Change>) -> u64 {
        let mut queue = locked(&self.shared.queue);
        queue.changes.extend(changes);
        // Even without changes: the writer then samples the clock.
        queue.last += 1;
        self.shared.more.notify_one();
        queue.last
    }

    /// The number of the last changes that were added.
    pub(crate) fn last(&self) -> u64 {
        locked(&self.shared.queue).last
    }

    /// Waits until the changes with this number, and so all before, are sure to last.
    pub(crate) async fn saved(&self, number: u64) -> Result<(), NotSaved> {
        // Most reads depend on what was saved long ago, and need no place among the waiting.
        if self.shared.progress.borrow().saved >= number {
            return Ok(());
        }

        let mut progress = self.shared.progress.subscribe();
        let reached = progress.wait_for(|progress| progress.saved >= number || progress.ended).await;
        if reached.is_ok_and(|progress| progress.saved >= number) { Ok(()) } else { Err(NotSaved) }
    }

    /// Like [`Journal::saved`], for threads.
    pub(crate) fn wait(&self, number: u64) -> Result<(), StateError> {
        let mut queue = locked(&self.shared.queue);
        loop {
            let progress = *self.shared.progress.borrow();
            if progress.saved >= number || progress.ended {
                return self.shared.failure.get().map_or(Ok(()), |failure| Err(failure.clone()));
            }
            queue = self.shared.written.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Writes what is left and closes the file. What is added later is not written.
    pub(crate) fn close(&self) -> Result<(), StateError> {
        locked(&self.shared.queue).closing = true;
        self.shared.more.notify_one();
        if let Some(thread) = locked(&self.thread).take() {
            // A panic in it has already been printed.
            let _ = thread.join();
        }
        self.shared.failure.get().map_or(Ok(()), |failure| Err(failure.clone()))
    }

    /// Waits until writing has failed, for ever if it does not.
    pub(crate) async fn failed(&self) -> StateError {
        let mut progress = self.shared.progress.subscribe();
        // The sender lives as long as this journal, so waiting cannot fail.
        let _ = progress.wait_for(|progress| progress.ended).await;
        match self.shared.failure.get() {
            Some(failure) => failure.clone(),
            None => std::future::pending().await,
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        // Whoever wants to know closes it.
        let _ = self.close();
    }
}

impl Shared {
    /// The thread: writes until the journal closes, or until it can't.
    fn write(&self, mut file: StateFile, mut sample: impl FnMut() -> Vec<Change>) {
        let mut saved = 0;
        while let Some((mut changes, last)) = self.next(saved) {
            changes.extend(sample());

            if let Err(source) = file.append(&changes) {
                let failure = StateError::Write { path: file.path().to_owned(), source: Arc::new(source) };
                // It is empty: the loop ends here.
                let _ = self.failure.set(failure);
                break;
            }

            // Requests may go on while the file is written anew, which takes a while.
            saved = last;
            self.report(|progress| progress.saved = saved);
            if file.has_grown() {
                // If it fails, all is still in the old file.
                let _ = file.compact();
            }
        }

        // The file is unlocked before anybody hears that this is the end.
        drop(file);
        self.report(|progress| progress.ended = true);
    }

    fn report(&self, change: impl FnOnce(&mut Progress)) {
        self.progress.send_modify(change);
        // Whoever looks at the progress and then waits holds this lock in between.
        drop(locked(&self.queue));
        self.written.notify_all();
    }

    /// Waits for changes after the first `saved`; nothing if no more will come.
    fn next(&self, saved: u64) -> Option<(Vec<Change>, u64)> {
        let mut queue = locked(&self.queue);
        while queue.last == saved {
            // Only once nothing is left: closing loses nothing.
            if queue.closing {
                return None;
            }
            queue = self.more.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        Some((std::mem::take(&mut queue.changes), queue.last))
    }
}
