//! Aliases, tags, descriptions, policies and pages.

use std::collections::BTreeSet;

use serde_json::json;

use super::*;

#[test]
fn an_alias_has_a_name_of_its_own_in_its_region() {
    let bench = Bench::new();
    let (key, other) = (bench.key(json!({})), bench.key(json!({})));
    let request = |name: &str, key: &str| json!({"AliasName": name, "TargetKeyId": key});
    bench.ok("CreateAlias", request("alias/A_b-1/c", &key));
    assert_eq!(bench.error("CreateAlias", request("alias/A_b-1/c", &other)), "AlreadyExistsException");
    // Case counts.
    bench.ok("CreateAlias", request("alias/a_b-1/c", &other));
    for (name, code) in [
        ("name", "ValidationException"),
        ("alias/", "ValidationException"),
        ("alias/a b", "ValidationException"),
        ("alias/aws/mine", "NotAuthorizedException"),
    ] {
        assert_eq!(bench.error("CreateAlias", request(name, &key)), code, "{name}");
    }
    assert_eq!(bench.error("CreateAlias", request(&format!("alias/{}", "x".repeat(251)), &key)), "ValidationException");
    assert_eq!(bench.error("CreateAlias", request("alias/new", "alias/a_b-1/c")), "ValidationException");
    assert_eq!(bench.error("CreateAlias", request("alias/new", "x")), "NotFoundException");
    let west = text(&bench.ok_in("us-west-2", "CreateKey", json!({}))["KeyMetadata"]["KeyId"]);
    bench.ok_in("us-west-2", "CreateAlias", request("alias/A_b-1/c", &west));
}

#[test]
fn an_alias_moves_between_keys_that_are_alike() {
    let bench = Bench::new();
    let (from, to) = (bench.key(json!({})), bench.key(json!({})));
    let mac = bench.key(json!({"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}));
    let request = |key: &str| json!({"AliasName": "alias/a", "TargetKeyId": key});
    assert_eq!(bench.error("UpdateAlias", request(&to)), "NotFoundException");
    bench.ok("CreateAlias", request(&from));
    let created = bench.now();
    bench.advance_days(1);
    assert_eq!(bench.error("UpdateAlias", request(&mac)), "ValidationException");

    // The key that it leaves may be in any state.
    bench.ok("ScheduleKeyDeletion", json!({"KeyId": from}));
    bench.ok("UpdateAlias", request(&to));
    assert_eq!(bench.error("UpdateAlias", request(&from)), STATE_ERROR);
    let listed = bench.ok("ListAliases", json!({"KeyId": to}))["Aliases"].clone();

    let wanted = json!([{
        "AliasName": "alias/a",
        "AliasArn": "arn:aws:kms:us-east-1:111122223333:alias/a",
        "TargetKeyId": to,
        "CreationDate": created,
        "LastUpdatedDate": bench.now(),
    }]);

    assert_eq!(listed, wanted);
    assert_eq!(bench.ok("ListAliases", json!({"KeyId": from}))["Aliases"], json!([]));
    bench.ok("DeleteAlias", json!({"AliasName": "alias/a"}));
    assert_eq!(bench.error("DeleteAlias", json!({"AliasName": "alias/a"})), "NotFoundException");
}

#[test]
fn a_key_has_each_tag_once_and_50_at_most() {
    let bench = Bench::new();
    let key = bench.key(json!({}));
    let tags = |range: std::ops::Range<u32>| -> Vec<Value> {
        range.map(|number| json!({"TagKey": format!("k{number:02}"), "TagValue": "v"})).collect()
    };
    bench.ok("TagResource", json!({"KeyId": key, "Tags": tags(0..50)}));
    bench.ok("TagResource", json!({"KeyId": key, "Tags": [{"TagKey": "k00", "TagValue": "other"}]}));
    assert_eq!(bench.error("TagResource", json!({"KeyId": key, "Tags": tags(50..51)})), "TagException");
    let listed = bench.ok("ListResourceTags", json!({"KeyId": key}));

    assert_eq!(listed["Tags"].as_array().unwrap().len(), 50);
    assert_eq!(listed["Tags"][0], json!({"TagKey": "k00", "TagValue": "other"}));
    bench.ok("UntagResource", json!({"KeyId": key, "TagKeys": ["k00", "nothing"]}));
    assert_eq!(bench.ok("ListResourceTags", json!({"KeyId": key}))["Tags"].as_array().unwrap().len(), 49);

    for (operation, given) in [("TagResource", json!({})), ("UntagResource", json!({}))] {
        let mut request = given;
        request["KeyId"] = json!(key);
        assert_eq!(bench.error(operation, request), "ValidationException");
    }

    let request = json!({"KeyId": key, "Tags": [{"TagKey": "aws:x", "TagValue": ""}]});
    assert_eq!(bench.error("TagResource", request), "TagException");
    bench.ok("ScheduleKeyDeletion", json!({"KeyId": key}));
    assert_eq!(bench.error("UntagResource", json!({"KeyId": key, "TagKeys": ["k01"]})), STATE_ERROR);
}

#[test]
fn a_policy_is_kept_as_it_is_written() {
    let bench = Bench::new();
    let key = bench.key(json!({}));
    assert!(
        text(&bench.ok("GetKeyPolicy", json!({"KeyId": key}))["Policy"]).contains("arn:aws:iam::111122223333:root")
    );
    let policy = "{ \"Statement\" : [] }";
    bench.ok("ScheduleKeyDeletion", json!({"KeyId": key}));
    bench.ok("PutKeyPolicy", json!({"KeyId": key, "Policy": policy}));
    let got = bench.ok("GetKeyPolicy", json!({"KeyId": key, "PolicyName": "default"}));
    assert_eq!((&got["Policy"], &got["PolicyName"]), (&json!(policy), &json!("default")));
    assert_eq!(bench.error("GetKeyPolicy", json!({"KeyId": key, "PolicyName": "other"})), "NotFoundException");
    assert_eq!(
        bench.ok("ListKeyPolicies", json!({"KeyId": key})),
        json!({"PolicyNames": ["default"], "Truncated": false})
    );
    let long = format!("{{\"Statement\":[],\"Id\":\"{}\"}}", "x".repeat(32_768));
    assert_eq!(bench.error("PutKeyPolicy", json!({"KeyId": key, "Policy": long})), "LimitExceededException");
}

#[test]
fn a_description_can_be_changed_until_the_key_waits_for_its_deletion() {
    let bench = Bench::new();
    let key = bench.key(json!({"Description": "one"}));
    bench.ok("UpdateKeyDescription", json!({"KeyId": key, "Description": ""}));
    assert_eq!(bench.described(&key)["Description"], "");
    bench.ok("ScheduleKeyDeletion", json!({"KeyId": key}));
    assert_eq!(bench.error("UpdateKeyDescription", json!({"KeyId": key, "Description": "x"})), STATE_ERROR);
}

#[test]
fn every_list_comes_in_pages_that_lead_to_the_next() {
    let bench = Bench::new();
    let key = bench.key(json!({}));
    for number in 0..6 {
        bench.key(json!({}));
        bench.ok("CreateAlias", json!({"AliasName": format!("alias/{number}"), "TargetKeyId": key}));
        bench.ok("TagResource", json!({"KeyId": key, "Tags": [{"TagKey": number.to_string(), "TagValue": ""}]}));
        let principal = "arn:aws:iam::111122223333:root";
        let grant = json!({"KeyId": key, "GranteePrincipal": principal, "RetiringPrincipal": principal, "Operations": ["Encrypt"]});
        bench.ok("CreateGrant", grant);
        bench.ok("RotateKeyOnDemand", json!({"KeyId": key}));
    }

    for (operation, list, given, entries, most) in [
        ("ListKeys", "Keys", json!({}), 7, 1000),
        ("ListAliases", "Aliases", json!({}), 6, 100),
        ("ListAliases", "Aliases", json!({"KeyId": key}), 6, 100),
        ("ListResourceTags", "Tags", json!({"KeyId": key}), 6, 50),
        ("ListGrants", "Grants", json!({"KeyId": key}), 6, 100),
        ("ListRetirableGrants", "Grants", json!({"RetiringPrincipal": "arn:aws:iam::111122223333:root"}), 6, 100),
        ("ListKeyRotations", "Rotations", json!({"KeyId": key}), 6, 1000),
    ] {
        let mut found = BTreeSet::new();
        let mut request = given.clone();
        request["Limit"] = json!(2);
        loop {
            let page = bench.ok(operation, request.clone());
            let shown = page[list].as_array().unwrap();
            assert!((1..=2).contains(&shown.len()), "{operation} {page}");
            found.extend(shown.iter().map(ToString::to_string));
            assert_eq!(page["Truncated"], page.get("NextMarker").is_some());
            match page.get("NextMarker") {
                Some(marker) => request["Marker"] = marker.clone(),
                None => break,
            }
        }
        assert_eq!(found.len(), entries, "{operation}");

        for limit in [0, most + 1] {
            request["Limit"] = json!(limit);
            assert_eq!(bench.error(operation, request.clone()), "ValidationException", "{operation} {limit}");
        }
        request["Limit"] = json!(most);
        request["Marker"] = json!("bm90aGluZw==");
        assert_eq!(bench.error(operation, request), "InvalidMarkerException", "{operation}");
    }
}

#[test]
fn a_key_that_is_gone_leaves_no_gap_between_pages() {
    let bench = Bench::new();
    let keys: Vec<String> = (0..4).map(|_| bench.key(json!({}))).collect();
    let first = bench.ok("ListKeys", json!({"Limit": 2}));
    bench.ok("ScheduleKeyDeletion", json!({"KeyId": keys[0], "PendingWindowInDays": 7}));
    bench.advance_days(7);
    let rest = bench.ok("ListKeys", json!({"Marker": first["NextMarker"]}))["Keys"].clone();
    assert_eq!(rest.as_array().unwrap().len(), 2);
    assert_eq!((&rest[0]["KeyId"], &rest[1]["KeyId"]), (&json!(keys[2]), &json!(keys[3])));
}
