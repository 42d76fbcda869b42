//! What lasts beyond the process, and files that are of no use.

use kms_conformance::mock::{Mock, MockConfig, StartError, StateError};
use serde_json::json;

use super::process::{Process, refused};
use crate::mock::client::{Client, wrap};

const MATERIAL: [u8; 32] = [7; 32];

/// A folder and the arguments for a state file in it.
fn place() -> (tempfile::TempDir, [String; 2]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state").display().to_string();
    (folder, ["--state".to_owned(), path])
}

async fn advance(process: &Process, seconds: u64) {
    let http = reqwest::Client::builder().tls_certs_only([]).no_proxy().build().unwrap();
    let body = json!({ "advance_seconds": seconds }).to_string();
    let response = http.post(format!("{}/_mock/clock", process.endpoint())).body(body).send().await.unwrap();
    assert_eq!(response.status(), 200);
}

async fn import(client: &Client, key: &str, token: &str, wrapped: &str) -> crate::mock::client::Response {
    let requested =
        [("KeyId", key), ("ImportToken", token), ("EncryptedKeyMaterial", wrapped), ("KeyMaterialExpireUnix", "0")];
    client.call("ImportKeyMaterial", &requested).await
}

#[tokio::test]
async fn an_import_that_was_begun_before_a_crash_is_finished_after_it() {
    let (_folder, state) = place();
    let mut process = Process::start(&state);
    let client = process.client();
    let key = client.create_key(&[("Origin", "EXTERNAL")]).await;
    let (token, wrapped) = client.wrapped(&key, "RSAES_OAEP_SHA_256", &MATERIAL).await;
    let (other_token, _) = client.wrapped(&key, "RSAES_PKCS1_V1_5", &MATERIAL).await;
    process.kill();

    let mut process = Process::start(&state);
    let client = process.client();
    import(&client, &key, &other_token, &wrapped).await.refused(400, "InvalidKeyMaterial");
    import(&client, &key, &token, &wrapped).await.succeeded();
    assert_eq!(client.state(&key).await, "Enabled");
    let ciphertext = client.encrypt(&key, "cGxhaW4=").await;
    client.call("DeleteKeyMaterial", &[("KeyId", &key)]).await.succeeded();
    process.kill();

    // The key is bound to its material for ever.
    let process = Process::start(&state);
    let client = process.client();
    assert_eq!(client.state(&key).await, "PendingImport");
    client.import(&key, &[8; 32]).await.refused(400, "InvalidKeyMaterial");
    client.import(&key, &MATERIAL).await.succeeded();
    assert_eq!(
        client.call("Decrypt", &[("CiphertextBlob", &ciphertext)]).await.succeeded().text("/Plaintext"),
        "cGxhaW4="
    );
}

#[tokio::test]
async fn two_wrapping_pairs_are_still_handed_out_in_turn_after_a_restart() {
    let (_folder, state) = place();
    let mut keys = Vec::new();
    let mut key = String::new();
    for _ in 0..3 {
        let mut process = Process::start(&state);
        let client = process.client();
        if key.is_empty() {
            key = client.create_key(&[("Origin", "EXTERNAL")]).await;
        }
        let requested =
            [("KeyId", key.as_str()), ("WrappingAlgorithm", "RSAES_OAEP_SHA_256"), ("WrappingKeySpec", "RSA_2048")];
        for _ in 0..2 {
            let response = client.call("GetParametersForImport", &requested).await.succeeded();
            keys.push(response.text("/PublicKey"));
        }
        process.kill();
    }

    assert!(keys.windows(2).all(|two| two[0] != two[1]));
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 2);
    assert_eq!(wrap("RSAES_OAEP_SHA_256", &base64_decode(&keys[0]), &MATERIAL).len(), 256);
}

fn base64_decode(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(text).unwrap()
}

#[tokio::test]
async fn every_property_of_a_key_and_the_clock_outlive_a_crash() {
    let (_folder, state) = place();
    let arguments = [&state[..], &["--clock".to_owned(), "manual=2030-01-01T00:00:00Z".to_owned()]].concat();
    let mut process = Process::start(&arguments);
    let client = process.client();
    let rotating = client
        .create_key(&[
            ("EnableAutomaticRotation", "true"),
            ("RotationInterval", "7d"),
            ("Description", "größe \"x\" \n y"),
            ("ProtectionLevel", "HSM"),
            ("Tags", r#"[{"TagKey":"team","TagValue":"qa"}]"#),
        ])
        .await;
    let doomed = client.create_key(&[]).await;
    let protected = client.create_key(&[("KeySpec", "RSA_2048"), ("KeyUsage", "SIGN/VERIFY")]).await;
    let first = client.encrypt(&rotating, "one").await;
    client.call("CreateAlias", &[("KeyId", &rotating), ("AliasName", "alias/moved")]).await.succeeded();
    client.call("CreateAlias", &[("KeyId", &rotating), ("AliasName", "alias/stays")]).await.succeeded();
    client.call("CreateAlias", &[("KeyId", &doomed), ("AliasName", "alias/doomed")]).await.succeeded();
    client.call("UpdateAlias", &[("KeyId", &protected), ("AliasName", "alias/moved")]).await.succeeded();
    let protection = [
        ("KeyId", protected.as_str()),
        ("EnableDeletionProtection", "true"),
        ("DeletionProtectionDescription", "production"),
    ];
    client.call("SetDeletionProtection", &protection).await.succeeded();
    client.call("ScheduleKeyDeletion", &[("KeyId", &doomed), ("PendingWindowInDays", "30")]).await.succeeded();
    advance(&process, 20 * 86_400).await;
    // A read lets the rotation happen that is due; what is encrypted now must open after the crash.
    let second = client.encrypt(&rotating, "two").await;
    let mut before = Vec::new();
    for key in [&rotating, &doomed, &protected] {
        before.push(described(&client, key).await);
    }
    let lists = lists(&client).await;
    process.kill();

    let mut process = Process::start(&arguments);
    let client = process.client();
    for (key, before) in [&rotating, &doomed, &protected].into_iter().zip(&before) {
        assert_eq!(described(&client, key).await, *before);
    }
    assert_eq!(self::lists(&client).await, lists);
    assert_eq!(before[0]["NextRotationDate"], "2030-01-22T00:00:00Z");
    for (ciphertext, plaintext) in [(&first, "one"), (&second, "two")] {
        let response = client.call("Decrypt", &[("CiphertextBlob", ciphertext)]).await.succeeded();
        assert_eq!(response.text("/Plaintext"), plaintext);
    }
    advance(&process, 10 * 86_400).await;
    process.kill();

    let process = Process::start(&arguments);
    let client = process.client();
    client.call("DescribeKey", &[("KeyId", &doomed)]).await.refused(404, "Forbidden.KeyNotFound");
    let aliases = self::lists(&client).await;
    assert!(!aliases.contains("alias/doomed") && aliases.contains("alias/moved"), "{aliases}");
}

async fn described(client: &Client, key: &str) -> serde_json::Value {
    client.call("DescribeKey", &[("KeyId", key)]).await.succeeded().json()["KeyMetadata"].clone()
}

/// All lists, without the ids of the requests.
async fn lists(client: &Client) -> String {
    let mut text = String::new();
    for (operation, field) in [("ListKeys", "Keys"), ("ListAliases", "Aliases")] {
        text += &client.call(operation, &[("PageSize", "100")]).await.succeeded().json()[field].to_string();
    }
    text
}

#[tokio::test]
async fn a_write_can_not_be_sent_again_after_a_restart() {
    let (_folder, state) = place();
    let mut process = Process::start(&state);
    let client = process.client();
    let signed = client.sign("POST", client.unsigned("CreateKey", &[]));
    client.send("POST", &signed).await.succeeded();
    process.kill();
    let process = Process::start(&state);
    process.client().send("POST", &signed).await.refused(400, "SignatureNonceUsed");
    process.terminate();
    let process = Process::start(&state);
    process.client().send("POST", &signed).await.refused(400, "SignatureNonceUsed");
}

#[tokio::test]
async fn a_reset_outlives_a_crash_too() {
    let (_folder, state) = place();
    let mut process = Process::start(&state);
    let client = process.client();
    let key = client.create_key(&[]).await;
    client.call("CreateAlias", &[("KeyId", &key), ("AliasName", "alias/a")]).await.succeeded();
    let http = reqwest::Client::builder().tls_certs_only([]).no_proxy().build().unwrap();
    assert_eq!(http.post(format!("{}/_mock/reset", process.endpoint())).send().await.unwrap().status(), 200);
    process.kill();
    let process = Process::start(&state);
    assert_eq!(lists(&process.client()).await, r#"{"Key":[]}{"Alias":[]}"#);
}

#[tokio::test]
async fn a_file_is_for_one_mock_at_a_time_and_no_other_file_is_touched() {
    let (folder, state) = place();
    let mut first = Process::start(&state);
    let (code, errors) = refused(&state);
    assert_eq!(code, 2, "{errors}");
    assert!(errors.contains("is in use by another mock"), "{errors}");
    first.client().create_key(&[]).await;
    first.kill();
    let second = Process::start(&state);
    assert!(second.terminate().contains("held 1 key and 0 aliases"));

    let other = folder.path().join("notes.txt").display().to_string();
    std::fs::write(&other, "remember the milk\n").unwrap();
    let (code, errors) = refused(&["--state", &other]);
    assert_eq!(code, 2);
    assert!(errors.contains("notes.txt is not a state file of the mock"), "{errors}");
    assert_eq!(std::fs::read_to_string(&other).unwrap(), "remember the milk\n");

    let mut damaged = std::fs::read(&state[1]).unwrap();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 4;
    std::fs::write(&state[1], &damaged).unwrap();
    let (code, errors) = refused(&state);
    assert_eq!(code, 2);
    assert!(errors.contains("is damaged: line "), "{errors}");
    assert_eq!(std::fs::read(&state[1]).unwrap(), damaged);
}

#[tokio::test]
async fn a_disk_that_takes_no_more_ends_the_mock_before_a_write_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    // The shell's limit for the size of files stands in for a full disk.
    let program = env!("CARGO_BIN_EXE_kms-conformance");
    let script = "trap '' XFSZ; ulimit -f 16; exec \"$0\" mock --listen 127.0.0.1:0 --state \"$1\"";
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", script, program]).arg(&path);
    let process = Process::start_command(shell);
    let client = process.client();
    let mut keys = Vec::new();
    let description = "x".repeat(1000);
    while let Ok(response) = client.try_call("CreateKey", &[("Description", &description)]).await {
        keys.push(response.succeeded().text("/KeyMetadata/KeyId"));
        assert!(keys.len() < 1000);
    }
    let (status, errors) = process.wait();
    assert_eq!(status.code(), Some(3));
    assert!(errors.contains("failed to write the state file"), "{errors}");

    let process = Process::start(&["--state".as_ref(), path.as_os_str()]);
    for key in &keys {
        assert_eq!(process.client().state(key).await, "Enabled");
    }
    assert!(keys.len() >= 3, "{}", keys.len());
}

#[tokio::test]
async fn mocks_in_one_process_hand_a_file_on_too_and_never_draw_an_id_twice() {
    let folder = tempfile::tempdir().unwrap();
    let config = || MockConfig { seed: Some(7), state: Some(folder.path().join("state")), ..MockConfig::default() };
    let mut ids = Vec::new();
    for round in 0..3 {
        let mock = Mock::start_with(config()).unwrap();
        let summary = mock.state_summary().unwrap();
        assert_eq!((summary.is_new, summary.keys), (round == 0, ids.len()));
        let error = Mock::start_with(config()).map(|_| ()).unwrap_err();
        assert!(matches!(error, StartError::State(StateError::InUse { .. })), "{error}");
        let client = Client::new(&mock);
        ids.push(client.create_key(&[]).await);
        assert!(!format!("{mock:?}").contains("material\""), "{mock:?}");
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 3);
}

#[tokio::test]
async fn a_closed_file_takes_no_change_and_reads_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let state = Some(folder.path().join("state"));
    let mock = Mock::start_with(MockConfig { state, ..MockConfig::default() }).unwrap();
    let client = Client::new(&mock);
    let key = client.create_key(&[]).await;
    mock.close_state().unwrap();
    assert!(client.try_call("DisableKey", &[("KeyId", &key)]).await.is_err());
    client.call("ListKeys", &[]).await.succeeded();
}

/// The file was written by a mock that put no name of a cloud into it.
#[tokio::test]
async fn a_file_without_the_name_of_a_cloud_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    std::fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/mock-state-1"), &path).unwrap();
    let arguments = ["--state", path.to_str().unwrap(), "--clock", "manual"];
    let process = Process::start(&arguments);
    let client = process.client();

    let rotating = described(&client, "614c56d3-987f-4f0c-b4b1-63a508c136e1").await;
    assert_eq!((&rotating["KeyState"], &rotating["Description"]), (&json!("Enabled"), &json!("kept since format 1")));
    assert_eq!(client.state("e37f7c53-6f22-4476-abef-f79424840e81").await, "PendingImport");
    assert_eq!(client.state("e190f517-968c-471d-b946-b2332c042f87").await, "PendingDeletion");
    let ciphertext = "YjdlNTBmYzgtMDc0Mi00MDNjLWExN2EtNzIwYTg1M2YyYTU596jDuxTu/U0CToBybrsw/G8/3lTaMKnsElYHDfE7lSJZPNco";
    let decrypted = client.call("Decrypt", &[("CiphertextBlob", ciphertext)]).await.succeeded();
    assert_eq!(decrypted.text("/Plaintext"), "a2VwdA==");

    // The clock stood at the second of January, and was a day ahead.
    advance(&process, 6 * 86_400 - 1).await;
    assert_eq!(client.state("e190f517-968c-471d-b946-b2332c042f87").await, "PendingDeletion");
    advance(&process, 1).await;
    let gone = client.call("DescribeKey", &[("KeyId", "e190f517-968c-471d-b946-b2332c042f87")]).await;
    gone.refused(404, "Forbidden.KeyNotFound");
    assert!(process.terminate().contains("held 3 keys and 1 alias"));
}
