//! Looks for what keeps a client from a service, from the name of the host to the permissions of the access key.
//!
//! Nothing is changed by it. Each finding rests on those before it: where one of them is wrong, what follows from it is not
//! looked at, so that there is one cause and not seven symptoms.
//!
//! - `way` is how requests get to the endpoint: name, proxy, connection, TLS, clock;
//! - `service` is what the endpoint makes of signed requests: credentials, permissions, quota;
//! - `difference` shows where two texts part.

mod difference;
mod service;
mod way;

use crate::client::{Client, Connection};

/// What was found of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Finding {
    /// It is in order.
    Right(String),
    /// It is not; what is wrong and what can be done, in lines.
    Wrong(Vec<String>),
    /// It was not looked at, for this reason.
    NotChecked(String),
}

/// Something that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Check {
    /// What it is.
    pub(crate) name: &'static str,
    pub(crate) finding: Finding,
}

/// What is examined.
pub(crate) struct Doctor<'a> {
    /// What sends the requests.
    pub(crate) client: &'a Client,
    pub(crate) connection: &'a Connection,
    /// Why there are no credentials, if there are none; the client then signs with others.
    pub(crate) no_credentials: Option<String>,
    /// The access key, as it may be shown.
    pub(crate) access_key: String,
}

/// The names of the findings that need a response.
const SIGNED: [&str; 3] = ["credentials", "permissions", "quota"];

impl Doctor<'_> {
    /// Looks at everything.
    pub(crate) async fn examine(&self) -> Vec<Check> {
        let mut checks = Vec::new();
        let is_reached = self.way(&mut checks).await;

        let obstacle = match (&self.no_credentials, is_reached) {
            (_, false) => Some("the endpoint can't be reached".to_owned()),
            (Some(reason), true) => {
                checks.push(Check { name: SIGNED[0], finding: Finding::Wrong(vec![reason.clone()]) });
                Some("there are no credentials".to_owned())
            }
            (None, true) => self.service(&mut checks).await.err(),
        };
        if let Some(reason) = obstacle {
            for name in SIGNED {
                if !checks.iter().any(|check| check.name == name) {
                    checks.push(Check { name, finding: Finding::NotChecked(reason.clone()) });
                }
            }
        }
        checks
    }
}

impl Finding {
    fn wrong(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::Wrong(vec![what.into(), advice.into()])
    }
}
