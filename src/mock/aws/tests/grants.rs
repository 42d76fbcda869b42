//! Grants: made, listed, retired, revoked.

use serde_json::json;

use super::*;

const ROOT: &str = "arn:aws:iam::111122223333:root";
const OTHER: &str = "arn:aws:iam::444455556666:role/other";

fn request(key: &str) -> Value {
    json!({"KeyId": key, "GranteePrincipal": ROOT, "RetiringPrincipal": OTHER, "Operations": ["Encrypt", "Decrypt"]})
}

#[test]
fn a_grant_with_a_name_is_made_once() {
    let bench = Bench::new();
    let key = bench.key(json!({}));
    let make = |name: Option<&str>| {
        let mut request = request(&key);
        request["Name"] = json!(name);
        text(&bench.ok("CreateGrant", request)["GrantId"])
    };
    assert_eq!(make(Some("a")), make(Some("a")));
    assert_ne!(make(Some("a")), make(Some("b")));
    assert_ne!(make(None), make(None));
    assert_eq!(make(None).len(), 64);
}

#[test]
fn grants_are_listed_by_key_and_by_who_may_retire_them() {
    let bench = Bench::new();
    let (key, other) = (bench.key(json!({})), bench.key(json!({})));
    let made = bench.ok("CreateGrant", request(&key));
    bench.ok("CreateGrant", request(&other));
    let listed = bench.ok("ListGrants", json!({"KeyId": key}))["Grants"].clone();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    let entry = &listed[0];
    assert_eq!((&entry["GrantId"], &entry["KeyId"]), (&made["GrantId"], &bench.described(&key)["Arn"]));
    assert_eq!((&entry["GranteePrincipal"], &entry["RetiringPrincipal"]), (&json!(ROOT), &json!(OTHER)));
    assert_eq!((&entry["Operations"], &entry["IssuingAccount"]), (&json!(["Encrypt", "Decrypt"]), &json!(ROOT)));
    let count = |operation: &str, given: Value| bench.ok(operation, given)["Grants"].as_array().unwrap().len();
    assert_eq!(count("ListGrants", json!({"KeyId": key, "GranteePrincipal": OTHER})), 0);
    assert_eq!(count("ListGrants", json!({"KeyId": key, "GrantId": made["GrantId"]})), 1);
    assert_eq!(count("ListRetirableGrants", json!({"RetiringPrincipal": OTHER})), 2);
    assert_eq!(count("ListRetirableGrants", json!({"RetiringPrincipal": ROOT})), 0);
}

#[test]
fn a_grant_ends_by_its_token_or_its_id_in_every_state() {
    let bench = Bench::new();
    let key = bench.key(json!({}));
    let (one, two, three) = (
        bench.ok("CreateGrant", request(&key)),
        bench.ok("CreateGrant", request(&key)),
        bench.ok("CreateGrant", request(&key)),
    );
    bench.ok("ScheduleKeyDeletion", json!({"KeyId": key}));
    bench.ok("RetireGrant", json!({"GrantToken": one["GrantToken"]}));
    bench.ok("RetireGrant", json!({"KeyId": bench.described(&key)["Arn"], "GrantId": two["GrantId"]}));
    bench.ok("RevokeGrant", json!({"KeyId": key, "GrantId": three["GrantId"]}));
    assert_eq!(bench.error("RevokeGrant", json!({"KeyId": key, "GrantId": three["GrantId"]})), "NotFoundException");
    assert_eq!(bench.error("RetireGrant", json!({"GrantToken": one["GrantToken"]})), "NotFoundException");
    assert_eq!(bench.error("RetireGrant", json!({"GrantToken": "AQID"})), "InvalidGrantTokenException");
    assert_eq!(bench.error("RetireGrant", json!({"KeyId": key})), "ValidationException");
    assert_eq!(bench.error("CreateGrant", request(&key)), STATE_ERROR);
}

#[test]
fn a_grant_is_for_what_the_key_can_do() {
    let bench = Bench::new();
    let signing = bench.key(json!({"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"}));
    let with = |operations: Value| json!({"KeyId": signing, "GranteePrincipal": ROOT, "Operations": operations});
    bench.ok("CreateGrant", with(json!(["Sign", "Verify", "GetPublicKey", "DescribeKey"])));
    for operations in [json!(["Encrypt"]), json!(["GenerateMac"]), json!([]), json!(["Other"])] {
        assert_eq!(bench.error("CreateGrant", with(operations.clone())), "ValidationException", "{operations}");
    }
    let request = json!({"KeyId": signing, "GranteePrincipal": "somebody", "Operations": ["Sign"]});
    assert_eq!(bench.error("CreateGrant", request), "InvalidArnException");
    let used = json!({"KeyId": signing, "GrantTokens": ["AQID"]});
    assert_eq!(bench.error("DescribeKey", used), "InvalidGrantTokenException");
}
