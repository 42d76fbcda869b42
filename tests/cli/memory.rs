//! How much memory the program takes at most, whatever an endpoint, a client or a file does.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::json;

use super::program::{MockProcess, Place};
use super::server::Server;

/// The most that any of them may take, in KiB.
const MOST: u64 = 256 << 10;

/// The most memory that a process has taken so far, in KiB; none when it has ended.
fn peak(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// Waits for the end of a program, and gives its exit code and the most memory that it took.
fn watched(mut child: Child) -> (i32, u64) {
    let mut most = 0;
    loop {
        most = most.max(peak(child.id()).unwrap_or(0));
        if let Some(status) = child.try_wait().unwrap() {
            return (status.code().unwrap(), most);
        }
        thread::sleep(Duration::from_millis(3));
    }
}

#[track_caller]
fn is_within(what: &str, peak: u64) {
    #[expect(clippy::print_stdout, reason = "the figures are what the campaign is for")]
    {
        println!("{what}: {} MiB", peak >> 10);
    }
    assert!(peak > 0 && peak < MOST, "{what}: {peak} KiB");
}

/// Runs cases against an endpoint, and gives the most memory that it took.
#[track_caller]
fn run_against(what: &str, server: &Server, arguments: &str) {
    let place = Place::new();
    let cases = "alibaba/Encrypt/* alibaba/ListKeys/* alibaba/ListAliases/*";
    let common = "--jobs 16 --settle-timeout 0s --confirm-failures 0 --progress none -v";
    let mut command = place.command(&format!("run --endpoint {} {common} {arguments} {cases}", server.endpoint()));
    let (code, peak) = watched(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    assert!([1, 3, 4].contains(&code), "{what}: {code}");
    is_within(what, peak);
}

fn json_response(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n{headers}\r\n{body}", body.len()).into_bytes()
}

/// A server that gives every request the same response.
fn always(response: Vec<u8>) -> Server {
    Server::responding(move |stream, _| {
        let _ = stream.write_all(&response);
    })
}

/// The fields that any operation finds what it wants in, with others next to them.
fn fields(others: &str) -> String {
    let fields = json!({
        "KeyMetadata": {"KeyId": "key", "KeyState": "Enabled", "Description": "d"}, "CiphertextBlob": "YQ==",
        "KeyVersionId": "v", "TotalCount": u64::MAX, "PageSize": 1, "PageNumber": 1, "RequestId": "r",
        "Keys": {"Key": [{"KeyId": "another"}]}, "Aliases": {"Alias": [{"AliasName": "alias/another"}]},
    });
    let text = fields.to_string();
    format!("{},{others}}}", text.strip_suffix('}').unwrap())
}

#[test]
#[ignore = "campaign: runs against endpoints that send as much as they can"]
fn a_run_against_a_hostile_endpoint_stays_within_its_memory() {
    let long = "x".repeat(900_000);
    let text = fields(&format!("\"Text\":\"{long}\""));
    run_against("endless pages of a megabyte", &always(json_response("200 OK", "", &text)), "");
    let escaped = fields(&format!("\"Plaintext\":\"{}\"", "\\u0000".repeat(150_000)));
    run_against("a megabyte of escapes in a secret field", &always(json_response("200 OK", "", &escaped)), "");
    let values = fields(&format!("\"Values\":[{}0]", "0,".repeat(19_900)));
    run_against("as many values as are read", &always(json_response("200 OK", "", &values)), "");
    let values = fields(&format!("\"Values\":[{}{{}}]", "{},".repeat(300_000)));
    run_against("a megabyte of empty objects", &always(json_response("200 OK", "", &values)), "");

    let items = "<a></a>".repeat(19_000);
    let xml = json_response("200 OK", "content-type: text/xml\r\n", &format!("<KMS>{items}</KMS>"));
    run_against("as many elements as are read", &always(xml), "");

    for status in ["409 Conflict", "404 Not Found", "500 Internal Server Error", "200 OK"] {
        let message = json!({"Code": "Rejected.Disabled", "Message": long, "RequestId": "r"}).to_string();
        run_against(
            &format!("a message of a megabyte with {status}"),
            &always(json_response(status, "", &message)),
            "",
        );
    }

    let headers: String = (0..90).map(|number| format!("x-{number}: {}\r\n", "h".repeat(4_000))).collect();
    run_against("headers of 360 KB", &always(json_response("200 OK", &headers, &fields("\"A\":1"))), "");
    run_against(
        "a gzip bomb",
        &always(json_response("200 OK", "content-encoding: gzip\r\n", &"\0".repeat(1 << 20))),
        "",
    );

    let redirect = json_response("307 Temporary Redirect", "location: /\r\n", "");
    run_against("endless redirects", &always(redirect), "");

    for (what, start, piece) in [
        ("an endless body", "HTTP/1.1 200 OK\r\n\r\n", "{".repeat(1 << 16)),
        ("endless headers", "HTTP/1.1 200 OK\r\n", "x-header: value\r\n".repeat(4_096)),
        ("an endless header", "HTTP/1.1 200 OK\r\nx-header: ", "value".repeat(1 << 14)),
        ("endless interim responses", "", "HTTP/1.1 100 Continue\r\n\r\n".repeat(4_096)),
        (
            "an endless chunk",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffff\r\n",
            "x".repeat(1 << 16),
        ),
        ("an endless size of a chunk", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", "0".repeat(1 << 16)),
    ] {
        let server = Server::responding(move |stream, _| {
            let _ = stream.write_all(start.as_bytes());
            while stream.write_all(piece.as_bytes()).is_ok() {}
        });
        run_against(what, &server, "--timeout 300ms");
    }

    let drips = Server::responding(|stream, _| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n{");
        while stream.write_all(b"1").is_ok() {
            thread::sleep(Duration::from_millis(20));
        }
    });
    run_against("a body in drips", &drips, "--timeout 300ms");
}

#[test]
#[ignore = "campaign: files that have no end or are as big as they may be"]
fn a_file_without_an_end_is_refused_within_its_memory() {
    let place = Place::new();
    fs::create_dir(place.path().join("list")).unwrap();
    let entry = |number: usize| {
        format!(
            "[[known_failures]]\ncase = \"alibaba/No/{number}\"\ncode = \"A\"\nstatus = 200\nreason = \"r\"\nuntil = \"2027-01-01\"\n"
        )
    };

    let list: String = (0..60_000).map(entry).collect();
    fs::write(place.path().join("list.toml"), format!("format = 1\n{list}")).unwrap();
    fs::write(place.path().join("values.yaml"), format!("format: 1\na: [{}]\n", "1,".repeat(4_000_000))).unwrap();
    fs::write(place.path().join("same.yaml"), "a: 1\n".repeat(1_600_000)).unwrap();
    fs::write(place.path().join("values.toml"), format!("format = 1\na = [{}]\n", "1,".repeat(4_000_000))).unwrap();
    fs::write(place.path().join("seed.yaml"), format!("keys: [{}]\n", "{},".repeat(2_000_000))).unwrap();

    for arguments in [
        "known --check list.toml",
        "known --check /dev/zero",
        "known --check values.yaml",
        "known --check same.yaml",
        "known --check values.toml",
        "known --update /dev/zero",
        "known --update list.toml --results /dev/zero",
        "known --update new.toml --results /dev/zero",
        "run --known /dev/zero",
        "run --cases /dev/zero",
        "check /dev/zero",
        "mock --seed /dev/zero",
        "mock --seed seed.yaml",
        "mock --state /dev/zero",
    ] {
        let mut command = place.command(arguments);
        let (code, peak) = watched(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
        assert_eq!(code, 2, "{arguments}");
        is_within(arguments, peak);
    }
}

/// Opens connections to the mock and sends each of them this.
fn flood(mock: &MockProcess, connections: usize, head: &[u8], rest: &[u8]) -> Vec<TcpStream> {
    let address = mock.endpoint.strip_prefix("http://").unwrap().parse().unwrap();
    let mut open = Vec::new();
    for _ in 0..connections {
        // Beyond its limit of connections they have to wait.
        let Ok(mut stream) = TcpStream::connect_timeout(&address, Duration::from_millis(100)) else { break };
        stream.set_write_timeout(Some(Duration::from_millis(5))).unwrap();
        // The mock need not take all of it.
        let _ = stream.write_all(head).and_then(|()| stream.write_all(rest));
        open.push(stream);
    }
    thread::sleep(Duration::from_millis(500));
    open
}

#[test]
#[ignore = "campaign: floods of connections, heads and bodies"]
fn a_mock_under_a_flood_stays_within_its_memory() {
    let head = |length: usize| format!("GET / HTTP/1.1\r\nhost: x\r\nx-long: {}", "h".repeat(length));
    let body = |length: usize| format!("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n");
    let parameters: String = (0..900).map(|number| format!("Parameter.{number}=value&")).collect();
    for (what, connections, head, rest) in [
        ("2,000 heads of 200 kB", 2_000, head(200_000), String::new()),
        ("2,000 heads of 60 kB that do not end", 2_000, head(60_000), String::new()),
        ("1,000 bodies of a megabyte that do not end", 1_000, body(1 << 20), "b".repeat((1 << 20) - 1)),
        ("2,000 bodies of 16 kB that do not end", 2_000, body(16 << 10), "b".repeat((16 << 10) - 1)),
    ] {
        let place = Place::new();
        let mock = MockProcess::start(&place, "");
        let open = flood(&mock, connections, head.as_bytes(), rest.as_bytes());
        is_within(what, peak(mock.child.id()).unwrap());
        drop(open);
        // It serves again once they are gone.
        let mut stream = TcpStream::connect(mock.endpoint.strip_prefix("http://").unwrap()).unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        assert!(response.starts_with("HTTP/1.1 "), "{what}: {response}");
    }

    for (what, query) in [
        ("2,000 requests of 900 parameters", format!("Action=CreateKey&{parameters}")),
        ("2,000 requests of a description of 60 kB", format!("Action=CreateKey&Description={}", "d".repeat(60_000))),
    ] {
        let place = Place::new();
        let mock = MockProcess::start(&place, "--anonymous");
        let address = mock.endpoint.strip_prefix("http://").unwrap();
        let request = format!(
            "POST /?Version=2016-01-20 HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{query}",
            query.len()
        );
        for _ in 0..2_000 {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(request.as_bytes()).unwrap();
            stream.read_to_end(&mut Vec::new()).unwrap();
        }
        is_within(what, peak(mock.child.id()).unwrap());
    }
}
