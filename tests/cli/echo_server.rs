//! An endpoint that repeats every secret that it receives, in every form and in every place that a response has.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::canary::{Canaries, TOKEN, decoded, forms};

/// EchoPlace it says what it has heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EchoPlace {
    /// In the messages and ids of rejections, and in a field of every response.
    Message,
    /// In the codes of rejections.
    Code,
    /// In a rejection of the credentials.
    Denial,
    /// In the state and the description of keys.
    State,
    /// As the id of every key.
    KeyId,
    /// As the values of lists.
    Lists,
    /// In web pages.
    WebPage,
    /// In the status line, headers and bytes that are not text.
    Garbage,
    /// In the address of a redirect.
    Redirect,
    /// In a response that breaks off.
    BrokenOff,
    /// In the codes of rejected removals, which a passed case reports too.
    CleanUp,
}

pub const ALL_PLACES: [EchoPlace; 10] = [
    EchoPlace::Message,
    EchoPlace::Code,
    EchoPlace::Denial,
    EchoPlace::State,
    EchoPlace::KeyId,
    EchoPlace::Lists,
    EchoPlace::WebPage,
    EchoPlace::Garbage,
    EchoPlace::Redirect,
    EchoPlace::BrokenOff,
];

/// A proxy on a free loopback port in front of a mock. Its threads end with the test process.
pub struct EchoServer {
    address: SocketAddr,
}

/// The head and the body of a request or a response.
struct Message {
    head: String,
    body: Vec<u8>,
}

impl EchoServer {
    pub fn start(upstream: SocketAddr, place: EchoPlace, canaries: &Canaries) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let canaries = Arc::new(canaries.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let canaries = Arc::clone(&canaries);
                // A client that hangs up ends its thread.
                thread::spawn(move || while serve(&stream, upstream, place, &canaries).is_some() {});
            }
        });
        Self { address }
    }

    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }
}

fn serve(mut stream: &TcpStream, upstream: SocketAddr, place: EchoPlace, canaries: &Canaries) -> Option<()> {
    let request = read(stream)?;
    let signature = learn(&request, canaries);
    let mut server = TcpStream::connect(upstream).unwrap();
    let head = request.head.replacen("\r\n", "\r\nconnection: close\r\n", 1);
    server.write_all(&[head.as_bytes(), &request.body].concat()).unwrap();
    let response = read(&server)?;
    let place = match place {
        EchoPlace::CleanUp if !is_call_of(&request, "ScheduleKeyDeletion") => {
            return stream.write_all(&sent(&response)).ok();
        }
        place => place,
    };
    stream.write_all(&repeat(response, place, canaries, &signature)).ok()?;
    (place != EchoPlace::BrokenOff).then_some(())
}

fn read(mut stream: &TcpStream) -> Option<Message> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 65536];
    loop {
        if let Some(end) = bytes.windows(4).position(|end| end == b"\r\n\r\n") {
            let head = String::from_utf8(bytes[..end + 4].to_vec()).unwrap();
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().unwrap())
            });
            if bytes.len() - end - 4 >= length.unwrap_or(0) {
                return Some(Message { head, body: bytes.split_off(end + 4) });
            }
        }
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => return None,
            Ok(length) => bytes.extend_from_slice(&chunk[..length]),
        }
    }
}

fn is_call_of(request: &Message, operation: &str) -> bool {
    let body = String::from_utf8_lossy(&request.body);
    [request.head.as_str(), &body].iter().any(|part| part.contains(operation))
}

fn sent(message: &Message) -> Vec<u8> {
    [message.head.as_bytes(), &message.body].concat()
}

/// Learns the secrets of a request, and returns its signature.
fn learn(request: &Message, canaries: &Canaries) -> Vec<u8> {
    let mut signature = Vec::new();
    let target = request.head.split(' ').nth(1).unwrap();
    let body = String::from_utf8_lossy(&request.body);
    for pair in target.split(['?', '&']).chain(body.split('&')) {
        let Some((name, value)) = pair.split_once('=') else { continue };
        let value = decoded(&percent_decode_str(value.split(' ').next().unwrap()).decode_utf8().unwrap());
        match name {
            "Plaintext" => canaries.add(&value),
            "Signature" => signature = value,
            _ => {}
        }
    }
    if let Some(line) = request.head.lines().find(|line| line.starts_with("authorization:")) {
        signature = decoded(line.rsplit_once("Signature=").unwrap().1);
    }
    if !signature.is_empty() {
        canaries.add_signature(&signature);
    }
    signature
}

/// A response with all secrets in it.
fn repeat(response: Message, place: EchoPlace, canaries: &Canaries, signature: &[u8]) -> Vec<u8> {
    let status: u16 = response.head.split(' ').nth(1).unwrap().parse().unwrap();
    let mut fields: Value = serde_json::from_slice(&response.body).unwrap();
    for name in ["Plaintext", "ImportToken"] {
        if let Some(secret) = fields.get(name).and_then(Value::as_str) {
            canaries.add(&decoded(secret));
        }
    }

    let all = [forms(signature), canaries.latest()].concat().join(" ");
    let send = |status: u16, head: &str, body: &[u8]| {
        let length = if place == EchoPlace::BrokenOff { body.len() + 100 } else { body.len() };
        let head = format!("HTTP/1.1 {status} {head}content-length: {length}\r\n\r\n");
        [head.as_bytes(), body].concat()
    };

    let json =
        |status, fields: &Value| send(status, "X\r\ncontent-type: application/json\r\n", fields.to_string().as_bytes());
    match place {
        EchoPlace::Message => {
            fields["Note"] = all.clone().into();
            if status >= 400 {
                fields["Message"] = format!("signed was: {all}").into();
                fields["RequestId"] = all.into();
            }
            json(status, &fields)
        }
        EchoPlace::Code if status >= 400 => json(status, &json!({"Code": format!("Rejected.{all}"), "Message": all})),
        EchoPlace::CleanUp => json(409, &json!({"Code": format!("Rejected.{all}"), "Message": all})),
        EchoPlace::Denial => json(403, &json!({"Code": "SignatureDoesNotMatch", "Message": format!("made of: {all}")})),
        EchoPlace::State if fields.get("KeyMetadata").is_some() => {
            fields["KeyMetadata"]["KeyState"] = all.clone().into();
            fields["KeyMetadata"]["Description"] = all.into();
            json(status, &fields)
        }
        EchoPlace::KeyId if fields.get("KeyMetadata").is_some() => {
            fields["KeyMetadata"]["KeyId"] = TOKEN.into();
            json(status, &fields)
        }
        EchoPlace::Lists => {
            for list in ["Aliases", "Keys", "Tags", "KeyVersions"] {
                if fields.get(list).is_some() {
                    fields[list] = all.clone().into();
                }
            }
            json(status, &fields)
        }
        EchoPlace::Code | EchoPlace::State | EchoPlace::KeyId => json(status, &fields),
        EchoPlace::WebPage => send(200, "OK\r\ncontent-type: text/html\r\n", format!("<html>{all}</html>").as_bytes()),
        EchoPlace::Garbage => {
            let short: String = all.chars().take(2_000).collect();
            let body = [b"\xff\xfe\0", all.as_bytes()].concat();
            send(500, &format!("{short}\r\ncontent-type: {short}\r\nretry-after: {TOKEN}\r\n"), &body)
        }
        EchoPlace::Redirect => {
            send(302, &format!("Found\r\nlocation: http://127.0.0.1:1/?{TOKEN}\r\n"), all.as_bytes())
        }
        EchoPlace::BrokenOff => json(status, &json!({"Note": all})),
    }
}
