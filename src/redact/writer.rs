//! The last thing that a text goes through before it is written.

use std::io::{self, Write};

use super::SecretRegistry;

/// How much is written to a [`RedactingWriter`] before some of it is passed on; next to nothing in tests, so that they
/// come to a buffer that is full.
const BUFFERED: usize = if cfg!(test) { 16 } else { 64 << 10 };

/// A writer that passes everything on but the program's own secrets, for which it writes `[redacted]`, also where they
/// come in pieces.
///
/// It keeps what comes until a flush, [`RedactingWriter::finish`] or its end; of more than 64 KiB it passes on what can't
/// be a part of a secret that goes on. What an endpoint calls a secret is not looked for here, since that could break the
/// form of a report: such texts go through [`SecretRegistry::redact`] before.
#[derive(Debug)]
pub struct RedactingWriter<W: Write> {
    /// None once it is finished.
    out: Option<W>,
    secrets: SecretRegistry,
    waiting: Vec<u8>,
}

impl<W: Write> RedactingWriter<W> {
    /// A writer that passes on to `out`.
    pub fn new(out: W, secrets: &SecretRegistry) -> Self {
        Self { out: Some(out), secrets: secrets.clone(), waiting: Vec::new() }
    }

    /// Passes on what waits.
    ///
    /// # Errors
    ///
    /// Any error of the writer behind.
    pub fn finish(mut self) -> io::Result<()> {
        let finished = self.flush();
        self.out = None;
        finished
    }

    /// Passes on what waits but for its last bytes.
    fn pass_on(&mut self, kept: usize) -> io::Result<()> {
        let Some(out) = &mut self.out else { return Ok(()) };
        let (redacted, end) = self.secrets.redact_own(&self.waiting, kept);
        let written = out.write_all(redacted.as_deref().unwrap_or(&self.waiting[..end]));
        // What could not be written is not tried again: half of it may be out.
        self.waiting.drain(..end);
        written
    }
}

impl<W: Write> Write for RedactingWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.waiting.extend_from_slice(bytes);
        // A secret that begins among the bytes that are passed on also ends among those that are here.
        let kept = self.secrets.longest();
        if self.waiting.len() >= BUFFERED.max(2 * kept) {
            self.pass_on(kept)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pass_on(0)?;
        self.out.as_mut().map_or(Ok(()), W::flush)
    }
}

impl<W: Write> Drop for RedactingWriter<W> {
    fn drop(&mut self) {
        // Whoever wants to know of an error finishes.
        let _ = self.pass_on(0);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::redact::Secret;
    use crate::redact::form::each;

    const SECRET: &str = "k9/Zq+ \"<é>-secret-7";

    fn secrets() -> SecretRegistry {
        let secrets = SecretRegistry::new();
        secrets.add_credential(&Secret::new(SECRET));
        secrets.add_generated("bm90aGluZyBidXQgdGVzdCBkYXRh");
        secrets
    }

    fn written(secrets: &SecretRegistry, pieces: &[&[u8]]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut writer = RedactingWriter::new(&mut out, secrets);
        for piece in pieces {
            writer.write_all(piece).unwrap();
        }
        writer.finish().unwrap();
        out
    }

    /// Every form of both secrets.
    fn forms() -> Vec<Vec<u8>> {
        let mut forms = Vec::new();
        for secret in [SECRET, "nothing but test data"] {
            each(secret.as_bytes(), |form| forms.push(form.to_vec()));
        }
        forms
    }

    #[test]
    fn without_secrets_nothing_is_changed_or_kept() {
        let mut out = Vec::new();
        let mut writer = RedactingWriter::new(&mut out, &SecretRegistry::new());
        writer.write_all(SECRET.as_bytes()).unwrap();
        assert!(writer.waiting.is_empty());
        drop(writer);
        assert_eq!(out, SECRET.as_bytes());
    }

    #[test]
    fn every_form_is_replaced_wherever_it_is_torn() {
        let secrets = secrets();
        for form in forms() {
            let text = [b"before ", &form[..], b" after"].concat();
            for at in 0..=text.len() {
                let (one, other) = text.split_at(at);
                let out = written(&secrets, &[one, other]);
                assert_eq!(String::from_utf8_lossy(&out), "before [redacted] after");
            }
            let bytes: Vec<&[u8]> = text.chunks(1).collect();
            assert_eq!(written(&secrets, &bytes), b"before [redacted] after");
        }
    }

    #[test]
    fn the_beginning_of_a_secret_that_does_not_go_on_is_kept() {
        let secrets = secrets();
        for length in 0..SECRET.len() {
            if let Some(start) = SECRET.get(..length) {
                assert_eq!(written(&secrets, &[start.as_bytes()]), start.as_bytes());
                assert_eq!(written(&secrets, &[start.as_bytes(), b"!"]), format!("{start}!").as_bytes());
            }
        }
    }

    #[test]
    fn a_flush_passes_everything_on() {
        let mut out = Vec::new();
        let mut writer = RedactingWriter::new(&mut out, &secrets());
        writer.write_all(b"a line\nno end k9/").unwrap();
        writer.flush().unwrap();
        assert!(writer.waiting.is_empty());
        drop(writer);
        assert_eq!(out, b"a line\nno end k9/");
    }

    #[test]
    fn an_error_of_the_writer_behind_is_reported() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut writer = RedactingWriter::new(Full, &secrets());
        writer.write_all(b"x").unwrap();
        assert_eq!(writer.finish().unwrap_err().kind(), io::ErrorKind::StorageFull);
        let mut writer = RedactingWriter::new(Full, &secrets());
        assert_eq!(writer.write_all(&[b'x'; 4096]).unwrap_err().kind(), io::ErrorKind::StorageFull);
    }

    proptest! {
        #[test]
        fn what_comes_out_depends_on_the_text_and_not_on_its_pieces(
            parts in proptest::collection::vec(
                prop_oneof![
                    proptest::sample::select(forms()),
                    proptest::sample::select(forms()).prop_map(|form| form[..form.len() / 2].to_vec()),
                    "[a-z9/ ]{0,12}".prop_map(String::into_bytes),
                    proptest::collection::vec(any::<u8>(), 0..8),
                ],
                0..24,
            ),
            sizes in proptest::collection::vec(1_usize..20, 1..20),
        ) {
            let secrets = secrets();
            let text = parts.concat();
            let mut pieces = Vec::new();
            let mut rest = &text[..];
            for size in sizes.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (piece, after) = rest.split_at(rest.len().min(*size));
                pieces.push(piece);
                rest = after;
            }
            let out = written(&secrets, &pieces);
            prop_assert_eq!(&out, &written(&secrets, &[&text]));
            for form in forms() {
                prop_assert!(!out.windows(form.len()).any(|window| window == form));
            }
        }
    }
}
