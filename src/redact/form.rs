//! The forms in which a secret can turn up in a text.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};
use zeroize::Zeroizing;

/// The shortest secret that is looked for, in bytes. A shorter one is also a part of harmless words and numbers, and
/// replacing those would make a report unreadable.
pub(super) const SHORTEST: usize = 8;

/// Of a longer secret only so many bytes are looked for, which is far more than a report shows of any text.
const LONGEST: usize = 16 << 10;

const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, NO_PAD);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, NO_PAD);

/// Hands each form of a secret to `take`: as it is, if it is text; hexadecimal in lower and upper case; Base64 in both
/// alphabets; that and the text itself percent-encoded once and twice, as in a string to sign, in either case; and as it
/// is escaped in a form, in JSON and in XML.
///
/// Base64 comes without padding, which is the start of that with it. The same form may come twice.
pub(super) fn each(secret: &[u8], mut take: impl FnMut(&[u8])) {
    let secret = &secret[..secret.len().min(LONGEST)];
    for digits in DIGITS {
        take(&hex(secret, digits));
    }

    let standard = Zeroizing::new(STANDARD.encode(secret));
    take(standard.as_bytes());
    percent_encoded(standard.as_bytes(), &mut take);
    // Without these characters, both alphabets give the same text.
    if standard.contains(['+', '/']) {
        take(Zeroizing::new(URL_SAFE.encode(secret)).as_bytes());
    }
    // Nothing but text is ever written.
    let Ok(text) = str::from_utf8(secret) else { return };
    take(secret);

    // What no encoding changes has been handed over.
    if secret.iter().all(u8::is_ascii_alphanumeric) {
        return;
    }

    percent_encoded(secret, &mut take);
    let form = escaped(secret, DIGITS[1]);
    take(Zeroizing::new(String::from_utf8_lossy(&form).replace("%20", "+")).as_bytes());

    let json = Zeroizing::new(in_json(text));
    take(json.as_bytes());
    // A body of JSON stands in a report of JSON, and so is escaped twice.
    take(Zeroizing::new(in_json(&json)).as_bytes());
    take(quick_xml::escape::escape(text).as_bytes());
    take(quick_xml::escape::partial_escape(text).as_bytes());
}

/// Hands what Base64 makes of a secret within a longer text to `take`, such as that of `id:secret`.
pub(super) fn each_within(secret: &[u8], mut take: impl FnMut(&[u8])) {
    let secret = &secret[..secret.len().min(LONGEST)];
    for engine in [&STANDARD, &URL_SAFE] {
        for before in 0..3 {
            take(within(engine, secret, before).as_bytes());
        }
    }
}

/// The characters that are the same whatever stands before and after the secret in the text that was encoded, if
/// `before` bytes are left over from whole groups of three.
fn within(engine: &GeneralPurpose, secret: &[u8], before: usize) -> Zeroizing<String> {
    let mut padded = Zeroizing::new(vec![0; before]);
    padded.extend_from_slice(secret);
    let mut encoded = Zeroizing::new(engine.encode(&*padded));

    // A character holds six bits: the last one may share its bits with what follows.
    encoded.truncate(padded.len() * 8 / 6);

    // In the same way, the first ones with what stands before.
    let mixed = (before * 8).div_ceil(6);
    Zeroizing::new(encoded.split_off(mixed))
}

fn percent_encoded(bytes: &[u8], take: &mut impl FnMut(&[u8])) {
    if bytes.iter().all(is_unreserved) {
        return;
    }
    for digits in DIGITS {
        let once = escaped(bytes, digits);
        take(&once);
        take(&escaped(&once, digits));
    }
}

const DIGITS: [&[u8; 16]; 2] = [b"0123456789abcdef", b"0123456789ABCDEF"];

fn hex(bytes: &[u8], digits: &[u8; 16]) -> Zeroizing<Vec<u8>> {
    let mut text = Zeroizing::new(Vec::with_capacity(bytes.len() * 2));
    for byte in bytes {
        text.extend_from_slice(&[digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]]);
    }
    text
}

/// Everything percent-encoded but the unreserved characters of RFC 3986.
fn escaped(bytes: &[u8], digits: &[u8; 16]) -> Zeroizing<Vec<u8>> {
    let mut text = Zeroizing::new(Vec::with_capacity(bytes.len() * 3));
    for byte in bytes {
        if is_unreserved(byte) {
            text.push(*byte);
        } else {
            text.extend_from_slice(&[b'%', digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]]);
        }
    }
    text
}

fn is_unreserved(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.~".contains(byte)
}

/// A text as it stands between the quotes of a JSON string.
fn in_json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(secret: &[u8]) -> Vec<String> {
        let mut forms = Vec::new();
        each(secret, |form| forms.push(String::from_utf8(form.to_vec()).unwrap()));
        forms
    }

    #[test]
    fn the_usual_forms_are_there() {
        let secret = "a b/c+\"d<é";
        let found = forms(secret.as_bytes());
        for form in [
            secret,
            "6120622f632b2264",
            "6120622F632B2264",
            "YSBiL2MrImQ8w6k",
            "a%20b%2Fc%2B%22d%3C%C3%A9",
            "a%20b%2fc%2b%22d%3c%c3%a9",
            "a%2520b%252Fc%252B%2522d%253C%25C3%25A9",
            "a%2520b%252fc%252b%2522d%253c%25c3%25a9",
            "a+b%2Fc%2B%22d%3C%C3%A9",
            "a b/c+\\\"d<é",
            "a b/c+\\\\\\\"d<é",
            "a b/c+&quot;d&lt;é",
            "a b/c+\"d&lt;é",
        ] {
            assert!(found.iter().any(|found| found.starts_with(form)), "{form}: {found:#?}");
        }

        let bytes = forms(&[0xfb, 0xff, 0xfe, 0xfb, 0xff, 0xfe, 0xfb, 0xff, 0xfe]);
        for form in ["fbfffefbfffefbfffe", "-__--__--__-", "%2B%2F%2F%2B%2B%2F%2F%2B", "%252B%252F%252F%252B"] {
            assert!(bytes.iter().any(|found| found.starts_with(form)), "{form}: {bytes:#?}");
        }
    }

    #[test]
    fn a_secret_within_an_encoded_text_has_one_of_the_forms() {
        let mut found = Vec::new();
        each_within(b"the-secret-of-it", |form| found.push(String::from_utf8(form.to_vec()).unwrap()));
        for before in ["", "x", "xy", "xyz", "id:"] {
            for after in ["", "x", "xy", "xyz"] {
                let encoded = STANDARD.encode(format!("{before}the-secret-of-it{after}"));
                assert!(found.iter().any(|form| encoded.contains(form.as_str())), "{before} {after}");
            }
        }
    }
}
