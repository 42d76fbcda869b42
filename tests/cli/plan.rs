//! What `plan` prints. Nothing is sent: there is nobody at the endpoints that are named here.

use serde_json::Value;

use super::program::{Ended, Place, ended};

const OFFICIAL: &str = "--edition official --routes canonical kind:cell kind:move";

fn plan(arguments: &str) -> Value {
    let place = Place::new();
    let Ended { code, out, err } = ended(place.program(&format!("plan --format json {arguments}")));
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert_eq!(place.names(""), [""; 0], "a plan leaves no files");
    serde_json::from_str(&out).unwrap()
}

#[test]
fn the_official_table_takes_four_keys_near_the_bound() {
    let planned = plan(&format!("{OFFICIAL} --region cn-hangzhou"));
    assert_eq!((&planned["isolation"], &planned["cases"]), (&Value::from("tour"), &Value::from(119)));
    assert!(planned["keys_created"].as_u64().unwrap() <= 4, "{planned}");
    let (requests, least) = (planned["requests"].as_u64().unwrap(), planned["bound"]["least"].as_u64().unwrap());
    assert!(requests >= least && requests * 10 <= least * 13, "{requests} {least}");
    assert_eq!(planned["duration_seconds"], requests.div_ceil(5));
    assert_eq!(planned["pending_deletion"]["keys"], planned["keys_created"]);
    let calls: u64 = planned["calls"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(calls, requests);
}

#[test]
fn more_keys_allow_more_cases() {
    let few = plan(&format!("{OFFICIAL} --isolation tour"));
    let left_out = few["left_out"].as_array().unwrap();
    assert!(left_out.iter().all(|id| id.as_str().unwrap().starts_with("alibaba/CreateKey/")), "{left_out:?}");
    let enough = few["keys_created"].as_u64().unwrap() + left_out.len() as u64;
    let all = plan(&format!("{OFFICIAL} --isolation tour --max-keys {enough}"));
    assert_eq!(all["left_out"], Value::Array(Vec::new()));
    assert_eq!(all["keys_created"], enough);
}

#[test]
fn fresh_keys_are_counted_as_a_run_makes_them() {
    let place = Place::new();
    let planned = plan(&format!("{OFFICIAL} --isolation fresh"));
    assert_eq!(ended(place.program(&format!("run {OFFICIAL}"))).code, 0);
    let usage = place.results().usage;
    assert_eq!(
        (planned["keys_created"].as_u64(), planned["requests"].as_u64()),
        (Some(usage.keys_created), Some(usage.requests))
    );
}

#[test]
fn a_plan_is_text_for_people() {
    let place = Place::new();
    let Ended { code, out, .. } =
        ended(place.program("plan alibaba/Encrypt/** --region cn-hangzhou --isolation fresh"));
    assert_eq!(code, 0);
    for part in [
        "7 cases against https://kms.cn-hangzhou.aliyuncs.com, in fresh isolation",
        "keys to create",
        "at 5 requests a second",
        "pending deletion",
        "USD",
    ] {
        assert!(out.contains(part), "{part}: {out}");
    }
    assert_eq!(ended(place.program("plan alibaba/Nothing/**")).code, 2);
}
