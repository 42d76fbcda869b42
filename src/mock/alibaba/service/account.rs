//! The keys of an account in a region, as one call reads and changes them: in transactions.

use std::mem;
use std::sync::Mutex;

use jiff::Timestamp;

use crate::mock::alibaba::service::key::Tenant;
use crate::mock::alibaba::service::layer::Layer;
use crate::mock::host::identifier::Identifiers;
use crate::mock::locked;
use crate::mock::store::Touched;

/// What an account holds in a region. Each call has its own view of it, which remembers what the call depends on.
pub(crate) struct Account<'a> {
    keys: Access<'a>,
    time: Time<'a>,
    log: Option<&'a dyn ChangeLog>,
    saved_by: u64,
}

/// The locked keys, or those that a longer piece of work has for itself.
enum Access<'a> {
    Shared(&'a Mutex<Tenant>),
    Alone(&'a mut Tenant),
}

/// What lets happen to keys what is due by itself.
#[derive(Clone, Copy)]
pub(crate) struct Time<'a> {
    pub(crate) now: Timestamp,
    pub(crate) identifiers: &'a Identifiers,
    pub(crate) layer: Option<&'a dyn Layer>,
}

/// Where the changes of a call are written down, in the order in which they were made.
pub(crate) trait ChangeLog {
    /// Appends what was touched; the receipt is the number of the entry. The first entry of a call also keeps what
    /// belongs to the call as a whole.
    fn append(&self, keys: &Tenant, touched: &Touched, is_first: bool) -> u64;
}

impl Time<'_> {
    /// Lets happen what was due by itself until now.
    pub(crate) fn pass(self, keys: &mut Tenant) {
        match self.layer {
            None => keys.settle(self.now, self.identifiers),
            Some(layer) => layer.settle(keys, self.now, self.identifiers),
        }
    }
}

impl<'a> Account<'a> {
    /// The view of a call. Without a log nothing is written down.
    pub(crate) fn new(keys: &'a Mutex<Tenant>, time: Time<'a>, log: Option<&'a dyn ChangeLog>) -> Self {
        Self { keys: Access::Shared(keys), time, log, saved_by: 0 }
    }

    /// Looks at the keys as they are now.
    pub(crate) fn read<R>(&mut self, look: impl FnOnce(&Tenant) -> R) -> R {
        self.write(|keys| look(keys))
    }

    /// Changes the keys, as they are now. What has changed is in the log before anybody else sees it, so the order of
    /// the log is that of the changes.
    pub(crate) fn write<R>(&mut self, change: impl FnOnce(&mut Tenant) -> R) -> R {
        match &mut self.keys {
            // The transaction around it lets time pass and writes the log, once for all its steps.
            Access::Alone(keys) => change(keys),
            Access::Shared(shared) => {
                let mut keys = locked(shared);
                // A key that is due to be deleted must not be seen by anybody.
                self.time.pass(&mut keys);
                let result = change(&mut keys);

                if let (Some(log), Some(touched)) = (self.log, keys.take_touched()) {
                    let receipt = log.append(&keys, &touched, self.saved_by == 0);
                    keys.note_saving(&touched, receipt);
                    self.saved_by = self.saved_by.max(receipt);
                }
                result
            }
        }
    }

    /// One transaction of several steps: nobody else sees the keys until `work` ends.
    pub(crate) fn alone<R>(&mut self, work: impl FnOnce(&mut Account<'_>) -> R) -> R {
        let time = self.time;
        let mut depends_on = 0;
        let result = self.write(|keys| {
            let mut account = Account { keys: Access::Alone(keys), time, log: None, saved_by: 0 };
            let result = work(&mut account);
            depends_on = mem::take(&mut account.saved_by);
            result
        });
        self.depend_on(depends_on);
        result
    }

    /// Makes the response wait for an earlier change too, by its receipt.
    pub(crate) fn depend_on(&mut self, receipt: u64) {
        self.saved_by = self.saved_by.max(receipt);
    }

    /// The receipt of the last change that the response depends on; 0 for none. The response may go out when that
    /// change is sure to last.
    pub(crate) fn saved_by(&self) -> u64 {
        self.saved_by
    }
}
