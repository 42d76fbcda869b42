//! How key material is wrapped for its import.

use crate::mock::host::names::wire_names;

wire_names! {
    /// How key material is wrapped under an RSA key.
    WrappingAlgorithm {
        Pkcs1 = "RSAES_PKCS1_V1_5",
        OaepSha1 = "RSAES_OAEP_SHA_1",
        OaepSha256 = "RSAES_OAEP_SHA_256",
        AesSha1 = "RSA_AES_KEY_WRAP_SHA_1",
        AesSha256 = "RSA_AES_KEY_WRAP_SHA_256",
    }
}
