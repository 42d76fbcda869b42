//! The mock of another cloud in a process of its own: what lasts over a kill, what is served besides its API, and its flags.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::process::{Process, command, refused};

/// An unsigned client, which a mock lets in with `--anonymous`.
struct Client {
    http: reqwest::Client,
    endpoint: String,
}

impl Client {
    fn new(process: &Process) -> Self {
        let http = reqwest::Client::builder().tls_certs_only([]).no_proxy().build().unwrap();
        Self { http, endpoint: process.endpoint() }
    }

    /// Status and body of the response; `region` is that of the host name.
    async fn send(&self, region: &str, operation: &str, parameters: Value) -> (u16, Value) {
        let request = self.http.post(&self.endpoint).header("x-amz-target", format!("TrentService.{operation}"));
        let request = request.header("host", format!("kms.{region}.amazonaws.com")).body(parameters.to_string());
        let response = request.send().await.unwrap();
        (response.status().as_u16(), serde_json::from_str(&response.text().await.unwrap()).unwrap())
    }

    async fn ok_in(&self, region: &str, operation: &str, parameters: Value) -> Value {
        let (status, body) = self.send(region, operation, parameters).await;
        assert_eq!(status, 200, "{operation}: {body}");
        body
    }

    async fn ok(&self, operation: &str, parameters: Value) -> Value {
        self.ok_in("us-east-1", operation, parameters).await
    }

    async fn key(&self, parameters: Value) -> String {
        self.ok("CreateKey", parameters).await["KeyMetadata"]["KeyId"].as_str().unwrap().to_owned()
    }

    /// What the admin API has at a path.
    async fn admin(&self, path: &str) -> Value {
        let response = self.http.get(format!("{}/_mock/{path}", self.endpoint)).send().await.unwrap();
        serde_json::from_str(&response.text().await.unwrap()).unwrap()
    }
}

fn arguments(state: &str) -> Vec<String> {
    ["--provider", "aws", "--anonymous", "--state", state].map(str::to_owned).to_vec()
}

/// All that clients see of keys in both regions, but for what is drawn by chance.
async fn seen(client: &Client) -> BTreeMap<String, Value> {
    let mut seen = BTreeMap::new();
    for region in ["us-east-1", "us-west-2"] {
        for key in client.ok_in(region, "ListKeys", json!({})).await["Keys"].as_array().unwrap() {
            let id = &key["KeyId"];
            for operation in ["DescribeKey", "ListResourceTags", "ListGrants", "ListAliases", "GetKeyPolicy"] {
                let body = client.ok_in(region, operation, json!({"KeyId": id})).await;
                seen.insert(format!("{region} {id} {operation}"), body);
            }
            let (_, body) = client.send(region, "GetKeyRotationStatus", json!({"KeyId": id})).await;
            seen.insert(format!("{region} {id} rotation"), body);
        }
    }
    seen
}

#[tokio::test]
async fn everything_that_clients_know_of_is_there_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = arguments(&folder.path().join("state").display().to_string());
    let mut process = Process::start(&arguments);
    let client = Client::new(&process);

    let mut ciphertexts = Vec::new();
    let shared = client.key(json!({"MultiRegion": true, "Tags": [{"TagKey": "a", "TagValue": "1"}]})).await;
    client.ok("ReplicateKey", json!({"KeyId": shared, "ReplicaRegion": "us-west-2"})).await;
    client.ok("EnableKeyRotation", json!({"KeyId": shared, "RotationPeriodInDays": 100})).await;
    client.ok("RotateKeyOnDemand", json!({"KeyId": shared})).await;
    client.ok("CreateAlias", json!({"AliasName": "alias/a", "TargetKeyId": shared})).await;
    let principal = "arn:aws:iam::111122223333:root";
    let grant = json!({"KeyId": shared, "GranteePrincipal": principal, "Operations": ["Encrypt"], "Name": "g"});
    let token = client.ok("CreateGrant", grant).await["GrantToken"].clone();

    for _ in 0..2 {
        ciphertexts.push(
            client.ok("Encrypt", json!({"KeyId": "alias/a", "Plaintext": "dGV4dA=="})).await["CiphertextBlob"].clone(),
        );
        client.ok("RotateKeyOnDemand", json!({"KeyId": shared})).await;
    }

    let ecc = client.key(json!({"KeySpec": "ECC_SECG_P256K1", "KeyUsage": "SIGN_VERIFY"})).await;
    let signature =
        client.ok("Sign", json!({"KeyId": ecc, "Message": "dGV4dA==", "SigningAlgorithm": "ECDSA_SHA_256"})).await;
    let mac = client.key(json!({"KeySpec": "HMAC_512", "KeyUsage": "GENERATE_VERIFY_MAC"})).await;
    let code =
        client.ok("GenerateMac", json!({"KeyId": mac, "Message": "dGV4dA==", "MacAlgorithm": "HMAC_SHA_512"})).await;
    let rsa = client.key(json!({"KeySpec": "RSA_2048", "KeyUsage": "ENCRYPT_DECRYPT"})).await;
    let algorithm = "RSAES_OAEP_SHA_256";
    let sealed =
        client.ok("Encrypt", json!({"KeyId": rsa, "Plaintext": "dGV4dA==", "EncryptionAlgorithm": algorithm})).await;

    let waiting = client.key(json!({"Origin": "EXTERNAL", "Description": "waits"})).await;
    client.ok("ScheduleKeyDeletion", json!({"KeyId": waiting})).await;
    let before = seen(&client).await;
    process.kill();

    let process = Process::start(&arguments);
    let client = Client::new(&process);
    assert_eq!(seen(&client).await, before);
    for (region, blob) in ciphertexts.iter().flat_map(|blob| [("us-east-1", blob), ("us-west-2", blob)]) {
        let opened = client.ok_in(region, "Decrypt", json!({"CiphertextBlob": blob})).await;
        assert_eq!(opened["Plaintext"], "dGV4dA==");
    }

    let verify = json!({"KeyId": ecc, "Message": "dGV4dA==", "SigningAlgorithm": "ECDSA_SHA_256", "Signature": signature["Signature"]});
    client.ok("Verify", verify).await;
    let verify = json!({"KeyId": mac, "Message": "dGV4dA==", "MacAlgorithm": "HMAC_SHA_512", "Mac": code["Mac"]});
    client.ok("VerifyMac", verify).await;
    let open = json!({"KeyId": rsa, "CiphertextBlob": sealed["CiphertextBlob"], "EncryptionAlgorithm": algorithm});
    assert_eq!(client.ok("Decrypt", open).await["Plaintext"], "dGV4dA==");
    client.ok("RetireGrant", json!({"GrantToken": token})).await;
}

#[tokio::test]
async fn a_state_file_is_of_one_cloud() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state").display().to_string();
    Process::start(&arguments(&path)).terminate();
    let (code, errors) = refused(&["--state", &path]);
    assert_eq!(code, 2);
    assert!(errors.contains("aws"), "{errors}");
}

#[tokio::test]
async fn the_page_and_the_admin_api_show_the_keys_of_this_cloud() {
    let process = Process::start(&["--provider", "aws", "--anonymous", "--account", "444455556666"]);
    let client = Client::new(&process);
    let key = client.key(json!({"MultiRegion": true, "KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"})).await;
    client.ok("ReplicateKey", json!({"KeyId": key, "ReplicaRegion": "us-west-2"})).await;
    client.ok("ScheduleKeyDeletion", json!({"KeyId": key})).await;

    let cloud = client.admin("cloud").await;
    assert_eq!((&cloud["name"], &cloud["class_label"]), (&json!("aws"), &json!("Origin")));
    let accounts = client.admin("state").await["accounts"].clone();
    let regions: Vec<&Value> = accounts.as_array().unwrap().iter().map(|account| &account["region"]).collect();
    assert_eq!(regions, ["us-east-1", "us-west-2"]);
    let shown = &accounts[0]["keys"][0];
    assert_eq!((&accounts[0]["account"], &shown["state"]), (&json!("444455556666"), &json!("PendingReplicaDeletion")));
    assert_eq!(
        (&shown["note"], &shown["marks"]),
        (&json!("ECC_NIST_P256, primary"), &json!(["own", "material", "replicas"]))
    );
    let exchanges = client.admin("exchanges").await;
    let last = exchanges.as_array().unwrap().last().unwrap();
    assert_eq!((&last["operation"], &last["key"]), (&json!("ScheduleKeyDeletion"), &json!(key)));

    let page =
        client.http.get(&client.endpoint).header("accept", "text/html").send().await.unwrap().text().await.unwrap();
    // Every state that a key can come into has its node, and every mark of an edge is one that keys have.
    for state in ["Enabled", "Disabled", "PendingImport", "PendingDeletion", "PendingReplicaDeletion"] {
        assert!(page.contains(&format!("data-state=\"{state}\"")), "{state}");
    }
    let needs = page.split("data-needs=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    for mark in needs {
        assert!(["own", "external", "material", "no-material", "alone", "replicas"].contains(&mark), "{mark}");
    }
}

#[tokio::test]
async fn only_the_access_key_of_the_command_line_is_let_in() {
    let mut program = command(&["--provider", "aws", "--access-key-id", "AKIAMINE"]);
    program.env("AWS_SECRET_ACCESS_KEY", "mine");
    let process = Process::start_command(program);
    let client = Client::new(&process);
    let (status, body) = client.send("us-east-1", "ListKeys", json!({})).await;
    assert_eq!((status, &body["__type"]), (400, &json!("MissingAuthenticationTokenException")));

    let run = |id: &str, secret: &str| {
        let mut run = std::process::Command::new(env!("CARGO_BIN_EXE_kms-conformance"));
        run.args(["run", "aws/Encrypt/Disabled", "--routes", "canonical", "--endpoint", &process.endpoint()]);
        let ended = run.env("AWS_ACCESS_KEY_ID", id).env("AWS_SECRET_ACCESS_KEY", secret).output().unwrap();
        String::from_utf8(ended.stdout).unwrap()
    };
    assert!(run("AKIAMINE", "mine").contains("1 passed"));
    assert!(!run("AKIAMINE", "other").contains("1 passed"));
}

#[test]
fn flags_of_another_cloud_are_refused() {
    for (arguments, wanted) in [
        (vec!["--account", "444455556666"], "--account"),
        (vec!["--transition-seconds", "1"], "--transition-seconds"),
        (
            vec!["--provider", "aws", "--account", "444455556666", "--account", "777788889999"],
            "one for each access key",
        ),
        (vec!["--provider", "aws", "--seed", "x"], "--seed"),
        (vec!["--provider", "aws", "--account", "1"], "twelve digits"),
    ] {
        let (code, errors) = refused(&arguments);
        assert_eq!(code, 2, "{errors}");
        assert!(errors.contains(wanted), "{errors}");
    }
}
