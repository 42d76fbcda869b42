//! Many writers at once, `kill -9` in the middle of it, and every answered write is there afterwards.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::sync::Notify;

use super::process::Process;
use crate::mock::client::Client;

/// How often the process is killed.
const ROUNDS: u64 = 15;

/// How many writers write at once.
const WRITERS: usize = 8;

/// What may be found of something after a crash: what was answered, or what was asked for last and not answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Known<T> {
    answered: T,
    pending: Option<T>,
}

impl<T: PartialEq + std::fmt::Debug> Known<T> {
    fn settle(&mut self, found: T, what: &str) {
        assert!(found == self.answered || Some(&found) == self.pending.as_ref(), "{what}: {found:?} for {self:?}");
        (self.answered, self.pending) = (found, None);
    }
}

/// What a writer knows of a key that only it changes.
#[derive(Clone, Debug)]
struct KnownKey {
    id: String,
    description: Known<String>,
    tag: Known<String>,
    enabled: Known<bool>,
    /// By name.
    aliases: BTreeMap<String, Known<bool>>,
    ciphertexts: Vec<(String, String)>,
}

/// Counts answered writes and says when it is enough.
struct Trigger {
    left: AtomicUsize,
    now: Notify,
}

impl Trigger {
    fn answered(&self) {
        if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.now.notify_one();
        }
    }
}

/// Writes until there is no answer any more.
async fn write(client: Client, mut keys: Vec<KnownKey>, seed: u64, trigger: Arc<Trigger>) -> Vec<KnownKey> {
    let mut random = fastrand::Rng::with_seed(seed);
    for step in 0_u64.. {
        let text = format!("{seed}-{step}");
        if keys.is_empty() || random.u8(..) < 20 {
            let Ok(reply) = client.try_call("CreateKey", &[("Description", &text)]).await else { return keys };
            let id = reply.succeeded().text("/KeyMetadata/KeyId");
            keys.push(KnownKey {
                id,
                description: Known { answered: text, pending: None },
                tag: Known::default(),
                enabled: Known { answered: true, pending: None },
                aliases: BTreeMap::new(),
                ciphertexts: Vec::new(),
            });
            trigger.answered();
            continue;
        }
        let at = random.usize(..keys.len());
        let key = &mut keys[at];
        let id = key.id.clone();
        let subject = ("KeyId", id.as_str());
        let answered = match random.u8(..5) {
            0 => {
                key.description.pending = Some(text.clone());
                let reply = client.try_call("UpdateKeyDescription", &[subject, ("Description", &text)]).await;
                reply.map(|reply| {
                    reply.succeeded();
                    key.description = Known { answered: text, pending: None };
                })
            }
            1 => {
                key.tag.pending = Some(text.clone());
                let tags = format!("[{{\"TagKey\":\"step\",\"TagValue\":\"{text}\"}}]");
                client.try_call("TagResource", &[subject, ("Tags", &tags)]).await.map(|reply| {
                    reply.succeeded();
                    key.tag = Known { answered: text, pending: None };
                })
            }
            2 => {
                let target = !key.enabled.answered;
                key.enabled.pending = Some(target);
                let operation = if target { "EnableKey" } else { "DisableKey" };
                client.try_call(operation, &[subject]).await.map(|reply| {
                    reply.succeeded();
                    key.enabled = Known { answered: target, pending: None };
                })
            }
            3 => {
                let there = key.aliases.iter().find(|(_, known)| known.answered && known.pending.is_none());
                let (name, target) = match there.filter(|_| random.bool()) {
                    Some((name, _)) => (name.clone(), false),
                    None => (format!("alias/{text}"), true),
                };
                let known = key.aliases.entry(name.clone()).or_default();
                known.pending = Some(target);
                let reply = if target {
                    client.try_call("CreateAlias", &[subject, ("AliasName", &name)]).await
                } else {
                    client.try_call("DeleteAlias", &[("AliasName", &name)]).await
                };
                reply.map(|reply| {
                    reply.succeeded();
                    *known = Known { answered: target, pending: None };
                })
            }
            _ if key.enabled.answered => {
                let plaintext = STANDARD.encode(&text);
                client.try_call("Encrypt", &[subject, ("Plaintext", &plaintext)]).await.map(|reply| {
                    key.ciphertexts.push((plaintext, reply.succeeded().text("/CiphertextBlob")));
                })
            }
            _ => continue,
        };
        if answered.is_err() {
            return keys;
        }
        trigger.answered();
    }
    keys
}

/// Compares what is there with what is known.
async fn verify(client: &Client, writers: &mut [Vec<KnownKey>]) {
    let mut aliases = BTreeMap::new();
    for page in 1.. {
        let page = page.to_string();
        let reply = client.call("ListAliases", &[("PageNumber", &page), ("PageSize", "100")]).await.succeeded().json();
        let list = reply["Aliases"]["Alias"].as_array().unwrap().clone();
        if list.is_empty() {
            break;
        }
        let text = |alias: &serde_json::Value, name: &str| alias[name].as_str().unwrap().to_owned();
        aliases.extend(list.iter().map(|alias| (text(alias, "AliasName"), text(alias, "KeyId"))));
    }

    for key in writers.iter_mut().flatten() {
        let reply = client.call("DescribeKey", &[("KeyId", &key.id)]).await.succeeded();
        key.description.settle(reply.text("/KeyMetadata/Description"), &key.id);
        key.enabled.settle(reply.text("/KeyMetadata/KeyState") == "Enabled", &key.id);
        let tags = client.call("ListResourceTags", &[("KeyId", &key.id)]).await.succeeded().json();
        let tag = tags["Tags"]["Tag"][0]["TagValue"].as_str().unwrap_or_default().to_owned();
        key.tag.settle(tag, &key.id);
        for (name, known) in &mut key.aliases {
            let owner = aliases.remove(name);
            assert!(owner.as_ref().is_none_or(|owner| *owner == key.id), "{name} is an alias of {owner:?}");
            known.settle(owner.is_some(), name);
        }
        if key.enabled.answered {
            for (plaintext, ciphertext) in &key.ciphertexts {
                let reply = client.call("Decrypt", &[("CiphertextBlob", ciphertext)]).await.succeeded();
                assert_eq!(reply.text("/Plaintext"), *plaintext);
            }
        }
    }
    assert!(aliases.is_empty(), "nobody has made {aliases:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answered_write_is_lost_however_often_the_process_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    let arguments = ["--state".as_ref(), path.as_os_str()];
    let mut random = fastrand::Rng::with_seed(20_261_122);
    let mut writers: Vec<Vec<KnownKey>> = vec![Vec::new(); WRITERS];
    let mut total = 0;

    for round in 0..ROUNDS {
        let mut process = Process::start(&arguments);
        let client = process.client();
        verify(&client, &mut writers).await;
        let count = random.usize(1..200);
        total += count;
        let trigger = Arc::new(Trigger { left: AtomicUsize::new(count), now: Notify::new() });
        let tasks: Vec<_> = writers
            .drain(..)
            .enumerate()
            .map(|(number, keys)| {
                let seed = round * WRITERS as u64 + number as u64;
                tokio::spawn(write(client.clone(), keys, seed, Arc::clone(&trigger)))
            })
            .collect();
        trigger.now.notified().await;
        process.kill();
        for task in tasks {
            writers.push(task.await.unwrap());
        }
    }

    let process = Process::start(&arguments);
    verify(&process.client(), &mut writers).await;
    let keys: usize = writers.iter().map(Vec::len).sum();
    assert!(total > 500 && keys > WRITERS, "{total} writes, {keys} keys");
    process.terminate();
}
