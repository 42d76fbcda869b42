//! Seed files, accounts and requests without a signature.

use std::process::Command;

use super::process::{Process, command, refused};
use crate::mock::client::Client;

const SEED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/seed.yaml");
const ORDERS: &str = "0b7d4e21-6a9f-4c35-b1e8-92d3f7a650cc";

/// The mistakes that a seed file shows.
fn mistakes(text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seed.yaml");
    std::fs::write(&path, text).unwrap();
    let (code, errors) = refused(&["--seed".as_ref(), path.as_os_str()]);
    assert_eq!(code, 2, "{errors}");
    errors.replace(&path.display().to_string(), "seed.yaml")
}

#[tokio::test]
async fn the_example_makes_what_it_says() {
    let process = Process::start(&["--seed", SEED]);
    let client = process.client();
    let listed = client.call("ListKeys", &[]).await.succeeded().json();
    assert_eq!(listed["TotalCount"], 6);
    assert_eq!(listed["Keys"]["Key"][0]["KeyId"], ORDERS);

    for (key, state) in [
        (ORDERS, "Enabled"),
        ("1c8e5f32-7ba0-4d46-82f9-a3e408b761dd", "Disabled"),
        ("2d9f6043-8cb1-4e57-930a-b4f519c872ee", "PendingDeletion"),
        ("3ea07154-9dc2-4f68-a41b-c5062ad983ff", "PendingImport"),
        ("4fb18265-aed3-4079-b52c-d6173bea9400", "Enabled"),
    ] {
        assert_eq!(client.state(key).await, state);
    }

    let key = client.call("DescribeKey", &[("KeyId", "alias/team/orders")]).await.succeeded().json();
    let key = &key["KeyMetadata"];
    assert_eq!(key["KeyId"], ORDERS);
    assert_eq!((&key["Description"], &key["CreationDate"]), (&"orders".into(), &"2024-01-02T03:04:05Z".into()));
    assert_eq!(client.metadata("2d9f6043-8cb1-4e57-930a-b4f519c872ee", "DeleteDate").await, "2099-01-01T00:00:00Z");
    let tags = client.call("ListResourceTags", &[("KeyId", ORDERS)]).await.succeeded().json();
    assert_eq!(tags["Tags"]["Tag"].as_array().unwrap().len(), 2);

    // The key is bound to the material of the file.
    let external = "4fb18265-aed3-4079-b52c-d6173bea9400";
    client.import(external, &[0; 32]).await.refused(400, "InvalidKeyMaterial");
    client.import(external, &[255; 32]).await.succeeded();
}

#[tokio::test]
async fn ciphertext_of_one_mock_opens_in_another_with_the_same_seed() {
    let first = Process::start(&["--seed", SEED]);
    let mut ciphertexts = Vec::new();
    for key in [ORDERS, "4fb18265-aed3-4079-b52c-d6173bea9400"] {
        ciphertexts.push(first.client().encrypt(key, "c2VjcmV0").await);
    }
    drop(first);
    let second = Process::start(&["--seed", SEED]);
    for ciphertext in &ciphertexts {
        let response = second.client().call("Decrypt", &[("CiphertextBlob", ciphertext)]).await.succeeded();
        assert_eq!(response.text("/Plaintext"), "c2VjcmV0");
    }
}

#[tokio::test]
async fn accounts_and_regions_are_kept_apart_and_access_keys_are_what_they_say() {
    let process = Process::start(&["--seed", SEED]);
    let at = |id: &str, secret: &str| Client::at(&process.endpoint(), id, secret);
    let other = at("other-team", "other-secret");
    other.call("DescribeKey", &[("KeyId", ORDERS)]).await.refused(404, "Forbidden.KeyNotFound");
    assert_eq!(other.call("ListKeys", &[]).await.succeeded().json()["TotalCount"], 0);
    let auditor = at("auditor", "auditor-secret");
    assert_eq!(auditor.state(ORDERS).await, "Enabled");
    let deletion = [("KeyId", ORDERS), ("PendingWindowInDays", "7")];
    auditor.call("ScheduleKeyDeletion", &deletion).await.refused(403, "Forbidden.NoPermission");
    at("STS.example", "sts-secret").call("ListKeys", &[]).await.refused(400, "MissingSecurityToken");
    let sts = at("STS.example", "sts-secret");
    let with_token = sts.unsigned("ListKeys", &[("SecurityToken", "example-token")]);
    sts.send("POST", &sts.sign("POST", with_token)).await.succeeded();
    at("retired", "retired-secret").call("ListKeys", &[]).await.refused(400, "InvalidAccessKeyId.Inactive");

    // The other region's host name is not resolved here, so another mock has it as its own.
    let process = Process::start(&["--seed", SEED, "--region", "eu-central-1"]);
    let other = Client::at(&process.endpoint(), "other-team", "other-secret");
    let key = other.call("DescribeKey", &[("KeyId", "alias/orders")]).await.succeeded();
    assert_eq!(
        key.text("/KeyMetadata/Arn"),
        "acs:kms:eu-central-1:1009999999999999:key/61d3a487-c0f5-429b-974e-f8395d0cb622"
    );
}

#[tokio::test]
async fn access_keys_come_in_pairs_from_flags_and_variables() {
    let mut both = command(&["--access-key-id", "one", "--access-key-secret-env", "SECRET_ONE"]);
    both.args(["--access-key-id", "two", "--access-key-secret-env", "SECRET_TWO", "--seed", SEED]);
    both.env("SECRET_ONE", "secret-1").env("SECRET_TWO", "secret-2");
    let process = Process::start_command(both);
    for (id, secret) in [("one", "secret-1"), ("two", "secret-2"), ("testid", "testsecret")] {
        assert_eq!(Client::at(&process.endpoint(), id, secret).state(ORDERS).await, "Enabled");
    }
    let wrong = Client::at(&process.endpoint(), "one", "secret-2");
    wrong.call("ListKeys", &[]).await.refused(400, "SignatureDoesNotMatch");

    let mut usual = command(&["--access-key-id", "one"]);
    usual.env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret-1");
    let process = Process::start_command(usual);
    Client::at(&process.endpoint(), "one", "secret-1").call("ListKeys", &[]).await.succeeded();
    process.client().call("ListKeys", &[]).await.refused(404, "InvalidAccessKeyId.NotFound");

    let uneven = ["--access-key-id", "one", "--access-key-id", "two", "--access-key-secret-env", "A"];
    assert!(refused(&uneven).1.contains("there are 2 of --access-key-id and 1 of --access-key-secret-env"));
    let unset = ["--access-key-id", "one", "--access-key-secret-env", "KMS_CONFORMANCE_UNSET"];
    assert!(refused(&unset).1.contains("KMS_CONFORMANCE_UNSET"));
}

#[tokio::test]
async fn requests_without_a_signature_are_taken_only_when_asked_for() {
    let target = format!("/?Action=DescribeKey&Version=2016-01-20&KeyId={ORDERS}");
    let process = Process::start(&["--seed", SEED]);
    let response = process.client().send_raw("GET", &target, &[], Vec::new()).await;
    response.refused(400, "MissingAccessKeyId");

    let process = Process::start(&["--seed", SEED, "--anonymous"]);
    let client = process.client();
    let response = client.send_raw("GET", &target, &[], Vec::new()).await.succeeded();
    assert_eq!(response.text("/KeyMetadata/Creator"), "1001234567890123");
    // curl is enough.
    let curl = Command::new("curl").args(["-s", "--noproxy", "*", &format!("{}{target}", process.endpoint())]).output();
    if let Ok(curl) = curl {
        assert!(String::from_utf8(curl.stdout).unwrap().contains(ORDERS));
    }
    // A signature that is there must be right all the same, and so must an id that has signed nothing.
    let wrong = Client::at(&process.endpoint(), "testid", "wrong");
    wrong.call("ListKeys", &[]).await.refused(400, "SignatureDoesNotMatch");
    let anonymous = Client::at(&process.endpoint(), "anonymous", "");
    anonymous.call("ListKeys", &[]).await.refused(404, "InvalidAccessKeyId.NotFound");
    let foreign = [("authorization", "AWS4-HMAC-SHA256 Credential=a")];
    client.send_raw("GET", &target, &foreign, Vec::new()).await.refused(400, "IncompleteSignature");
}

#[tokio::test]
async fn a_state_file_gets_a_seed_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state").display().to_string();
    let arguments = ["--state", &path, "--seed", SEED];
    let mut process = Process::start(&arguments);
    let client = process.client();
    client.call("DeleteAlias", &[("AliasName", "alias/orders")]).await.succeeded();
    client.call("DisableKey", &[("KeyId", ORDERS)]).await.succeeded();
    process.kill();
    let process = Process::start(&arguments);
    let client = process.client();
    assert_eq!(client.state(ORDERS).await, "Disabled");
    client.call("DescribeKey", &[("KeyId", "alias/orders")]).await.refused(404, "Forbidden.AliasNotFound");
    // A reset is a new start.
    let http = reqwest::Client::builder().tls_certs_only([]).no_proxy().build().unwrap();
    assert_eq!(http.post(format!("{}/_mock/reset", process.endpoint())).send().await.unwrap().status(), 200);
    drop(process);
    let process = Process::start(&["--state", &path]);
    assert_eq!(process.client().metadata("alias/orders", "KeyState").await, "Enabled");
}

#[test]
fn mistakes_are_shown_with_their_places_all_at_once() {
    let errors = mistakes(
        "access_keys:
  - {id: a, secret: hunter2, secret_env: X}
  - {id: a, secret: 4711}
  - {id: b, secret: hunter2, denied: [Encrpyt], token_expires: soon}
keys:
  - id: 0b7d4e21
  - id: 0b7d4e21-6a9f-4c35-b1e8-92d3f7a650cc
    orgin: EXTERNAL
    state: Enable
    aliases: [orders]
  - id: 0b7d4e21-6a9f-4c35-b1e8-92d3f7a650cc
    origin: EXTERNAL
    state: Enabled
    delete_date: 2030-01-01T00:00:00Z
  - id: 1c8e5f32-7ba0-4d46-82f9-a3e408b761dd
    material: aHVudGVyMg==
    region: cn-hangzou
    rotation_interval: 3d
    tags: {aliyun: x}
",
    );

    for wanted in [
        "there is a secret already\n--> seed.yaml:2:42",
        "expected a text, found a number\n--> seed.yaml:3:21\n = help: put it in quotes",
        "there are two access keys with the id `a`\n--> seed.yaml:3:10",
        "unknown operation `Encrpyt`\n--> seed.yaml:4:39",
        "= help: did you mean `Encrypt`?",
        "`soon` is not a time such as 2030-01-02T03:04:05Z\n--> seed.yaml:4:64",
        "`0b7d4e21` is not a UUID\n--> seed.yaml:6:9",
        "unknown field `orgin`\n--> seed.yaml:8:5",
        "= help: did you mean `origin`?",
        "unknown word `Enable`\n--> seed.yaml:9:12",
        "`orders` is not `alias/` and 1 to 255 letters, digits, `_`, `-` or `/`\n--> seed.yaml:10:15",
        "there are two keys with the id `0b7d4e21-6a9f-4c35-b1e8-92d3f7a650cc`\n--> seed.yaml:11:9",
        "an EXTERNAL key without material is PendingImport\n--> seed.yaml:13:12",
        "only a key that is PendingDeletion has a date of deletion\n--> seed.yaml:14:18",
        "the material must be 32 bytes in Base64\n--> seed.yaml:16:15",
        "unknown region `cn-hangzou`\n--> seed.yaml:17:13",
        "`3d` is not an interval of 7 to 730 days such as 30d or 604800s\n--> seed.yaml:18:24",
        "the service does not accept such a tag\n--> seed.yaml:19:20",
        "16 mistakes in 1 file",
    ] {
        assert!(errors.contains(wanted), "{wanted}\nin\n{errors}");
    }

    for secret in ["hunter2", "4711", "aHVudGVyMg"] {
        assert!(!errors.contains(secret), "{errors}");
    }
}

#[test]
fn a_file_that_is_none_says_so() {
    let (code, errors) = refused(&["--seed", "/nowhere/seed.yaml"]);
    assert_eq!(code, 2);
    assert!(errors.contains("failed to read /nowhere/seed.yaml"), "{errors}");
    assert!(mistakes("").contains("the file is empty"));
    assert!(mistakes("keys: [").contains("seed.yaml:"));
    assert!(mistakes("access_keys:\n  - {id: a, secret_env: KMS_CONFORMANCE_UNSET}\n").contains("is not set"));
}
