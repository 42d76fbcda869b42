//! What an account holds, as one call reads and changes it: in transactions.

use std::mem;
use std::sync::Mutex;

use jiff::Timestamp;

use crate::mock::aws::service::key::Tenant;
use crate::mock::aws::service::layer::Layer;
use crate::mock::aws::service::regions::Regions;
use crate::mock::host::identifier::Identifiers;
use crate::mock::locked;

/// What an account holds. Each call has its own view of it, in its region, which remembers what the call depends on.
pub(crate) struct Account<'a> {
    regions: Access<'a>,
    region: &'a str,
    time: Time<'a>,
    log: Option<&'a dyn ChangeLog>,
    saved_by: u64,
}

/// The locked regions, or those that a longer piece of work has for itself.
enum Access<'a> {
    Shared(&'a Mutex<Regions>),
    Alone(&'a mut Regions),
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
    /// Takes what was touched and appends it; the receipt is the number of the entry, nothing if nothing was touched.
    fn append(&self, regions: &mut Regions) -> Option<u64>;
}

impl Time<'_> {
    /// Lets happen what was due by itself until now.
    pub(crate) fn pass(self, regions: &mut Regions) {
        match self.layer {
            None => regions.settle(self.now, self.identifiers),
            Some(layer) => layer.settle(regions, self.now, self.identifiers),
        }
    }
}

impl<'a> Account<'a> {
    /// The view of a call in a region. Without a log nothing is written down.
    pub(crate) fn new(
        regions: &'a Mutex<Regions>,
        region: &'a str,
        time: Time<'a>,
        log: Option<&'a dyn ChangeLog>,
    ) -> Self {
        Self { regions: Access::Shared(regions), region, time, log, saved_by: 0 }
    }

    /// Looks at the keys of the region as they are now.
    pub(crate) fn read<R>(&mut self, look: impl FnOnce(&Tenant) -> R) -> R {
        self.write(|keys| look(keys))
    }

    /// Changes the keys of the region, as they are now.
    pub(crate) fn write<R>(&mut self, change: impl FnOnce(&mut Tenant) -> R) -> R {
        let region = self.region;
        self.write_all(|regions| change(regions.tenant(region)))
    }

    /// Changes keys of any region, as they are now. What has changed is in the log before anybody else sees it, so the
    /// order of the log is that of the changes.
    pub(crate) fn write_all<R>(&mut self, change: impl FnOnce(&mut Regions) -> R) -> R {
        match &mut self.regions {
            // The transaction around it lets time pass and writes the log, once for all its steps.
            Access::Alone(regions) => change(regions),
            Access::Shared(shared) => {
                let mut regions = locked(shared);
                // A key that is due to be deleted must not be seen by anybody.
                self.time.pass(&mut regions);
                let result = change(&mut regions);

                if let Some(receipt) = self.log.and_then(|log| log.append(&mut regions)) {
                    self.saved_by = self.saved_by.max(receipt);
                }
                result
            }
        }
    }

    /// One transaction of several steps: nobody else sees the keys until `work` ends.
    pub(crate) fn alone<R>(&mut self, work: impl FnOnce(&mut Account<'_>) -> R) -> R {
        let (time, region) = (self.time, self.region);
        let mut depends_on = 0;
        let result = self.write_all(|regions| {
            let mut account = Account { regions: Access::Alone(regions), region, time, log: None, saved_by: 0 };
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
