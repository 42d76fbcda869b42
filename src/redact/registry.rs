//! The secrets of a run, known to whoever writes.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::Secret;
use super::form::SHORTEST;
use super::index::{Index, Origin};

/// What stands for a secret.
pub(crate) const REDACTED: &str = "[redacted]";

/// The shortest secret that an endpoint can name, in bytes. Whatever it calls a secret is replaced in its own texts, so
/// it must not be a short word; data keys, key material and tokens have 16 bytes and more.
const SHORTEST_RECEIVED: usize = 16;

/// The secrets of a run. Clones share them: whoever learns of a secret registers it, whoever writes looks for it.
#[derive(Clone, Default)]
pub struct SecretRegistry(Arc<Mutex<Index>>);

impl SecretRegistry {
    /// The shortest secret that is looked for, in bytes.
    pub const SHORTEST: usize = SHORTEST;

    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Registers credentials.
    pub fn add_credential(&self, secret: &Secret) {
        self.add(secret.expose().as_bytes(), SHORTEST, Origin::Credential);
    }

    /// Registers a text that this program made up: key material, a plaintext. Base64 stands for its bytes.
    pub fn add_generated(&self, text: &str) {
        self.add(&bytes_of(text), SHORTEST, Origin::Generated);
    }

    /// Registers a text that an endpoint calls a secret: a data key, a token, a signature. Base64 and hexadecimal digits
    /// stand for their bytes; one of fewer than 16 bytes is left out.
    pub fn add_received(&self, text: &str) {
        self.add(&bytes_of(text), SHORTEST_RECEIVED, Origin::Received);
    }

    fn add(&self, secret: &[u8], shortest: usize, origin: Origin) {
        if secret.len() >= shortest {
            self.index().add(secret, origin);
        }
    }

    /// Names texts of this program that are written as they are, such as ids. A secret that stands in one is a common word:
    /// from now on it is replaced in the texts of an endpoint, and no more in what is written around them.
    pub fn keep_in<'a>(&self, texts: impl IntoIterator<Item = &'a str>) {
        let mut index = self.index();
        texts.into_iter().for_each(|text| index.keep_in(text.as_bytes()));
    }

    /// A text that an endpoint may have had a part in, with every secret replaced by `[redacted]`. It must not have
    /// been cut before, for half a secret is not found.
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        redact_text(&self.index(), text)
    }

    /// [`SecretRegistry::redact`] for whoever must not wait, such as a panic that may come from here; none if the
    /// registry is in use all the time.
    pub fn try_redact(&self, text: &str) -> Option<String> {
        const TRIES: usize = 100;
        for _ in 0..TRIES {
            match self.0.try_lock() {
                Ok(index) => return Some(redact_text(&index, text).into_owned()),
                Err(TryLockError::Poisoned(index)) => return Some(redact_text(index.get_ref(), text).into_owned()),
                Err(TryLockError::WouldBlock) => std::thread::yield_now(),
            }
        }
        None
    }

    /// [`SecretRegistry::redact`] in place.
    pub fn redact_in(&self, text: &mut String) {
        if let Cow::Owned(redacted) = self.redact(text) {
            *text = redacted;
        }
    }

    /// Replaces the program's own secrets that begin before all but the last `kept` bytes. Gives the new text, none if
    /// nothing was replaced, and how many bytes of the old one it stands for.
    ///
    /// With the length of the longest form in place of `kept`, no secret is missed that goes on after the text.
    pub(super) fn redact_own(&self, text: &[u8], kept: usize) -> (Option<Vec<u8>>, usize) {
        replace(&self.index(), text, text.len().saturating_sub(kept), Origin::is_own)
    }

    /// The length of the longest form of a secret of the program.
    pub(super) fn longest(&self) -> usize {
        self.index().longest()
    }

    fn index(&self) -> MutexGuard<'_, Index> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for SecretRegistry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretRegistry")
    }
}

fn redact_text<'a>(index: &Index, text: &'a str) -> Cow<'a, str> {
    match replace(index, text.as_bytes(), text.len(), |_| true).0 {
        None => Cow::Borrowed(text),
        Some(redacted) => Cow::Owned(String::from_utf8_lossy(&redacted).into_owned()),
    }
}

/// Replaces the secrets that begin before `end`, of those whose origin is wanted. Gives the new text, none if nothing was replaced, and where it ends in
/// the old one: at `end`, or behind the last secret.
fn replace(index: &Index, text: &[u8], end: usize, wanted: impl Fn(Origin) -> bool + Copy) -> (Option<Vec<u8>>, usize) {
    let mut redacted: Option<Vec<u8>> = None;
    let mut copied = 0;
    while let Some((place, length)) = index.find(text, copied, end, wanted) {
        let redacted = redacted.get_or_insert_default();
        redacted.extend_from_slice(&text[copied..place]);
        redacted.extend_from_slice(REDACTED.as_bytes());
        copied = place + length;
    }

    let end = end.max(copied);
    if let Some(redacted) = &mut redacted {
        redacted.extend_from_slice(&text[copied..end]);
    }
    (redacted, end)
}

/// The bytes that a text stands for.
fn bytes_of(text: &str) -> Zeroizing<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks(2);
    let from_hex = pairs.map(|pair| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    });
    // Fewer digits may be a number or a word.
    let from_hex: Option<Vec<u8>> = if text.len() >= 2 * SHORTEST_RECEIVED { from_hex.collect() } else { None };
    // Hexadecimal first, for its digits are valid Base64 too.
    Zeroizing::new(from_hex.or_else(|| STANDARD.decode(text).ok()).unwrap_or_else(|| text.as_bytes().to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_an_endpoint_had_a_part_in_holds_no_secret() {
        let secrets = SecretRegistry::new();
        secrets.add_credential(&Secret::new("the-secret-of-the-key"));
        secrets.add_generated(&STANDARD.encode([0xa5; 32]));
        secrets.add_received(&STANDARD.encode("a data key of the endpoint"));
        let text = format!("x the-secret-of-the-key, {}, a data key of the endpoint y", "a5".repeat(32));
        assert_eq!(secrets.redact(&text), "x [redacted], [redacted], [redacted] y");
        assert!(matches!(secrets.redact("nothing of that kind"), Cow::Borrowed(_)));
        let clone = secrets.clone();
        clone.add_generated("learnt of later");
        assert_eq!(secrets.redact("learnt of later"), "[redacted]");
    }

    #[test]
    fn short_texts_are_left_alone() {
        let secrets = SecretRegistry::new();
        secrets.add_credential(&Secret::new("seven 7"));
        secrets.add_generated("seven 7");
        // Otherwise an endpoint could erase words from its own report.
        secrets.add_received("Encrypt/Disabled");
        secrets.add_received("Y29uZm9ybWFuY2U=");
        let text = "seven 7 Encrypt/Disabled conformance Y29uZm9ybWFuY2U=";
        assert_eq!(secrets.redact(text), text);
    }

    #[test]
    fn the_longest_of_several_secrets_at_a_place_is_replaced() {
        let secrets = SecretRegistry::new();
        for secret in ["long secret", "long secret that goes on", "secret that goes"] {
            secrets.add_generated(secret);
        }
        assert_eq!(
            secrets.redact("long secret that goes off, long secret that goes on"),
            "[redacted] that goes off, [redacted]"
        );
    }

    #[test]
    fn old_secrets_of_an_endpoint_are_forgotten_and_own_ones_are_not() {
        let secrets = SecretRegistry::new();
        secrets.add_credential(&Secret::new("the-secret-of-the-key"));
        secrets.add_generated("a plaintext of the run");
        for number in 0..500 {
            secrets.add_received(&format!("data key no. {number:08}"));
        }
        assert_eq!(secrets.redact("data key no. 00000499"), "[redacted]");
        assert_eq!(secrets.redact("data key no. 00000000"), "data key no. 00000000");
        assert_eq!(secrets.redact("the-secret-of-the-key, a plaintext of the run"), "[redacted], [redacted]");
    }

    #[test]
    fn a_secret_that_is_a_common_word_is_left_in_the_programs_own_texts() {
        let secrets = SecretRegistry::new();
        let common = Secret::new("Disabled");
        secrets.add_credential(&common);
        secrets.add_credential(&Secret::new("the-secret-of-the-key"));
        secrets.keep_in(["alibaba/Encrypt/Disabled"]);
        // Whoever makes a client registers its credentials once more.
        secrets.add_credential(&common);
        let text = b"alibaba/Encrypt/Disabled the-secret-of-the-key";
        let (redacted, _) = secrets.redact_own(text, 0);
        assert_eq!(redacted.unwrap(), b"alibaba/Encrypt/Disabled [redacted]");
        assert_eq!(secrets.redact("it is Disabled"), "it is [redacted]");
        // Another form of it stands in no text of the program.
        assert_eq!(secrets.redact_own(b"RGlzYWJsZWQ 44697361626c6564", 0).0.unwrap(), b"[redacted] [redacted]");
    }

    #[test]
    fn debug_shows_nothing() {
        let secrets = SecretRegistry::new();
        secrets.add_generated("a secret text");
        assert_eq!(format!("{secrets:?}"), "SecretRegistry");
    }
}
