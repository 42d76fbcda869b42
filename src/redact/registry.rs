//! The secrets of a run, known to whoever writes.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::Secret;
use super::form::SHORTEST;
use super::index::{Found, Index};

/// What stands for a secret.
const REDACTED: &str = "[redacted]";

/// How many forms of secrets are looked for before the oldest are forgotten; about as many again are kept from before
/// that. A secret has about ten.
const MOST_FORMS: usize = 100_000;

/// How many secrets wait at most until somebody writes something.
const MOST_FRESH: usize = 4_096;

/// The shortest secret that an endpoint can name, in bytes. Whatever it calls a secret is replaced in its own texts, so
/// it must not be a short word; data keys, key material and tokens have 16 bytes and more.
const SHORTEST_TOLD: usize = 16;

/// The secrets of a run. Clones share them: whoever learns of a secret hands it in, whoever writes looks for it.
///
/// Handing in costs no more than a copy under a lock. What is looked for is worked out when something is written, and
/// only of what has come since.
#[derive(Clone, Default)]
pub struct SecretRegistry(Arc<Mutex<Sets>>);

#[derive(Default)]
struct Sets {
    /// Credentials, which protect more than test data: never forgotten.
    credentials: Set,
    /// What this program made up.
    made: Set,
    /// What an endpoint calls a secret. It chooses them, so that nothing but its own texts may be changed for them:
    /// otherwise it could erase words of a report that it does not like.
    told: Set,
}

/// Secrets of one kind, the latest at least.
#[derive(Default)]
struct Set {
    /// Not looked at yet.
    fresh: Vec<Zeroizing<Vec<u8>>>,
    recent: Index,
    older: Index,
}

/// Which secrets are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// The program's own: credentials and what it made up.
    Own,
    /// Those that an endpoint named besides.
    All,
}

/// A text without secrets.
pub(super) struct Sifted {
    /// What can be let out; none if it is the text as it is, up to `taken`.
    pub(super) clean: Option<Vec<u8>>,
    /// How many bytes of the text have been dealt with; the rest may be the beginning of a secret.
    pub(super) taken: usize,
}

impl SecretRegistry {
    /// The shortest secret that is looked for, in bytes.
    pub const SHORTEST: usize = SHORTEST;

    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes credentials: they are looked for until the end.
    pub fn add_credential(&self, secret: &Secret) {
        self.sets().credentials.push(secret.expose().as_bytes(), usize::MAX);
    }

    /// Takes a text that this program made up: key material, a plaintext. Base64 stands for its bytes.
    pub fn add_generated(&self, text: &str) {
        self.sets().made.push(&bytes_of(text), MOST_FORMS);
    }

    /// Takes a text that an endpoint calls a secret: a data key, a token, a signature. Base64 and hexadecimal digits
    /// stand for their bytes; one of fewer than 16 bytes is left out.
    pub fn add_received(&self, text: &str) {
        let bytes = bytes_of(text);
        if bytes.len() >= SHORTEST_TOLD {
            self.sets().told.push(&bytes, MOST_FORMS);
        }
    }

    /// A text that an endpoint may have had a part in, with every secret replaced by `[redacted]`. It must not have
    /// been cut before, for half a secret is not found.
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match self.sift(text.as_bytes(), false, Which::All).clean {
            None => Cow::Borrowed(text),
            Some(clean) => Cow::Owned(String::from_utf8_lossy(&clean).into_owned()),
        }
    }

    /// [`SecretRegistry::redact`] for whoever must not wait, such as a panic that may come from here; none if the
    /// registry is in use all the time.
    pub fn try_redact(&self, text: &str) -> Option<String> {
        const TRIES: usize = 100;
        for _ in 0..TRIES {
            let sets = match self.0.try_lock() {
                Ok(sets) => sets,
                Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
                Err(TryLockError::WouldBlock) => {
                    std::thread::yield_now();
                    continue;
                }
            };
            let clean = sift_by(sets, text.as_bytes(), false, Which::All).clean;
            return Some(clean.map_or_else(|| text.to_owned(), |clean| String::from_utf8_lossy(&clean).into_owned()));
        }
        None
    }

    /// [`SecretRegistry::redact`] in place.
    pub fn redact_in(&self, text: &mut String) {
        if let Cow::Owned(clean) = self.redact(text) {
            *text = clean;
        }
    }

    /// Replaces secrets. `more` says that the text goes on.
    pub(super) fn sift(&self, text: &[u8], more: bool, which: Which) -> Sifted {
        if text.is_empty() || (text.len() < SHORTEST && !more) {
            return Sifted { clean: None, taken: text.len() };
        }
        sift_by(self.sets(), text, more, which)
    }

    fn sets(&self) -> MutexGuard<'_, Sets> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for SecretRegistry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretRegistry")
    }
}

impl Set {
    fn push(&mut self, secret: &[u8], most: usize) {
        if secret.len() < SHORTEST {
            return;
        }
        self.fresh.push(Zeroizing::new(secret.to_vec()));
        if self.fresh.len() >= MOST_FRESH {
            self.look(most);
        }
    }

    /// Looks at what has come.
    fn look(&mut self, most: usize) {
        for secret in self.fresh.drain(..) {
            // Nothing but credentials is sent along with other texts, encoded as one.
            self.recent.add(&secret, most == usize::MAX);
            if self.recent.len() >= most {
                self.older = std::mem::take(&mut self.recent);
            }
        }
    }
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
    let from_hex: Option<Vec<u8>> = if text.len() >= 2 * SHORTEST_TOLD { from_hex.collect() } else { None };
    Zeroizing::new(from_hex.or_else(|| STANDARD.decode(text).ok()).unwrap_or_else(|| text.as_bytes().to_vec()))
}

fn sift_by(mut sets: MutexGuard<'_, Sets>, text: &[u8], more: bool, which: Which) -> Sifted {
    sets.credentials.look(usize::MAX);
    sets.made.look(MOST_FORMS);
    if which == Which::All {
        sets.told.look(MOST_FORMS);
    }
    let told = (which == Which::All).then_some(&sets.told);
    let sets = [&sets.credentials, &sets.made].into_iter().chain(told);
    let indexes: Vec<&Index> = sets.flat_map(|set| [&set.recent, &set.older]).filter(|index| index.len() > 0).collect();
    if indexes.is_empty() { Sifted { clean: None, taken: text.len() } } else { sift(text, more, &indexes) }
}

fn sift(text: &[u8], more: bool, indexes: &[&Index]) -> Sifted {
    let mut clean: Option<Vec<u8>> = None;
    // What stands before this place has been let out.
    let mut done = 0;
    let mut place = 0;
    let mut first = 0;
    // How many of the bytes before the window's end are in `first`.
    let mut filled = 0;
    while place + SHORTEST <= text.len() {
        while filled < SHORTEST {
            first = first << 8 | u64::from(text[place + filled]);
            filled += 1;
        }
        let mut longest = 0;
        for index in indexes {
            if index.may_begin(first) {
                match index.find(&text[place..], more) {
                    Found::Nothing => {}
                    Found::Text(length) => longest = longest.max(length),
                    Found::Unclear => return ended(text, done, place, clean),
                }
            }
        }
        if longest == 0 {
            (place, filled) = (place + 1, SHORTEST - 1);
            continue;
        }
        let clean = clean.get_or_insert_default();
        clean.extend_from_slice(&text[done..place]);
        clean.extend_from_slice(REDACTED.as_bytes());
        place += longest;
        (done, filled) = (place, 0);
    }
    let begins = |start: &&[u8]| indexes.iter().any(|index| index.begins_with(start));
    let rest = (place..text.len()).map(|place| &text[place..]);
    let waiting = if more { rest.into_iter().find(|rest| begins(rest)).map_or(0, <[u8]>::len) } else { 0 };
    ended(text, done, text.len() - waiting, clean)
}

fn ended(text: &[u8], done: usize, end: usize, mut clean: Option<Vec<u8>>) -> Sifted {
    if let Some(clean) = &mut clean {
        clean.extend_from_slice(&text[done..end]);
    }
    Sifted { clean, taken: end }
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
    fn two_secrets_of_which_one_is_the_beginning_of_the_other() {
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
    fn what_was_made_long_ago_is_forgotten_and_credentials_are_not() {
        let secrets = SecretRegistry::new();
        secrets.add_credential(&Secret::new("the-secret-of-the-key"));
        for number in 0..50_000 {
            secrets.add_generated(&format!("plaintext {number:08}"));
        }
        assert_eq!(secrets.redact("plaintext 00049999"), "[redacted]");
        assert_eq!(secrets.redact("plaintext 00000000"), "plaintext 00000000");
        assert_eq!(secrets.redact("the-secret-of-the-key"), "[redacted]");
    }

    #[test]
    fn debug_shows_nothing() {
        let secrets = SecretRegistry::new();
        secrets.add_generated("a secret text");
        assert_eq!(format!("{secrets:?}"), "SecretRegistry");
    }
}
