//! The material of a key, of whichever kind it is.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::cipher::MATERIAL_BYTES;
use super::{Cipher, EccPair, MacKey, RsaPair};
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::spec::{Family, KeySpec};
use crate::provider::signing::hex;

/// The material of a key.
#[derive(Debug)]
pub(crate) enum KeyMaterial {
    Symmetric(Box<Cipher>),
    Rsa(Arc<RsaPair>),
    Ecc(EccPair),
    Hmac(Box<MacKey>),
}

impl KeyMaterial {
    /// New symmetric material.
    pub(crate) fn symmetric() -> Result<Self, Rejection> {
        Cipher::random().map(Box::new).map(Self::Symmetric)
    }

    /// Material that is kept, or imported; nothing if it does not belong to this kind of key.
    pub(crate) fn from_bytes(spec: KeySpec, bytes: &[u8]) -> Option<Self> {
        match spec.family() {
            Family::Symmetric => {
                let material: &[u8; MATERIAL_BYTES] = bytes.try_into().ok()?;
                Cipher::new(material).ok().map(Box::new).map(Self::Symmetric)
            }
            Family::Rsa(size) => {
                let pair = RsaPair::from_pkcs8(bytes).filter(|pair| pair.size() == Some(size));
                pair.map(Arc::new).map(Self::Rsa)
            }
            Family::Ecc(curve) => EccPair::from_pkcs8(curve, bytes).map(Self::Ecc),
            Family::Hmac(algorithm) => MacKey::new(algorithm, bytes).map(Box::new).map(Self::Hmac),
        }
    }

    /// The material as it is kept: the bytes themselves, or PKCS #8.
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Symmetric(cipher) => cipher.material(),
            Self::Rsa(pair) => pair.pkcs8(),
            Self::Ecc(pair) => pair.pkcs8(),
            Self::Hmac(key) => key.material(),
        }
    }

    /// What tells it from other material, without showing it.
    pub(crate) fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.bytes()).into()
    }

    /// Its id as material of this key: 64 hex digits.
    pub(crate) fn id(&self, key_id: &str) -> String {
        let digest = Sha256::new().chain_update("key material of ").chain_update(key_id).chain_update(self.digest());
        hex(&digest.finalize())
    }

    /// The public key as DER SubjectPublicKeyInfo, if there is one.
    pub(crate) fn public(&self) -> Option<&[u8]> {
        match self {
            Self::Rsa(pair) => Some(&pair.public),
            Self::Ecc(pair) => Some(&pair.public),
            Self::Symmetric(_) | Self::Hmac(_) => None,
        }
    }
}
