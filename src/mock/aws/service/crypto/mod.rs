//! The cryptography behind the operations: keys of each kind, ciphertexts, sealed tokens, and the import of key material.

mod cipher;
mod context;
mod ecc;
mod mac;
mod material;
mod rsa;
mod signing;
mod tokens;
mod wrapping;

pub(crate) use cipher::{Cipher, Ciphertext};
pub(crate) use context::read_context;
pub(crate) use ecc::EccPair;
pub(crate) use mac::MacKey;
pub(crate) use material::KeyMaterial;
pub(crate) use rsa::{RsaPair, built_in_pairs};
pub(crate) use signing::{Message, MessageType};
pub(crate) use tokens::{ImportToken, Tokens};
pub(crate) use wrapping::WrappingAlgorithm;

use crate::mock::aws::service::rejection::Rejection;

/// Fills `bytes` from the system's source of randomness.
pub(crate) fn random(bytes: &mut [u8]) -> Result<(), Rejection> {
    getrandom::fill(bytes).map_err(|_| Rejection::internal_failure())
}
