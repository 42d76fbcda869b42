//! RSA pairs that wrap key material for its import.
//!
//! One pair costs some 50 ms to make, by chance several times that. So all mocks of a process share a few pairs, made
//! in the background from the moment the first external key is created.

use std::sync::{Arc, LazyLock, OnceLock};

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rsa::{
    KeySize, OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, Pkcs1PrivateDecryptingKey,
    PrivateDecryptingKey,
};
use tokio::sync::watch;
use zeroize::Zeroizing;

/// Pairs to make: two are enough for each call to answer another one than the call before, more than that only
/// cost time.
const PAIRS: usize = 4;

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
    private: PrivateDecryptingKey,
    /// The DER SubjectPublicKeyInfo.
    pub(crate) public: Vec<u8>,
}

impl WrappingPair {
    fn generate() -> Option<Self> {
        let private = PrivateDecryptingKey::generate(KeySize::Rsa2048).ok()?;
        let der: PublicKeyX509Der<'_> = private.public_key().as_der().ok()?;
        let public = der.as_ref().to_vec();
        Some(Self { private, public })
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

    fn fill(&self) {
        for place in &self.pairs {
            let Some(pair) = WrappingPair::generate() else { break };
            if place.set(Arc::new(pair)).is_ok() {
                self.progress.send_modify(|progress| *progress = Progress::Made(progress.ready() + 1));
            }
        }
        self.progress.send_modify(|progress| *progress = Progress::Done(progress.ready()));
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

    /// One of the pairs that are there, chosen by `turn`, with its number.
    pub(crate) fn take(&self, turn: usize) -> Option<(usize, Arc<WrappingPair>)> {
        let count = self.progress.borrow().ready();
        let number = turn.checked_rem(count)?;
        Some((number, self.pair(number)?))
    }

    /// The pair with this number.
    pub(crate) fn pair(&self, number: usize) -> Option<Arc<WrappingPair>> {
        self.pairs.get(number)?.get().map(Arc::clone)
    }
}
