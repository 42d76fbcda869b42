//! Access keys.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::mock::alibaba::service::api::Operation;

/// An access key: an id, a secret, and what they are good for.
#[derive(Clone)]
pub struct AccessKey {
    pub(crate) id: String,
    pub(crate) secret: Zeroizing<String>,
    pub(crate) account: String,
    pub(crate) active: bool,
    pub(crate) session: Option<Session>,
    pub(crate) denied: BTreeSet<Operation>,
}

/// The temporary part of an access key made by STS.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) token: Zeroizing<String>,
    pub(crate) expires: Timestamp,
}

impl AccessKey {
    /// The account of access keys that name none: the one of the documents' samples.
    pub const DEFAULT_ACCOUNT: &'static str = "1001234567890123";

    /// A permanent, active access key of [`AccessKey::DEFAULT_ACCOUNT`] with every permission.
    pub fn new(id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            secret: Zeroizing::new(secret.into()),
            account: Self::DEFAULT_ACCOUNT.to_owned(),
            active: true,
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

    /// The same access key in the account with this id.
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.account = account.into();
        self
    }

    /// The same access key, switched off.
    pub fn inactive(mut self) -> Self {
        self.active = false;
        self
    }

    /// The same access key, good only together with `token` and before `expires` (in real time).
    pub fn session(mut self, token: impl Into<String>, expires: Timestamp) -> Self {
        self.session = Some(Session { token: Zeroizing::new(token.into()), expires });
        self
    }

    /// The same access key without the permission for `operation`.
    pub fn deny(mut self, operation: Operation) -> Self {
        self.denied.insert(operation);
        self
    }
}

impl fmt::Debug for AccessKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AccessKey")
            .field("id", &self.id)
            .field("account", &self.account)
            .field("active", &self.active)
            .field("session", &self.session.is_some())
            .field("denied", &self.denied)
            .finish_non_exhaustive()
    }
}
