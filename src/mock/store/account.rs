//! What an account holds, as one call reads and changes it: in transactions.

use std::mem;
use std::sync::Mutex;

use jiff::Timestamp;

use super::record::KeyRecord;
use super::tenant::Tenant;
use crate::mock::host::identifier::Identifiers;
use crate::mock::locked;

/// What is locked as a whole: the keys of one region, or those of all regions where they depend on each other.
pub(crate) trait Holding {
    /// The cloud's record of a key.
    type Key: KeyRecord;

    /// What is held in a region.
    fn in_region(&mut self, region: &str) -> &mut Tenant<Self::Key>;

    /// Lets happen what was due by itself until `now`.
    fn settle(&mut self, now: Timestamp, identifiers: &Identifiers);
}

/// One region by itself, whichever it is.
impl<K: KeyRecord> Holding for Tenant<K> {
    type Key = K;

    fn in_region(&mut self, _: &str) -> &mut Self {
        self
    }

    fn settle(&mut self, now: Timestamp, identifiers: &Identifiers) {
        Tenant::settle(self, now, identifiers);
    }
}

/// What may stand around time that passes.
pub(crate) trait TimeLayer<H> {
    /// Lets happen to keys what is due by itself until `now`; alone, the service does [`Holding::settle`].
    fn settle(&self, held: &mut H, now: Timestamp, identifiers: &Identifiers);
}

/// What lets happen to keys what is due by itself.
pub(crate) struct Time<'a, H> {
    pub(crate) now: Timestamp,
    pub(crate) identifiers: &'a Identifiers,
    pub(crate) layer: Option<&'a dyn TimeLayer<H>>,
}

/// Where the changes of a call are written down, in the order in which they were made.
pub(crate) trait ChangeLog<H> {
    /// Takes what was touched and appends it; the receipt is the number of the entry, nothing if nothing was touched.
    /// The first entry of a call also keeps what belongs to the call as a whole.
    fn append(&self, held: &mut H, is_first: bool) -> Option<u64>;
}

/// What an account holds. Each call has its own view of it, in its region, which remembers what the call depends on.
pub(crate) struct Account<'a, H> {
    held: Access<'a, H>,
    region: &'a str,
    time: Time<'a, H>,
    log: Option<&'a dyn ChangeLog<H>>,
    saved_by: u64,
}

/// What is locked, or what a longer piece of work has for itself.
enum Access<'a, H> {
    Shared(&'a Mutex<H>),
    Alone(&'a mut H),
}

impl<H: Holding> Time<'_, H> {
    /// Lets happen what was due by itself until now.
    pub(crate) fn pass(&self, held: &mut H) {
        match self.layer {
            None => held.settle(self.now, self.identifiers),
            Some(layer) => layer.settle(held, self.now, self.identifiers),
        }
    }
}

/// By hand, for what is held can't be copied and need not be.
impl<H> Copy for Time<'_, H> {}

impl<H> Clone for Time<'_, H> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<'a, H: Holding> Account<'a, H> {
    /// The view of a call in a region. Without a log nothing is written down.
    pub(crate) fn new(
        held: &'a Mutex<H>,
        region: &'a str,
        time: Time<'a, H>,
        log: Option<&'a dyn ChangeLog<H>>,
    ) -> Self {
        Self { held: Access::Shared(held), region, time, log, saved_by: 0 }
    }

    /// Looks at the keys of the region as they are now.
    pub(crate) fn read<R>(&mut self, look: impl FnOnce(&Tenant<H::Key>) -> R) -> R {
        self.write(|keys| look(keys))
    }

    /// Changes the keys of the region, as they are now.
    pub(crate) fn write<R>(&mut self, change: impl FnOnce(&mut Tenant<H::Key>) -> R) -> R {
        let region = self.region;
        self.write_all(|held| change(held.in_region(region)))
    }

    /// Changes keys of any region, as they are now. What has changed is in the log before anybody else sees it, so the
    /// order of the log is that of the changes.
    pub(crate) fn write_all<R>(&mut self, change: impl FnOnce(&mut H) -> R) -> R {
        match &mut self.held {
            // The transaction around it lets time pass and writes the log, once for all its steps.
            Access::Alone(held) => change(held),
            Access::Shared(shared) => {
                let mut held = locked(shared);
                // A key that is due to be deleted must not be seen by anybody.
                self.time.pass(&mut held);
                let result = change(&mut held);

                if let Some(receipt) = self.log.and_then(|log| log.append(&mut held, self.saved_by == 0)) {
                    self.saved_by = self.saved_by.max(receipt);
                }
                result
            }
        }
    }

    /// One transaction of several steps: nobody else sees the keys until `work` ends.
    pub(crate) fn alone<R>(&mut self, work: impl FnOnce(&mut Account<'_, H>) -> R) -> R {
        let (time, region) = (self.time, self.region);
        let mut depends_on = 0;
        let result = self.write_all(|held| {
            let mut account = Account { held: Access::Alone(held), region, time, log: None, saved_by: 0 };
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
