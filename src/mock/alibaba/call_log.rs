//! Where the changes of calls are written down.

use jiff::Timestamp;

use crate::mock::alibaba::records;
use crate::mock::alibaba::service::key::Tenant;
use crate::mock::host::persistence::Journal;
use crate::mock::store::{self, ChangeLog};

/// The journal, and what an entry has to say of the call.
pub(crate) struct CallLog<'a> {
    pub(crate) journal: &'a Journal,
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
    pub(crate) access_key: &'a str,
    pub(crate) nonce: Option<&'a str>,
}

impl ChangeLog<Tenant> for CallLog<'_> {
    /// The nonce of a request that changed something must last as long as the change, or the request could be sent again.
    fn append(&self, keys: &mut Tenant, is_first: bool) -> Option<u64> {
        let touched = keys.take_touched()?;
        let mut changes = store::records::changes(keys, &touched, self.account, self.region);
        if let Some(nonce) = self.nonce.filter(|_| is_first) {
            changes.push(records::nonce(Timestamp::now(), self.access_key, nonce));
        }

        let number = self.journal.append(changes);
        keys.note_saving(&touched, number);
        Some(number)
    }
}
