//! Pairs on elliptic curves.

use std::fmt;

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256K1_SHA256_ASN1, ECDSA_P256K1_SHA256_ASN1_SIGNING,
    ECDSA_P384_SHA384_ASN1, ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1, ECDSA_P521_SHA512_ASN1_SIGNING,
    EcdsaKeyPair, EcdsaSigningAlgorithm, EcdsaVerificationAlgorithm, KeyPair as _, UnparsedPublicKey,
};
use zeroize::Zeroizing;

use super::Message;
use crate::mock::aws::service::spec::Curve;

/// A pair on an elliptic curve.
pub(crate) struct EccPair {
    curve: Curve,
    pair: EcdsaKeyPair,
    /// PKCS #8.
    private: Zeroizing<Vec<u8>>,
    /// The DER SubjectPublicKeyInfo.
    pub(crate) public: Vec<u8>,
}

impl fmt::Debug for EccPair {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("EccPair").field("curve", &self.curve).finish_non_exhaustive()
    }
}

impl EccPair {
    /// A new pair.
    pub(crate) fn generate(curve: Curve) -> Option<Self> {
        Self::of(curve, EcdsaKeyPair::generate(schemes(curve).0).ok()?)
    }

    /// A pair that is kept, or imported, as PKCS #8; nothing if it is not one of this curve.
    pub(crate) fn from_pkcs8(curve: Curve, der: &[u8]) -> Option<Self> {
        Self::of(curve, EcdsaKeyPair::from_pkcs8(schemes(curve).0, der).ok()?)
    }

    fn of(curve: Curve, pair: EcdsaKeyPair) -> Option<Self> {
        let private = Zeroizing::new(pair.to_pkcs8v1().ok()?.as_ref().to_vec());
        let public: PublicKeyX509Der<'_> = pair.public_key().as_der().ok()?;
        let public = public.as_ref().to_vec();
        Some(Self { curve, pair, private, public })
    }

    /// The private key as DER of PKCS #8.
    pub(crate) fn pkcs8(&self) -> &[u8] {
        &self.private
    }

    /// The signature, as DER of ANSI X9.62. The hash is that of the curve.
    pub(crate) fn sign(&self, message: &Message) -> Option<Vec<u8>> {
        self.pair.sign_digest(&message.0).ok().map(|signature| signature.as_ref().to_vec())
    }

    /// Whether a signature is right.
    pub(crate) fn verifies(&self, message: &Message, signature: &[u8]) -> bool {
        let public = self.pair.public_key().as_ref();
        UnparsedPublicKey::new(schemes(self.curve).1, public).verify_digest(&message.0, signature).is_ok()
    }
}

/// How signatures of a curve are made and verified.
fn schemes(curve: Curve) -> (&'static EcdsaSigningAlgorithm, &'static EcdsaVerificationAlgorithm) {
    match curve {
        Curve::P256 => (&ECDSA_P256_SHA256_ASN1_SIGNING, &ECDSA_P256_SHA256_ASN1),
        Curve::P384 => (&ECDSA_P384_SHA384_ASN1_SIGNING, &ECDSA_P384_SHA384_ASN1),
        Curve::P521 => (&ECDSA_P521_SHA512_ASN1_SIGNING, &ECDSA_P521_SHA512_ASN1),
        Curve::Secp256k1 => (&ECDSA_P256K1_SHA256_ASN1_SIGNING, &ECDSA_P256K1_SHA256_ASN1),
    }
}

#[cfg(test)]
mod tests {
    use super::super::MessageType;
    use super::*;
    use crate::mock::aws::service::spec::SigningAlgorithm;

    #[test]
    fn each_curve_signs_messages_and_digests_alike() {
        for (curve, algorithm, bytes) in [
            (Curve::P256, SigningAlgorithm::EcdsaSha256, 32),
            (Curve::P384, SigningAlgorithm::EcdsaSha384, 48),
            (Curve::P521, SigningAlgorithm::EcdsaSha512, 64),
            (Curve::Secp256k1, SigningAlgorithm::EcdsaSha256, 32),
        ] {
            let pair = EccPair::generate(curve).unwrap();
            let kept = EccPair::from_pkcs8(curve, pair.pkcs8()).unwrap();
            assert_eq!(kept.public, pair.public);
            let digest = Message::new(MessageType::Digest, &vec![7; bytes], algorithm).unwrap();
            let signature = pair.sign(&digest).unwrap();
            assert!(kept.verifies(&digest, &signature), "{curve:?}");
            let raw = Message::new(MessageType::Raw, &vec![7; bytes], algorithm).unwrap();
            assert!(!kept.verifies(&raw, &signature));
            assert!(Message::new(MessageType::Digest, &vec![7; bytes - 1], algorithm).is_err());
        }
        let p256 = EccPair::generate(Curve::P256).unwrap();
        assert!(EccPair::from_pkcs8(Curve::Secp256k1, p256.pkcs8()).is_none());
    }
}
