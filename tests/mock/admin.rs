//! The admin API.

use kms_conformance::mock::{AdminAccess, Mock, MockConfig};
use serde_json::{Value, json};

use super::client::Client;

fn administered() -> Mock {
    Mock::start_with(MockConfig { admin: AdminAccess::Loopback, seed: Some(1), ..MockConfig::default() }).unwrap()
}

async fn admin(client: &Client, method: &str, resource: &str, body: Value) -> (u16, Value) {
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    let response = client.send_raw(method, &format!("/_mock/{resource}"), &[], body).await;
    (response.status, response.json())
}

#[tokio::test]
async fn it_is_off_unless_asked_for_and_never_in_the_way_of_the_api() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    client.send_raw("GET", "/_mock/state", &[], vec![]).await.refused(404, "InvalidAction.NotFound");
    let mock = administered();
    let client = Client::new(&mock);
    client.call("DescribeRegions", &[]).await.succeeded();
    client.send_raw("GET", "/_mock", &[], vec![]).await.refused(404, "InvalidAction.NotFound");
    assert_eq!(admin(&client, "GET", "nothing", Value::Null).await.0, 404);
    assert_eq!(admin(&client, "DELETE", "state", Value::Null).await.0, 405);
}

#[tokio::test]
async fn the_state_shows_keys_aliases_counters_and_ignored_parameters() {
    let mock = administered();
    let client = Client::new(&mock);
    let key = client.create_key(&[("Novelty", "1")]).await;
    client.call("CreateAlias", &[("KeyId", &key), ("AliasName", "alias/a")]).await.succeeded();
    let (status, state) = admin(&client, "GET", "state", Value::Null).await;
    assert_eq!(status, 200);
    let account = &state["accounts"][0];
    assert_eq!((&account["region"], &account["key_count"]), (&json!("cn-hangzhou"), &json!(1)));
    let shown = &account["keys"][0];
    assert_eq!(
        (&shown["id"], &shown["state"], &shown["aliases"]),
        (&json!(key), &json!("Enabled"), &json!(["alias/a"]))
    );
    assert_eq!(state["requests"], json!({"CreateKey": 1, "CreateAlias": 1}));
    let ignored = json!([{"operation": "CreateKey", "parameter": "Novelty", "requests": 1}]);
    assert_eq!(state["ignored_parameters"], ignored);
}

#[tokio::test]
async fn the_clock_moves_and_reset_begins_again() {
    let mock = administered();
    let client = Client::new(&mock);
    let first = client.create_key(&[]).await;
    client.call("ScheduleKeyDeletion", &[("KeyId", &first), ("PendingWindowInDays", "7")]).await.succeeded();
    let (status, body) = admin(&client, "POST", "clock", json!({"advance_seconds": 7 * 86_400})).await;
    assert_eq!((status, body["now"].as_str().unwrap().len()), (200, 20));
    client.call("DescribeKey", &[("KeyId", &first)]).await.refused(404, "Forbidden.KeyNotFound");
    for bad in [json!({}), json!({"advance_seconds": -1}), json!({"advance_seconds": 1, "other": 2}), Value::Null] {
        assert_eq!(admin(&client, "POST", "clock", bad).await.0, 400);
    }
    client.create_key(&[]).await;
    assert_eq!(admin(&client, "POST", "reset", Value::Null).await, (200, json!({})));
    assert_eq!(client.call("ListKeys", &[]).await.json()["TotalCount"], 0);
    assert!(mock.now() <= jiff::Timestamp::now());
    assert_eq!(client.create_key(&[]).await, first);
}

#[tokio::test]
async fn faults_and_deviations_are_read_replaced_and_taken_away() {
    let mock = administered();
    let client = Client::new(&mock);
    let key = client.create_key(&[]).await;
    let faults = json!({"seed": 7, "rules": ["unavailable,operation=ListKeys"]});
    assert_eq!(admin(&client, "PUT", "faults", faults.clone()).await, (200, faults.clone()));
    assert_eq!(admin(&client, "GET", "faults", Value::Null).await, (200, faults));
    client.call("ListKeys", &[]).await.refused(503, "ServiceUnavailableTemporary");
    let (status, body) = admin(&client, "PUT", "faults", json!({"rules": ["explode"]})).await;
    assert_eq!(status, 400);
    assert!(body["error"].as_str().unwrap().contains("unknown fault `explode`"), "{body}");
    admin(&client, "DELETE", "faults", Value::Null).await;
    client.call("ListKeys", &[]).await.succeeded();

    let deviations = json!(["Encrypt:Enabled=409/Rejected.Disabled"]);
    assert_eq!(admin(&client, "PUT", "deviations", deviations.clone()).await, (200, deviations.clone()));
    assert_eq!(admin(&client, "GET", "deviations", Value::Null).await, (200, deviations));
    let encrypt = [("KeyId", key.as_str()), ("Plaintext", "p")];
    client.call("Encrypt", &encrypt).await.refused(409, "Rejected.Disabled");
    assert_eq!(admin(&client, "PUT", "deviations", json!(["Encrypt"])).await.0, 400);
    assert_eq!(admin(&client, "DELETE", "deviations", Value::Null).await, (200, json!([])));
    client.call("Encrypt", &encrypt).await.succeeded();
}

#[tokio::test]
async fn exchanges_hold_nothing_secret() {
    let mock = administered();
    let client = Client::new(&mock);
    let key = client.create_key(&[]).await;
    let external = client.create_key(&[("Origin", "EXTERNAL")]).await;
    let (token, wrapped) = client.wrapped(&external, "RSAES_OAEP_SHA_1", &[7; 32]).await;
    let import = [("KeyId", external.as_str()), ("ImportToken", &token), ("EncryptedKeyMaterial", &wrapped)];
    client.call("ImportKeyMaterial", &import).await.succeeded();
    let encrypt = [("KeyId", key.as_str()), ("Plaintext", "very-secret"), ("Unknown", "also-secret")];
    let blob = client.call("Encrypt", &encrypt).await.succeeded().text("/CiphertextBlob");
    client.call("Decrypt", &[("CiphertextBlob", &blob)]).await.succeeded();
    let data_key = client.call("GenerateDataKey", &[("KeyId", &key)]).await.succeeded().text("/Plaintext");
    let wrong = Client::with_key(&mock, "testid", "wrong");
    wrong.call("Encrypt", &encrypt).await.refused(400, "SignatureDoesNotMatch");

    let (_, exchanges) = admin(&client, "GET", "exchanges", Value::Null).await;
    let list = exchanges.as_array().unwrap();
    assert_eq!(list.len(), 8);
    assert_eq!(list[0]["operation"], "CreateKey");
    assert_eq!((&list[4]["parameters"]["KeyId"], &list[4]["status"]), (&json!(key), &json!(200)));
    assert_eq!((&list[7]["answer"]["Code"], &list[7]["number"]), (&json!("SignatureDoesNotMatch"), &json!(8)));
    let text = exchanges.to_string();
    for secret in ["very-secret", "also-secret", "testid", "testsecret", "Signature\"", &data_key, &token, &wrapped] {
        assert!(!text.contains(secret), "{secret}");
    }
}
