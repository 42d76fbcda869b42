//! Versions of keys and their rotation.

use std::time::Duration;

use kms_conformance::mock::{ClockMode, Mock, MockConfig};

use super::client::Client;

const DAY: Duration = Duration::from_secs(86_400);

fn manual() -> Mock {
    let clock = ClockMode::Manual("2024-01-01T00:00:00Z".parse().unwrap());
    Mock::start_with(MockConfig { clock, ..MockConfig::default() }).unwrap()
}

#[tokio::test]
async fn a_new_version_becomes_primary_at_most_every_seven_days() {
    let mock = manual();
    let client = Client::new(&mock);
    for (spec, usage) in [("Aliyun_AES_256", "ENCRYPT/DECRYPT"), ("EC_P256", "SIGN/VERIFY")] {
        let key = client.create_key(&[("KeySpec", spec), ("KeyUsage", usage)]).await;
        let first = client.metadata(&key, "PrimaryKeyVersion").await;
        mock.advance(7 * DAY - Duration::from_secs(1));
        let early = client.call("CreateKeyVersion", &[("KeyId", &key)]).await;
        early.refused(400, "Rejected.UnsupportedOperation");
        mock.advance(Duration::from_secs(1));
        let response = client.call("CreateKeyVersion", &[("KeyId", &key)]).await.succeeded();
        let second = response.text("/KeyVersion/KeyVersionId");
        assert_eq!(response.text("/KeyVersion/KeyId"), key);
        assert_ne!(first, second);
        assert_eq!(client.metadata(&key, "PrimaryKeyVersion").await, second);
        let date = response.text("/KeyVersion/CreationDate");
        assert_eq!(client.metadata(&key, "LastRotationDate").await, date);
        client.call("CreateKeyVersion", &[("KeyId", &key)]).await.refused(400, "Rejected.UnsupportedOperation");

        let described = client.call("DescribeKeyVersion", &[("KeyId", &key), ("KeyVersionId", &second)]).await;
        assert_eq!(described.succeeded().json()["KeyVersion"], response.json()["KeyVersion"]);
        let listed = client.call("ListKeyVersions", &[("KeyId", &key)]).await.succeeded().json();
        let ids: Vec<&str> = listed["KeyVersions"]["KeyVersion"]
            .as_array()
            .unwrap()
            .iter()
            .map(|version| version["KeyVersionId"].as_str().unwrap())
            .collect();
        assert_eq!(ids, [second.as_str(), first.as_str()]);
        assert_eq!(listed["TotalCount"], 2);
        let none = client.call("ListKeyVersions", &[("KeyId", &key), ("PageSize", "0")]).await.succeeded().json();
        assert_eq!(
            (none["TotalCount"].as_u64(), none["KeyVersions"]["KeyVersion"].as_array().unwrap().len()),
            (Some(2), 0)
        );
    }
}

#[tokio::test]
async fn old_ciphertext_opens_after_a_rotation_and_new_names_the_new_version() {
    let mock = manual();
    let client = Client::new(&mock);
    let key = client.create_key(&[]).await;
    client.call("CreateAlias", &[("KeyId", &key), ("AliasName", "alias/a")]).await.succeeded();
    let first = client.metadata(&key, "PrimaryKeyVersion").await;
    let old = client.encrypt(&key, "old").await;
    mock.advance(7 * DAY);
    client.call("CreateKeyVersion", &[("KeyId", "alias/a")]).await.succeeded();
    let opened = client.call("Decrypt", &[("CiphertextBlob", &old)]).await.succeeded();
    assert_eq!((opened.text("/KeyVersionId"), opened.text("/Plaintext")), (first.clone(), "old".to_owned()));
    let new = client.encrypt(&key, "new").await;
    let opened = client.call("Decrypt", &[("CiphertextBlob", &new)]).await.succeeded();
    assert_ne!(opened.text("/KeyVersionId"), first);
}

#[tokio::test]
async fn a_key_rotates_by_itself_while_it_is_enabled() {
    let mock = manual();
    let client = Client::new(&mock);
    let key = client.create_key(&[("EnableAutomaticRotation", "true"), ("RotationInterval", "7d")]).await;
    assert_eq!(client.metadata(&key, "AutomaticRotation").await, "Enabled");
    assert_eq!(client.metadata(&key, "NextRotationDate").await, "2024-01-08T00:00:00Z");
    assert_eq!(client.metadata(&key, "RotationInterval").await, "604800s");
    let count =
        async || client.call("ListKeyVersions", &[("KeyId", &key)]).await.json()["TotalCount"].as_u64().unwrap();
    mock.advance(7 * DAY);
    assert_eq!(count().await, 2);
    assert_eq!(client.metadata(&key, "LastRotationDate").await, "2024-01-08T00:00:00Z");
    mock.advance(15 * DAY);
    assert_eq!(count().await, 4);
    assert_eq!(client.metadata(&key, "NextRotationDate").await, "2024-01-29T00:00:00Z");

    client.call("DisableKey", &[("KeyId", &key)]).await.succeeded();
    assert_eq!(client.metadata(&key, "AutomaticRotation").await, "Suspended");
    mock.advance(30 * DAY);
    assert_eq!(count().await, 4);
    client.call("ScheduleKeyDeletion", &[("KeyId", &key)]).await.succeeded();
    assert_eq!(client.metadata(&key, "AutomaticRotation").await, "Suspended");
    client.call("CancelKeyDeletion", &[("KeyId", &key)]).await.succeeded();
    assert_eq!(client.metadata(&key, "AutomaticRotation").await, "Enabled");
    assert!(count().await > 4);

    // Centuries make a bounded number of versions.
    mock.advance(300_000 * DAY);
    assert!(count().await < 150);
}

#[tokio::test]
async fn the_policy_can_be_changed_for_an_enabled_key_of_the_service() {
    let mock = manual();
    let client = Client::new(&mock);
    let key = client.create_key(&[]).await;
    let on = [("KeyId", key.as_str()), ("EnableAutomaticRotation", "true"), ("RotationInterval", "30d")];
    client.call("UpdateRotationPolicy", &on).await.succeeded();
    assert_eq!(client.metadata(&key, "NextRotationDate").await, "2024-01-31T00:00:00Z");
    let off = [("KeyId", key.as_str()), ("EnableAutomaticRotation", "false")];
    client.call("UpdateRotationPolicy", &off).await.succeeded();
    assert_eq!(client.metadata(&key, "AutomaticRotation").await, "Disabled");
    let described = client.call("DescribeKey", &[("KeyId", &key)]).await.json();
    assert!(described["KeyMetadata"].get("NextRotationDate").is_none());
    mock.advance(60 * DAY);
    assert_eq!(client.metadata(&key, "LastRotationDate").await, "2024-01-01T00:00:00Z");
}
