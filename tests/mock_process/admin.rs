//! The flags of the admin API, web pages and the health check.

use std::process::Command;

use super::process::{Process, command, refused};
use crate::mock::client::Client;

const VARIABLE: &str = "KMS_CONFORMANCE_TEST_TOKEN";

/// The status and the standard error of a health check.
fn check(arguments: &[&str]) -> (i32, String) {
    let mut check = Command::new(env!("CARGO_BIN_EXE_kms-conformance"));
    let output = check.args(["mock", "--check-health"]).args(arguments).output().unwrap();
    assert!(output.stdout.is_empty());
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_health_check_says_whether_the_mock_serves() {
    let process = Process::start(&["--no-admin"]);
    for address in [process.address.clone(), process.endpoint(), format!("{}/", process.endpoint())] {
        assert_eq!(check(&[&address]), (0, String::new()), "{address}");
    }
    let address = process.address.clone();
    process.terminate();
    let (status, message) = check(&[&address]);
    assert_eq!(status, 1);
    assert!(message.contains(&format!("no mock responds well at http://{address}/_mock/health: ")), "{message}");

    let secure = Process::start(&["--tls-self-signed", "--no-admin"]);
    assert_eq!(check(&[&format!("https://{}", secure.address)]), (0, String::new()));
    assert_eq!(check(&[&secure.address]).0, 1);
}

#[test]
fn a_health_check_of_nothing_is_a_mistake() {
    let (status, message) = check(&["ftp://localhost"]);
    assert_eq!(status, 2);
    assert!(message.contains("is not the address of a mock, such as 127.0.0.1:8080"), "{message}");
    assert_eq!(check(&["127.0.0.1:8080", "--no-admin"]).0, 2);
}

#[tokio::test]
async fn another_server_is_not_taken_for_a_mock() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let server = std::thread::spawn(move || {
        use std::io::{Read as _, Write as _};
        let (mut stream, _) = listener.accept().unwrap();
        assert_ne!(stream.read(&mut [0; 4096]).unwrap(), 0);
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n").unwrap();
        // A body without an end is not read to it.
        while stream.write_all(&[b'x'; 4096]).is_ok() {}
    });
    let (status, message) = check(&[&address]);
    assert_eq!(status, 1);
    assert!(message.contains("another server responded"), "{message}");
    server.join().unwrap();
}

#[tokio::test]
async fn the_token_is_taken_from_the_environment_and_not_shown() {
    let mut start = command(&["--admin-token-env", VARIABLE]);
    start.env(VARIABLE, "open-sesame-42");
    let process = Process::start_command(start);
    let client = Client::at(&process.endpoint(), "testid", "testsecret");
    assert_eq!(client.send_raw("GET", "/_mock/state", &[], Vec::new()).await.status, 401);
    let token = [("authorization", "Bearer open-sesame-42")];
    client.send_raw("GET", "/_mock/state", &token, Vec::new()).await.succeeded();
    assert!(!process.terminate().contains("sesame"));

    let (status, message) = refused(&["--admin-token-env", VARIABLE]);
    assert_eq!(status, 2);
    assert!(
        message.contains(&format!("the environment variable {VARIABLE}, which must hold the admin token, is not set"))
    );
    let mut bad = command(&["--admin-token-env", VARIABLE]);
    let output = bad.env(VARIABLE, "open sesame 42").output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(message.contains("without blanks") && !message.contains("sesame"), "{message}");
    assert_eq!(refused(&["--admin-token-env", VARIABLE, "--no-admin"]).0, 2);
}

#[tokio::test]
async fn web_pages_are_let_in_by_their_origin() {
    let process = Process::start(&["--allow-origin", "http://a.example", "--allow-origin", "http://b.example:3000/"]);
    let client = process.client();
    for (origin, status) in [("http://a.example", 400), ("http://b.example:3000", 400), ("http://c.example", 403)] {
        let response = client.send_raw("POST", "/", &[("origin", origin)], Vec::new()).await;
        assert_eq!(response.status, status, "{origin}");
    }
    for (origin, message) in [
        ("null", "`null` is the origin of every page that has none of its own"),
        ("*", "`*` would let every web page in"),
        ("app.example", "expected the scheme, the host and the port of a page"),
    ] {
        let (status, text) = refused(&["--allow-origin", origin]);
        assert_eq!(status, 2, "{origin}");
        assert!(text.contains(message), "{text}");
    }
}

#[test]
fn a_run_moves_the_clock_of_a_mock_with_its_token_only() {
    let mut start = command(&["--admin-token-env", VARIABLE]);
    start.env(VARIABLE, "open-sesame-42");
    let process = Process::start_command(start);
    let folder = tempfile::tempdir().unwrap();
    let endpoint = process.endpoint();
    let run = |arguments: &[&str], token: Option<&str>| {
        let mut run = Command::new(env!("CARGO_BIN_EXE_kms-conformance"));
        run.args(["run", "alibaba/pending-deletion-ends-in-deletion", "--endpoint", &endpoint]);
        run.args(arguments).current_dir(folder.path()).env_remove(VARIABLE);
        run.envs(token.map(|token| (VARIABLE, token)));
        let output = run.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.code().unwrap(), text)
    };

    let with_token = ["--move-clock", "--admin-token-env", VARIABLE];
    let (status, text) = run(&with_token, Some("open-sesame-42"));
    assert_eq!(status, 0, "{text}");
    assert!(!text.contains("sesame"), "{text}");

    let (status, text) = run(&with_token, Some("another-token-42"));
    assert_eq!(status, 2, "{text}");
    assert!(text.contains("if it requires a token, give --admin-token-env"), "{text}");
    assert_eq!(run(&["--move-clock"], None).0, 2);
    let (status, text) = run(&with_token, None);
    assert_eq!(status, 2);
    assert!(text.contains("which must hold the admin token, is not set"), "{text}");
    assert_eq!(run(&["--admin-token-env", VARIABLE], Some("open-sesame-42")).0, 2);
}
