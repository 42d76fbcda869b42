//! RSA pairs that wrap key material for its import.
//!
//! One pair costs some 50 ms to make, by chance several times that. So all mocks of a process share a few pairs, made
//! in the background from the moment the first external key is created.

use std::sync::{Arc, LazyLock, OnceLock};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{
    KeySize, OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, Pkcs1PrivateDecryptingKey,
    PrivateDecryptingKey,
};
use sha2::{Digest, Sha256};
use tokio::sync::watch;
use zeroize::Zeroizing;

/// Pairs to make: two are enough for each call to answer another one than the call before, more than that only
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

static POOL: LazyLock<Pool> =
    LazyLock::new(|| Pool { pairs: [const { OnceLock::new() }; PAIRS], progress: watch::Sender::new(Progress::Idle) });

/// The pairs of this process.
pub(crate) fn pairs() -> &'static Pool {
    &POOL
}

/// Pairs that are made once and then handed out in turn.
pub(crate) struct Pool {
    pairs: [OnceLock<Arc<WrappingPair>>; PAIRS],
    progress: watch::Sender<Progress>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Idle,
    /// So many pairs are there, in their places from the first.
    Made(usize),
    /// Nothing more will come.
    Done(usize),
}

impl Progress {
    fn one_more(self) -> Self {
        match self {
            Progress::Idle => Progress::Made(1),
            Progress::Made(count) => Progress::Made(count + 1),
            Progress::Done(count) => Progress::Done(count + 1),
        }
    }

    fn ready(self) -> usize {
        match self {
            Progress::Idle => 0,
            Progress::Made(count) | Progress::Done(count) => count,
        }
    }
}

impl Pool {
    /// Starts making pairs, once, without waiting for them.
    pub(crate) fn prepare(&'static self) {
        let idle = self.progress.send_if_modified(|progress| {
            let idle = *progress == Progress::Idle;
            if idle {
                *progress = Progress::Made(0);
            }
            idle
        });
        if idle && std::thread::Builder::new().name("wrapping pairs".to_owned()).spawn(|| self.fill()).is_err() {
            self.fill();
        }
    }

    /// Makes the first pair. The others are made when a key asks again and must not get the same pair.
    fn fill(&self) {
        self.add();
        self.progress.send_modify(|progress| *progress = Progress::Done(progress.ready()));
    }

    /// Makes one more pair, if there is a place for it.
    fn add(&self) {
        let place = self.pairs.iter().find(|place| place.get().is_none());
        if let Some(place) = place
            && let Some(pair) = WrappingPair::generate()
            && place.set(Arc::new(pair)).is_ok()
        {
            self.progress.send_modify(|progress| *progress = progress.one_more());
        }
    }

    /// Waits until there is a pair, or until it is sure that there will be none.
    pub(crate) async fn ready(&'static self) {
        self.prepare();
        let mut progress = self.progress.subscribe();
        // The sender lives as long as the process, so waiting cannot fail.
        let _ = progress.wait_for(|progress| progress.ready() > 0 || matches!(progress, Progress::Done(_))).await;
    }

    /// Whether there is a pair already.
    pub(crate) fn is_ready(&self) -> bool {
        self.progress.borrow().ready() > 0
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
