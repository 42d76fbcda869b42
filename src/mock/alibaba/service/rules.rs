//! What the documents leave open, or say otherwise in another edition: limits and choices.

use std::ops::RangeInclusive;

/// The edition of the documents to follow where they differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// The documents of 2019 to 2021: PendingWindowInDays 7 to 30, by default 30; 10 tags a key.
    #[default]
    Classic,
    /// The documents since 2023: PendingWindowInDays required, 7 to 366; 20 tags a key.
    Current,
}

/// The most keys and aliases of an account in a region. The default has no end, unlike the service, whose limits are
/// [`Quotas::SERVICE`]: a test run makes more keys than an account is meant to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quotas {
    /// Keys, those that wait for their deletion included.
    pub keys: usize,
    /// Aliases.
    pub aliases: usize,
}

impl Quotas {
    /// The limits of the shared service.
    pub const SERVICE: Quotas = Quotas { keys: 200, aliases: 300 };
}

impl Default for Quotas {
    fn default() -> Self {
        Self { keys: usize::MAX, aliases: usize::MAX }
    }
}

/// The limits and choices that operations go by.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) quotas: Quotas,
    /// The most tags of a key.
    pub(crate) most_tags: usize,
    /// The most characters of a tag's value.
    pub(crate) longest_tag_value: usize,
    /// The most characters of a description.
    pub(crate) longest_description: usize,
    /// The most bytes of plaintext: of the decoded data when it is Base64, else of the text.
    pub(crate) longest_plaintext: usize,
    /// The most bytes of a data key.
    pub(crate) longest_data_key: usize,
    /// The most entries of a page.
    pub(crate) largest_page: u64,
    /// The days between ScheduleKeyDeletion and the deletion.
    pub(crate) waiting_days: RangeInclusive<u64>,
    /// Those days if the request does not say; it has to where there are none.
    pub(crate) default_waiting_days: Option<u64>,
    /// Whether CancelKeyDeletion brings back the state before ScheduleKeyDeletion.
    pub(crate) cancel_restores_state: bool,
    /// Whether Plaintext has to be Base64.
    pub(crate) require_base64_plaintext: bool,
    /// Whether keys of ProtectionLevel HSM can be made.
    pub(crate) hsm: bool,
}

/// The most characters of a description.
pub(crate) const LONGEST_DESCRIPTION: usize = 8192;

impl Rules {
    /// The rules of an edition. What no edition says is as [`crate::mock::AlibabaConfig`] has it by default.
    pub(crate) fn new(profile: Profile, quotas: Quotas) -> Self {
        // The window is required since 2023; before, an absent one meant the longest.
        let (most_tags, longest_tag_value, longest_wait, default_waiting_days) = match profile {
            Profile::Classic => (10, 256, 30, Some(30)),
            Profile::Current => (20, 128, 366, None),
        };
        Self {
            quotas,
            most_tags,
            longest_tag_value,
            longest_description: LONGEST_DESCRIPTION,
            longest_plaintext: 6144,
            longest_data_key: 1024,
            largest_page: 100,
            waiting_days: 7..=longest_wait,
            default_waiting_days,
            cancel_restores_state: false,
            require_base64_plaintext: false,
            hsm: true,
        }
    }
}
