//! What the signatures of clouds are made of: encodings, hashes, and the canonical form of a request.
//!
//! Nothing here knows a cloud: what is signed in which order, under which key, and where the signature stands is said
//! by each dialect, and said again by each mock, from the documents and not from one another. Both may use these
//! primitives, whose results are checked against vectors that were made by other programs.

mod canonical;
mod encoding;
mod hash;
mod host;
mod scope;

pub use self::canonical::{canonical_headers, canonical_request};
pub use self::encoding::{canonical_query, hex, percent_encode, unhex};
pub use self::hash::{hmac_sha1, hmac_sha256, is_hmac_sha1, is_hmac_sha256, sha256_hex};
pub use self::host::host;
pub use self::scope::scoped_key;
