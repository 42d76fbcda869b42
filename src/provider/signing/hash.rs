//! Hashes and message authentication codes.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::hex;

/// Lower-case hex of the SHA-256 of `bytes`.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The HMAC-SHA1 of a text.
pub fn hmac_sha1(key: &[u8], text: &str) -> [u8; 20] {
    keyed::<Hmac<Sha1>>(key, text).finalize().into_bytes().into()
}

/// The HMAC-SHA256 of a text.
pub fn hmac_sha256(key: &[u8], text: &str) -> [u8; 32] {
    keyed::<Hmac<Sha256>>(key, text).finalize().into_bytes().into()
}

/// Whether `code` is the HMAC-SHA1 of a text, compared in constant time.
pub fn is_hmac_sha1(key: &[u8], text: &str, code: &[u8]) -> bool {
    keyed::<Hmac<Sha1>>(key, text).verify_slice(code).is_ok()
}

/// Whether `code` is the HMAC-SHA256 of a text, compared in constant time.
pub fn is_hmac_sha256(key: &[u8], text: &str, code: &[u8]) -> bool {
    keyed::<Hmac<Sha256>>(key, text).verify_slice(code).is_ok()
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn keyed<M: Mac + KeyInit>(key: &[u8], text: &str) -> M {
    let mut mac = <M as KeyInit>::new_from_slice(key).expect("a key of any length");
    mac.update(text.as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Test case 2 of RFC 2202 and of RFC 4231.
    #[test]
    fn codes_are_those_of_the_standards() {
        let (key, text) = (b"Jefe", "what do ya want for nothing?");
        assert_eq!(hex(&hmac_sha1(key, text)), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
        let sha256 = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(hex(&hmac_sha256(key, text)), sha256);
    }

    #[test]
    fn only_the_whole_code_is_accepted() {
        let (key, text) = (b"secret", "text");
        let (short, long) = (hmac_sha1(key, text), hmac_sha256(key, text));
        assert!(is_hmac_sha1(key, text, &short) && is_hmac_sha256(key, text, &long));
        assert!(!is_hmac_sha1(key, text, &short[1..]) && !is_hmac_sha256(key, text, &long[1..]));
        assert!(!is_hmac_sha1(key, "other", &short) && !is_hmac_sha256(key, "other", &long));
    }
}
