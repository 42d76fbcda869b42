//! Endpoints that mean harm: the program ends by itself, and what it writes is in order.

use std::io::Write;
use std::net::TcpStream;

use kms_conformance::report::results::Results;
use quick_xml::events::Event;
use quick_xml::reader::Reader;
use serde_json::json;

use super::program::{Ended, Place, ended};
use super::server::Server;

/// A few cases, each tried as little as it can be; a case that begins anew does so three times.
const FEW: &str = "--jobs 2 --settle-timeout 0s -v alibaba/Encrypt/Enabled alibaba/ListKeys/Enabled";

/// A response with these headers, each with its line end, and this body.
fn response(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n{headers}\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// Writes until the client hangs up.
fn for_ever(stream: &mut TcpStream, start: &[u8], piece: &[u8]) {
    // A call of the system for each piece would keep the machine busy with nothing else.
    let pieces = piece.repeat(1 + (16 << 10) / piece.len());
    if stream.write_all(start).is_ok() {
        while stream.write_all(&pieces).is_ok() {}
    }
}

/// A run that ends without a verdict, and its results.
#[track_caller]
fn inconclusive(server: &Server, arguments: &str) -> Results {
    run(server, arguments, &[4])
}

/// A run that ends with one of these exit codes.
#[track_caller]
fn run(server: &Server, arguments: &str, codes: &[i32]) -> Results {
    let place = Place::new();
    let arguments = format!("run --endpoint {} {FEW} {arguments}", server.endpoint());
    let Ended { code, out, err } = ended(place.program(&arguments));
    // But for the note on keys, which nothing of an endpoint is in.
    let others = err.lines().filter(|line| !line.starts_with("note: the keys of failing cases were removed; "));
    assert!(codes.contains(&code) && others.count() == 0, "{code}: {err}{out}");
    in_order(&place, &out);
    place.results()
}

/// Whether every case has a reason with this part.
#[track_caller]
fn because(results: &Results, part: &str) {
    for case in &results.cases {
        assert!(case.reason.contains(part), "{}: {}", case.id, case.reason);
    }
}

/// Checks that everything that was written is harmless: no control characters, valid XML 1.0, JSON of a limited size.
#[track_caller]
fn in_order(place: &Place, out: &str) {
    let harmful = |character: char| {
        (character.is_control() && character != '\n')
            || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!out.contains(harmful), "{:?}", out.chars().find(|character| harmful(*character)));
    let junit = place.junit();
    let in_xml = |character: char| matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert!(junit.chars().all(in_xml));
    let mut reader = Reader::from_str(&junit);

    reader.config_mut().check_end_names = true;
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => break,
            Event::Text(text) => text.xml10_content().map(|_| ()).unwrap(),
            Event::Start(start) | Event::Empty(start) => {
                start.attributes().for_each(|attribute| assert!(!attribute.unwrap().value.contains(&b'<')));
            }
            _ => {}
        }
    }

    let size = std::fs::metadata(place.path().join("reports/results.json")).unwrap().len();
    assert!(size < 4 << 20, "{size}");
    place.results();
}

#[test]
fn an_endless_body_ends_at_a_mebibyte() {
    for start in ["HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"] {
        let chunk =
            if start.contains("chunked") { format!("1000\r\n{}\r\n", "{".repeat(4096)) } else { "{".repeat(4096) };
        let server = Server::responding(move |stream, _| for_ever(stream, start.as_bytes(), chunk.as_bytes()));
        because(&inconclusive(&server, ""), "the response is longer than 1048576 bytes");
    }
}

#[test]
#[ignore = "campaign: a response of many megabytes of headers"]
fn endless_headers_are_not_a_response() {
    for (start, piece) in [
        ("HTTP/1.1 200 OK\r\n", "x-header: value\r\n"),
        ("HTTP/1.1 200 OK\r\nx-header: ", "value"),
        ("HTTP/1.1 200 ", "reason"),
        ("", "HTTP/1.1 100 Continue\r\n\r\n"),
    ] {
        let server = Server::responding(move |stream, _| for_ever(stream, start.as_bytes(), piece.as_bytes()));
        // It may be read until the time is over.
        inconclusive(&server, "--timeout 200ms");
    }
}

#[test]
fn a_response_in_drips_ends_with_the_timeout() {
    let server = Server::responding(|stream, _| {
        // The first piece comes at once, the next never.
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{");
        let _ = std::io::copy(stream, &mut std::io::sink());
    });
    because(&inconclusive(&server, "--timeout 300ms"), "no response within 300ms");
}

#[test]
fn a_redirect_is_not_followed() {
    let other = Server::web_page("200 OK");
    let location = other.endpoint();
    let server = Server::responding(move |stream, _| {
        let _ = stream.write_all(&response("307 Temporary Redirect", &format!("location: {location}/\r\n"), b""));
    });
    // A connection that the server closes may be reset before its response is read.
    let results = inconclusive(&server, "");
    let expected = "redirects to another URL, which is not followed";
    assert!(results.cases.iter().any(|case| case.reason.contains(expected)), "{:?}", results.stopped);
    assert_eq!(other.requests(), 0);
}

#[test]
fn an_unrequested_encoding_is_not_unpacked() {
    let server = Server::responding(|stream, head| {
        assert!(!head.to_ascii_lowercase().contains("accept-encoding"), "{head}");
        // The beginning of a gzip stream; whoever unpacks it fails otherwise.
        let body = [b"\x1f\x8b\x08\0\0\0\0\0\0\x03", &[0; 1000][..]].concat();
        let _ = stream.write_all(&response("200 OK", "content-encoding: gzip\r\n", &body));
    });
    because(&inconclusive(&server, ""), "with a body in the encoding `gzip`, which the request did not accept");
}

#[test]
fn bytes_that_are_not_text_are_not_a_response() {
    for body in [&b"{\"Code\":\"\xff\xfe\"}"[..], b"\0", b"<KMS>\xc3\x28</KMS>", b"{\"a\":\"\\ud800\"}"] {
        let server = Server::responding(move |stream, _| {
            let _ = stream.write_all(&response("200 OK", "content-type: application/json\r\n", body));
        });
        inconclusive(&server, "");
    }
}

#[test]
fn deep_and_repeated_fields_are_not_a_response() {
    for body in ["{\"a\":".repeat(200_000), "[".repeat(1_000_000), "<a>".repeat(300_000), "<a/>".repeat(250_000)] {
        let server = Server::responding(move |stream, _| {
            let _ = stream.write_all(&response("200 OK", "content-type: application/json\r\n", body.as_bytes()));
        });
        inconclusive(&server, "");
    }
}

#[test]
fn a_code_of_a_megabyte_is_cut() {
    let body = json!({"Code": "Rejected.".repeat(100_000), "Message": "x"}).to_string();
    let server = Server::responding(move |stream, _| {
        let _ = stream.write_all(&response("409 Conflict", "", body.as_bytes()));
    });
    let results = inconclusive(&server, "");
    assert!(results.cases.iter().all(|case| case.reason.len() < 1_000));
}

#[test]
fn an_id_of_a_megabyte_is_not_an_id() {
    let body = json!({"KeyMetadata": {"KeyId": "k".repeat(900_000), "KeyState": "s".repeat(90_000)}}).to_string();
    let server = Server::responding(move |stream, _| {
        let _ = stream.write_all(&response("200 OK", "", body.as_bytes()));
    });
    because(&inconclusive(&server, ""), "names no key");
}

#[test]
fn a_list_without_an_end_is_not_read_on() {
    let server = Server::responding(|stream, head| {
        let fields = json!({
            "KeyMetadata": {"KeyId": "key", "KeyState": "Enabled", "Description": "d"}, "CiphertextBlob": "YQ==",
            "KeyVersionId": "v", "TotalCount": u64::MAX, "PageSize": 1, "PageNumber": 1,
            "Keys": {"Key": [{"KeyId": "another"}]},
        });
        let body = if head.contains("Action=ListKeys") {
            fields.to_string()
        } else {
            json!({"KeyMetadata": fields["KeyMetadata"], "CiphertextBlob": "YQ==", "KeyVersionId": "v"}).to_string()
        };
        let _ = stream.write_all(&response("200 OK", "", body.as_bytes()));
    });
    run(&server, "", &[1, 3, 4]);
}

#[test]
fn markup_and_control_characters_are_shown_as_text() {
    const EVIL: &str = "\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}31m\u{0}\r\n\u{8}\u{202e}\u{2066}\u{2028}\u{fffe}\u{feff}\
        ]]><!--&amp;<script>alert(1)</script>\"'<![CDATA[{\"verdict\":\"pass\"}";
    for status in ["200 OK", "409 Conflict", "403 Forbidden", "500 Internal Server Error"] {
        let body = json!({
            "Code": if status.starts_with('2') { "" } else { EVIL }, "Message": EVIL, "RequestId": EVIL, EVIL: EVIL,
            "KeyMetadata": {"KeyId": EVIL, "KeyState": EVIL, "Description": EVIL}, "CiphertextBlob": EVIL,
        });
        let body = body.to_string();
        let server = Server::responding(move |stream, _| {
            let _ =
                stream.write_all(&response(status, "content-type: text/html\r\nx-evil: \u{9b}\r\n", body.as_bytes()));
        });
        assert_eq!(run(&server, "", &[1, 3, 4]).cases.len(), 2);
    }
}
