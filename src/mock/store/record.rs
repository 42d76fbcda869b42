//! What the store needs to know of a cloud's record of a key.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;

use crate::mock::host::identifier::Identifiers;

/// A cloud's record of a key: what the cloud knows of it, with the places that the store files it under.
pub(crate) trait KeyRecord: Clone + fmt::Debug {
    /// How many states a key can be in.
    const STATES: usize;

    /// What a record keeps of itself over a change.
    type Before;

    /// The id.
    fn id(&self) -> &str;

    /// The place in the order of creation.
    fn number(&self) -> u64;

    /// The other ids that the key is found by, such as those of its versions. New ones come last.
    fn further_ids(&self) -> impl Iterator<Item = &str>;

    /// Alias names by the number of their creation. The store fills them in.
    fn aliases(&self) -> &BTreeMap<u64, String>;
    fn aliases_mut(&mut self) -> &mut BTreeMap<u64, String>;

    /// Takes the number of the key's last change in the journal.
    fn set_saved_by(&mut self, number: u64);

    /// The place of the key's state among all states.
    fn state_index(&self) -> usize;

    /// The next time at which something happens to the key by itself.
    fn deadline(&self) -> Option<Timestamp>;

    /// Whether the key is gone by now.
    fn is_gone(&self, now: Timestamp) -> bool;

    /// Lets happen what is due by itself until `now`, apart from going.
    fn elapse(&mut self, now: Timestamp, identifiers: &Identifiers);

    /// What is kept over a change.
    fn before(&self) -> Self::Before;

    /// Notes what a change has made of the key.
    fn note_change(&mut self, before: Self::Before);
}
