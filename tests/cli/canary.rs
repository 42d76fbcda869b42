//! Secrets planted to be looked for in everything that is written.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// The secret of the access key.
pub const SECRET: &str = "c4n4ry+of/the=access key secret";

/// The security token.
pub const TOKEN: &str = "CAISc4n4ry/of+the/security/token==";

/// Planted secrets, as bytes. Clones share them.
#[derive(Clone, Default)]
pub struct Canaries(Arc<Mutex<Planted>>);

#[derive(Default)]
struct Planted {
    secrets: Vec<Vec<u8>>,
    /// Each is good for one request, and only that one's response repeats it.
    signatures: Vec<Vec<u8>>,
}

impl Canaries {
    /// The credentials.
    pub fn new() -> Self {
        let canaries = Self::default();
        canaries.add(SECRET.as_bytes());
        canaries.add(TOKEN.as_bytes());
        canaries
    }

    /// Adds a secret. What is shorter than a data key can be is not a secret.
    pub fn add(&self, secret: &[u8]) {
        let mut all = self.0.lock().unwrap();
        if secret.len() >= 16 && !all.secrets.iter().any(|known| known == secret) {
            all.secrets.push(secret.to_vec());
        }
    }

    /// Adds the signature of a request.
    pub fn add_signature(&self, signature: &[u8]) {
        self.0.lock().unwrap().signatures.push(signature.to_vec());
    }

    pub fn len(&self) -> usize {
        self.0.lock().unwrap().secrets.len()
    }

    /// The forms of the credentials and of the latest other secrets.
    pub fn latest(&self) -> Vec<String> {
        const LATEST: usize = 4;
        let all = self.0.lock().unwrap();
        let (credentials, others) = all.secrets.split_at(2);
        let others = &others[others.len().saturating_sub(LATEST)..];
        credentials.iter().chain(others).flat_map(|secret| forms(secret)).collect()
    }

    /// Looks into a text.
    #[track_caller]
    pub fn absent_from(&self, what: &str, bytes: &[u8]) {
        let mut by_start: HashMap<[u8; 8], Vec<String>> = HashMap::new();
        // Most places can't be the start of a form, which is seen at a glance.
        let mut may_start = vec![false; 1 << 16];
        let all = self.0.lock().unwrap();
        for form in all.secrets.iter().chain(&all.signatures).flat_map(|secret| forms(secret)) {
            may_start[usize::from(u16::from_be_bytes(*form.as_bytes().first_chunk().unwrap()))] = true;
            by_start.entry(*form.as_bytes().first_chunk().unwrap()).or_default().push(form);
        }
        drop(all);
        for (at, window) in bytes.windows(8).enumerate() {
            if !may_start[usize::from(u16::from_be_bytes([window[0], window[1]]))] {
                continue;
            }
            let forms = window.first_chunk().and_then(|start| by_start.get(start));
            let found = forms.into_iter().flatten().find(|form| bytes[at..].starts_with(form.as_bytes()));
            assert_eq!(found, None, "{what}: {}", String::from_utf8_lossy(&bytes[at.saturating_sub(200)..at]));
        }
    }

    /// Looks into every file below a folder, and gives them.
    #[track_caller]
    pub fn absent_below(&self, folder: &Path) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            self.absent_from("a name", path.as_os_str().as_encoded_bytes());
            if path.is_dir() {
                files.extend(self.absent_below(&path));
            } else {
                self.absent_from(&path.display().to_string(), &std::fs::read(&path).unwrap());
                files.push(path);
            }
        }
        files
    }
}

/// What Base64 or hexadecimal digits stand for, or else the text itself.
pub fn decoded(text: &str) -> Vec<u8> {
    let pairs = (0..text.len() / 2).map(|at| u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok());
    let hex: Option<Vec<u8>> = pairs.collect();
    let hex = hex.filter(|hex| hex.len() == 32);
    hex.or_else(|| STANDARD.decode(text).ok()).unwrap_or_else(|| text.as_bytes().to_vec())
}

/// The forms of a secret that a text can have.
pub fn forms(secret: &[u8]) -> Vec<String> {
    let hex: String = secret.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    });
    let mut forms = vec![hex.to_uppercase(), hex];
    forms.extend([&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD].map(|engine| engine.encode(secret)));
    forms.extend(String::from_utf8(secret.to_vec()));
    let plain = forms.clone();
    let encode = |text: &String| utf8_percent_encode(text, NON_ALPHANUMERIC_BUT_UNRESERVED).to_string();
    forms.extend(plain.iter().map(encode));
    forms.extend(plain.iter().map(encode).map(|once| encode(&once)));
    forms.sort();
    forms.dedup();
    forms
}

const NON_ALPHANUMERIC_BUT_UNRESERVED: &percent_encoding::AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
