//! New keys, their metadata, and what switches them.

use serde_json::json;

use super::*;
use crate::mock::aws::service::spec::{KeySpec, Usage};

#[test]
fn a_key_without_parameters_has_the_defaults() {
    let bench = Bench::new();
    let made = bench.ok("CreateKey", json!({}))["KeyMetadata"].clone();
    let id = text(&made["KeyId"]);
    assert_eq!(made["Arn"], format!("arn:aws:kms:us-east-1:111122223333:key/{id}"));

    for (name, wanted) in [
        ("AWSAccountId", json!("111122223333")),
        ("CreationDate", json!(bench.now())),
        ("Enabled", json!(true)),
        ("Description", json!("")),
        ("KeyUsage", json!("ENCRYPT_DECRYPT")),
        ("KeyState", json!("Enabled")),
        ("Origin", json!("AWS_KMS")),
        ("KeyManager", json!("CUSTOMER")),
        ("KeySpec", json!("SYMMETRIC_DEFAULT")),
        ("CustomerMasterKeySpec", json!("SYMMETRIC_DEFAULT")),
        ("EncryptionAlgorithms", json!(["SYMMETRIC_DEFAULT"])),
        ("MultiRegion", json!(false)),
    ] {
        assert_eq!(made[name], wanted, "{name}");
    }

    assert!(made.get("DeletionDate").is_none() && made.get("ExpirationModel").is_none());
    assert_eq!(bench.described(&id), made);
}

#[test]
fn every_kind_of_key_can_be_made_for_what_it_serves_and_for_nothing_else() {
    let bench = Bench::new();
    for spec in KeySpec::ALL {
        for usage in Usage::ALL {
            let parameters = json!({"KeySpec": spec.wire(), "KeyUsage": usage.wire()});
            if spec.serves(*usage) {
                let key = bench.key(parameters);
                let described = bench.described(&key);
                let lists = ["EncryptionAlgorithms", "SigningAlgorithms", "MacAlgorithms"];
                let lists: Vec<&&str> = lists.iter().filter(|name| described.get(**name).is_some()).collect();
                assert_eq!(lists.len(), 1, "{described}");
            } else {
                assert_eq!(bench.error("CreateKey", parameters), "ValidationException", "{spec:?} {usage:?}");
            }
        }
        // Only for a symmetric key its usage goes without saying.
        let parameters = json!({"CustomerMasterKeySpec": spec.wire()});
        match spec {
            KeySpec::Symmetric => drop(bench.key(parameters)),
            _ => assert_eq!(bench.error("CreateKey", parameters), "ValidationException"),
        }
    }
}

#[test]
fn what_is_not_offered_is_told_from_what_is_nothing() {
    let bench = Bench::new();
    for (parameters, code) in [
        (json!({"KeySpec": "SM2", "KeyUsage": "SIGN_VERIFY"}), "UnsupportedOperationException"),
        (json!({"KeySpec": "ECC_NIST_P256", "KeyUsage": "KEY_AGREEMENT"}), "UnsupportedOperationException"),
        (json!({"KeySpec": "RSA_1024", "KeyUsage": "SIGN_VERIFY"}), "ValidationException"),
        (json!({"Origin": "ELSEWHERE"}), "ValidationException"),
        (json!({"Origin": "AWS_CLOUDHSM"}), "ValidationException"),
        (json!({"Origin": "AWS_CLOUDHSM", "CustomKeyStoreId": "cks-1"}), "CustomKeyStoreNotFoundException"),
        (json!({"Description": "x".repeat(8193)}), "ValidationException"),
        (json!({"MultiRegion": "true"}), "SerializationException"),
        (json!({"Policy": "no policy"}), "MalformedPolicyDocumentException"),
        (json!({"Tags": [{"TagKey": "a", "TagValue": "b"}, {"TagKey": "a", "TagValue": "c"}]}), "TagException"),
        (json!({"Tags": [{"TagKey": "a"}]}), "ValidationException"),
    ] {
        assert_eq!(bench.error("CreateKey", parameters.clone()), code, "{parameters}");
    }
}

#[test]
fn a_key_is_found_by_four_names_and_its_states_by_two() {
    let bench = Bench::new();
    let key = bench.key(json!({}));
    bench.ok("CreateAlias", json!({"AliasName": "alias/a", "TargetKeyId": key}));
    let arn = text(&bench.described(&key)["Arn"]);
    let alias_arn = arn.replace(&format!("key/{key}"), "alias/a");
    for name in [&key, &arn, &"alias/a".to_owned(), &alias_arn] {
        assert_eq!(bench.ok("DescribeKey", json!({"KeyId": name}))["KeyMetadata"]["KeyId"], key);
    }
    for name in [&key, &arn] {
        bench.ok("DisableKey", json!({"KeyId": name}));
    }
    for operation in
        ["EnableKey", "DisableKey", "ScheduleKeyDeletion", "CancelKeyDeletion", "GetKeyPolicy", "ListGrants"]
    {
        assert_eq!(bench.error(operation, json!({"KeyId": "alias/a"})), "NotFoundException", "{operation}");
    }
    assert_eq!(bench.state(&key), "Disabled");
}

#[test]
fn what_is_not_there_is_not_found_and_what_is_no_arn_is_invalid() {
    let bench = Bench::new();
    let key = bench.key(json!({}));
    let unknown = "0b7d4e21-6a9f-4c35-b1e8-92d3f7a650cc";
    let arn = |region: &str, account: &str| format!("arn:aws:kms:{region}:{account}:key/{key}");
    for (name, code) in [
        (unknown.to_owned(), "NotFoundException"),
        ("x".to_owned(), "NotFoundException"),
        ("alias/x".to_owned(), "NotFoundException"),
        (arn("us-west-2", "111122223333"), "NotFoundException"),
        (arn("us-east-1", "444455556666"), "NotFoundException"),
        (format!("arn:aws:kms:us-east-1:111122223333:grant/{key}"), "InvalidArnException"),
        (String::new(), "ValidationException"),
        ("x".repeat(2049), "ValidationException"),
    ] {
        assert_eq!(bench.error("DescribeKey", json!({"KeyId": name})), code, "{name}");
    }
    assert_eq!(bench.error("DescribeKey", json!({})), "ValidationException");
    assert_eq!(bench.error("DescribeKey", json!({"KeyId": 1})), "SerializationException");
}

#[test]
fn a_deletion_waits_7_to_30_days_and_ends_disabled_when_cancelled() {
    let bench = Bench::new();
    let key = bench.key(json!({}));
    for days in [6, 31, 0, -1] {
        let parameters = json!({"KeyId": key, "PendingWindowInDays": days});
        assert_eq!(bench.error("ScheduleKeyDeletion", parameters), "ValidationException", "{days}");
    }
    let scheduled = bench.ok("ScheduleKeyDeletion", json!({"KeyId": key}));
    let wanted = bench.now() + 30 * 86_400;
    assert_eq!((&scheduled["DeletionDate"], &scheduled["PendingWindowInDays"]), (&json!(wanted), &json!(30)));
    assert_eq!(bench.described(&key)["DeletionDate"], wanted);
    assert_eq!(bench.error("ScheduleKeyDeletion", json!({"KeyId": key})), STATE_ERROR);
    assert_eq!(bench.error("EnableKey", json!({"KeyId": key})), STATE_ERROR);
    bench.ok("CancelKeyDeletion", json!({"KeyId": key}));
    assert_eq!(bench.state(&key), "Disabled");
    assert!(bench.described(&key).get("DeletionDate").is_none());

    bench.ok("ScheduleKeyDeletion", json!({"KeyId": key, "PendingWindowInDays": 7}));
    bench.advance_days(6);
    assert_eq!(bench.state(&key), "PendingDeletion");
    bench.advance_days(1);
    assert_eq!(bench.error("DescribeKey", json!({"KeyId": key})), "NotFoundException");
    assert_eq!(bench.ok("ListKeys", json!({}))["Keys"], json!([]));
}

#[test]
fn an_aliases_name_is_free_again_when_its_key_is_gone() {
    let bench = Bench::new();
    let key = bench.key(json!({}));
    bench.ok("CreateAlias", json!({"AliasName": "alias/a", "TargetKeyId": key}));
    bench.ok("ScheduleKeyDeletion", json!({"KeyId": key, "PendingWindowInDays": 7}));
    bench.advance_days(7);
    assert_eq!(bench.error("DescribeKey", json!({"KeyId": "alias/a"})), "NotFoundException");
    let other = bench.key(json!({}));
    bench.ok("CreateAlias", json!({"AliasName": "alias/a", "TargetKeyId": other}));
}
