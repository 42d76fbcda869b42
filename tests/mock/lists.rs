//! Lists and their pages.

use kms_conformance::mock::Mock;
use serde_json::Value;

use super::client::Client;

/// The values of `field` in the list at `pointer`.
fn values(json: &Value, pointer: &str, field: &str) -> Vec<String> {
    let list = json.pointer(pointer).and_then(Value::as_array).unwrap_or_else(|| panic!("no {pointer} in {json}"));
    list.iter().map(|entry| entry[field].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn keys_are_listed_in_order_of_creation_page_by_page() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let mut created = Vec::new();
    for _ in 0..23 {
        created.push(client.create_key(&[]).await);
    }
    let page = async |pairs: &[(&str, &str)]| client.call("ListKeys", pairs).await.succeeded().json();
    let default = page(&[]).await;
    assert_eq!(values(&default, "/Keys/Key", "KeyId"), created[..10]);

    assert_eq!(
        (&default["TotalCount"], &default["PageNumber"], &default["PageSize"]),
        (&23.into(), &1.into(), &10.into())
    );
    assert_eq!(values(&default, "/Keys/Key", "KeyArn")[0], client.metadata(&created[0], "Arn").await);
    let third = page(&[("PageNumber", "3")]).await;
    assert_eq!(values(&third, "/Keys/Key", "KeyId"), created[20..]);
    let all = page(&[("PageSize", "100")]).await;
    assert_eq!(values(&all, "/Keys/Key", "KeyId"), created);

    let beyond = page(&[("PageNumber", "2147483647"), ("PageSize", "100")]).await;
    assert_eq!((&beyond["Keys"]["Key"], &beyond["TotalCount"]), (&Value::Array(vec![]), &23.into()));
    for (name, value) in
        [("PageSize", "0"), ("PageSize", "101"), ("PageNumber", "0"), ("PageNumber", "x"), ("PageSize", "-1")]
    {
        client.call("ListKeys", &[(name, value)]).await.refused(400, "InvalidParameter");
    }
}

#[tokio::test]
async fn filters_narrow_the_list_of_keys() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let plain = client.create_key(&[]).await;
    let external = client.create_key(&[("Origin", "EXTERNAL")]).await;
    let rsa = client.create_key(&[("KeySpec", "RSA_2048")]).await;
    client.call("DisableKey", &[("KeyId", &rsa)]).await.succeeded();

    for (filters, expected) in [
        ("[]", vec![&plain, &external, &rsa]),
        ("[{\"Key\":\"KeyState\",\"Values\":[\"Enabled\",\"Disabled\"]}]", vec![&plain, &rsa]),
        (
            "[{\"Key\":\"KeyState\",\"Values\":[\"Disabled\"]},{\"Key\":\"KeySpec\",\"Values\":[\"RSA_2048\"]}]",
            vec![&rsa],
        ),
        ("[{\"Key\":\"KeyState\",\"Values\":[\"Enabled\"]},{\"Key\":\"KeySpec\",\"Values\":[\"RSA_2048\"]}]", vec![]),
        ("[{\"Key\":\"ProtectionLevel\",\"Values\":[\"HSM\"]}]", vec![]),
        ("[{\"Key\":\"KeyUsage\",\"Values\":[\"ENCRYPT/DECRYPT\"]}]", vec![&plain, &external, &rsa]),
        ("[{\"Key\":\"CreatorType\",\"Values\":[\"User\"]}]", vec![&plain, &external, &rsa]),
        ("[{\"Key\":\"DKMSInstanceId\",\"Values\":[\"kst-1\"]}]", vec![]),
    ] {
        let json = client.call("ListKeys", &[("Filters", filters)]).await.succeeded().json();
        let shown = values(&json, "/Keys/Key", "KeyId");
        assert!(shown.iter().eq(expected.iter().copied()), "{filters}: {json}");
        assert_eq!(json["TotalCount"], expected.len());
    }

    for bad in [
        "{}",
        "[{\"Key\":\"KeyState\",\"Values\":[\"Off\"]}]",
        "[{\"Key\":\"Other\",\"Values\":[\"a\"]}]",
        "[{\"Key\":\"KeyState\",\"Values\":[]}]",
        "[{\"Key\":\"KeyState\"}]",
    ] {
        client.call("ListKeys", &[("Filters", bad)]).await.refused(400, "InvalidParameter");
    }
}

#[tokio::test]
async fn aliases_are_listed_for_the_account_and_for_a_key() {
    let mock = Mock::start().unwrap();
    let client = Client::new(&mock);
    let (one, other) = (client.create_key(&[]).await, client.create_key(&[]).await);
    for number in 0..12 {
        let key = if number % 2 == 0 { &one } else { &other };
        let name = format!("alias/a-{number}");
        client.call("CreateAlias", &[("KeyId", key), ("AliasName", &name)]).await.succeeded();
    }
    let list = async |pairs: &[(&str, &str)]| client.call("ListAliases", pairs).await.succeeded().json();
    let first = list(&[("PageSize", "3")]).await;
    assert_eq!(values(&first, "/Aliases/Alias", "AliasName"), ["alias/a-0", "alias/a-1", "alias/a-2"]);
    assert_eq!(values(&first, "/Aliases/Alias", "KeyId"), [one.clone(), other.clone(), one.clone()]);
    assert_eq!(values(&first, "/Aliases/Alias", "AliasArn")[0], "acs:kms:cn-hangzhou:1001234567890123:alias/a-0");
    let none = list(&[("PageSize", "0")]).await;
    assert_eq!((&none["Aliases"]["Alias"], &none["TotalCount"]), (&Value::Array(vec![]), &12.into()));
    client.call("ListAliases", &[("PageSize", "101")]).await.refused(400, "InvalidParameter");

    client.call("UpdateAlias", &[("KeyId", &one), ("AliasName", "alias/a-1")]).await.succeeded();
    client.call("DeleteAlias", &[("AliasName", "alias/a-2")]).await.succeeded();
    let json = client.call("ListAliasesByKeyId", &[("KeyId", &one), ("PageSize", "4")]).await.succeeded().json();
    assert_eq!(values(&json, "/Aliases/Alias", "AliasName"), ["alias/a-0", "alias/a-1", "alias/a-4", "alias/a-6"]);
    assert_eq!(json["TotalCount"], 6);
    assert_eq!(list(&[]).await["TotalCount"], 11);
}

#[tokio::test]
async fn regions_are_listed() {
    let mock = Mock::start().unwrap();
    let json = Client::new(&mock).call_v3("DescribeRegions", &[]).await.succeeded().json();
    let regions = values(&json, "/Regions/Region", "RegionId");
    assert!(regions.contains(&"cn-hangzhou".to_owned()) && regions.is_sorted(), "{regions:?}");
}
