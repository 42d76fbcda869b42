//! TagResources, UntagResources and ListTagResources: tags of several keys at a time.

use kms_conformance::mock::{AdminAccess, AlibabaConfig, Mock, MockConfig, Profile};
use serde_json::{Value, json};

use super::client::{Client, Response};

/// Calls an operation on keys.
async fn call(client: &Client, operation: &str, pairs: &[(&str, &str)]) -> Response {
    let mut all = vec![("RegionId", "cn-hangzhou"), ("ResourceType", "key")];
    all.extend_from_slice(pairs);
    client.call(operation, &all).await
}

/// What is listed, as `key tag=value` with the place of the key among `keys`.
async fn listed(client: &Client, keys: &[&str], pairs: &[(&str, &str)]) -> Vec<String> {
    let response = call(client, "ListTagResources", pairs).await.succeeded().json();
    assert_eq!(response["NextToken"], "");
    let rows = response["TagResources"]["TagResource"].as_array().unwrap();
    rows.iter().map(|row| shown(row, keys)).collect()
}

fn shown(row: &Value, keys: &[&str]) -> String {
    assert_eq!(row["ResourceType"], "key");
    let text = |name: &str| row[name].as_str().unwrap();
    let place = keys.iter().position(|key| *key == text("ResourceId")).unwrap();
    format!("{place} {}={}", text("TagKey"), text("TagValue"))
}

#[tokio::test]
async fn several_keys_are_tagged_listed_and_untagged() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let (first, second) = (client.create_key(&[]).await, client.create_key(&[("Origin", "EXTERNAL")]).await);
    let keys = [first.as_str(), second.as_str()];
    let arn = client.metadata(&second, "Arn").await;
    let both = [("ResourceId.1", arn.as_str()), ("ResourceId.2", first.as_str())];

    let tags = [("Tag.1.Key", "team"), ("Tag.1.Value", "qa"), ("Tag.2.Key", "a\\b"), ("Tag.3.Key", "empty")];
    let response =
        call(&client, "TagResources", &[&both[..], &tags[..], &[("Tag.3.Value", "")]].concat()).await.succeeded();
    assert_eq!(response.json().as_object().unwrap().keys().collect::<Vec<_>>(), ["RequestId"]);
    let all = ["0 a\\b=", "0 empty=", "0 team=qa", "1 a\\b=", "1 empty=", "1 team=qa"];
    assert_eq!(listed(&client, &keys, &both).await, all);
    assert_eq!(listed(&client, &keys, &[]).await, all);

    // They are the tags that the older operations know, and a tag that is there gets the new value.
    client
        .call("TagResource", &[("KeyId", &first), ("Tags", r#"[{"TagKey":"team","TagValue":"ops"}]"#)])
        .await
        .succeeded();
    assert_eq!(listed(&client, &keys, &[("ResourceId.1", &first)]).await[2], "0 team=ops");
    let response = client.call("ListResourceTags", &[("KeyId", &second)]).await.succeeded().json();
    assert_eq!(response["Tags"]["Tag"][2], json!({ "KeyId": second, "TagKey": "team", "TagValue": "qa" }));

    let untag = [&both[..], &[("TagKey.1", "team"), ("TagKey.2", "never-there"), ("All", "true")]].concat();
    call(&client, "UntagResources", &untag).await.succeeded();
    // `All` counts only without a name.
    assert_eq!(listed(&client, &keys, &[]).await, ["0 a\\b=", "0 empty=", "1 a\\b=", "1 empty="]);
    call(&client, "UntagResources", &[("ResourceId.1", &first)]).await.succeeded();
    call(&client, "UntagResources", &[("ResourceId.1", &first), ("All", "false")]).await.succeeded();
    assert_eq!(listed(&client, &keys, &[]).await.len(), 4);
    call(&client, "UntagResources", &[("ResourceId.1", &first), ("All", "True")]).await.succeeded();
    assert_eq!(listed(&client, &keys, &[]).await, ["1 a\\b=", "1 empty="]);
}

#[tokio::test]
async fn tags_choose_what_is_listed() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let (first, second) = (client.create_key(&[]).await, client.create_key(&[]).await);
    let keys = [first.as_str(), second.as_str()];
    for (key, stage) in [(&first, "test"), (&second, "live")] {
        let tags = [("Tag.1.Key", "team"), ("Tag.1.Value", "qa"), ("Tag.2.Key", "stage"), ("Tag.2.Value", stage)];
        call(&client, "TagResources", &[&[("ResourceId.1", key.as_str())], &tags[..]].concat()).await.succeeded();
    }
    assert_eq!(listed(&client, &keys, &[("Tag.1.Key", "stage")]).await, ["0 stage=test", "1 stage=live"]);
    let live = [("Tag.1.Key", "stage"), ("Tag.1.Value", "live"), ("Tag.2.Key", "team")];
    assert_eq!(listed(&client, &keys, &live).await, ["1 stage=live", "1 team=qa"]);
    assert!(listed(&client, &keys, &[&live[..], &[("ResourceId.1", &first)]].concat()).await.is_empty());
    assert!(listed(&client, &keys, &[("Tag.1.Key", "stage"), ("Tag.1.Value", "")]).await.is_empty());
}

#[tokio::test]
async fn a_page_has_two_hundred_rows_and_the_next_begins_where_it_ended() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let mut keys = Vec::new();
    for _ in 0..41 {
        let key = client.create_key(&[]).await;
        let names: Vec<String> = (1..=10).map(|number| format!("Tag.{number}.Key")).collect();
        let tags: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), &name[4..name.len() - 4])).collect();
        call(&client, "TagResources", &[&[("ResourceId.1", key.as_str())], &tags[..]].concat()).await.succeeded();
        keys.push(key);
    }
    let places: Vec<&str> = keys.iter().map(String::as_str).collect();

    let (mut rows, mut pages, mut token) = (Vec::new(), Vec::new(), String::new());
    loop {
        let page = call(&client, "ListTagResources", &[("NextToken", &token)]).await.succeeded().json();
        let listed = page["TagResources"]["TagResource"].as_array().unwrap();
        pages.push(listed.len());
        rows.extend(listed.iter().map(|row| shown(row, &places)));
        token = page["NextToken"].as_str().unwrap().to_owned();
        if token.is_empty() {
            break;
        }
        // What changes before the place where a page ended moves no row of the next.
        let untag = [("ResourceId.1", keys[0].as_str()), ("All", "true")];
        call(&client, "UntagResources", &untag).await.succeeded();
    }
    assert_eq!(pages, [200, 200, 10]);
    let mut once = rows.clone();
    once.sort();
    once.dedup();
    assert_eq!((rows.len(), once.len()), (410, 410));
}

#[tokio::test]
async fn what_is_wrong_with_one_key_is_wrong_with_the_request() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let (good, pending, full) =
        (client.create_key(&[]).await, client.create_key(&[]).await, client.create_key(&[]).await);
    client.call("ScheduleKeyDeletion", &[("KeyId", &pending), ("PendingWindowInDays", "7")]).await.succeeded();
    let names: Vec<String> = (1..=10).map(|number| format!("Tag.{number}.Key")).collect();
    let ten: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), name.as_str())).collect();
    call(&client, "TagResources", &[&[("ResourceId.1", full.as_str())], &ten[..]].concat()).await.succeeded();

    let unknown = "5f1c9d0a-7b32-4e68-9a41-3c8e0d2b7f11";
    let foreign = format!("acs:kms:cn-beijing:1001234567890123:key/{good}");
    for (other, status, code) in [
        (pending.as_str(), 409, "Rejected.PendingDeletion"),
        (&full, 400, "Rejected.LimitExceeded"),
        (unknown, 404, "Forbidden.KeyNotFound"),
        (&foreign, 404, "Forbidden.KeyNotFound"),
        ("alias/orders", 400, "Unsupported.Alias"),
        ("nothing", 400, "InvalidParameter"),
    ] {
        let pairs = [("ResourceId.1", good.as_str()), ("ResourceId.2", other), ("Tag.1.Key", "team")];
        call(&client, "TagResources", &pairs).await.refused(status, code);
    }
    assert!(listed(&client, &[&good], &[("ResourceId.1", &good)]).await.is_empty());
    // A key that waits for its deletion keeps its tags, and shows them.
    assert!(listed(&client, &[&pending], &[("ResourceId.1", &pending)]).await.is_empty());

    // The later edition allows a key twice as many.
    let mock = Mock::start_with(AlibabaConfig { profile: Profile::Current, ..AlibabaConfig::default() }).unwrap();
    let client = Client::new(&mock);
    let key = client.create_key(&[]).await;
    call(&client, "TagResources", &[&[("ResourceId.1", key.as_str())], &ten[..]].concat()).await.succeeded();
    call(&client, "TagResources", &[("ResourceId.1", &key), ("Tag.1.Key", "eleventh")]).await.succeeded();
}

#[tokio::test]
async fn parameters_are_checked_before_any_key_is_looked_for() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let id = "5f1c9d0a-7b32-4e68-9a41-3c8e0d2b7f11";
    let whole = [("RegionId", "cn-hangzhou"), ("ResourceType", "key"), ("ResourceId.1", id), ("Tag.1.Key", "team")];
    for absent in 0..whole.len() {
        let mut pairs = whole.to_vec();
        let (name, _) = pairs.remove(absent);
        let response = client.call("TagResources", &pairs).await.refused(400, "MissingParameter");
        let name = name.split('.').next().unwrap();
        assert!(response.text("/Message").contains(name), "{name}: {}", response.text);
    }

    let many = |name: &'static str, count: usize| (1..=count).map(move |number| format!("{name}.{number}"));
    let with =
        async |operation: &str, extra: &[(&str, &str)]| call(&client, operation, &[&whole[2..], extra].concat()).await;
    for extra in [
        ("Tag.2.Key", "acs:team"),
        ("Tag.2.Key", "aliyun-team"),
        ("Tag.2.Key", "a b"),
        ("Tag.2.Key", "team"),
        ("Tag.2.Value", "without a key"),
    ] {
        let response = with("TagResources", &[extra]).await.refused(400, "InvalidParameter");
        assert_eq!(response.text("/Message"), "The specified parameter Tag is not valid.");
    }
    with("TagResources", &[("Tag.2.Key", &"k".repeat(129))]).await.refused(400, "InvalidParameter");
    with("TagResources", &[("Tag.1.Value", &"v".repeat(129))]).await.refused(400, "InvalidParameter");
    with("TagResources", &[("Tag.1.Value", &"v".repeat(128))]).await.refused(404, "Forbidden.KeyNotFound");

    let ids: Vec<String> = many("ResourceId", 51).skip(1).collect();
    let ids: Vec<(&str, &str)> = ids.iter().map(|name| (name.as_str(), id)).collect();
    with("TagResources", &ids[..49]).await.refused(404, "Forbidden.KeyNotFound");
    with("TagResources", &ids).await.refused(400, "InvalidParameter");
    let keys: Vec<String> = many("TagKey", 21).collect();
    let keys: Vec<(&str, &str)> = keys.iter().map(|name| (name.as_str(), "k")).collect();
    with("UntagResources", &keys[..20]).await.refused(404, "Forbidden.KeyNotFound");
    with("UntagResources", &keys).await.refused(400, "InvalidParameter");
    with("UntagResources", &[("All", "yes")]).await.refused(400, "InvalidParameter");
    with("ListTagResources", &[("NextToken", "nonsense")]).await.refused(400, "InvalidParameter");

    for (kind, code) in [("secret", "UnsupportedOperation"), ("Key", "InvalidParameter"), ("keys", "InvalidParameter")]
    {
        for operation in ["TagResources", "UntagResources", "ListTagResources"] {
            let pairs = [("RegionId", "cn-hangzhou"), ("ResourceType", kind), ("ResourceId.1", id)];
            client.call(operation, &pairs).await.refused(400, code);
        }
    }
}

#[tokio::test]
async fn the_parameters_of_lists_are_shown_and_not_counted_as_ignored() {
    let mock = Mock::start_with(MockConfig { admin: AdminAccess::Loopback, ..MockConfig::default() }).unwrap();
    let client = Client::new(&mock);
    let key = client.create_key(&[]).await;
    let pairs = [("ResourceId.1", key.as_str()), ("Tag.1.Key", "team"), ("Tag.1.Colour", "red"), ("Tag.x.Key", "y")];
    call(&client, "TagResources", &pairs).await.succeeded();
    let ignored: Vec<String> = mock.ignored_parameters().into_iter().map(|ignored| ignored.parameter).collect();
    assert_eq!(ignored, ["Tag.1.Colour", "Tag.x.Key"]);

    let exchanges = client.send_raw("GET", "/_mock/exchanges?after=1", &[], Vec::new()).await.json();
    assert_eq!(exchanges[0]["key"], json!(key));
    let shown = json!({"RegionId": "cn-hangzhou", "ResourceType": "key", "ResourceId.1": key, "Tag.1.Key": "team"});
    assert_eq!(exchanges[0]["parameters"], shown);
}
