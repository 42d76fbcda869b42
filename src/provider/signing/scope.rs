//! Keys that are good for a scope only: a day, a region, a service.

use zeroize::Zeroizing;

use super::hmac_sha256;

/// The signing key of a scope, as SigV4 and TC3 derive it: the secret with the scheme's prefix, and then a code of each
/// part of the scope under the one before.
pub fn scoped_key(prefixed_secret: &[u8], scope: &[&str]) -> Zeroizing<Vec<u8>> {
    let start = Zeroizing::new(prefixed_secret.to_vec());
    scope.iter().fold(start, |key, part| Zeroizing::new(hmac_sha256(&key, part).to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::signing::hex;

    /// The example of "Deriving a signing key" in the reference of AWS.
    #[test]
    fn a_key_is_that_of_the_published_example() {
        let secret = b"AWS4wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
        let key = scoped_key(secret, &["20120215", "us-east-1", "iam", "aws4_request"]);
        assert_eq!(hex(&key), "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d");
    }
}
