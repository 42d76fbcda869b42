//! Signature Version 4 of a request of KMS: HMAC-SHA256 under a key that is good for a day, a region and the service.
//!
//! Only what is signed, and under which key, is here. What a request holds and where its signature stands is said by the
//! encoder.

use zeroize::Zeroizing;

use crate::provider::signing::{hex, hmac_sha256, scoped_key, sha256_hex};

/// The algorithm name of an `Authorization` header.
pub(super) const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// The service in the scope of a signature. Emulators of many services route by it.
const SERVICE: &str = "kms";

/// The last part of every scope.
const END: &str = "aws4_request";

/// The scope of a signature; `time` is that of `X-Amz-Date`, such as `20150830T123600Z`.
pub(super) fn scope(time: &str, region: &str) -> String {
    format!("{}/{region}/{SERVICE}/{END}", day(time))
}

/// The string to sign of a canonical request.
pub(super) fn string_to_sign(time: &str, region: &str, canonical_request: &str) -> String {
    let hash = sha256_hex(canonical_request.as_bytes());
    format!("{ALGORITHM}\n{time}\n{}\n{hash}", scope(time, region))
}

/// The signature: lower-case hex.
pub(super) fn signature(secret: &str, time: &str, region: &str, string_to_sign: &str) -> String {
    let prefixed = Zeroizing::new(format!("AWS4{secret}"));
    let key = scoped_key(prefixed.as_bytes(), &[day(time), region, SERVICE, END]);
    hex(&hmac_sha256(&key, string_to_sign))
}

/// The day of a time.
fn day(time: &str) -> &str {
    time.split('T').next().unwrap_or_default()
}
