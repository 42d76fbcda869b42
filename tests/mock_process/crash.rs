//! Many writers at once, `kill -9` in the middle of it, and every confirmed write is there afterwards.

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

/// What may be found of something after a crash: what was confirmed, or what was requested last and not confirmed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Known<T> {
    confirmed: T,
    pending: Option<T>,
}

impl<T: PartialEq + std::fmt::Debug> Known<T> {
    fn settle(&mut self, found: T, what: &str) {
        assert!(found == self.confirmed || Some(&found) == self.pending.as_ref(), "{what}: {found:?} for {self:?}");
        (self.confirmed, self.pending) = (found, None);
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

/// Counts confirmed writes and says when it is enough.
struct Trigger {
    left: AtomicUsize,
    now: Notify,
}

impl Trigger {
    fn confirmed(&self) {
        if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.now.notify_one();
        }
    }
}

/// Writes until there is no response any more.
async fn write(client: Client, mut keys: Vec<KnownKey>, seed: u64, trigger: Arc<Trigger>) -> Vec<KnownKey> {
    let mut random = fastrand::Rng::with_seed(seed);
    for step in 0_u64.. {
        let text = format!("{seed}-{step}");
        if keys.is_empty() || random.u8(..) < 20 {
            let Ok(response) = client.try_call("CreateKey", &[("Description", &text)]).await else { return keys };
            let id = response.succeeded().text("/KeyMetadata/KeyId");
            keys.push(KnownKey {
                id,
                description: Known { confirmed: text, pending: None },
                tag: Known::default(),
                enabled: Known { confirmed: true, pending: None },
                aliases: BTreeMap::new(),
                ciphertexts: Vec::new(),
            });
            trigger.confirmed();
            continue;
        }
        let at = random.usize(..keys.len());
        let key = &mut keys[at];
        let id = key.id.clone();
        let subject = ("KeyId", id.as_str());
        let confirmed = match random.u8(..5) {
            0 => {
                key.description.pending = Some(text.clone());
                let response = client.try_call("UpdateKeyDescription", &[subject, ("Description", &text)]).await;
                response.map(|response| {
                    response.succeeded();
                    key.description = Known { confirmed: text, pending: None };
                })
            }
            1 => {
                key.tag.pending = Some(text.clone());
                let tags = format!("[{{\"TagKey\":\"step\",\"TagValue\":\"{text}\"}}]");
                client.try_call("TagResource", &[subject, ("Tags", &tags)]).await.map(|response| {
                    response.succeeded();
                    key.tag = Known { confirmed: text, pending: None };
                })
            }
            2 => {
                let target = !key.enabled.confirmed;
                key.enabled.pending = Some(target);
                let operation = if target { "EnableKey" } else { "DisableKey" };
                client.try_call(operation, &[subject]).await.map(|response| {
                    response.succeeded();
                    key.enabled = Known { confirmed: target, pending: None };
                })
            }
            3 => {
                let there = key.aliases.iter().find(|(_, known)| known.confirmed && known.pending.is_none());
                let (name, target) = match there.filter(|_| random.bool()) {
                    Some((name, _)) => (name.clone(), false),
                    None => (format!("alias/{text}"), true),
                };
                let known = key.aliases.entry(name.clone()).or_default();
                known.pending = Some(target);
                let response = if target {
                    client.try_call("CreateAlias", &[subject, ("AliasName", &name)]).await
                } else {
                    client.try_call("DeleteAlias", &[("AliasName", &name)]).await
                };
                response.map(|response| {
                    response.succeeded();
                    *known = Known { confirmed: target, pending: None };
                })
            }
            _ if key.enabled.confirmed => {
                let plaintext = STANDARD.encode(&text);
                client.try_call("Encrypt", &[subject, ("Plaintext", &plaintext)]).await.map(|response| {
                    key.ciphertexts.push((plaintext, response.succeeded().text("/CiphertextBlob")));
                })
            }
            _ => continue,
        };
        if confirmed.is_err() {
            return keys;
        }
        trigger.confirmed();
    }
    keys
}

/// Compares what is there with what is known.
async fn verify(client: &Client, writers: &mut [Vec<KnownKey>]) {
    let mut aliases = BTreeMap::new();
    for page in 1.. {
        let page = page.to_string();
        let response =
            client.call("ListAliases", &[("PageNumber", &page), ("PageSize", "100")]).await.succeeded().json();
        let list = response["Aliases"]["Alias"].as_array().unwrap().clone();
        if list.is_empty() {
            break;
        }
        let text = |alias: &serde_json::Value, name: &str| alias[name].as_str().unwrap().to_owned();
        aliases.extend(list.iter().map(|alias| (text(alias, "AliasName"), text(alias, "KeyId"))));
    }

    for key in writers.iter_mut().flatten() {
        let response = client.call("DescribeKey", &[("KeyId", &key.id)]).await.succeeded();
        key.description.settle(response.text("/KeyMetadata/Description"), &key.id);
        key.enabled.settle(response.text("/KeyMetadata/KeyState") == "Enabled", &key.id);
        let tags = client.call("ListResourceTags", &[("KeyId", &key.id)]).await.succeeded().json();
        let tag = tags["Tags"]["Tag"][0]["TagValue"].as_str().unwrap_or_default().to_owned();
        key.tag.settle(tag, &key.id);
        for (name, known) in &mut key.aliases {
            let owner = aliases.remove(name);
            assert!(owner.as_ref().is_none_or(|owner| *owner == key.id), "{name} is an alias of {owner:?}");
            known.settle(owner.is_some(), name);
        }
        if key.enabled.confirmed {
            for (plaintext, ciphertext) in &key.ciphertexts {
                let response = client.call("Decrypt", &[("CiphertextBlob", ciphertext)]).await.succeeded();
                assert_eq!(response.text("/Plaintext"), *plaintext);
            }
        }
    }
    assert!(aliases.is_empty(), "nobody has made {aliases:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_confirmed_write_is_lost_however_often_the_process_is_killed() {
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
