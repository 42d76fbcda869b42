//! Keys with relatives in other regions.

use serde_json::json;

use super::*;

const WEST: &str = "us-west-2";

/// A primary key here with a replica in the west.
fn replicated(bench: &Bench) -> String {
    let key = bench.key(json!({"MultiRegion": true, "Description": "primary"}));
    bench.ok("ReplicateKey", json!({"KeyId": key, "ReplicaRegion": WEST}));
    key
}

#[test]
fn relatives_have_one_id_and_one_material_and_all_else_of_their_own() {
    let bench = Bench::new();
    let key =
        bench.key(json!({"MultiRegion": true, "Description": "primary", "Tags": [{"TagKey": "a", "TagValue": "1"}]}));
    assert!(key.starts_with("mrk-") && key.len() == 36);
    let blob = bench.encrypt(&key, "dGV4dA==");
    let made = bench
        .ok("ReplicateKey", json!({"KeyId": key, "ReplicaRegion": WEST, "Tags": [{"TagKey": "b", "TagValue": "2"}]}));
    let replica = &made["ReplicaKeyMetadata"];
    assert_eq!(replica["Arn"], format!("arn:aws:kms:{WEST}:111122223333:key/{key}"));
    assert_eq!((&replica["Description"], &replica["KeyState"]), (&json!(""), &json!("Enabled")));
    assert_eq!(made["ReplicaTags"], json!([{"TagKey": "b", "TagValue": "2"}]));
    let relatives = json!({
        "MultiRegionKeyType": "REPLICA",
        "PrimaryKey": {"Arn": format!("arn:aws:kms:us-east-1:111122223333:key/{key}"), "Region": "us-east-1"},
        "ReplicaKeys": [{"Arn": replica["Arn"], "Region": WEST}],
    });
    assert_eq!(replica["MultiRegionConfiguration"], relatives);
    assert_eq!(bench.ok_in(WEST, "Decrypt", json!({"CiphertextBlob": blob}))["Plaintext"], "dGV4dA==");

    bench.ok_in(WEST, "DisableKey", json!({"KeyId": key}));
    assert_eq!(bench.state(&key), "Enabled");
    assert_eq!(bench.error("ReplicateKey", json!({"KeyId": key, "ReplicaRegion": WEST})), "AlreadyExistsException");
    assert_eq!(bench.error("ReplicateKey", json!({"KeyId": key, "ReplicaRegion": "nowhere"})), "ValidationException");
    assert_eq!(
        bench.error("ReplicateKey", json!({"KeyId": key, "ReplicaRegion": "cn-north-1"})),
        "ValidationException"
    );
    bench.ok_in(WEST, "EnableKey", json!({"KeyId": key}));
    let from_replica = json!({"KeyId": key, "ReplicaRegion": "eu-west-1"});
    assert_eq!(bench.error_in(WEST, "ReplicateKey", from_replica), "UnsupportedOperationException");
    let single = bench.key(json!({}));
    assert_eq!(
        bench.error("ReplicateKey", json!({"KeyId": single, "ReplicaRegion": WEST})),
        "UnsupportedOperationException"
    );
}

#[test]
fn a_primary_key_ends_after_its_last_replica() {
    let bench = Bench::new();
    let key = replicated(&bench);
    bench.ok("ReplicateKey", json!({"KeyId": key, "ReplicaRegion": "eu-west-1"}));
    let scheduled = bench.ok("ScheduleKeyDeletion", json!({"KeyId": key, "PendingWindowInDays": 10}));
    assert_eq!(scheduled["KeyState"], "PendingReplicaDeletion");
    assert!(scheduled.get("DeletionDate").is_none());
    let described = bench.described(&key);
    assert_eq!(described["PendingDeletionWindowInDays"], 10);
    assert!(described.get("DeletionDate").is_none());
    bench.advance_days(400);
    assert_eq!(bench.state(&key), "PendingReplicaDeletion");

    bench.ok_in(WEST, "ScheduleKeyDeletion", json!({"KeyId": key, "PendingWindowInDays": 7}));
    bench.ok_in("eu-west-1", "ScheduleKeyDeletion", json!({"KeyId": key, "PendingWindowInDays": 9}));
    bench.advance_days(7);
    assert_eq!(bench.state(&key), "PendingReplicaDeletion");
    // The last one goes after 9 days, and from then the primary key waits for its 10 days, seven of which have passed.
    bench.advance_days(9);
    let described = bench.described(&key);
    assert_eq!(
        (&described["KeyState"], &described["DeletionDate"]),
        (&json!("PendingDeletion"), &json!(bench.now() + 3 * 86_400))
    );
    bench.advance_days(3);
    assert_eq!(bench.error("DescribeKey", json!({"KeyId": key})), "NotFoundException");
}

#[test]
fn a_jump_of_the_clock_goes_through_every_moment() {
    let bench = Bench::new();
    let key = replicated(&bench);
    bench.ok("ScheduleKeyDeletion", json!({"KeyId": key, "PendingWindowInDays": 7}));
    bench.ok_in(WEST, "ScheduleKeyDeletion", json!({"KeyId": key, "PendingWindowInDays": 7}));
    bench.advance_days(14);
    assert_eq!(bench.error("DescribeKey", json!({"KeyId": key})), "NotFoundException");
}

#[test]
fn a_cancelled_deletion_of_a_primary_key_ends_disabled() {
    let bench = Bench::new();
    let key = replicated(&bench);
    bench.ok("ScheduleKeyDeletion", json!({"KeyId": key}));
    assert_eq!(bench.error("Encrypt", json!({"KeyId": key, "Plaintext": "dGV4dA=="})), STATE_ERROR);
    assert_eq!(bench.error("ScheduleKeyDeletion", json!({"KeyId": key})), STATE_ERROR);
    bench.ok("CancelKeyDeletion", json!({"KeyId": key}));
    assert_eq!(bench.state(&key), "Disabled");
}

#[test]
fn the_primary_key_can_move() {
    let bench = Bench::new();
    let key = replicated(&bench);
    let request = |region: &str| json!({"KeyId": key, "PrimaryRegion": region});
    assert_eq!(bench.error("UpdatePrimaryRegion", request("eu-west-1")), "NotFoundException");
    assert_eq!(bench.error_in(WEST, "UpdatePrimaryRegion", request(WEST)), "UnsupportedOperationException");
    bench.ok_in(WEST, "DisableKey", json!({"KeyId": key}));
    assert_eq!(bench.error("UpdatePrimaryRegion", request(WEST)), "DisabledException");
    bench.ok_in(WEST, "EnableKey", json!({"KeyId": key}));
    bench.ok("UpdatePrimaryRegion", request(WEST));
    let relatives = bench.described(&key)["MultiRegionConfiguration"].clone();
    assert_eq!(
        (&relatives["MultiRegionKeyType"], &relatives["PrimaryKey"]["Region"]),
        (&json!("REPLICA"), &json!(WEST))
    );
}

#[test]
fn a_replica_of_an_imported_key_waits_for_the_same_material() {
    let bench = Bench::new();
    let key = bench.key(json!({"MultiRegion": true, "Origin": "EXTERNAL"}));
    assert_eq!(bench.error("ReplicateKey", json!({"KeyId": key, "ReplicaRegion": WEST})), STATE_ERROR);
}

#[test]
fn replicas_are_rotated_with_their_primary_key() {
    let bench = Bench::new();
    let key = replicated(&bench);
    assert_eq!(bench.error_in(WEST, "EnableKeyRotation", json!({"KeyId": key})), "UnsupportedOperationException");
    bench.ok("EnableKeyRotation", json!({"KeyId": key, "RotationPeriodInDays": 90}));
    assert_eq!(bench.ok_in(WEST, "GetKeyRotationStatus", json!({"KeyId": key}))["KeyRotationEnabled"], true);
    bench.advance_days(90);
    let blob = bench.encrypt(&key, "dGV4dA==");
    assert_eq!(bench.ok_in(WEST, "Decrypt", json!({"CiphertextBlob": blob}))["Plaintext"], "dGV4dA==");
    bench.ok("RotateKeyOnDemand", json!({"KeyId": key}));
    let blob = bench.encrypt(&key, "dGV4dA==");
    assert_eq!(bench.ok_in(WEST, "Decrypt", json!({"CiphertextBlob": blob}))["Plaintext"], "dGV4dA==");
}

#[test]
fn with_time_for_it_a_replica_is_creating_and_relatives_are_updating() {
    let anonymous = Some(AwsAccessKey::new("anonymous", ""));
    let bench = Bench::with(AwsConfig { anonymous, transition_seconds: 86_400, ..AwsConfig::default() });
    let key = replicated(&bench);
    let state =
        |region: &str| text(&bench.ok_in(region, "DescribeKey", json!({"KeyId": key}))["KeyMetadata"]["KeyState"]);
    let encrypt = json!({"KeyId": key, "Plaintext": "dGV4dA=="});
    assert_eq!((state("us-east-1").as_str(), state(WEST).as_str()), ("Enabled", "Creating"));
    assert_eq!(bench.error_in(WEST, "Encrypt", encrypt.clone()), STATE_ERROR);
    bench.ok_in(WEST, "CreateAlias", json!({"AliasName": "alias/a", "TargetKeyId": key}));
    bench.advance_days(1);
    assert_eq!(state(WEST), "Enabled");

    bench.ok("UpdatePrimaryRegion", json!({"KeyId": key, "PrimaryRegion": WEST}));
    for region in ["us-east-1", WEST] {
        assert_eq!(state(region), "Updating");
        bench.ok_in(region, "Encrypt", encrypt.clone());
        assert_eq!(bench.error_in(region, "DisableKey", json!({"KeyId": key})), STATE_ERROR);
        assert_eq!(bench.error_in(region, "ScheduleKeyDeletion", json!({"KeyId": key})), STATE_ERROR);
    }
    bench.advance_days(1);
    assert_eq!((state("us-east-1").as_str(), state(WEST).as_str()), ("Enabled", "Enabled"));
}

#[test]
fn a_replica_that_is_being_made_can_be_scheduled_for_deletion() {
    let anonymous = Some(AwsAccessKey::new("anonymous", ""));
    let bench = Bench::with(AwsConfig { anonymous, transition_seconds: 86_400, ..AwsConfig::default() });
    let key = replicated(&bench);
    bench.ok_in(WEST, "ScheduleKeyDeletion", json!({"KeyId": key, "PendingWindowInDays": 7}));
    bench.advance_days(1);
    let described = bench.ok_in(WEST, "DescribeKey", json!({"KeyId": key}));
    assert_eq!(described["KeyMetadata"]["KeyState"], "PendingDeletion");
    bench.ok_in(WEST, "CancelKeyDeletion", json!({"KeyId": key}));
    assert_eq!(bench.ok_in(WEST, "DescribeKey", json!({"KeyId": key}))["KeyMetadata"]["KeyState"], "Disabled");
}
