//! RSA pairs that wrap key material for its import.
//!
//! One pair costs some 50 ms to make, by chance several times that. So all mocks of a process share a few pairs, made
//! in the background from the moment the first external key is created; and a mock that protects nothing may take the
//! pairs that are part of the program.

use std::sync::{Arc, LazyLock, OnceLock};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{
    KeySize, OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, Pkcs1PrivateDecryptingKey,
    PrivateDecryptingKey,
};
use sha2::{Digest, Sha256};
use tokio::sync::watch;
use zeroize::Zeroizing;

/// Pairs to make: two are enough for each call to hand out another one than the call before, more than that only
/// cost time.
const PAIRS: usize = 2;

/// How key material is wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WrappingAlgorithm {
    Pkcs1,
    OaepSha1,
    OaepSha256,
}

impl WrappingAlgorithm {
    pub(crate) fn from_wire(text: &str) -> Option<Self> {
        match text {
            "RSAES_PKCS1_V1_5" => Some(WrappingAlgorithm::Pkcs1),
            "RSAES_OAEP_SHA_1" => Some(WrappingAlgorithm::OaepSha1),
            "RSAES_OAEP_SHA_256" => Some(WrappingAlgorithm::OaepSha256),
            _ => None,
        }
    }

    pub(super) const fn number(self) -> u8 {
        match self {
            WrappingAlgorithm::Pkcs1 => 0,
            WrappingAlgorithm::OaepSha1 => 1,
            WrappingAlgorithm::OaepSha256 => 2,
        }
    }

    pub(super) const fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(WrappingAlgorithm::Pkcs1),
            1 => Some(WrappingAlgorithm::OaepSha1),
            2 => Some(WrappingAlgorithm::OaepSha256),
            _ => None,
        }
    }
}

/// An RSA-2048 pair.
#[derive(Debug)]
pub(crate) struct WrappingPair {
    /// Taken from the public key, so it is the same wherever the pair is kept.
    pub(crate) id: u64,
    private: PrivateDecryptingKey,
    /// The DER SubjectPublicKeyInfo.
    pub(crate) public: Vec<u8>,
}

impl WrappingPair {
    fn generate() -> Option<Self> {
        Self::of(PrivateDecryptingKey::generate(KeySize::Rsa2048).ok()?)
    }

    /// A pair that was kept as PKCS #8.
    pub(crate) fn from_pkcs8(der: &[u8]) -> Option<Self> {
        Self::of(PrivateDecryptingKey::from_pkcs8(der).ok()?)
    }

    /// The private key as DER of PKCS #8, for keeping it.
    pub(crate) fn pkcs8(&self) -> Option<Zeroizing<Vec<u8>>> {
        let der: Pkcs8V1Der<'_> = self.private.as_der().ok()?;
        Some(Zeroizing::new(der.as_ref().to_vec()))
    }

    fn of(private: PrivateDecryptingKey) -> Option<Self> {
        let der: PublicKeyX509Der<'_> = private.public_key().as_der().ok()?;
        let public = der.as_ref().to_vec();
        let digest: [u8; 32] = Sha256::digest(&public).into();
        let id = digest.first_chunk().map(|first| u64::from_be_bytes(*first))?;
        Some(Self { id, private, public })
    }

    /// The key material, or nothing if it was not wrapped with this pair and algorithm.
    pub(crate) fn unwrap_material(&self, algorithm: WrappingAlgorithm, wrapped: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        // The decrypting keys of the crate take the private key by value.
        let private = self.private.clone();
        let mut buffer = Zeroizing::new(vec![0; private.key_size_bytes()]);

        let length = match algorithm {
            WrappingAlgorithm::Pkcs1 => {
                Pkcs1PrivateDecryptingKey::new(private).ok()?.decrypt(wrapped, &mut buffer).ok()?.len()
            }
            WrappingAlgorithm::OaepSha1 => {
                let key = OaepPrivateDecryptingKey::new(private).ok()?;
                key.decrypt(&OAEP_SHA1_MGF1SHA1, wrapped, &mut buffer, None).ok()?.len()
            }
            WrappingAlgorithm::OaepSha256 => {
                let key = OaepPrivateDecryptingKey::new(private).ok()?;
                key.decrypt(&OAEP_SHA256_MGF1SHA256, wrapped, &mut buffer, None).ok()?.len()
            }
        };

        buffer.truncate(length);
        Some(buffer)
    }
}

/// Two pairs that everybody knows.
static BUILT_IN: LazyLock<Vec<Arc<WrappingPair>>> = LazyLock::new(|| {
    let pairs: [&[u8]; 2] = [include_bytes!("built_in_1.der"), include_bytes!("built_in_2.der")];
    pairs.into_iter().filter_map(WrappingPair::from_pkcs8).map(Arc::new).collect()
});

/// The pairs that are part of the program.
pub(crate) fn built_in_pairs() -> &'static [Arc<WrappingPair>] {
    &BUILT_IN
}

static POOL: LazyLock<Pool> =
    LazyLock::new(|| Pool { pairs: [const { OnceLock::new() }; PAIRS], progress: watch::Sender::default() });

/// The pairs of this process.
pub(crate) fn pairs() -> &'static Pool {
    &POOL
}

/// Pairs that are made once and then handed out in turn.
pub(crate) struct Pool {
    pairs: [OnceLock<Arc<WrappingPair>>; PAIRS],
    progress: watch::Sender<Progress>,
}

/// How far the making of pairs is.
#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    begun: usize,
    /// Of those begun; a pair that could not be made has ended too.
    ended: usize,
}

impl Pool {
    /// Begins to make pairs in the background, so that there will be `count`, without waiting for them.
    pub(crate) fn prepare(&'static self, count: usize) {
        let mut missing = 0;
        self.progress.send_if_modified(|progress| {
            missing = count.min(PAIRS).saturating_sub(progress.begun);
            progress.begun += missing;
            missing > 0
        });
        for _ in 0..missing {
            if std::thread::Builder::new().name("wrapping pair".to_owned()).spawn(|| self.fill()).is_err() {
                self.fill();
            }
        }
    }

    /// Makes one of the pairs that were begun.
    fn fill(&self) {
        self.add();
        self.progress.send_modify(|progress| progress.ended += 1);
    }

    /// Makes one more pair, if there is a place for it.
    fn add(&self) {
        if self.pairs.iter().all(|place| place.get().is_some()) {
            return;
        }
        let Some(pair) = WrappingPair::generate() else { return };
        let mut pair = Arc::new(pair);
        for place in &self.pairs {
            match place.set(pair) {
                Ok(()) => return,
                Err(taken) => pair = taken,
            }
        }
    }

    /// Waits until there are `count` pairs, or until it is sure that there will not be so many.
    pub(crate) async fn ready(&'static self, count: usize) {
        let count = count.min(PAIRS);
        self.prepare(count);
        // The sender lives as long as the process, so waiting can't fail.
        let _ = self.progress.subscribe().wait_for(|progress| progress.ended >= count).await;
    }

    /// A pair other than the `last` one that a key got. If there is none yet, it is made here and now.
    pub(crate) fn take(&self, last: Option<u64>) -> Option<Arc<WrappingPair>> {
        let another = || self.made().find(|pair| Some(pair.id) != last).map(Arc::clone);
        another().or_else(|| {
            self.add();
            another()
        })
    }

    /// The pair with this id.
    pub(crate) fn pair(&self, id: u64) -> Option<Arc<WrappingPair>> {
        self.made().find(|pair| pair.id == id).map(Arc::clone)
    }

    fn made(&self) -> impl Iterator<Item = &Arc<WrappingPair>> {
        self.pairs.iter().filter_map(OnceLock::get)
    }
}
