//! What the operations refuse, whatever the state.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kms_conformance::mock::{AlibabaConfig, Mock};

use super::client::Client;

const UNKNOWN: &str = "5f1c9d0a-7b32-4e68-9a41-3c8e0d2b7f11";

#[tokio::test]
async fn a_missing_parameter_is_named() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let key = ("KeyId", UNKNOWN);
    for (action, pairs, missing) in [
        ("DescribeKey", vec![], "KeyId"),
        ("Encrypt", vec![key], "Plaintext"),
        ("Encrypt", vec![key, ("Plaintext", "")], "Plaintext"),
        ("Decrypt", vec![], "CiphertextBlob"),
        ("ReEncrypt", vec![("CiphertextBlob", "x")], "DestinationKeyId"),
        ("CreateAlias", vec![key], "AliasName"),
        ("UpdateAlias", vec![("AliasName", "alias/a")], "KeyId"),
        ("DeleteAlias", vec![], "AliasName"),
        ("GetParametersForImport", vec![key], "WrappingAlgorithm"),
        ("ImportKeyMaterial", vec![key, ("EncryptedKeyMaterial", "x")], "ImportToken"),
        ("UpdateKeyDescription", vec![key], "Description"),
        ("TagResource", vec![key], "Tags"),
        ("UntagResource", vec![key], "TagKeys"),
        ("DescribeKeyVersion", vec![key], "KeyVersionId"),
        ("UpdateRotationPolicy", vec![key], "EnableAutomaticRotation"),
        ("UpdateRotationPolicy", vec![key, ("EnableAutomaticRotation", "true")], "RotationInterval"),
        ("CreateKey", vec![("EnableAutomaticRotation", "true")], "RotationInterval"),
        ("SetDeletionProtection", vec![key], "EnableDeletionProtection"),
    ] {
        let response = client.call(action, &pairs).await.refused(400, "MissingParameter");
        let expected = format!("The parameter \"{missing}\" is needed but not provided.");
        assert_eq!(response.text("/Message"), expected, "{action}");
    }
}

#[tokio::test]
async fn an_unknown_value_of_a_known_parameter_is_refused() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let id = client.create_key(&[]).await;
    let key = ("KeyId", id.as_str());
    let long = "d".repeat(8193);
    let import = [key, ("WrappingAlgorithm", "RSAES_OAEP_SHA_1"), ("WrappingKeySpec", "RSA_2048")];

    for (action, pairs, name) in [
        ("CreateKey", vec![("Origin", "aliyun_kms")], "Origin"),
        ("CreateKey", vec![("KeySpec", "AES_256")], "KeySpec"),
        ("CreateKey", vec![("KeyUsage", "ENCRYPT")], "KeyUsage"),
        ("CreateKey", vec![("KeySpec", "EC_P256")], "KeyUsage"),
        ("CreateKey", vec![("KeyUsage", "SIGN/VERIFY")], "KeyUsage"),
        ("CreateKey", vec![("KeySpec", "RSA_2048"), ("Origin", "EXTERNAL")], "KeySpec"),
        ("CreateKey", vec![("ProtectionLevel", "SOFT")], "ProtectionLevel"),
        ("CreateKey", vec![("EnableAutomaticRotation", "yes")], "EnableAutomaticRotation"),
        ("CreateKey", vec![("EnableAutomaticRotation", "true"), ("RotationInterval", "6d")], "RotationInterval"),
        (
            "CreateKey",
            vec![("EnableAutomaticRotation", "true"), ("RotationInterval", "7d"), ("Origin", "EXTERNAL")],
            "EnableAutomaticRotation",
        ),
        ("CreateKey", vec![("Description", &long)], "Description"),
        ("CreateKey", vec![("Tags", "[")], "Tags"),
        ("CreateKey", vec![("Policy", "[]")], "Policy"),
        ("UpdateKeyDescription", vec![key, ("Description", &long)], "Description"),
        ("Encrypt", vec![key, ("Plaintext", "p"), ("EncryptionContext", "[]")], "EncryptionContext"),
        ("Encrypt", vec![key, ("Plaintext", "p"), ("DryRun", "1")], "DryRun"),
        ("GenerateDataKey", vec![key, ("KeySpec", "AES_192")], "KeySpec"),
        ("GenerateDataKey", vec![key, ("NumberOfBytes", "0")], "NumberOfBytes"),
        ("GenerateDataKey", vec![key, ("NumberOfBytes", "1025")], "NumberOfBytes"),
        ("GenerateDataKey", vec![key, ("NumberOfBytes", "+1")], "NumberOfBytes"),
        ("GetParametersForImport", vec![import[0], ("WrappingAlgorithm", "RSA"), import[2]], "WrappingAlgorithm"),
        ("GetParametersForImport", vec![import[0], import[1], ("WrappingKeySpec", "RSA_4096")], "WrappingKeySpec"),
        ("DescribeKeyVersion", vec![key, ("KeyVersionId", "one")], "KeyVersionId"),
        ("DescribeKey", vec![("KeyId", "5f1c9d0a-7b32-4e68-9a41-3c8e0d2b7f11abc")], "KeyId"),
    ] {
        let response = client.call(action, &pairs).await.refused(400, "InvalidParameter");
        assert_eq!(response.text("/Message"), format!("The specified parameter {name} is not valid."), "{action}");
    }
}

#[tokio::test]
async fn bad_alias_names_are_refused_and_taken_ones_too() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let key = client.create_key(&[]).await;
    let create = async |name: &str| client.call("CreateAlias", &[("KeyId", &key), ("AliasName", name)]).await;
    let longest = format!("alias/{}", "a".repeat(255));
    let too_long = format!("{longest}a");
    for name in ["nightly", "alias/", "alias/a b", "alias/é", "alias/a.b", "alias/acs/ecs", &too_long] {
        create(name).await.refused(400, "InvalidParameter");
    }
    create(&longest).await.succeeded();
    create(&longest).await.refused(400, "AliasAlreadyExists");
    for action in ["UpdateAlias", "DeleteAlias"] {
        let pairs = [("KeyId", key.as_str()), ("AliasName", "alias/nobody")];
        client.call(action, &pairs).await.refused(404, "Forbidden.AliasNotFound");
    }
}

#[tokio::test]
async fn unknown_keys_versions_and_instances_are_not_found() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let key = client.create_key(&[]).await;
    for action in [
        "DescribeKey",
        "EnableKey",
        "DisableKey",
        "ScheduleKeyDeletion",
        "CancelKeyDeletion",
        "GenerateDataKey",
        "ListAliasesByKeyId",
        "DeleteKeyMaterial",
        "ListResourceTags",
        "CreateKeyVersion",
        "ListKeyVersions",
    ] {
        client.call(action, &[("KeyId", UNKNOWN)]).await.refused(404, "Forbidden.KeyNotFound");
        client.call(action, &[("KeyId", "key-hzz62f1cb66fa42qo5w1")]).await.refused(404, "Forbidden.KeyNotFound");
    }

    let version = [("KeyId", key.as_str()), ("KeyVersionId", UNKNOWN)];
    client.call("DescribeKeyVersion", &version).await.refused(404, "Forbidden.KeyVersionNotFound");
    let instance = client.call("CreateKey", &[("DKMSInstanceId", "kst-1")]).await;
    instance.refused(403, "Forbidden.DKMSInstanceNotFound");
    client.call("CreateKeyVersion", &[("KeyId", "alias/nobody")]).await.refused(404, "Forbidden.AliasNotFound");
}

#[tokio::test]
async fn broken_ciphertext_is_an_invalid_parameter() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let key = client.create_key(&[]).await;
    let blob = client.encrypt(&key, "p").await;
    let decrypt = async |blob: &str| client.call("Decrypt", &[("CiphertextBlob", blob)]).await;
    decrypt("not Base64").await.refused(400, "InvalidParameter");
    let short = decrypt("MGI3ZDRlMjE=").await.refused(400, "InvalidParameter");
    assert!(short.text("/Message").contains("ciphertext length too small"));
    let mut bytes = STANDARD.decode(&blob).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    decrypt(&STANDARD.encode(&bytes)).await.refused(400, "InvalidParameter");
    bytes[..36].copy_from_slice(UNKNOWN.as_bytes());
    decrypt(&STANDARD.encode(&bytes)).await.refused(404, "Forbidden.KeyNotFound");
}

#[tokio::test]
async fn plaintext_has_a_limit_and_by_choice_must_be_base64() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let key = client.create_key(&[]).await;
    let encrypt = async |text: &str| {
        let all = client.unsigned("Encrypt", &[("KeyId", &key), ("Plaintext", text)]);
        client.send_form(&client.sign("POST", all)).await
    };
    encrypt(&STANDARD.encode([1; 6145])).await.refused(400, "InvalidParameter");
    encrypt(&"-".repeat(6145)).await.refused(400, "InvalidParameter");
    encrypt(&"-".repeat(6144)).await.succeeded();

    let strict =
        Mock::start_with(AlibabaConfig { require_base64_plaintext: true, ..AlibabaConfig::default() }).unwrap();
    let client = Client::new(&strict);
    let key = client.create_key(&[]).await;
    client.call("Encrypt", &[("KeyId", &key), ("Plaintext", "p!")]).await.refused(400, "InvalidParameter");
    client.encrypt(&key, "cA==").await;
}

#[tokio::test]
async fn an_asymmetric_key_is_not_for_data_operations() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let key = client.create_key(&[("KeySpec", "RSA_2048")]).await;
    client.call("Encrypt", &[("KeyId", &key), ("Plaintext", "p")]).await.refused(400, "UnsupportedOperation");
    client.call("GenerateDataKey", &[("KeyId", &key)]).await.refused(400, "UnsupportedOperation");
    let rotation = [("KeyId", key.as_str()), ("EnableAutomaticRotation", "false")];
    client.call("UpdateRotationPolicy", &rotation).await.refused(400, "UnsupportedOperation");
}

#[tokio::test]
async fn a_region_can_be_without_hsm() {
    let mock = Mock::start_with(AlibabaConfig { hsm: false, ..AlibabaConfig::default() }).unwrap();
    let client = Client::new(&mock);
    client.call("CreateKey", &[("ProtectionLevel", "HSM")]).await.refused(400, "Unsupported.ProtectionLevel");
}

#[tokio::test]
async fn a_dry_run_checks_everything_and_does_nothing() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let key = client.create_key(&[]).await;
    let blob = client.encrypt(&key, "p").await;
    let dry = ("DryRun", "true");
    client.call("Encrypt", &[("KeyId", &key), ("Plaintext", "p"), dry]).await.refused(400, "DryRunOperationError");
    client.call("Decrypt", &[("CiphertextBlob", &blob), dry]).await.refused(400, "DryRunOperationError");
    client.call("DisableKey", &[("KeyId", &key)]).await.succeeded();
    client.call("GenerateDataKey", &[("KeyId", &key), dry]).await.refused(409, "Rejected.Disabled");
}
