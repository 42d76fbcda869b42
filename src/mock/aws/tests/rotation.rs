//! New material for old keys.

use serde_json::json;

use super::*;

#[test]
fn a_key_rotates_by_its_period_while_it_is_enabled() {
    let bench = Bench::new();
    let key = bench.key(json!({}));
    assert_eq!(bench.ok("GetKeyRotationStatus", json!({"KeyId": key}))["KeyRotationEnabled"], false);
    for days in [89, 2561] {
        let request = json!({"KeyId": key, "RotationPeriodInDays": days});
        assert_eq!(bench.error("EnableKeyRotation", request), "ValidationException", "{days}");
    }
    bench.ok("EnableKeyRotation", json!({"KeyId": key}));
    let status = bench.ok("GetKeyRotationStatus", json!({"KeyId": key}));
    assert_eq!(
        (&status["RotationPeriodInDays"], &status["NextRotationDate"]),
        (&json!(365), &json!(bench.now() + 365 * 86_400))
    );

    let blob = bench.encrypt(&key, "dGV4dA==");
    let first = bench.described(&key)["CurrentKeyMaterialId"].clone();
    bench.advance_days(366);
    assert_ne!(bench.described(&key)["CurrentKeyMaterialId"], first);
    assert_eq!(bench.ok("Decrypt", json!({"CiphertextBlob": blob}))["KeyMaterialId"], first);
    bench.ok("DisableKey", json!({"KeyId": key}));
    bench.advance_days(800);
    assert_eq!(bench.ok("ListKeyRotations", json!({"KeyId": key}))["Rotations"].as_array().unwrap().len(), 1);
    // What became due in the meantime is done once, and now.
    bench.ok("EnableKey", json!({"KeyId": key}));
    bench.described(&key);
    assert_eq!(bench.ok("ListKeyRotations", json!({"KeyId": key}))["Rotations"].as_array().unwrap().len(), 2);
}

#[test]
fn a_key_that_waits_for_its_deletion_says_that_it_is_not_rotated() {
    let bench = Bench::new();
    let key = bench.key(json!({}));
    bench.ok("EnableKeyRotation", json!({"KeyId": key}));
    let is_on = || bench.ok("GetKeyRotationStatus", json!({"KeyId": key}))["KeyRotationEnabled"].clone();
    bench.ok("ScheduleKeyDeletion", json!({"KeyId": key}));
    assert_eq!(is_on(), false);
    bench.ok("CancelKeyDeletion", json!({"KeyId": key}));
    assert_eq!(is_on(), true);
    assert_eq!(bench.error("DisableKeyRotation", json!({"KeyId": key})), "DisabledException");
    bench.ok("EnableKey", json!({"KeyId": key}));
    bench.ok("DisableKeyRotation", json!({"KeyId": key}));
    assert_eq!(is_on(), false);
}

#[test]
fn rotation_is_for_symmetric_keys_of_the_service() {
    let bench = Bench::new();
    let rsa = bench.key(json!({"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"}));
    let mac = bench.key(json!({"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}));
    let imported = bench.key(json!({"Origin": "EXTERNAL"}));
    for key in [&rsa, &mac, &imported] {
        for operation in ["EnableKeyRotation", "DisableKeyRotation"] {
            assert_eq!(bench.error(operation, json!({"KeyId": key})), "UnsupportedOperationException", "{operation}");
        }
    }
    assert_eq!(bench.error("GetKeyRotationStatus", json!({"KeyId": imported})), "UnsupportedOperationException");
    assert_eq!(bench.ok("GetKeyRotationStatus", json!({"KeyId": rsa}))["KeyRotationEnabled"], false);
}

#[test]
fn rotation_on_demand_is_as_it_was_recorded() {
    let bench = Bench::new();
    let key = bench.key(json!({}));
    bench.ok("RotateKeyOnDemand", json!({"KeyId": key}));
    let rotations = bench.ok("ListKeyRotations", json!({"KeyId": key, "IncludeKeyMaterial": "ALL_KEY_MATERIAL"}));
    let rotations = rotations["Rotations"].as_array().unwrap().clone();
    assert_eq!(rotations.len(), 2);
    assert_eq!((&rotations[0]["KeyMaterialState"], rotations[0].get("RotationType")), (&json!("NON_CURRENT"), None));
    assert_eq!(
        (&rotations[1]["KeyMaterialState"], &rotations[1]["RotationType"]),
        (&json!("CURRENT"), &json!("ON_DEMAND"))
    );
    bench.ok("DisableKey", json!({"KeyId": key}));
    assert_eq!(bench.error("RotateKeyOnDemand", json!({"KeyId": key})), "DisabledException");
    let imported = bench.key(json!({"Origin": "EXTERNAL"}));
    assert_eq!(bench.error("RotateKeyOnDemand", json!({"KeyId": imported})), STATE_ERROR);
}

#[test]
fn a_jump_of_centuries_makes_a_bounded_number_of_versions() {
    let bench = Bench::new();
    let key = bench.key(json!({}));
    bench.ok("EnableKeyRotation", json!({"KeyId": key, "RotationPeriodInDays": 90}));
    bench.advance_days(365 * 500);
    bench.described(&key);
    let rotations =
        bench.ok("ListKeyRotations", json!({"KeyId": key, "Limit": 1000}))["Rotations"].as_array().unwrap().len();
    assert!((100..=101).contains(&rotations), "{rotations}");
}
