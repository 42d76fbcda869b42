//! What kinds of keys there are, and what each can do.

use crate::mock::host::names::wire_names;

wire_names! {
    /// What a key is for.
    Usage {
        EncryptDecrypt = "ENCRYPT_DECRYPT",
        SignVerify = "SIGN_VERIFY",
        GenerateVerifyMac = "GENERATE_VERIFY_MAC",
    }
}

wire_names! {
    /// The kind of a key.
    KeySpec {
        Symmetric = "SYMMETRIC_DEFAULT",
        Rsa2048 = "RSA_2048",
        Rsa3072 = "RSA_3072",
        Rsa4096 = "RSA_4096",
        P256 = "ECC_NIST_P256",
        P384 = "ECC_NIST_P384",
        P521 = "ECC_NIST_P521",
        Secp256k1 = "ECC_SECG_P256K1",
        Hmac224 = "HMAC_224",
        Hmac256 = "HMAC_256",
        Hmac384 = "HMAC_384",
        Hmac512 = "HMAC_512",
    }
}

/// Kinds and usages that the service has and the mock has not.
pub(crate) const OTHER_SPECS: [&str; 5] = ["SM2", "ECC_NIST_EDWARDS25519", "ML_DSA_44", "ML_DSA_65", "ML_DSA_87"];
pub(crate) const OTHER_USAGES: [&str; 2] = ["KEY_AGREEMENT", "ENCAPSULATE_DECAPSULATE"];

/// The family of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Symmetric,
    Rsa(RsaSize),
    Ecc(Curve),
    Hmac(MacAlgorithm),
}

/// The size of an RSA pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RsaSize {
    Bits2048,
    Bits3072,
    Bits4096,
}

impl RsaSize {
    pub(crate) const ALL: [Self; 3] = [Self::Bits2048, Self::Bits3072, Self::Bits4096];

    /// The bytes of its modulus.
    pub(crate) const fn bytes(self) -> usize {
        match self {
            Self::Bits2048 => 256,
            Self::Bits3072 => 384,
            Self::Bits4096 => 512,
        }
    }

    /// Its name as the kind of a wrapping key.
    pub(crate) fn from_wire(text: &str) -> Option<Self> {
        match KeySpec::from_wire(text)?.family() {
            Family::Rsa(size) => Some(size),
            Family::Symmetric | Family::Ecc(_) | Family::Hmac(_) => None,
        }
    }
}

/// An elliptic curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Curve {
    P256,
    P384,
    P521,
    Secp256k1,
}

wire_names! {
    /// How something is encrypted.
    EncryptionAlgorithm {
        Symmetric = "SYMMETRIC_DEFAULT",
        OaepSha1 = "RSAES_OAEP_SHA_1",
        OaepSha256 = "RSAES_OAEP_SHA_256",
        Sm2 = "SM2PKE",
    }
}

impl EncryptionAlgorithm {
    /// The most bytes of plaintext under a key of this size (RSA) or at all.
    pub(crate) const fn longest_plaintext(self, modulus_bytes: usize) -> usize {
        match self {
            // Two hashes and two bytes are padding.
            Self::OaepSha1 => modulus_bytes - 42,
            Self::OaepSha256 => modulus_bytes - 66,
            Self::Symmetric | Self::Sm2 => 4096,
        }
    }
}

wire_names! {
    /// How something is signed.
    SigningAlgorithm {
        PssSha256 = "RSASSA_PSS_SHA_256",
        PssSha384 = "RSASSA_PSS_SHA_384",
        PssSha512 = "RSASSA_PSS_SHA_512",
        Pkcs1Sha256 = "RSASSA_PKCS1_V1_5_SHA_256",
        Pkcs1Sha384 = "RSASSA_PKCS1_V1_5_SHA_384",
        Pkcs1Sha512 = "RSASSA_PKCS1_V1_5_SHA_512",
        EcdsaSha256 = "ECDSA_SHA_256",
        EcdsaSha384 = "ECDSA_SHA_384",
        EcdsaSha512 = "ECDSA_SHA_512",
        Sm2dsa = "SM2DSA",
        MlDsa = "ML_DSA_SHAKE_256",
        Ed25519 = "ED25519_SHA_512",
        Ed25519ph = "ED25519_PH_SHA_512",
    }
}

wire_names! {
    /// How an authentication code is made.
    MacAlgorithm {
        Sha224 = "HMAC_SHA_224",
        Sha256 = "HMAC_SHA_256",
        Sha384 = "HMAC_SHA_384",
        Sha512 = "HMAC_SHA_512",
    }
}

impl MacAlgorithm {
    /// The bytes of a code, and of a key that is imported.
    pub(crate) const fn bytes(self) -> usize {
        match self {
            Self::Sha224 => 28,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

impl KeySpec {
    pub(crate) const fn family(self) -> Family {
        match self {
            Self::Symmetric => Family::Symmetric,
            Self::Rsa2048 => Family::Rsa(RsaSize::Bits2048),
            Self::Rsa3072 => Family::Rsa(RsaSize::Bits3072),
            Self::Rsa4096 => Family::Rsa(RsaSize::Bits4096),
            Self::P256 => Family::Ecc(Curve::P256),
            Self::P384 => Family::Ecc(Curve::P384),
            Self::P521 => Family::Ecc(Curve::P521),
            Self::Secp256k1 => Family::Ecc(Curve::Secp256k1),
            Self::Hmac224 => Family::Hmac(MacAlgorithm::Sha224),
            Self::Hmac256 => Family::Hmac(MacAlgorithm::Sha256),
            Self::Hmac384 => Family::Hmac(MacAlgorithm::Sha384),
            Self::Hmac512 => Family::Hmac(MacAlgorithm::Sha512),
        }
    }

    /// Whether there is a public key.
    pub(crate) const fn is_asymmetric(self) -> bool {
        matches!(self.family(), Family::Rsa(_) | Family::Ecc(_))
    }

    /// Whether a key of this kind can be for `usage`.
    pub(crate) const fn serves(self, usage: Usage) -> bool {
        match self.family() {
            Family::Symmetric => matches!(usage, Usage::EncryptDecrypt),
            Family::Rsa(_) => matches!(usage, Usage::EncryptDecrypt | Usage::SignVerify),
            Family::Ecc(_) => matches!(usage, Usage::SignVerify),
            Family::Hmac(_) => matches!(usage, Usage::GenerateVerifyMac),
        }
    }

    /// How a key of this kind encrypts, if it is for that.
    pub(crate) const fn encryption_algorithms(self) -> &'static [EncryptionAlgorithm] {
        match self.family() {
            Family::Symmetric => &[EncryptionAlgorithm::Symmetric],
            Family::Rsa(_) => &[EncryptionAlgorithm::OaepSha1, EncryptionAlgorithm::OaepSha256],
            Family::Ecc(_) | Family::Hmac(_) => &[],
        }
    }

    /// How a key of this kind signs, if it is for that.
    pub(crate) const fn signing_algorithms(self) -> &'static [SigningAlgorithm] {
        match self.family() {
            Family::Rsa(_) => &[
                SigningAlgorithm::Pkcs1Sha256,
                SigningAlgorithm::Pkcs1Sha384,
                SigningAlgorithm::Pkcs1Sha512,
                SigningAlgorithm::PssSha256,
                SigningAlgorithm::PssSha384,
                SigningAlgorithm::PssSha512,
            ],
            Family::Ecc(Curve::P256 | Curve::Secp256k1) => &[SigningAlgorithm::EcdsaSha256],
            Family::Ecc(Curve::P384) => &[SigningAlgorithm::EcdsaSha384],
            Family::Ecc(Curve::P521) => &[SigningAlgorithm::EcdsaSha512],
            Family::Symmetric | Family::Hmac(_) => &[],
        }
    }
}
