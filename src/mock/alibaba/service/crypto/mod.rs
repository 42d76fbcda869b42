//! The cryptography behind the operations: data encryption, and the import of key material.

mod cipher;
mod context;
mod import_token;
mod wrapping;

pub(crate) use cipher::{Cipher, Ciphertext, random};
pub(crate) use context::parse_context;
pub(crate) use import_token::{ImportToken, TokenSealer};
pub(crate) use wrapping::{WrappingAlgorithm, WrappingPair, built_in_pairs, pairs};
