//! The published table, cell by cell, for both origins, and what each success does to the state.

use std::collections::BTreeMap;
use std::time::Duration;

use kms_conformance::mock::{KeyState, Mock, Operation};
use serde::Deserialize;

use super::client::{Client, Response};

#[derive(Deserialize)]
struct Cell {
    code: String,
    http: u16,
}

type Rows = BTreeMap<String, BTreeMap<String, Cell>>;

#[derive(Deserialize)]
struct Table {
    official: Rows,
    later: Rows,
    inferred: Rows,
}

fn table() -> Table {
    serde_yaml::from_str(include_str!("../data/alibaba-states.yaml")).unwrap()
}

const MATERIAL: [u8; 32] = [7; 32];
const DAY: Duration = Duration::from_secs(86_400);

/// A key in a state, with what the operations need.
struct Fixture {
    id: String,
    arn: String,
    alias: String,
    ciphertext: String,
    version: String,
}

async fn fixture(client: &Client, mock: &Mock, origin: &str, state: KeyState, number: usize) -> Fixture {
    let id = client.create_key(&[("Origin", origin)]).await;
    if origin == "EXTERNAL" {
        assert_eq!(client.state(&id).await, "PendingImport");
        client.import(&id, &MATERIAL).await.succeeded();
    }

    let ciphertext = client.encrypt(&id, "plain").await;
    let alias = format!("alias/fixture-{number}");
    client.call("CreateAlias", &[("KeyId", &id), ("AliasName", &alias)]).await.succeeded();
    let arn = client.metadata(&id, "Arn").await;
    let version = client.metadata(&id, "PrimaryKeyVersion").await;

    // A new version is refused sooner than seven days after the key was made.
    mock.advance(7 * DAY);
    let drive = match state {
        KeyState::Enabled => None,
        KeyState::Disabled => Some(("DisableKey", vec![("KeyId", id.as_str())])),
        KeyState::PendingDeletion => {
            Some(("ScheduleKeyDeletion", vec![("KeyId", id.as_str()), ("PendingWindowInDays", "30")]))
        }
        KeyState::PendingImport => Some(("DeleteKeyMaterial", vec![("KeyId", id.as_str())])),
    };

    if let Some((operation, parameters)) = drive {
        client.call(operation, &parameters).await.succeeded();
    }
    assert_eq!(client.state(&id).await, state.name());
    Fixture { id, arn, alias, ciphertext, version }
}

/// Requests the operation with the fixture as its subject.
async fn probe(client: &Client, operation: Operation, fixture: &Fixture, number: usize) -> Response {
    let key = ("KeyId", fixture.id.as_str());
    let name = operation.name();
    match operation {
        Operation::CreateKey | Operation::ListKeys | Operation::ListAliases | Operation::DescribeRegions => {
            client.call(name, &[("PageSize", "100")]).await
        }
        Operation::Encrypt => client.call(name, &[key, ("Plaintext", "cGxhaW4=")]).await,
        Operation::Decrypt => client.call(name, &[("CiphertextBlob", &fixture.ciphertext)]).await,
        Operation::ReEncrypt => {
            let other = client.create_key(&[]).await;
            let as_source = [("CiphertextBlob", fixture.ciphertext.as_str()), ("DestinationKeyId", other.as_str())];
            let response = client.call(name, &as_source).await;
            let ciphertext = client.encrypt(&other, "plain").await;
            let as_destination =
                client.call(name, &[("CiphertextBlob", &ciphertext), ("DestinationKeyId", &fixture.id)]).await;
            assert_eq!((response.status, response.code()), (as_destination.status, as_destination.code()));
            response
        }
        Operation::ScheduleKeyDeletion => client.call(name, &[key, ("PendingWindowInDays", "7")]).await,
        Operation::UpdateKeyDescription => client.call(name, &[key, ("Description", "new")]).await,
        Operation::SetDeletionProtection => {
            let pairs = [("ProtectedResourceArn", fixture.arn.as_str()), ("EnableDeletionProtection", "true")];
            client.call(name, &pairs).await
        }
        Operation::CreateAlias => client.call(name, &[key, ("AliasName", &format!("alias/new-{number}"))]).await,
        Operation::UpdateAlias => {
            let other = client.create_key(&[]).await;
            let alias = format!("alias/moved-{number}");
            client.call("CreateAlias", &[("KeyId", &other), ("AliasName", &alias)]).await.succeeded();
            client.call(name, &[key, ("AliasName", &alias)]).await
        }
        Operation::DeleteAlias => client.call(name, &[("AliasName", &fixture.alias)]).await,
        Operation::GetParametersForImport => {
            let pairs = [key, ("WrappingAlgorithm", "RSAES_OAEP_SHA_256"), ("WrappingKeySpec", "RSA_2048")];
            client.call(name, &pairs).await
        }
        Operation::ImportKeyMaterial => client.import(&fixture.id, &MATERIAL).await,
        Operation::TagResource => client.call(name, &[key, ("Tags", "[{\"TagKey\":\"team\"}]")]).await,
        Operation::UntagResource => client.call(name, &[key, ("TagKeys", "[\"team\"]")]).await,
        Operation::TagResources | Operation::UntagResources | Operation::ListTagResources => {
            // The state of each of them counts, and not only of the first.
            let other = client.create_key(&[]).await;
            let mut pairs = vec![("RegionId", "cn-hangzhou"), ("ResourceType", "key")];
            pairs.extend([("ResourceId.1", other.as_str()), ("ResourceId.2", &fixture.id)]);
            pairs.extend([("Tag.1.Key", "team")].iter().filter(|_| operation == Operation::TagResources));
            client.call(name, &pairs).await
        }
        Operation::DescribeKeyVersion => client.call(name, &[key, ("KeyVersionId", &fixture.version)]).await,
        Operation::UpdateRotationPolicy => client.call(name, &[key, ("EnableAutomaticRotation", "false")]).await,
        Operation::DescribeKey
        | Operation::EnableKey
        | Operation::DisableKey
        | Operation::CancelKeyDeletion
        | Operation::GenerateDataKey
        | Operation::GenerateDataKeyWithoutPlaintext
        | Operation::ListAliasesByKeyId
        | Operation::DeleteKeyMaterial
        | Operation::ListResourceTags
        | Operation::CreateKeyVersion
        | Operation::ListKeyVersions => client.call(name, &[key]).await,
    }
}

/// Whether an operation is refused for the origin of a key in this state. What no imported key is given, a key that is
/// not Enabled is refused for its state.
fn refused_by_origin(operation: Operation, origin: &str, state: KeyState) -> bool {
    match operation {
        Operation::GetParametersForImport | Operation::ImportKeyMaterial | Operation::DeleteKeyMaterial => {
            origin == "Aliyun_KMS"
        }
        Operation::CreateKeyVersion | Operation::UpdateRotationPolicy => {
            origin == "EXTERNAL" && state == KeyState::Enabled
        }
        _ => false,
    }
}

/// The state after a success, for a key that has its material.
fn state_after(operation: Operation, state: KeyState) -> KeyState {
    match (operation, state) {
        (Operation::EnableKey | Operation::CancelKeyDeletion, _) => KeyState::Enabled,
        (Operation::DisableKey, _) => KeyState::Disabled,
        (Operation::ScheduleKeyDeletion, _) => KeyState::PendingDeletion,
        (Operation::ImportKeyMaterial, KeyState::PendingImport) => KeyState::Enabled,
        (Operation::DeleteKeyMaterial, KeyState::Enabled | KeyState::Disabled) => KeyState::PendingImport,
        _ => state,
    }
}

#[tokio::test]
async fn every_cell_of_the_table_answers_as_published_for_both_origins() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let Table { official, later, inferred } = table();
    assert_eq!((official.len(), later.len(), inferred.len()), (17, 9, 7));
    let mut number = 0;

    for (name, row) in official.iter().chain(&later).chain(&inferred) {
        let operation: Operation = name.parse().unwrap();
        assert_eq!(row.len(), 4, "{name}");
        for (state_name, cell) in row {
            let state: KeyState = state_name.parse().unwrap();
            for origin in ["Aliyun_KMS", "EXTERNAL"] {
                if state == KeyState::PendingImport && origin == "Aliyun_KMS"
                    || refused_by_origin(operation, origin, state)
                {
                    continue;
                }
                number += 1;
                let fixture = fixture(&client, &mock, origin, state, number).await;
                let response = probe(&client, operation, &fixture, number).await;
                let seen = (response.status, response.code());
                assert_eq!(seen, (cell.http, cell.code.clone()), "{name} {state} {origin}");
                let expected = if cell.code == "Success" { state_after(operation, state) } else { state };
                assert_eq!(client.state(&fixture.id).await, expected.name(), "{name} {state} {origin}");
            }
        }
    }
    assert!(number > 190, "{number}");
}

#[tokio::test]
async fn every_cell_can_be_answered_otherwise() {
    let Table { official, later, inferred } = table();
    let mut number = 0;
    for (name, row) in official.iter().chain(&later).chain(&inferred) {
        let operation: Operation = name.parse().unwrap();
        for (state_name, cell) in row {
            let state: KeyState = state_name.parse().unwrap();
            let external = state == KeyState::PendingImport || refused_by_origin(operation, "Aliyun_KMS", state);
            let origin = if external { "EXTERNAL" } else { "Aliyun_KMS" };
            if refused_by_origin(operation, origin, state) {
                continue;
            }
            number += 1;
            let mock = Mock::start().unwrap();
            let client = Client::new(&mock);
            let fixture = fixture(&client, &mock, origin, state, number).await;
            let allows = cell.code != "Success";
            let outcome = if allows { "Success" } else { "409/Rejected.Enabled" };
            let deviation = format!("{name}:{state}={outcome}");
            mock.set_deviations(vec![deviation.clone()]).unwrap();
            let response = probe(&client, operation, &fixture, number).await;
            assert_eq!(response.code() == "Success", allows, "{deviation}: {}", response.text);
            if !allows {
                mock.set_deviations(Vec::new()).unwrap();
                assert_eq!(client.state(&fixture.id).await, state.name(), "{deviation}");
            }
        }
    }
    assert!(number > 110, "{number}");
}

#[tokio::test]
async fn operations_on_the_wrong_origin_are_refused_before_the_state_is_looked_at() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    for (number, operation) in Operation::ALL.iter().copied().enumerate() {
        for origin in ["Aliyun_KMS", "EXTERNAL"] {
            if !refused_by_origin(operation, origin, KeyState::Disabled) {
                continue;
            }
            let fixture = fixture(&client, &mock, origin, KeyState::Disabled, number).await;
            let response = match operation {
                Operation::ImportKeyMaterial => {
                    let pairs = [("KeyId", fixture.id.as_str()), ("ImportToken", "x"), ("EncryptedKeyMaterial", "x")];
                    client.call(operation.name(), &pairs).await
                }
                other => probe(&client, other, &fixture, number).await,
            };
            response.refused(400, "Unsupported.Origin");
        }
    }
}

#[tokio::test]
async fn every_operation_is_in_the_table_or_inferred() {
    let Table { official, later, inferred } = table();
    for operation in Operation::ALL {
        let rows = [&official, &later, &inferred].iter().filter(|rows| rows.contains_key(operation.name())).count();
        assert_eq!(rows, 1, "{operation}");
    }
}

#[tokio::test]
async fn an_alias_moves_from_a_key_in_any_state_to_a_key_in_any_but_one() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let mut number = 0;
    for from in KeyState::ALL {
        for to in KeyState::ALL {
            number += 2;
            let source = fixture(&client, &mock, "EXTERNAL", from, number).await;
            let target = fixture(&client, &mock, "EXTERNAL", to, number + 1).await;
            let response = client.call("UpdateAlias", &[("AliasName", &source.alias), ("KeyId", &target.id)]).await;
            let holder = if to == KeyState::PendingDeletion {
                response.refused(409, "Rejected.PendingDeletion");
                &source.id
            } else {
                response.succeeded();
                &target.id
            };
            assert_eq!(&client.metadata(&source.alias, "KeyId").await, holder, "{from} {to}");
        }
    }
}
