//! The deviations of a cloud, for those who do not know which cloud it is: they are names.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

#[cfg(feature = "cli")]
use crate::mock::host::cloud::DeviationError;

/// A deviation of some cloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownDeviation {
    name: String,
    description: String,
    operations: Option<Vec<&'static str>>,
}

impl KnownDeviation {
    /// The name, which never changes.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the mock does, in one sentence without its end.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The operations that the mock does otherwise: where none of them is sent, it does all as without the deviation. None if
    /// any request may show it.
    pub fn operations(&self) -> Option<&[&'static str]> {
        self.operations.as_deref()
    }
}

/// A cloud's type of deviations. What [`FromStr`] reads, [`fmt::Display`] writes.
pub(super) trait CloudDeviation: FromStr<Err: Error + Send + Sync + 'static> + fmt::Display {
    /// Every one that has a name of its own. Those of a cell and of one operation's responses are made of parts.
    fn named() -> impl Iterator<Item = Self>;

    /// What the mock does, in one sentence without its end.
    #[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "a list of them is part of the program"))]
    fn description(&self) -> String;

    /// The operations that the mock does otherwise, unless any request may show it.
    #[cfg_attr(
        not(feature = "cli"),
        expect(dead_code, reason = "the self-test needs it, which is part of the program")
    )]
    fn operations(&self) -> Option<Vec<&'static str>>;
}

/// What the mock of a cloud can do otherwise than the documents say, for the self-test, which is part of the program.
#[cfg(feature = "cli")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Repertoire {
    named: fn() -> Vec<String>,
    read: fn(&str) -> Result<KnownDeviation, DeviationError>,
}

#[cfg(feature = "cli")]
impl Repertoire {
    pub(super) const fn of<D: CloudDeviation>() -> Self {
        Self {
            named: || D::named().map(|deviation| deviation.to_string()).collect(),
            read: |text| {
                let deviation: D = text.parse().map_err(DeviationError::new)?;
                Ok(KnownDeviation {
                    name: deviation.to_string(),
                    description: deviation.description(),
                    operations: deviation.operations(),
                })
            },
        }
    }

    /// The names of all that have one of their own.
    pub(crate) fn named(self) -> Vec<String> {
        (self.named)()
    }

    /// The deviation of a text.
    ///
    /// # Errors
    /// When the cloud has no such deviation.
    pub(crate) fn read(self, text: &str) -> Result<KnownDeviation, DeviationError> {
        (self.read)(text)
    }
}
