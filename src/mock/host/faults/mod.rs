//! Faults: trouble between client and service, made on purpose and the same again for the same seed.
//!
//! A rule reads `FAULT[,operation=NAME][,nth=N][,probability=P]`:
//!
//! ```
//! use kms_conformance::mock::{FaultRule, Faults};
//!
//! let second: FaultRule = "drop-after,operation=ScheduleKeyDeletion,nth=2".parse()?;
//! let faults = Faults { seed: 7, rules: vec![second, "latency=5ms..20ms,probability=0.1".parse()?] };
//! assert_eq!(faults.rules[1].to_string(), "latency=5ms..20ms,probability=0.1");
//! # Ok::<(), kms_conformance::mock::ParseFaultError>(())
//! ```

mod error;
mod fault;
mod rule;
mod schedule;

pub use error::ParseFaultError;
pub use fault::Fault;
pub use rule::FaultRule;
pub(crate) use schedule::{Plan, Schedule};

use serde::{Deserialize, Serialize};

use crate::mock::host::cloud::Description;

/// The faults of a mock.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Faults {
    /// What chance is drawn from.
    #[serde(default)]
    pub seed: u64,
    /// The rules. Of those that change the response to a request the first one counts; delays add up.
    pub rules: Vec<FaultRule>,
}

impl Faults {
    /// Checks that the cloud has the operations and throttle codes that the rules name.
    ///
    /// # Errors
    /// The first name that it does not have.
    pub(crate) fn check(&self, cloud: &Description) -> Result<(), ParseFaultError> {
        self.rules.iter().try_for_each(|rule| rule.check(cloud))
    }
}
