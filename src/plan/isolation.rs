//! Whether each case has keys of its own.

/// Whether each case has keys of its own, or a few keys are handed from case to case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Isolation {
    /// `tour` for an account, where keys cost quota and money, and otherwise `fresh`.
    #[default]
    Auto,
    /// Each case makes keys of its own, so that no case meets what another has done.
    Fresh,
    /// A few keys are handed from case to case. What fails on one of them is tried again on fresh keys.
    Tour,
}

impl Isolation {
    /// Whether keys are handed from case to case.
    pub fn is_tour(self, account: bool) -> bool {
        match self {
            Self::Auto => account,
            Self::Fresh => false,
            Self::Tour => true,
        }
    }
}
