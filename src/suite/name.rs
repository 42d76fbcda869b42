//! Names as types, so that a state is never taken for an operation.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<Arc<str>> for $name {
            fn from(text: Arc<str>) -> Self {
                Self(text)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&*self.0, formatter)
            }
        }
    };
}

name!(
    /// The wire name of an operation, such as `ScheduleKeyDeletion`.
    OperationName
);
name!(
    /// A state of a key, such as `PendingImport`.
    State
);
name!(
    /// A class of keys, such as `EXTERNAL`.
    ClassName
);
name!(
    /// An error code, or `Success`.
    Code
);
name!(
    /// The name by which templates know a key; the subject is `key`.
    KeyName
);
name!(
    /// The name of a fixture, such as `ciphertext`.
    FixtureName
);
name!(
    /// The name of a route, such as `via-cancel`.
    RouteName
);
name!(
    /// The name of a stage that routes can lead through, such as `expiry`.
    StageName
);
name!(
    /// The id of a clause of the published documents.
    ClauseId
);
name!(
    /// The stable id of a case: a path such as `alibaba/Encrypt/Disabled/EXTERNAL`.
    CaseId
);
name!(
    /// An edition of the published document, such as `official`.
    Edition
);

impl Code {
    /// The code that stands for a response without one.
    pub const SUCCESS: &'static str = "Success";

    /// Whether it stands for success.
    pub fn is_success(&self) -> bool {
        self.as_str() == Self::SUCCESS
    }
}

impl KeyName {
    /// The key whose state counts, unless a case says otherwise.
    pub const SUBJECT: &'static str = "key";

    /// The subject.
    pub fn subject() -> Self {
        Self::from(Self::SUBJECT)
    }
}

impl CaseId {
    /// The shared text of the id.
    pub fn shared(&self) -> Arc<str> {
        Arc::clone(&self.0)
    }
}
