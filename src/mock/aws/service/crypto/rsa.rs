//! RSA pairs: of keys, of data keys, and those that wrap key material for its import.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::key_wrap;
use aws_lc_rs::key_wrap::KeyWrapPadded as _;
use aws_lc_rs::rsa::{
    KeyPair, KeySize, OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepAlgorithm, OaepPrivateDecryptingKey,
    OaepPublicEncryptingKey, Pkcs1PrivateDecryptingKey, PrivateDecryptingKey, PublicEncryptingKey,
};
use aws_lc_rs::signature::{
    KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PKCS1_SHA256,
    RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512,
    RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, RsaParameters, UnparsedPublicKey,
};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{Message, WrappingAlgorithm};
use crate::mock::aws::service::spec::{EncryptionAlgorithm, RsaSize, SigningAlgorithm};

/// An RSA pair.
pub(crate) struct RsaPair {
    /// Taken from the public key, so it is the same wherever the pair is kept.
    pub(crate) id: u64,
    signing: KeyPair,
    decrypting: PrivateDecryptingKey,
    /// PKCS #8.
    private: Zeroizing<Vec<u8>>,
    /// The DER SubjectPublicKeyInfo.
    pub(crate) public: Vec<u8>,
}

impl fmt::Debug for RsaPair {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RsaPair").field("id", &self.id).finish_non_exhaustive()
    }
}

impl RsaPair {
    /// A new pair: some 50 ms for 2048 bits, a second for 4096.
    pub(crate) fn generate(size: RsaSize) -> Option<Self> {
        let size = match size {
            RsaSize::Bits2048 => KeySize::Rsa2048,
            RsaSize::Bits3072 => KeySize::Rsa3072,
            RsaSize::Bits4096 => KeySize::Rsa4096,
        };
        Self::of(PrivateDecryptingKey::generate(size).ok()?)
    }

    /// A pair that is kept, or imported, as PKCS #8.
    pub(crate) fn from_pkcs8(der: &[u8]) -> Option<Self> {
        Self::of(PrivateDecryptingKey::from_pkcs8(der).ok()?)
    }

    fn of(decrypting: PrivateDecryptingKey) -> Option<Self> {
        let private: Pkcs8V1Der<'_> = decrypting.as_der().ok()?;
        let private = Zeroizing::new(private.as_ref().to_vec());
        let public: PublicKeyX509Der<'_> = decrypting.public_key().as_der().ok()?;
        let public = public.as_ref().to_vec();
        let digest: [u8; 32] = Sha256::digest(&public).into();
        let id = digest.first_chunk().map(|first| u64::from_be_bytes(*first))?;
        Some(Self { id, signing: KeyPair::from_pkcs8(&private).ok()?, decrypting, private, public })
    }

    /// The private key as DER of PKCS #8.
    pub(crate) fn pkcs8(&self) -> &[u8] {
        &self.private
    }

    /// Its size, if it is one that the service has.
    pub(crate) fn size(&self) -> Option<RsaSize> {
        RsaSize::ALL.into_iter().find(|size| size.bytes() == self.signing.public_modulus_len())
    }

    /// The ciphertext; nothing if the plaintext is too long or the algorithm is not one of RSA.
    pub(crate) fn encrypt(&self, algorithm: EncryptionAlgorithm, plaintext: &[u8]) -> Option<Vec<u8>> {
        let algorithm = oaep(algorithm)?;
        let key = OaepPublicEncryptingKey::new(self.public_key()).ok()?;
        let mut ciphertext = vec![0; key.ciphertext_size()];
        let length = key.encrypt(algorithm, plaintext, &mut ciphertext, None).ok()?.len();
        ciphertext.truncate(length);
        Some(ciphertext)
    }

    fn public_key(&self) -> PublicEncryptingKey {
        self.decrypting.public_key()
    }

    /// The plaintext; nothing if it was not encrypted with this pair and algorithm.
    pub(crate) fn decrypt(&self, algorithm: EncryptionAlgorithm, ciphertext: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let algorithm = oaep(algorithm)?;
        // The decrypting keys of the crate take the private key by value.
        let key = OaepPrivateDecryptingKey::new(self.decrypting.clone()).ok()?;
        let mut buffer = Zeroizing::new(vec![0; key.min_output_size()]);
        let length = key.decrypt(algorithm, ciphertext, &mut buffer, None).ok()?.len();
        buffer.truncate(length);
        Some(buffer)
    }

    /// Key material that was wrapped for its import; nothing if it was not wrapped with this pair and algorithm.
    pub(crate) fn unwrap(&self, algorithm: WrappingAlgorithm, wrapped: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        match algorithm {
            WrappingAlgorithm::OaepSha256 => self.decrypt(EncryptionAlgorithm::OaepSha256, wrapped),
            WrappingAlgorithm::OaepSha1 => self.decrypt(EncryptionAlgorithm::OaepSha1, wrapped),
            WrappingAlgorithm::AesSha256 => self.unwrap_twice(EncryptionAlgorithm::OaepSha256, wrapped),
            WrappingAlgorithm::AesSha1 => self.unwrap_twice(EncryptionAlgorithm::OaepSha1, wrapped),
            WrappingAlgorithm::Pkcs1 => {
                let key = Pkcs1PrivateDecryptingKey::new(self.decrypting.clone()).ok()?;
                let mut buffer = Zeroizing::new(vec![0; key.min_output_size()]);
                let length = key.decrypt(wrapped, &mut buffer).ok()?.len();
                buffer.truncate(length);
                Some(buffer)
            }
        }
    }

    /// An AES key that is wrapped with RSA, followed by what it wraps with padding (RFC 5649).
    fn unwrap_twice(&self, algorithm: EncryptionAlgorithm, wrapped: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (key, wrapped) = wrapped.split_at_checked(self.signing.public_modulus_len())?;
        let key = self.decrypt(algorithm, key)?;
        let key = key_wrap::AesKek::new(&key_wrap::AES_256, &key).ok()?;
        let mut buffer = Zeroizing::new(vec![0; wrapped.len()]);
        let length = key.unwrap_with_padding(wrapped, &mut buffer).ok()?.len();
        buffer.truncate(length);
        Some(buffer)
    }

    /// The signature; nothing if the algorithm is not one of RSA.
    pub(crate) fn sign(&self, algorithm: SigningAlgorithm, message: &Message) -> Option<Vec<u8>> {
        let (encoding, _) = schemes(algorithm)?;
        let mut signature = vec![0; self.signing.public_modulus_len()];
        self.signing.sign_digest(encoding, &message.0, &mut signature).ok()?;
        Some(signature)
    }

    /// Whether a signature is right.
    pub(crate) fn verifies(&self, algorithm: SigningAlgorithm, message: &Message, signature: &[u8]) -> bool {
        let Some((_, parameters)) = schemes(algorithm) else { return false };
        let public = self.signing.public_key().as_ref();
        UnparsedPublicKey::new(parameters, public).verify_digest(&message.0, signature).is_ok()
    }
}

fn oaep(algorithm: EncryptionAlgorithm) -> Option<&'static OaepAlgorithm> {
    match algorithm {
        EncryptionAlgorithm::OaepSha1 => Some(&OAEP_SHA1_MGF1SHA1),
        EncryptionAlgorithm::OaepSha256 => Some(&OAEP_SHA256_MGF1SHA256),
        EncryptionAlgorithm::Symmetric | EncryptionAlgorithm::Sm2 => None,
    }
}

/// How signatures are made and verified.
fn schemes(algorithm: SigningAlgorithm) -> Option<(&'static dyn RsaEncoding, &'static RsaParameters)> {
    match algorithm {
        SigningAlgorithm::PssSha256 => Some((&RSA_PSS_SHA256, &RSA_PSS_2048_8192_SHA256)),
        SigningAlgorithm::PssSha384 => Some((&RSA_PSS_SHA384, &RSA_PSS_2048_8192_SHA384)),
        SigningAlgorithm::PssSha512 => Some((&RSA_PSS_SHA512, &RSA_PSS_2048_8192_SHA512)),
        SigningAlgorithm::Pkcs1Sha256 => Some((&RSA_PKCS1_SHA256, &RSA_PKCS1_2048_8192_SHA256)),
        SigningAlgorithm::Pkcs1Sha384 => Some((&RSA_PKCS1_SHA384, &RSA_PKCS1_2048_8192_SHA384)),
        SigningAlgorithm::Pkcs1Sha512 => Some((&RSA_PKCS1_SHA512, &RSA_PKCS1_2048_8192_SHA512)),
        SigningAlgorithm::EcdsaSha256
        | SigningAlgorithm::EcdsaSha384
        | SigningAlgorithm::EcdsaSha512
        | SigningAlgorithm::Sm2dsa
        | SigningAlgorithm::MlDsa
        | SigningAlgorithm::Ed25519
        | SigningAlgorithm::Ed25519ph => None,
    }
}

/// Some pairs of each size that everybody knows.
static BUILT_IN: LazyLock<BTreeMap<RsaSize, Vec<Arc<RsaPair>>>> = LazyLock::new(|| {
    let pairs: [(RsaSize, &[&[u8]]); 3] = [
        (
            RsaSize::Bits2048,
            &[
                include_bytes!("built_in/rsa_2048_1.der"),
                include_bytes!("built_in/rsa_2048_2.der"),
                include_bytes!("built_in/rsa_2048_3.der"),
                include_bytes!("built_in/rsa_2048_4.der"),
            ],
        ),
        (RsaSize::Bits3072, &[include_bytes!("built_in/rsa_3072_1.der"), include_bytes!("built_in/rsa_3072_2.der")]),
        (RsaSize::Bits4096, &[include_bytes!("built_in/rsa_4096_1.der"), include_bytes!("built_in/rsa_4096_2.der")]),
    ];
    let read = |ders: &[&[u8]]| ders.iter().filter_map(|der| RsaPair::from_pkcs8(der)).map(Arc::new).collect();
    pairs.into_iter().map(|(size, ders)| (size, read(ders))).collect()
});

/// The pairs of a size that are part of the program.
pub(crate) fn built_in_pairs(size: RsaSize) -> &'static [Arc<RsaPair>] {
    BUILT_IN.get(&size).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::super::MessageType;
    use super::*;

    #[test]
    fn the_program_has_several_pairs_of_each_size() {
        for size in RsaSize::ALL {
            let pairs = built_in_pairs(size);
            assert!(pairs.len() >= 2 && pairs.iter().all(|pair| pair.size() == Some(size)), "{size:?}");
            assert_ne!(pairs[0].id, pairs[1].id);
        }
    }

    #[test]
    fn a_plaintext_has_the_recorded_length_at_most() {
        for (size, sha1, sha256) in
            [(RsaSize::Bits2048, 214, 190), (RsaSize::Bits3072, 342, 318), (RsaSize::Bits4096, 470, 446)]
        {
            let pair = &built_in_pairs(size)[0];
            for (algorithm, most) in [(EncryptionAlgorithm::OaepSha1, sha1), (EncryptionAlgorithm::OaepSha256, sha256)]
            {
                assert_eq!(algorithm.longest_plaintext(size.bytes()), most);
                let ciphertext = pair.encrypt(algorithm, &vec![7; most]).unwrap();
                assert_eq!(pair.decrypt(algorithm, &ciphertext).unwrap().as_slice(), vec![7; most]);
                assert!(built_in_pairs(size)[1].decrypt(algorithm, &ciphertext).is_none());
                assert!(pair.encrypt(algorithm, &vec![7; most + 1]).is_none());
            }
        }
    }

    #[test]
    fn each_algorithm_signs_and_verifies_only_its_own() {
        let pair = &built_in_pairs(RsaSize::Bits2048)[0];
        let algorithms: Vec<_> =
            SigningAlgorithm::ALL.iter().filter(|algorithm| schemes(**algorithm).is_some()).collect();
        assert_eq!(algorithms.len(), 6);
        for algorithm in &algorithms {
            let message = Message::new(MessageType::Raw, b"text", **algorithm).unwrap();
            let signature = pair.sign(**algorithm, &message).unwrap();
            for other in &algorithms {
                let message = Message::new(MessageType::Raw, b"text", **other).unwrap();
                assert_eq!(pair.verifies(**other, &message, &signature), algorithm == other);
            }
            let other = Message::new(MessageType::Raw, b"other", **algorithm).unwrap();
            assert!(!pair.verifies(**algorithm, &other, &signature));
            assert!(!built_in_pairs(RsaSize::Bits2048)[1].verifies(**algorithm, &message, &signature));
        }
    }
}
