//! Access keys.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::mock::aws::service::api::Operation;

/// An access key of AWS: an id, a secret, and what they are good for.
#[derive(Clone)]
pub struct AwsAccessKey {
    pub(crate) id: String,
    pub(crate) secret: Zeroizing<String>,
    pub(crate) account: String,
    pub(crate) session: Option<Session>,
    pub(crate) denied: BTreeSet<Operation>,
}

/// The temporary part of an access key made by STS.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) token: Zeroizing<String>,
    pub(crate) expires: Timestamp,
}

impl AwsAccessKey {
    /// The account of access keys that name none: the one of the documents' samples.
    pub const DEFAULT_ACCOUNT: &'static str = "111122223333";

    /// The id of the access key in the documents' samples.
    pub const EXAMPLE_ID: &'static str = "AKIAIOSFODNN7EXAMPLE";

    /// Its secret.
    pub const EXAMPLE_SECRET: &'static str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    /// A permanent access key of [`AwsAccessKey::DEFAULT_ACCOUNT`] with every permission.
    pub fn new(id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            secret: Zeroizing::new(secret.into()),
            account: Self::DEFAULT_ACCOUNT.to_owned(),
            session: None,
            denied: BTreeSet::new(),
        }
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The id of its account.
    pub fn account_id(&self) -> &str {
        &self.account
    }

    /// The same access key in the account with this id, which has 12 digits.
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.account = account.into();
        self
    }

    /// The same access key, good only together with `token` and before `expires` (in real time).
    pub fn session(mut self, token: impl Into<String>, expires: Timestamp) -> Self {
        self.session = Some(Session { token: Zeroizing::new(token.into()), expires });
        self
    }

    /// The same access key without the permission for an operation.
    ///
    /// # Errors
    /// When the mock knows no operation of this name.
    pub fn deny(mut self, operation: &str) -> Result<Self, UnknownAwsOperation> {
        self.denied.insert(operation.parse()?);
        Ok(self)
    }
}

/// The text names no operation of AWS KMS that the mock knows.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("unknown operation `{0}`")]
pub struct UnknownAwsOperation(pub(crate) String);

impl fmt::Debug for AwsAccessKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AwsAccessKey")
            .field("id", &self.id)
            .field("account", &self.account)
            .field("session", &self.session.is_some())
            .field("denied", &self.denied)
            .finish_non_exhaustive()
    }
}
