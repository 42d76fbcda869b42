//! External keys and their material.

use std::time::Duration;

use kms_conformance::mock::{ClockMode, Mock, MockConfig};

use super::client::Client;

const MATERIAL: [u8; 32] = [7; 32];
const DAY: Duration = Duration::from_secs(86_400);

fn manual() -> Mock {
    let clock = ClockMode::Manual("2030-01-01T00:00:00Z".parse().unwrap());
    Mock::start_with(MockConfig { clock, ..MockConfig::default() }).unwrap()
}

#[tokio::test]
async fn material_comes_in_by_three_algorithms() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    for algorithm in ["RSAES_PKCS1_V1_5", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"] {
        let key = client.create_key(&[("Origin", "EXTERNAL")]).await;
        let (token, wrapped) = client.wrapped(&key, algorithm, &MATERIAL).await;
        let pairs = [("KeyId", key.as_str()), ("ImportToken", &token), ("EncryptedKeyMaterial", &wrapped)];
        client.call("ImportKeyMaterial", &pairs).await.succeeded();
        assert_eq!(client.state(&key).await, "Enabled");
        // A token is good many times.
        client.call("ImportKeyMaterial", &pairs).await.succeeded();
        let blob = client.encrypt(&key, "p").await;
        client.call("Decrypt", &[("CiphertextBlob", &blob)]).await.succeeded();
    }
}

#[tokio::test]
async fn a_key_is_bound_to_its_first_material() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let key = client.create_key(&[("Origin", "EXTERNAL")]).await;
    client.import(&key, &MATERIAL).await.succeeded();
    let blob = client.encrypt(&key, "p").await;
    client.import(&key, &[8; 32]).await.refused(400, "InvalidKeyMaterial");
    client.call("DeleteKeyMaterial", &[("KeyId", &key)]).await.succeeded();
    assert_eq!(client.state(&key).await, "PendingImport");
    client.call("Decrypt", &[("CiphertextBlob", &blob)]).await.refused(409, "Rejected.PendingImport");
    client.import(&key, &[8; 32]).await.refused(400, "InvalidKeyMaterial");
    assert_eq!(client.state(&key).await, "PendingImport");
    client.import(&key, &MATERIAL).await.succeeded();
    client.call("Decrypt", &[("CiphertextBlob", &blob)]).await.succeeded();
    // Disabled keys take their material again and stay disabled.
    client.call("DisableKey", &[("KeyId", &key)]).await.succeeded();
    client.import(&key, &MATERIAL).await.succeeded();
    assert_eq!(client.state(&key).await, "Disabled");
}

#[tokio::test]
async fn two_keys_with_the_same_material_cannot_read_each_others_ciphertext() {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let one = client.create_key(&[("Origin", "EXTERNAL")]).await;
    let other = client.create_key(&[("Origin", "EXTERNAL")]).await;
    client.import(&one, &MATERIAL).await.succeeded();
    client.import(&other, &MATERIAL).await.succeeded();
    let mut blob = STANDARD.decode(client.encrypt(&one, "p").await).unwrap();
    blob[..36].copy_from_slice(client.metadata(&other, "PrimaryKeyVersion").await.as_bytes());
    let response = client.call("Decrypt", &[("CiphertextBlob", &STANDARD.encode(blob))]).await;
    response.refused(400, "InvalidParameter");
}

#[tokio::test]
async fn wrong_material_and_tokens_are_told_apart() {
    let mock = manual();
    let client = Client::new(&mock);
    let key = client.create_key(&[("Origin", "EXTERNAL")]).await;
    let other = client.create_key(&[("Origin", "EXTERNAL")]).await;
    let import = async |key: &str, token: &str, wrapped: &str| {
        let pairs = [("KeyId", key), ("ImportToken", token), ("EncryptedKeyMaterial", wrapped)];
        client.call("ImportKeyMaterial", &pairs).await
    };

    for size in [0, 16, 31, 33] {
        client.import(&key, &vec![7; size]).await.refused(400, "InvalidKeyMaterial");
    }
    let (token, wrapped) = client.wrapped(&key, "RSAES_OAEP_SHA_1", &MATERIAL).await;
    let (second_token, _) = client.wrapped(&key, "RSAES_OAEP_SHA_256", &MATERIAL).await;
    import(&key, &token, "not Base64").await.refused(400, "InvalidKeyMaterial");
    import(&key, &token, "AAAA").await.refused(400, "InvalidKeyMaterial");
    import(&key, &second_token, &wrapped).await.refused(400, "InvalidKeyMaterial");
    import(&other, &token, &wrapped).await.refused(400, "InvalidImportToken");

    import(&key, "not Base64", &wrapped).await.refused(400, "InvalidImportToken");
    import(&key, &token.replace(&token[20..24], "AAAA"), &wrapped).await.refused(400, "InvalidImportToken");
    assert_eq!(client.state(&key).await, "PendingImport");
    mock.advance(DAY - Duration::from_secs(1));
    import(&key, &token, &wrapped).await.succeeded();
    mock.advance(Duration::from_secs(1));
    import(&key, &token, &wrapped).await.refused(400, "ExpiredImportToken");
}

#[tokio::test]
async fn each_call_answers_another_public_key_and_the_tokens_end() {
    let mock = manual();
    let client = Client::new(&mock);
    let key = client.create_key(&[("Origin", "EXTERNAL")]).await;
    let pairs = [("KeyId", key.as_str()), ("WrappingAlgorithm", "RSAES_OAEP_SHA_1"), ("WrappingKeySpec", "RSA_2048")];
    let response = client.call("GetParametersForImport", &pairs).await.succeeded();
    assert_eq!(response.text("/TokenExpireTime"), "2030-01-02T00:00:00Z");
    assert!(response.text("/PublicKey").starts_with("MIIBIjANBgkq"));
    let again = client.call("GetParametersForImport", &pairs).await.succeeded();
    assert_ne!(again.text("/ImportToken"), response.text("/ImportToken"));
}

#[tokio::test]
async fn material_expires_and_leaves_the_key_waiting() {
    let mock = manual();
    let client = Client::new(&mock);
    let expiry = (mock.now().as_second() + 3600).to_string();
    let import = async |key: &str, expiry: &str| {
        let (token, wrapped) = client.wrapped(key, "RSAES_OAEP_SHA_256", &MATERIAL).await;
        let pairs = [
            ("KeyId", key),
            ("ImportToken", &token),
            ("EncryptedKeyMaterial", &wrapped),
            ("KeyMaterialExpireUnix", expiry),
        ];
        client.call("ImportKeyMaterial", &pairs).await
    };

    let mut keys = Vec::new();
    for _ in 0..3 {
        let key = client.create_key(&[("Origin", "EXTERNAL")]).await;
        import(&key, &mock.now().as_second().to_string()).await.refused(400, "InvalidParameter");
        import(&key, "soon").await.refused(400, "InvalidParameter");
        import(&key, &expiry).await.succeeded();
        keys.push(key);
    }

    assert_eq!(client.metadata(&keys[0], "MaterialExpireTime").await, "2030-01-01T01:00:00Z");
    client.call("ScheduleKeyDeletion", &[("KeyId", &keys[1])]).await.succeeded();
    // Importing again without an expiry takes it away.
    import(&keys[2], "0").await.succeeded();
    mock.advance(Duration::from_secs(3600));
    assert_eq!(client.state(&keys[0]).await, "PendingImport");
    assert_eq!(client.metadata(&keys[0], "MaterialExpireTime").await, "");
    assert_eq!(client.state(&keys[1]).await, "PendingDeletion");
    assert_eq!(client.state(&keys[2]).await, "Enabled");

    client.call("CancelKeyDeletion", &[("KeyId", &keys[1])]).await.succeeded();
    assert_eq!(client.state(&keys[1]).await, "PendingImport");
}

#[tokio::test]
async fn deleting_material_of_a_key_that_waits_for_its_deletion_changes_neither_state_nor_date() {
    let mock = manual();
    let client = Client::new(&mock);
    let key = client.create_key(&[("Origin", "EXTERNAL")]).await;
    client.import(&key, &MATERIAL).await.succeeded();
    client.call("ScheduleKeyDeletion", &[("KeyId", &key)]).await.succeeded();
    let date = client.metadata(&key, "DeleteDate").await;
    client.call("DeleteKeyMaterial", &[("KeyId", &key)]).await.succeeded();
    assert_eq!(client.state(&key).await, "PendingDeletion");
    assert_eq!(client.metadata(&key, "DeleteDate").await, date);
    client.import(&key, &MATERIAL).await.refused(409, "Rejected.StateModifiedFailed");
}

#[tokio::test]
async fn a_key_of_16_bytes_takes_material_of_16_bytes() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let key = client.create_key(&[("Origin", "EXTERNAL"), ("KeySpec", "Aliyun_SM4")]).await;
    client.import(&key, &MATERIAL).await.refused(400, "InvalidKeyMaterial");
    client.import(&key, &[7; 16]).await.succeeded();
    client.encrypt(&key, "p").await;
}
