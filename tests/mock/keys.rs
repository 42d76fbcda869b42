//! Keys, data and aliases: what the operations do when they succeed.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kms_conformance::mock::{AccessKey, AlibabaConfig, ClockMode, Mock, MockConfig, Profile, Quotas};
use serde_json::json;

use super::client::Client;

const DAY: Duration = Duration::from_secs(86_400);

fn manual(cloud: AlibabaConfig) -> MockConfig {
    let clock = ClockMode::Manual("2021-04-12T06:00:54Z".parse().unwrap());
    MockConfig { clock, cloud: cloud.into(), ..MockConfig::default() }
}

#[tokio::test]
async fn a_new_key_is_as_the_documents_show_it() {
    let mock = Mock::start_with(manual(AlibabaConfig::default())).unwrap();
    let client = Client::new(&mock);
    let response = client.call("CreateKey", &[("Origin", "EXTERNAL"), ("Description", "nightly")]).await.succeeded();
    let json = response.json();
    let metadata = &json["KeyMetadata"];
    let id = metadata["KeyId"].as_str().unwrap();

    assert_eq!(
        *metadata,
        json!({
            "CreationDate": "2021-04-12T06:00:54Z",
            "Description": "nightly",
            "KeyId": id,
            "KeySpec": "Aliyun_AES_256",
            "KeyState": "PendingImport",
            "KeyUsage": "ENCRYPT/DECRYPT",
            "PrimaryKeyVersion": metadata["PrimaryKeyVersion"],
            "DeleteDate": "",
            "Creator": "1001234567890123",
            "Arn": format!("acs:kms:cn-hangzhou:1001234567890123:key/{id}"),
            "Origin": "EXTERNAL",
            "MaterialExpireTime": "",
            "ProtectionLevel": "SOFTWARE",
            "LastRotationDate": "2021-04-12T06:00:54Z",
            "AutomaticRotation": "Disabled",
        })
    );

    assert_eq!(client.metadata(id, "DeletionProtection").await, "Disabled");
    let sm4 = client.create_key(&[("KeySpec", "Aliyun_SM4"), ("ProtectionLevel", "HSM")]).await;
    assert_eq!(client.state(&sm4).await, "Enabled");
    let sign = client.create_key(&[("KeySpec", "EC_P256"), ("KeyUsage", "SIGN/VERIFY")]).await;
    assert_eq!(client.metadata(&sign, "KeyUsage").await, "SIGN/VERIFY");
}

#[tokio::test]
async fn the_seed_decides_the_ids_of_keys() {
    let start = || Mock::start_with(MockConfig { seed: Some(7), ..MockConfig::default() }).unwrap();
    let (one, other) = (start(), start());
    let (one, other) = (Client::new(&one), Client::new(&other));
    other.call("DescribeRegions", &[]).await.succeeded();
    assert_eq!(one.create_key(&[]).await, other.create_key(&[]).await);
}

#[tokio::test]
async fn what_is_encrypted_comes_back_whatever_text_it_is() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    for spec in ["Aliyun_AES_256", "Aliyun_SM4"] {
        let key = client.create_key(&[("KeySpec", spec)]).await;
        let version = client.metadata(&key, "PrimaryKeyVersion").await;
        let longest = STANDARD.encode([1; 6144]);
        for text in ["aGVsbG8=", "plain words, 你好 😀", longest.as_str()] {
            let all = client.sign("POST", client.unsigned("Encrypt", &[("KeyId", &key), ("Plaintext", text)]));
            let response = client.send_form(&all).await.succeeded();
            assert_eq!((response.text("/KeyId"), response.text("/KeyVersionId")), (key.clone(), version.clone()));
            let blob = response.text("/CiphertextBlob");
            let bytes = STANDARD.decode(&blob).unwrap();
            assert_eq!(&bytes[..36], version.as_bytes());
            assert_eq!(bytes.len(), 36 + 12 + text.len() + 16);
            let all = client.sign("POST", client.unsigned("Decrypt", &[("CiphertextBlob", &blob)]));
            let response = client.send_form(&all).await.succeeded();
            assert_eq!(response.text("/Plaintext"), text);
            assert_eq!((response.text("/KeyId"), response.text("/KeyVersionId")), (key.clone(), version.clone()));
        }
    }
}

#[tokio::test]
async fn the_context_must_be_equal_as_a_map() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let key = client.create_key(&[]).await;
    let encrypt = async |context: &str| {
        let pairs = [("KeyId", key.as_str()), ("Plaintext", "p"), ("EncryptionContext", context)];
        client.call("Encrypt", &pairs).await.succeeded().text("/CiphertextBlob")
    };
    let decrypt = async |blob: &str, context: &str| {
        client.call("Decrypt", &[("CiphertextBlob", blob), ("EncryptionContext", context)]).await
    };
    let blob = encrypt("{\"a\":\"1\",\"b\":\"2\"}").await;
    decrypt(&blob, "{ \"b\": \"2\", \"a\": \"1\" }").await.succeeded();
    let response = decrypt(&blob, "{\"a\":\"1\"}").await.refused(400, "InvalidParameter");
    assert!(response.text("/Message").contains("EncryptionContext"));
    client.call("Decrypt", &[("CiphertextBlob", &blob)]).await.refused(400, "InvalidParameter");
    let bare = encrypt("{}").await;
    client.call("Decrypt", &[("CiphertextBlob", &bare)]).await.succeeded();
}

#[tokio::test]
async fn data_keys_have_the_length_that_was_asked_for() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let key = client.create_key(&[]).await;
    for (pairs, bytes) in [
        (vec![], 32),
        (vec![("KeySpec", "AES_256")], 32),
        (vec![("KeySpec", "AES_128")], 16),
        (vec![("NumberOfBytes", "1024")], 1024),
        (vec![("KeySpec", "AES_256"), ("NumberOfBytes", "1")], 1),
    ] {
        let mut all = vec![("KeyId", key.as_str())];
        all.extend(pairs);
        let response = client.call("GenerateDataKey", &all).await.succeeded();
        let plaintext = response.text("/Plaintext");
        assert_eq!(STANDARD.decode(&plaintext).unwrap().len(), bytes);
        let opened = client.call("Decrypt", &[("CiphertextBlob", &response.text("/CiphertextBlob"))]).await.succeeded();
        assert_eq!(opened.text("/Plaintext"), plaintext);
        let response = client.call("GenerateDataKeyWithoutPlaintext", &all).await.succeeded();
        assert!(response.json().get("Plaintext").is_none());
        let opened = client.call("Decrypt", &[("CiphertextBlob", &response.text("/CiphertextBlob"))]).await.succeeded();
        assert_eq!(STANDARD.decode(opened.text("/Plaintext")).unwrap().len(), bytes);
    }
}

#[tokio::test]
async fn re_encrypt_moves_ciphertext_and_answers_the_source() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let (source, target) = (client.create_key(&[]).await, client.create_key(&[]).await);
    let pairs = [("KeyId", source.as_str()), ("Plaintext", "moved"), ("EncryptionContext", "{\"a\":\"1\"}")];
    let blob = client.call("Encrypt", &pairs).await.succeeded().text("/CiphertextBlob");
    let move_it = [
        ("CiphertextBlob", blob.as_str()),
        ("DestinationKeyId", target.as_str()),
        ("SourceEncryptionContext", "{\"a\":\"1\"}"),
        ("DestinationEncryptionContext", "{\"b\":\"2\"}"),
    ];
    let response = client.call("ReEncrypt", &move_it).await.succeeded();
    assert_eq!(response.text("/KeyId"), source);
    let moved = response.text("/CiphertextBlob");
    let pairs = [("CiphertextBlob", moved.as_str()), ("EncryptionContext", "{\"b\":\"2\"}")];
    let opened = client.call("Decrypt", &pairs).await.succeeded();
    assert_eq!((opened.text("/KeyId"), opened.text("/Plaintext")), (target.clone(), "moved".to_owned()));
    client.call("ReEncrypt", &move_it[..2]).await.refused(400, "InvalidParameter");
    let alias = [move_it[0], ("DestinationKeyId", "alias/a"), move_it[2]];
    client.call("ReEncrypt", &alias).await.refused(400, "Unsupported.Alias");
}

#[tokio::test]
async fn an_alias_stands_for_its_key_where_it_may() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let key = client.create_key(&[]).await;
    client.call("CreateAlias", &[("KeyId", &key), ("AliasName", "alias/Main_1/a-b")]).await.succeeded();
    let alias = ("KeyId", "alias/Main_1/a-b");

    for (action, more) in [
        ("DescribeKey", vec![]),
        ("Encrypt", vec![("Plaintext", "p")]),
        ("GenerateDataKey", vec![]),
        ("GenerateDataKeyWithoutPlaintext", vec![]),
    ] {
        let mut pairs = vec![alias];
        pairs.extend(more);
        let response = client.call(action, &pairs).await.succeeded();
        assert!(response.text.contains(&format!("\"KeyId\":\"{key}\"")), "{action}");
    }

    for action in [
        "EnableKey",
        "DisableKey",
        "ScheduleKeyDeletion",
        "CancelKeyDeletion",
        "ListAliasesByKeyId",
        "DeleteKeyMaterial",
        "ListResourceTags",
        "ListKeyVersions",
    ] {
        client.call(action, &[alias]).await.refused(400, "Unsupported.Alias");
        // Not even looked up.
        client.call(action, &[("KeyId", "alias/nobody")]).await.refused(400, "Unsupported.Alias");
    }

    client.call("DeleteAlias", &[("AliasName", "alias/Main_1/a-b")]).await.succeeded();
    client.call("DescribeKey", &[alias]).await.refused(404, "Forbidden.AliasNotFound");
    assert_eq!(client.state(&key).await, "Enabled");
}

#[tokio::test]
async fn an_arn_names_a_key_of_its_account_and_region_only() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let key = client.create_key(&[]).await;
    let arn = client.metadata(&key, "Arn").await;
    assert_eq!(client.metadata(&arn, "KeyId").await, key);
    client.call("DisableKey", &[("KeyId", &arn)]).await.succeeded();
    for (from, to) in [("cn-hangzhou", "cn-beijing"), ("1001234567890123", "2001234567890123")] {
        let other = arn.replace(from, to);
        client.call("DescribeKey", &[("KeyId", &other)]).await.refused(404, "Forbidden.KeyNotFound");
    }
    client.call("DescribeKey", &[("KeyId", "acs:kms:key")]).await.refused(400, "InvalidParameter");
}

#[tokio::test]
async fn a_key_goes_at_its_date_with_aliases_and_ciphertext() {
    let mock = Mock::start_with(manual(AlibabaConfig::default())).unwrap();
    let client = Client::new(&mock);
    let key = client.create_key(&[]).await;
    let blob = client.encrypt(&key, "p").await;
    client.call("CreateAlias", &[("KeyId", &key), ("AliasName", "alias/a")]).await.succeeded();
    client.call("ScheduleKeyDeletion", &[("KeyId", &key), ("PendingWindowInDays", "7")]).await.succeeded();
    assert_eq!(client.metadata(&key, "DeleteDate").await, "2021-04-19T06:00:54Z");
    let again = client.call("ScheduleKeyDeletion", &[("KeyId", &key), ("PendingWindowInDays", "30")]).await;
    again.refused(409, "Rejected.StateModifiedFailed");
    assert_eq!(client.metadata(&key, "DeleteDate").await, "2021-04-19T06:00:54Z");
    mock.advance(7 * DAY - Duration::from_secs(1));
    assert_eq!(client.state("alias/a").await, "PendingDeletion");
    mock.advance(Duration::from_secs(1));
    client.call("DescribeKey", &[("KeyId", &key)]).await.refused(404, "Forbidden.KeyNotFound");
    client.call("DescribeKey", &[("KeyId", "alias/a")]).await.refused(404, "Forbidden.AliasNotFound");
    client.call("Decrypt", &[("CiphertextBlob", &blob)]).await.refused(404, "Forbidden.KeyNotFound");
    assert_eq!(client.call("ListKeys", &[]).await.json()["TotalCount"], 0);
    assert_eq!(client.call("ListAliases", &[]).await.json()["TotalCount"], 0);
}

#[tokio::test]
async fn a_cancelled_deletion_ends_in_enabled_or_by_choice_where_it_began() {
    for (restores, expected) in [(false, "Enabled"), (true, "Disabled")] {
        let mock =
            Mock::start_with(manual(AlibabaConfig { cancel_restores_state: restores, ..AlibabaConfig::default() }))
                .unwrap();
        let client = Client::new(&mock);
        let key = client.create_key(&[]).await;
        for action in ["DisableKey", "ScheduleKeyDeletion", "CancelKeyDeletion"] {
            client.call(action, &[("KeyId", &key)]).await.succeeded();
        }
        assert_eq!(client.state(&key).await, expected);
        assert_eq!(client.metadata(&key, "DeleteDate").await, "");
        mock.advance(400 * DAY);
        assert_eq!(client.state(&key).await, expected);
        let external = client.create_key(&[("Origin", "EXTERNAL")]).await;
        client.call("ScheduleKeyDeletion", &[("KeyId", &external)]).await.succeeded();
        client.call("CancelKeyDeletion", &[("KeyId", &external)]).await.succeeded();
        assert_eq!(client.state(&external).await, "PendingImport");
    }
}

#[tokio::test]
async fn the_profile_decides_the_waiting_period() {
    let classic = Mock::start_with(manual(AlibabaConfig::default())).unwrap();
    let current =
        Mock::start_with(manual(AlibabaConfig { profile: Profile::Current, ..AlibabaConfig::default() })).unwrap();
    for (mock, longest, without) in [(&classic, 30, "Success"), (&current, 366, "MissingParameter")] {
        let client = Client::new(mock);
        let key = client.create_key(&[]).await;
        let schedule = async |days: &str| {
            client.call("ScheduleKeyDeletion", &[("KeyId", &key), ("PendingWindowInDays", days)]).await
        };
        for days in ["6", "-7", "7.0", "seven", "99999999999999999999"] {
            schedule(days).await.refused(400, "InvalidParameter");
        }
        schedule(&(longest + 1).to_string()).await.refused(400, "InvalidParameter");
        schedule(&longest.to_string()).await.succeeded();
        client.call("CancelKeyDeletion", &[("KeyId", &key)]).await.succeeded();
        assert_eq!(client.call("ScheduleKeyDeletion", &[("KeyId", &key)]).await.code(), without);
    }
    assert_eq!(Client::new(&classic).call("ListKeys", &[]).await.json()["TotalCount"], 1);
}

#[tokio::test]
async fn deletion_protection_guards_a_key() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let key = client.create_key(&[]).await;
    let arn = client.metadata(&key, "Arn").await;
    let resource = ("ProtectedResourceArn", arn.as_str());
    let on = [resource, ("EnableDeletionProtection", "True"), ("DeletionProtectionDescription", "precious")];
    client.call("SetDeletionProtection", &on).await.succeeded();
    assert_eq!(client.metadata(&key, "DeletionProtection").await, "Enabled");
    assert_eq!(client.metadata(&key, "DeletionProtectionDescription").await, "precious");
    client.call("ScheduleKeyDeletion", &[("KeyId", &key)]).await.refused(409, "Rejected.StateModifiedFailed");
    let off = [("KeyId", key.as_str()), ("EnableDeletionProtection", "false")];
    client.call("SetDeletionProtection", &off).await.succeeded();
    client.call("ScheduleKeyDeletion", &[("KeyId", &key)]).await.succeeded();
    client.call("SetDeletionProtection", &on).await.refused(409, "Rejected.PendingDeletion");
    let contradiction = [resource, ("EnableDeletionProtection", "false"), ("DeletionProtectionDescription", "x")];
    client.call("SetDeletionProtection", &contradiction).await.refused(400, "InvalidParameter");
    let missing = client.call("SetDeletionProtection", &[("EnableDeletionProtection", "true")]).await;
    assert!(missing.refused(400, "MissingParameter").text("/Message").contains("ProtectedResourceArn"));
    let two = [resource, ("KeyId", "5f1c9d0a-7b32-4e68-9a41-3c8e0d2b7f11"), ("EnableDeletionProtection", "true")];
    client.call("SetDeletionProtection", &two).await.refused(400, "InvalidParameter");
}

#[tokio::test]
async fn accounts_and_regions_are_kept_apart() {
    let mock = Mock::start_with(AlibabaConfig {
        access_keys: vec![
            AccessKey::new("testid", "testsecret"),
            AccessKey::new("second", "secret"),
            AccessKey::new("other", "secret").account("2001234567890123"),
        ],
        ..AlibabaConfig::default()
    })
    .unwrap();
    let client = Client::new(&mock);
    let key = client.create_key(&[]).await;
    let blob = client.encrypt(&key, "p").await;
    let second = Client::with_key(&mock, "second", "secret");
    assert_eq!(second.state(&key).await, "Enabled");
    let other = Client::with_key(&mock, "other", "secret");
    other.call("DescribeKey", &[("KeyId", &key)]).await.refused(404, "Forbidden.KeyNotFound");
    other.call("Decrypt", &[("CiphertextBlob", &blob)]).await.refused(404, "Forbidden.KeyNotFound");
    let own = other.create_key(&[]).await;
    assert!(other.metadata(&own, "Arn").await.contains(":2001234567890123:"));
    assert_eq!(other.call("ListKeys", &[]).await.json()["TotalCount"], 1);

    let all = client.sign("GET", client.unsigned("CreateKey", &[]));
    let query: Vec<String> = all
        .iter()
        .map(|(name, value)| format!("{name}={}", kms_conformance::provider::signing::percent_encode(value)))
        .collect();
    let host = [("host", "kms.cn-beijing.aliyuncs.com")];
    let response = client.send_raw("GET", &format!("/?{}", query.join("&")), &host, vec![]).await.succeeded();
    assert!(response.text("/KeyMetadata/Arn").starts_with("acs:kms:cn-beijing:"));
    let beijing = response.text("/KeyMetadata/KeyId");
    client.call("DescribeKey", &[("KeyId", &beijing)]).await.refused(404, "Forbidden.KeyNotFound");
}

#[tokio::test]
async fn quotas_are_those_of_the_service_when_asked_for() {
    let quotas = Quotas { keys: 2, aliases: 1 };
    let mock = Mock::start_with(manual(AlibabaConfig { quotas, ..AlibabaConfig::default() })).unwrap();
    let client = Client::new(&mock);
    let key = client.create_key(&[]).await;
    client.create_key(&[]).await;
    client.call("CreateKey", &[]).await.refused(400, "Rejected.LimitExceeded");
    client.call("CreateAlias", &[("KeyId", &key), ("AliasName", "alias/a")]).await.succeeded();
    let full = client.call("CreateAlias", &[("KeyId", &key), ("AliasName", "alias/b")]).await;
    full.refused(400, "Rejected.LimitExceeded");
    // A key that waits for its deletion still counts.
    client.call("ScheduleKeyDeletion", &[("KeyId", &key), ("PendingWindowInDays", "7")]).await.succeeded();
    client.call("CreateKey", &[]).await.refused(400, "Rejected.LimitExceeded");
    mock.advance(7 * DAY);
    client.create_key(&[]).await;
}

#[tokio::test]
async fn tags_are_set_replaced_and_taken_away() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let key = client.create_key(&[("Tags", "[{\"TagKey\":\"made\",\"TagValue\":\"1\"}]")]).await;
    let tag = async |tags: &str| client.call("TagResource", &[("KeyId", &key), ("Tags", tags)]).await;
    let untag = async |keys: &str| client.call("UntagResource", &[("KeyId", &key), ("TagKeys", keys)]).await;
    let list =
        async || client.call("ListResourceTags", &[("KeyId", &key)]).await.succeeded().json()["Tags"]["Tag"].clone();
    tag("[{\"TagKey\":\"team\",\"TagValue\":\"qa\"},{\"TagKey\":\"made\",\"TagValue\":\"2\"}]").await.succeeded();

    assert_eq!(
        list().await,
        json!([
            {"KeyId": key, "TagKey": "made", "TagValue": "2"},
            {"KeyId": key, "TagKey": "team", "TagValue": "qa"},
        ])
    );

    untag("[\"made\",\"absent\"]").await.succeeded();
    assert_eq!(list().await.as_array().unwrap().len(), 1);
    let nine: Vec<_> = (0..9).map(|number| json!({"TagKey": format!("k{number}")})).collect();
    tag(&json!(nine).to_string()).await.succeeded();
    tag("[{\"TagKey\":\"eleventh\"}]").await.refused(400, "Rejected.LimitExceeded");
    tag("[{\"TagKey\":\"team\",\"TagValue\":\"new\"}]").await.succeeded();

    for bad in [
        "[]",
        "{}",
        "[1]",
        "[{\"TagKey\":\"\"}]",
        "[{\"TagKey\":\"acs:a\"}]",
        "[{\"TagKey\":\"aliyun\"}]",
        "[{\"TagKey\":\"a b\"}]",
        "[{\"TagKey\":\"a\"},{\"TagKey\":\"a\"}]",
        "[{\"TagKey\":\"a\",\"Other\":\"b\"}]",
    ] {
        tag(bad).await.refused(400, "InvalidParameter");
    }

    for bad in ["[]", "team", "[1]"] {
        untag(bad).await.refused(400, "InvalidParameter");
    }
    let other_name = [("KeyId", key.as_str()), ("TagsKeys", "[\"team\"]")];
    client.call("UntagResource", &other_name).await.succeeded();
}

#[tokio::test]
async fn of_many_who_want_the_same_alias_one_gets_it() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let mut attempts = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let client = client.clone();
        let key = client.create_key(&[]).await;
        attempts.spawn(async move {
            client.call("CreateAlias", &[("KeyId", &key), ("AliasName", "alias/wanted")]).await.code()
        });
    }
    let codes = attempts.join_all().await;
    assert_eq!(codes.iter().filter(|code| *code == "Success").count(), 1);
    assert_eq!(codes.iter().filter(|code| *code == "AliasAlreadyExists").count(), 19);
    assert_eq!(client.call("ListAliases", &[]).await.json()["TotalCount"], 1);
}
