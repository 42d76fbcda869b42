//! What is signed: a message, or the digest of one.

use aws_lc_rs::digest::{self, Digest};

use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::spec::SigningAlgorithm;
use crate::mock::host::names::wire_names;

wire_names! {
    /// What a message parameter holds.
    MessageType { Raw = "RAW", Digest = "DIGEST", ExternalMu = "EXTERNAL_MU" }
}

/// What is signed.
pub(crate) struct Message(pub(super) Digest);

impl Message {
    /// The message of a request, whose digest has the length that the algorithm wants.
    pub(crate) fn new(kind: MessageType, bytes: &[u8], algorithm: SigningAlgorithm) -> Result<Self, Rejection> {
        let hash = match algorithm {
            SigningAlgorithm::PssSha256 | SigningAlgorithm::Pkcs1Sha256 | SigningAlgorithm::EcdsaSha256 => {
                &digest::SHA256
            }
            SigningAlgorithm::PssSha384 | SigningAlgorithm::Pkcs1Sha384 | SigningAlgorithm::EcdsaSha384 => {
                &digest::SHA384
            }
            SigningAlgorithm::PssSha512 | SigningAlgorithm::Pkcs1Sha512 | SigningAlgorithm::EcdsaSha512 => {
                &digest::SHA512
            }
            SigningAlgorithm::Sm2dsa
            | SigningAlgorithm::MlDsa
            | SigningAlgorithm::Ed25519
            | SigningAlgorithm::Ed25519ph => {
                return Err(Rejection::unsupported(format!("{} is not offered here", algorithm.wire())));
            }
        };

        match kind {
            MessageType::Raw => Ok(Self(digest::digest(hash, bytes))),
            MessageType::Digest => Digest::import_less_safe(bytes, hash).map(Self).map_err(|_| {
                Rejection::validation(format!("Digest is invalid length for algorithm {}.", algorithm.wire()))
            }),
            MessageType::ExternalMu => {
                Err(Rejection::validation(format!("EXTERNAL_MU is not for algorithm {}.", algorithm.wire())))
            }
        }
    }
}
