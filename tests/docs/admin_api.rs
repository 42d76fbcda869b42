//! The page about the admin API is true: it lists the resources that there are, and its examples are what a mock does.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use std::collections::BTreeMap;
use std::process::Command;

use kms_conformance::mock::{AdminAccess, AdminToken, ClockMode, Mock, MockConfig};
use regex::Regex;
use serde_json::Value;

use crate::mock::client::{Client, Response};
use crate::mock_process::process::Process;

const PAGE: &str = include_str!("../../docs/admin-api.md");

/// What stands for any text.
const ANY: &str = "…";

/// The texts of the page's blocks of code in this language.
fn blocks(language: &str) -> Vec<&'static str> {
    let start = format!("```{language}\n");
    PAGE.split(&start).skip(1).map(|block| block.split("\n```").next().unwrap()).collect()
}

/// A block of HTTP: its first line, its headers, its body.
struct Message {
    start: &'static str,
    headers: Vec<(&'static str, &'static str)>,
    body: &'static str,
}

impl Message {
    fn read(block: &'static str) -> Self {
        let (head, body) = block.split_once("\n\n").unwrap_or((block, ""));
        let mut lines = head.lines();
        let start = lines.next().unwrap();
        Self { start, headers: lines.map(|line| line.split_once(": ").unwrap()).collect(), body }
    }
}

fn mock(admin_token: Option<&str>) -> Mock {
    let clock = ClockMode::Manual("2026-01-01T00:00:00Z".parse().unwrap());
    let admin_token = admin_token.map(|token| AdminToken::new(token).unwrap());
    Mock::start_with(MockConfig { admin: AdminAccess::Loopback, admin_token, clock, ..MockConfig::default() }).unwrap()
}

async fn send(client: &Client, request: &Message) -> Response {
    let (method, target) = request.start.split_once(' ').unwrap();
    client.send_raw(method, target, &request.headers, request.body.as_bytes().to_vec()).await
}

/// Whether a value is the one on the page, in every field.
fn fits(shown: &Value, value: &Value) -> bool {
    match (shown, value) {
        (Value::String(shown), Value::String(_)) if shown == ANY => true,
        (Value::Array(shown), Value::Array(values)) => {
            shown.len() == values.len() && shown.iter().zip(values).all(|(shown, value)| fits(shown, value))
        }
        (Value::Object(shown), Value::Object(values)) => {
            shown.len() == values.len()
                && shown.iter().all(|(name, shown)| values.get(name).is_some_and(|value| fits(shown, value)))
        }
        _ => shown == value,
    }
}

#[tokio::test]
async fn its_examples_are_what_a_mock_does() {
    let (plain, guarded) = (mock(None), mock(Some("right")));
    let client = Client::new(&plain);
    // What the examples show.
    let key = client.create_key(&[("Novelty", "1")]).await;
    client.call("CreateAlias", &[("KeyId", &key), ("AliasName", "alias/orders")]).await.succeeded();

    let messages: Vec<Message> = blocks("http").into_iter().map(Message::read).collect();
    assert!(messages.len() > 20 && messages.len().is_multiple_of(2), "{}", messages.len());
    for pair in messages.chunks(2) {
        let [request, response] = pair else { unreachable!() };
        let has_token = request.headers.iter().any(|(name, _)| *name == "authorization");
        let received = send(&if has_token { Client::new(&guarded) } else { client.clone() }, request).await;

        let start = reqwest::StatusCode::from_u16(received.status).unwrap();
        assert_eq!(response.start, format!("HTTP/1.1 {start}"), "{}: {}", request.start, received.text);
        for (name, value) in &response.headers {
            let mut values = received.headers.get_all(*name).iter();
            assert!(values.any(|sent| sent == value), "{}: {name}", request.start);
        }
        let shown: Value =
            serde_json::from_str(response.body).unwrap_or_else(|error| panic!("{error}: {}", response.body));
        assert!(fits(&shown, &received.json()), "{}: {}", request.start, received.text);
    }
}

/// The methods of each resource, from the table.
fn listed() -> BTreeMap<String, String> {
    let row = Regex::new(r"(?m)^\| \[`(/_mock/[a-z]*)`\]\(#([a-z-]+)\) \| ([A-Z, ]+) \|").unwrap();
    let rows = row.captures_iter(PAGE).map(|row| {
        let heading = row[2].replace('-', " ");
        assert!(PAGE.to_lowercase().contains(&format!("\n## {heading}\n")), "{heading}");
        (row[1].to_owned(), row[3].to_owned())
    });
    rows.collect()
}

#[tokio::test]
async fn it_lists_the_resources_that_there_are_with_their_methods() {
    let mock = mock(None);
    let client = Client::new(&mock);
    let resources = client.send_raw("GET", "/_mock/", &[], Vec::new()).await.json()["resources"].clone();
    let there: BTreeMap<String, String> = serde_json::from_value(resources).unwrap();
    assert_eq!(listed(), there);

    for (path, methods) in &there {
        for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
            let received = client.send_raw(method, path, &[], Vec::new()).await;
            let is_taken = methods.split(", ").any(|taken| taken == method);
            assert_eq!(received.status != 405, is_taken, "{method} {path}: {}", received.status);
            assert_eq!(received.headers.get("allow").is_none(), is_taken, "{method} {path}");
            if !is_taken {
                assert_eq!(received.headers["allow"], methods, "{path}");
            }
        }
    }
}

/// The words of a list in brackets.
fn words(yaml: &str, name: &str) -> Vec<String> {
    let list = yaml.lines().find_map(|line| line.trim().strip_prefix(name)).unwrap();
    serde_json::from_str(list).unwrap()
}

#[test]
fn the_commands_of_its_compose_file_start_a_mock_and_check_it() {
    let yaml = blocks("yaml")[0];
    let (command, test) = (words(yaml, "command: "), words(yaml, "test: "));
    assert_eq!(
        (command[0].as_str(), test[0].as_str(), test[1].as_str()),
        ("kms-conformance", "CMD", "kms-conformance")
    );

    let mut start = Command::new(env!("CARGO_BIN_EXE_kms-conformance"));
    start.args(command[1..].iter().map(|word| word.replace("0.0.0.0:8080", "127.0.0.1:0")));
    let mut process = Process::start_command(start);
    let address = process.address.clone();
    let check = || {
        let mut check = Command::new(env!("CARGO_BIN_EXE_kms-conformance"));
        check.args(test[2..].iter().map(|word| word.replace("127.0.0.1:8080", &address)));
        check.status().unwrap().code()
    };
    assert_eq!(check(), Some(0));
    process.kill();
    assert_eq!(check(), Some(1));
}
