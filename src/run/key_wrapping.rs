//! Encrypts key material with the public key that a service gives out for import.

use aws_lc_rs::key_wrap::{AES_256, AesKek, KeyWrapPadded as _};
use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, Pkcs1PublicEncryptingKey, PublicEncryptingKey,
};

/// Encrypts `material` with an RSA public key (DER SubjectPublicKeyInfo). The algorithms are called as the clouds call
/// them: `RSAES_PKCS1_V1_5`, `RSAES_OAEP_SHA_1`, `RSAES_OAEP_SHA_256`; OAEP with MGF1 of the same hash and no label. With
/// `RSA_AES_KEY_WRAP_SHA_256`, an AES key is encrypted so, and the material with that key (RFC 5649).
///
/// # Errors
///
/// In one line: an unknown algorithm, a public key that does not parse, or material that is too long for it.
pub(super) fn wrap(algorithm: &str, public_key: &[u8], material: &[u8]) -> Result<Vec<u8>, String> {
    let key = PublicEncryptingKey::from_der(public_key)
        .map_err(|error| format!("the public key is not an RSA key in DER ({error})"))?;

    let mut wrapped = vec![0; key.key_size_bytes()];
    let failed = |_| format!("{} bytes can't be encrypted with a key of this size", material.len());
    let oaep = |key| OaepPublicEncryptingKey::new(key).map_err(|_| "the public key can't be used".to_owned());

    let length = match algorithm {
        "RSAES_PKCS1_V1_5" => {
            let key = Pkcs1PublicEncryptingKey::new(key).map_err(|_| "the public key can't be used".to_owned())?;
            key.encrypt(material, &mut wrapped).map_err(failed)?.len()
        }
        "RSAES_OAEP_SHA_1" => {
            oaep(key)?.encrypt(&OAEP_SHA1_MGF1SHA1, material, &mut wrapped, None).map_err(failed)?.len()
        }
        "RSAES_OAEP_SHA_256" => {
            oaep(key)?.encrypt(&OAEP_SHA256_MGF1SHA256, material, &mut wrapped, None).map_err(failed)?.len()
        }
        // An AES key of its own wraps what is too long for RSA, and stands before it.
        "RSA_AES_KEY_WRAP_SHA_256" => {
            let mut aes = [0; 32];
            aws_lc_rs::rand::fill(&mut aes).map_err(|_| "there are no random bytes".to_owned())?;
            oaep(key)?.encrypt(&OAEP_SHA256_MGF1SHA256, &aes, &mut wrapped, None).map_err(failed)?;
            let kek = AesKek::new(&AES_256, &aes).map_err(failed)?;
            let mut inner = vec![0; material.len() + 15];
            let inner = kek.wrap_with_padding(material, &mut inner).map_err(failed)?;
            wrapped.extend_from_slice(inner);
            wrapped.len()
        }
        _ => return Err(format!("unknown wrapping algorithm `{algorithm}`")),
    };

    wrapped.truncate(length);
    Ok(wrapped)
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::encoding::AsDer;
    use aws_lc_rs::rsa::{KeySize, OaepPrivateDecryptingKey, Pkcs1PrivateDecryptingKey, PrivateDecryptingKey};

    use super::*;

    #[test]
    fn wrapped_material_can_be_unwrapped() {
        let private = PrivateDecryptingKey::generate(KeySize::Rsa2048).unwrap();
        let public = private.public_key().as_der().unwrap();
        let material = [7_u8; 32];
        let mut out = [0_u8; 256];
        for (algorithm, oaep) in
            [("RSAES_OAEP_SHA_1", &OAEP_SHA1_MGF1SHA1), ("RSAES_OAEP_SHA_256", &OAEP_SHA256_MGF1SHA256)]
        {
            let wrapped = wrap(algorithm, public.as_ref(), &material).unwrap();
            let key = OaepPrivateDecryptingKey::new(private.clone()).unwrap();
            assert_eq!(key.decrypt(oaep, &wrapped, &mut out, None).unwrap(), material, "{algorithm}");
        }
        let long = [9_u8; 1_217];
        let wrapped = wrap("RSA_AES_KEY_WRAP_SHA_256", public.as_ref(), &long).unwrap();
        let key = OaepPrivateDecryptingKey::new(private.clone()).unwrap();
        let aes = key.decrypt(&OAEP_SHA256_MGF1SHA256, &wrapped[..256], &mut out, None).unwrap();
        let mut unwrapped = [0_u8; 1_240];
        let kek = AesKek::new(&AES_256, aes).unwrap();
        assert_eq!(kek.unwrap_with_padding(&wrapped[256..], &mut unwrapped).unwrap(), long);

        let wrapped = wrap("RSAES_PKCS1_V1_5", public.as_ref(), &material).unwrap();
        let key = Pkcs1PrivateDecryptingKey::new(private).unwrap();
        assert_eq!(key.decrypt(&wrapped, &mut out).unwrap(), material);
    }

    #[test]
    fn a_wrong_public_key_is_reported() {
        assert_eq!(
            wrap("X", &[], &[]).unwrap_err().split('(').next(),
            Some("the public key is not an RSA key in DER ")
        );
    }
}
