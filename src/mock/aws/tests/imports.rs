//! Key material that is imported, expires, and is deleted.

use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PublicEncryptingKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::*;

const MATERIAL: [u8; 32] = [7; 32];

/// The request that imports material into a key, with the parameters for it.
fn import_request(bench: &Bench, key: &str, material: &[u8]) -> Value {
    let given = json!({"KeyId": key, "WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"});
    let parameters = bench.ok("GetParametersForImport", given);
    assert_eq!(parameters["ParametersValidTo"], bench.now() + 86_400);
    let public = STANDARD.decode(text(&parameters["PublicKey"])).unwrap();
    let public = OaepPublicEncryptingKey::new(PublicEncryptingKey::from_der(&public).unwrap()).unwrap();
    let mut wrapped = vec![0; public.ciphertext_size()];
    let wrapped = public.encrypt(&OAEP_SHA256_MGF1SHA256, material, &mut wrapped, None).unwrap();
    json!({
        "KeyId": key,
        "ImportToken": parameters["ImportToken"],
        "EncryptedKeyMaterial": STANDARD.encode(wrapped),
        "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
    })
}

/// An imported key that is enabled.
fn imported(bench: &Bench) -> String {
    let key = bench.key(json!({"Origin": "EXTERNAL"}));
    bench.ok("ImportKeyMaterial", import_request(bench, &key, &MATERIAL));
    key
}

#[test]
fn a_key_waits_for_its_material_and_takes_back_the_same_only() {
    let bench = Bench::new();
    let key = bench.key(json!({"Origin": "EXTERNAL"}));
    let described = bench.described(&key);
    assert_eq!((&described["KeyState"], &described["Enabled"]), (&json!("PendingImport"), &json!(false)));
    for operation in ["EnableKey", "DisableKey", "CancelKeyDeletion"] {
        assert_eq!(bench.error(operation, json!({"KeyId": key})), STATE_ERROR, "{operation}");
    }
    bench.ok("ImportKeyMaterial", import_request(&bench, &key, &MATERIAL));
    assert_eq!(bench.state(&key), "Enabled");
    let blob = bench.encrypt(&key, "dGV4dA==");

    for _ in 0..2 {
        bench.ok("DeleteImportedKeyMaterial", json!({"KeyId": key}));
        assert_eq!(bench.state(&key), "PendingImport");
    }
    assert_eq!(bench.error("Decrypt", json!({"CiphertextBlob": blob})), STATE_ERROR);
    let other = import_request(&bench, &key, &[8; 32]);
    assert_eq!(bench.error("ImportKeyMaterial", other), "IncorrectKeyMaterialException");
    bench.ok("ImportKeyMaterial", import_request(&bench, &key, &MATERIAL));
    assert_eq!(bench.ok("Decrypt", json!({"CiphertextBlob": blob}))["Plaintext"], "dGV4dA==");
}

#[test]
fn an_import_must_fit_its_key_its_token_and_its_time() {
    let bench = Bench::new();
    let (key, other) = (bench.key(json!({"Origin": "EXTERNAL"})), bench.key(json!({"Origin": "EXTERNAL"})));
    let changed = |name: &str, value: Value| {
        let mut request = import_request(&bench, &key, &MATERIAL);
        request[name] = value;
        bench.error("ImportKeyMaterial", request)
    };
    assert_eq!(changed("KeyId", json!(other)), "InvalidImportTokenException");
    assert_eq!(changed("ImportToken", json!("AQID")), "InvalidImportTokenException");
    assert_eq!(changed("EncryptedKeyMaterial", json!("AQID")), "InvalidCiphertextException");
    assert_eq!(changed("ExpirationModel", json!("KEY_MATERIAL_EXPIRES")), "ValidationException");
    assert_eq!(changed("ValidTo", json!(bench.now() + 3600)), "ValidationException");
    assert_eq!(changed("ExpirationModel", json!("NEVER")), "ValidationException");
    let short = import_request(&bench, &key, &MATERIAL[1..]);
    assert_eq!(bench.error("ImportKeyMaterial", short), "IncorrectKeyMaterialException");

    let late = import_request(&bench, &key, &MATERIAL);
    bench.advance_days(1);
    assert_eq!(bench.error("ImportKeyMaterial", late), "ExpiredImportTokenException");
    assert_eq!(bench.state(&key), "PendingImport");

    let native = bench.key(json!({}));
    let given = json!({"KeyId": native, "WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"});
    assert_eq!(bench.error("GetParametersForImport", given), "UnsupportedOperationException");
    assert_eq!(bench.error("DeleteImportedKeyMaterial", json!({"KeyId": native})), "UnsupportedOperationException");
}

#[test]
fn material_expires_at_its_time() {
    let bench = Bench::new();
    let key = bench.key(json!({"Origin": "EXTERNAL"}));
    let mut request = import_request(&bench, &key, &MATERIAL);
    request["ExpirationModel"] = json!("KEY_MATERIAL_EXPIRES");
    request["ValidTo"] = json!(bench.now() as f64 + 86_400.5);
    bench.ok("ImportKeyMaterial", request);
    let described = bench.described(&key);
    assert_eq!(described["ExpirationModel"], "KEY_MATERIAL_EXPIRES");
    assert_eq!(described["ValidTo"], bench.now() + 86_400);
    bench.ok("DisableKey", json!({"KeyId": key}));
    bench.advance_days(1);
    let described = bench.described(&key);
    assert_eq!(described["KeyState"], "PendingImport");
    assert!(described.get("ExpirationModel").is_none() && described.get("ValidTo").is_none());
}

#[test]
fn a_key_that_waits_for_its_deletion_goes_on_waiting_without_its_material() {
    let bench = Bench::new();
    let key = imported(&bench);
    bench.ok("ScheduleKeyDeletion", json!({"KeyId": key}));
    bench.ok("DeleteImportedKeyMaterial", json!({"KeyId": key}));
    assert_eq!(bench.state(&key), "PendingDeletion");
    bench.ok("CancelKeyDeletion", json!({"KeyId": key}));
    // It can't be enabled from there, so it is not Disabled.
    assert_eq!(bench.state(&key), "PendingImport");
}

#[test]
fn two_keys_with_one_material_do_not_read_each_others_ciphertexts() {
    let bench = Bench::new();
    let (one, other) = (imported(&bench), imported(&bench));
    let blob = bench.encrypt(&one, "dGV4dA==");
    assert_eq!(bench.error("Decrypt", json!({"KeyId": other, "CiphertextBlob": blob})), "IncorrectKeyException");
}
