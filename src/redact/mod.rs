//! Secrets, and what keeps them from being written.
//!
//! Three things stand between a secret and a report, each for itself:
//!
//! 1. [`Secret`] is a type that can be neither printed nor serialised.
//! 2. What is recorded of a request or a response is redacted by its fields, which is the business of `client`.
//! 3. A [`SecretRegistry`] knows the secrets of a run in every usual form. Texts that an endpoint sent go through
//!    [`SecretRegistry::redact`] before they are cut or reported, the values of a report once more before it is written,
//!    and everything that goes to the terminal through a [`RedactingWriter`], which replaces the program's own secrets by
//!    `[redacted]`.
//!
//! A secret of fewer than [`SecretRegistry::SHORTEST`] bytes is only kept by the first two: it could not be replaced
//! without damage to harmless words and numbers that happen to hold it.

mod form;
mod index;
mod registry;
mod writer;

use std::fmt;

use zeroize::Zeroizing;

pub(crate) use self::registry::REDACTED;
pub use self::registry::SecretRegistry;
pub use self::writer::RedactingWriter;

/// A secret: it can't be serialised, `Debug` hides it, and its memory is wiped when it is dropped.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text, for signing, encrypting and sending only.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_the_text() {
        let secret = Secret::new("hunter2");
        assert_eq!(format!("{secret:?}"), "[secret]");
        assert_eq!(secret.expose(), "hunter2");
    }
}
