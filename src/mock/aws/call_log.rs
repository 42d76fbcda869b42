//! Where the changes of calls are written down.

use crate::mock::aws::records;
use crate::mock::aws::service::regions::Regions;
use crate::mock::host::persistence::Journal;
use crate::mock::store::ChangeLog;

/// The journal, and whose changes they are.
pub(crate) struct CallLog<'a> {
    pub(crate) journal: &'a Journal,
    pub(crate) account: &'a str,
}

impl ChangeLog<Regions> for CallLog<'_> {
    /// One entry for all regions: a key and its replica change together or not at all.
    fn append(&self, regions: &mut Regions, _: bool) -> Option<u64> {
        let touched = regions.take_touched();
        if touched.is_empty() {
            return None;
        }
        let number = self.journal.append(records::changes(regions, &touched, self.account));
        regions.note_saving(&touched, number);
        Some(number)
    }
}
