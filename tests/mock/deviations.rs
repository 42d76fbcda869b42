//! Deviations from the table, on purpose.

use kms_conformance::mock::{AlibabaConfig, Deviation, Mock};

use super::client::Client;

const MATERIAL: [u8; 32] = [7; 32];

fn deviations(texts: &[&str]) -> Vec<Deviation> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn deviant(texts: &[&str]) -> Mock {
    Mock::start_with(AlibabaConfig { deviations: deviations(texts).into(), ..AlibabaConfig::default() }).unwrap()
}

#[tokio::test]
async fn a_deviant_success_has_its_effect() {
    let mock = deviant(&[
        "Encrypt:Disabled=Success",
        "Decrypt:Disabled=Success",
        "EnableKey:PendingDeletion=Success",
        "CreateAlias:PendingDeletion=Success",
        "ScheduleKeyDeletion:PendingDeletion=Success",
        "CancelKeyDeletion:Disabled=Success",
    ]);

    let client = Client::new(&mock);
    let key = client.create_key(&[]).await;
    client.call("DisableKey", &[("KeyId", &key)]).await.succeeded();
    let blob = client.encrypt(&key, "p").await;
    let opened = client.call("Decrypt", &[("CiphertextBlob", &blob)]).await.succeeded();
    assert_eq!(opened.text("/Plaintext"), "p");
    client.call("CancelKeyDeletion", &[("KeyId", &key)]).await.succeeded();
    assert_eq!(client.state(&key).await, "Enabled");
    client.call("ScheduleKeyDeletion", &[("KeyId", &key), ("PendingWindowInDays", "7")]).await.succeeded();

    let first = client.metadata(&key, "DeleteDate").await;
    client.call("ScheduleKeyDeletion", &[("KeyId", &key), ("PendingWindowInDays", "9")]).await.succeeded();
    assert_ne!(client.metadata(&key, "DeleteDate").await, first);
    client.call("CreateAlias", &[("KeyId", &key), ("AliasName", "alias/a")]).await.succeeded();
    client.call("EnableKey", &[("KeyId", &key)]).await.succeeded();
    assert_eq!(client.state("alias/a").await, "Enabled");
    assert_eq!(client.metadata(&key, "DeleteDate").await, "");
}

#[tokio::test]
async fn a_key_without_material_does_as_if_it_had_some() {
    let mock =
        deviant(&["Encrypt:PendingImport=Success", "Decrypt:PendingImport=Success", "EnableKey:PendingImport=Success"]);
    let client = Client::new(&mock);
    let imported = client.create_key(&[("Origin", "EXTERNAL")]).await;
    client.import(&imported, &MATERIAL).await.succeeded();
    let blob = client.encrypt(&imported, "p").await;
    client.call("DeleteKeyMaterial", &[("KeyId", &imported)]).await.succeeded();
    client.call("Decrypt", &[("CiphertextBlob", &blob)]).await.succeeded();

    let never = client.create_key(&[("Origin", "EXTERNAL")]).await;
    let blob = client.encrypt(&never, "p").await;
    client.call("Decrypt", &[("CiphertextBlob", &blob)]).await.succeeded();
    client.call("EnableKey", &[("KeyId", &never)]).await.succeeded();
    assert_eq!(client.state(&never).await, "Enabled");
}

#[tokio::test]
async fn a_deviant_rejection_has_no_effect() {
    let mock = deviant(&[
        "DisableKey:Enabled=409/Rejected.PendingImport",
        "Decrypt:Enabled=500/InternalFailure",
        "UpdateAlias:Enabled=403/Forbidden.InDebt",
        "DeleteAlias:Enabled=404/Forbidden.AliasNotFound",
    ]);
    let client = Client::new(&mock);
    let (key, other) = (client.create_key(&[]).await, client.create_key(&[]).await);
    let blob = client.encrypt(&key, "p").await;
    client.call("CreateAlias", &[("KeyId", &key), ("AliasName", "alias/a")]).await.succeeded();
    client.call("DisableKey", &[("KeyId", &key)]).await.refused(409, "Rejected.PendingImport");
    client.call("Decrypt", &[("CiphertextBlob", &blob)]).await.refused(500, "InternalFailure");
    client.call("UpdateAlias", &[("KeyId", &other), ("AliasName", "alias/a")]).await.refused(403, "Forbidden.InDebt");
    client.call("DeleteAlias", &[("AliasName", "alias/a")]).await.refused(404, "Forbidden.AliasNotFound");
    assert_eq!(client.metadata("alias/a", "KeyId").await, key);
    assert_eq!(client.state(&key).await, "Enabled");
}

#[tokio::test]
async fn an_operation_without_a_subject_deviates_when_a_key_is_in_the_state() {
    let mock = deviant(&["ListKeys:Disabled=409/Rejected.Disabled", "CreateKey:Disabled=409/Rejected.Disabled"]);
    let client = Client::new(&mock);
    let key = client.create_key(&[]).await;
    client.call("ListKeys", &[]).await.succeeded();
    client.call("DisableKey", &[("KeyId", &key)]).await.succeeded();
    client.call("ListKeys", &[]).await.refused(409, "Rejected.Disabled");
    client.call("CreateKey", &[]).await.refused(409, "Rejected.Disabled");
    client.call("ListAliases", &[]).await.succeeded();
    client.call("EnableKey", &[("KeyId", &key)]).await.succeeded();
    client.call("ListKeys", &[]).await.succeeded();
}

#[tokio::test]
async fn deviations_can_be_replaced_while_the_mock_runs() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let key = client.create_key(&[]).await;
    let send = async || client.call("GenerateDataKey", &[("KeyId", &key)]).await;
    send().await.succeeded();
    mock.set_deviations(vec!["GenerateDataKey:Enabled=409/Rejected.Enabled".to_owned()]).unwrap();
    send().await.refused(409, "Rejected.Enabled");
    mock.set_deviations(Vec::new()).unwrap();
    send().await.succeeded();
}

#[tokio::test]
async fn a_cell_can_deviate_for_one_origin_only() {
    let mock = deviant(&["Encrypt:Disabled@EXTERNAL=Success"]);
    let client = Client::new(&mock);
    let own = client.create_key(&[]).await;
    let imported = client.create_key(&[("Origin", "EXTERNAL")]).await;
    client.import(&imported, &MATERIAL).await.succeeded();
    for key in [&own, &imported] {
        client.call("DisableKey", &[("KeyId", key)]).await.succeeded();
    }
    client.encrypt(&imported, "p").await;
    client.call("Encrypt", &[("KeyId", &own), ("Plaintext", "p")]).await.refused(409, "Rejected.Disabled");
}

#[tokio::test]
async fn a_cell_can_deviate_by_one_route_only() {
    let mock = deviant(&[
        "Encrypt:Enabled/via-enable=409/Rejected.Disabled",
        "Encrypt:Enabled/via-cancel=409/Rejected.PendingDeletion",
        "Encrypt:Enabled/via-reimport=409/Rejected.PendingImport",
        "Encrypt:PendingDeletion/via-disabled=Success",
        "DescribeKey:PendingImport/via-delete-material=400/InvalidParameter",
    ]);

    let client = Client::new(&mock);
    let encrypt = async |key: &str| client.call("Encrypt", &[("KeyId", key), ("Plaintext", "p")]).await;
    let key = client.create_key(&[]).await;
    encrypt(&key).await.succeeded();
    client.call("EnableKey", &[("KeyId", &key)]).await.succeeded();
    encrypt(&key).await.succeeded();
    client.call("DisableKey", &[("KeyId", &key)]).await.succeeded();
    client.call("EnableKey", &[("KeyId", &key)]).await.succeeded();
    encrypt(&key).await.refused(409, "Rejected.Disabled");

    client.call("ScheduleKeyDeletion", &[("KeyId", &key)]).await.succeeded();
    encrypt(&key).await.refused(409, "Rejected.PendingDeletion");
    client.call("CancelKeyDeletion", &[("KeyId", &key)]).await.succeeded();
    encrypt(&key).await.refused(409, "Rejected.PendingDeletion");
    client.call("DisableKey", &[("KeyId", &key)]).await.succeeded();
    client.call("ScheduleKeyDeletion", &[("KeyId", &key)]).await.succeeded();
    encrypt(&key).await.succeeded();

    let imported = client.create_key(&[("Origin", "EXTERNAL")]).await;
    client.call("DescribeKey", &[("KeyId", &imported)]).await.succeeded();
    client.import(&imported, &MATERIAL).await.succeeded();
    encrypt(&imported).await.succeeded();
    client.call("DeleteKeyMaterial", &[("KeyId", &imported)]).await.succeeded();
    client.call("DescribeKey", &[("KeyId", &imported)]).await.refused(400, "InvalidParameter");
    client.import(&imported, &MATERIAL).await.succeeded();
    encrypt(&imported).await.refused(409, "Rejected.PendingImport");
}

#[tokio::test]
async fn a_refused_call_can_have_its_effect_all_the_same() {
    let mock = deviant(&["refused-disable-disables", "refused-schedule-moves-delete-date"]);
    let client = Client::new(&mock);
    let key = client.create_key(&[]).await;
    client.call("ScheduleKeyDeletion", &[("KeyId", &key), ("PendingWindowInDays", "7")]).await.succeeded();
    let date = client.metadata(&key, "DeleteDate").await;
    client
        .call("ScheduleKeyDeletion", &[("KeyId", &key), ("PendingWindowInDays", "23")])
        .await
        .refused(409, "Rejected.StateModifiedFailed");
    assert_ne!(client.metadata(&key, "DeleteDate").await, date);
    client.call("DisableKey", &[("KeyId", &key)]).await.refused(409, "Rejected.StateModifiedFailed");
    assert_eq!(client.state(&key).await, "Disabled");
}

#[tokio::test]
async fn rejections_take_another_form_and_other_errors_do_not() {
    for (deviation, status, code) in [
        ("rejection-is-invalid-parameter", 400, "InvalidParameter"),
        ("rejection-is-no-permission", 403, "Forbidden.NoPermission"),
        ("rejection-is-always-disabled", 409, "Rejected.Disabled"),
        ("rejection-crashes", 500, "InternalFailure"),
        ("aws-error-codes", 400, "KMSInvalidStateException"),
    ] {
        let mock = deviant(&[deviation]);
        let client = Client::new(&mock);
        let key = client.create_key(&[]).await;
        client.call("CancelKeyDeletion", &[("KeyId", &key)]).await.refused(status, code);
        client.call("DescribeKey", &[]).await.refused(400, "MissingParameter");
    }

    let mock = deviant(&["aws-error-codes"]);
    let client = Client::new(&mock);
    let key = client.create_key(&[]).await;
    client.call("DisableKey", &[("KeyId", &key)]).await.succeeded();
    client.call("Encrypt", &[("KeyId", &key), ("Plaintext", "p")]).await.refused(400, "DisabledException");
    client.call("DescribeKey", &[("KeyId", "alias/none")]).await.refused(400, "NotFoundException");
    let mock = deviant(&["rejection-is-200"]);
    let client = Client::new(&mock);
    let key = client.create_key(&[]).await;

    let response = client.call("CancelKeyDeletion", &[("KeyId", &key)]).await.succeeded();
    assert_eq!(response.text("/Code"), "Rejected.StateModifiedFailed");
    let mock = deviant(&["not-found-crashes"]);
    Client::new(&mock).call("DescribeKey", &[("KeyId", "alias/none")]).await.refused(500, "InternalFailure");
}

#[tokio::test]
async fn an_operation_or_an_origin_can_be_missing() {
    let mock = deviant(&["Encrypt:crashes", "ListKeys:not-implemented-501", "external-keys-unknown"]);
    let client = Client::new(&mock);
    let key = client.create_key(&[]).await;
    client.call("Encrypt", &[("KeyId", &key), ("Plaintext", "p")]).await.refused(500, "InternalFailure");
    client.call("ListKeys", &[]).await.refused(501, "NotImplemented");
    client.call("CreateKey", &[("Origin", "EXTERNAL")]).await.refused(400, "InvalidParameter");

    let mock = deviant(&["external-keys-crash", "describe-hides-state"]);
    let client = Client::new(&mock);
    client.call("CreateKey", &[("Origin", "EXTERNAL")]).await.refused(500, "InternalFailure");
    let key = client.create_key(&[]).await;
    let described = client.call("DescribeKey", &[("KeyId", &key)]).await.succeeded();
    assert_eq!(described.json().pointer("/KeyMetadata/KeyState"), None);
}

#[tokio::test]
async fn a_deviation_that_is_given_twice_is_one() {
    let twice = ["update-alias-leaves-it-on-both", "ListAliases:total-count-off"].repeat(2);
    let mock = deviant(&twice);
    let client = Client::new(&mock);
    let response = client.call("ListAliases", &[]).await.succeeded();
    assert_eq!(response.json()["TotalCount"], 1, "one more than there are");
    assert_eq!(mock.deviations().len(), 4, "they are shown as they were given");
}

#[tokio::test]
async fn a_waiting_period_without_end_does_not_overflow() {
    let mock = deviant(&["any-waiting-period-accepted"]);
    let client = Client::new(&mock);
    let key = client.create_key(&[]).await;
    let window = i64::MAX.to_string();
    client.call("ScheduleKeyDeletion", &[("KeyId", &key), ("PendingWindowInDays", &window)]).await.succeeded();
    assert_eq!(client.state(&key).await, "PendingDeletion");
}
