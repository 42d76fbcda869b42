//! Throughput and latency of the mock beside an empty handler on the same HTTP stack, in one run.
//!
//! ```sh
//! cargo bench --bench mock
//! cargo bench --bench mock -- --other 127.0.0.1:4567 --request DescribeKey=describe.http --request Encrypt=encrypt.http
//! cargo bench --bench mock -- --provider aws --other 127.0.0.1:5000
//! cargo bench --bench mock -- --keys 10,10000,1000000
//! cargo bench --bench mock -- --soak 1000000
//! ```
//!
//! The load generator writes prepared requests to keep-alive connections, one at a time on each, and reads whole
//! responses. Requests are signed beforehand, each with a nonce of its own; the mock checks them all, and the empty
//! handler gets the same requests and only parses their HTTP. The mock is the program, in a process of its own and with
//! nothing turned off; the empty handler runs on as many threads as it. `--provider` chooses the cloud.
//!
//! `--other` measures another server with the same generator, by the same requests for a key that is made there; or
//! `--request OPERATION=FILE` names a file with one raw HTTP request that is sent again and again, and may be given for
//! each operation. `--keys` measures the same operations with so many keys in the account. `--soak` sends so many
//! requests to 10,000 keys and shows the memory of the process on the way; both of these use a mock within the process.
//!
//! The ratio is the median of those of the rounds, for a round's measurements are made next to each other.
//! Client and servers share the machine, so compare ratios, not figures of different runs.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench ends when something is wrong, and tells what it measured"
)]

use std::convert::Infallible;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use kms_conformance::mock::{AwsConfig, Mock, MockConfig};
use kms_conformance::provider::{ApiCall, Credentials, Declaration, SigningContext, by_name, registry};
use kms_conformance::redact::Secret;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// That of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Requests of one measurement.
const REQUESTS: usize = 20_000;

/// Measurements of one thing; the median counts.
const ROUNDS: usize = 9;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let after = |name: &str| arguments.iter().position(|word| word == name).map(|at| arguments[at + 1].clone());
    let requests = after("--requests").map_or(REQUESTS, |text| text.parse().expect("a number"));
    let cloud = after("--provider").map_or(registry::default_provider(), |name| by_name(&name).expect("a provider"));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    if let Some(counts) = after("--keys") {
        return with_keys(cloud, &runtime, &counts, requests);
    }
    if let Some(count) = after("--soak") {
        return soak(cloud, &runtime, count.parse().expect("a number"));
    }

    let empty = empty_server();
    let mock = Program::start(cloud);
    let other: Option<SocketAddr> = after("--other").map(|address| address.parse().expect("an address"));
    let key = runtime.block_on(create_key(cloud, mock.address));
    let files = || arguments.iter().any(|word| word == "--request");
    let other_key = other.filter(|_| !files()).map(|address| runtime.block_on(create_key(cloud, address)));
    println!("{requests} requests a measurement, the median of {ROUNDS} rounds; latencies in microseconds");
    println!("{:<32}{:>4}{:>12}{:>9}{:>9}{:>9}", "what", "con", "requests/s", "p50", "p99", "ratio");

    for connections in [1, 16] {
        for operation in ["DescribeKey", "Encrypt"] {
            let mut subjects = vec![
                Subject { name: "empty handler", address: empty, sent: Sent::Signed(&key), rounds: Vec::new() },
                Subject { name: "mock", address: mock.address, sent: Sent::Signed(&key), rounds: Vec::new() },
            ];
            let file = arguments.iter().find_map(|word| word.strip_prefix(operation)?.strip_prefix('='));
            let file = file.map(|file| Sent::Again(raw(&std::fs::read(file).expect("the file with the request"))));
            let sent = file.or(other_key.as_deref().map(Sent::Signed));
            if let (Some(address), Some(sent)) = (other, sent) {
                subjects.push(Subject { name: "other", address, sent, rounds: Vec::new() });
            }
            // Round by round, so that what else the machine does hits all alike.
            for _ in 0..ROUNDS {
                for subject in &mut subjects {
                    let prepared = match &subject.sent {
                        Sent::Again(request) => vec![request.clone(); requests],
                        Sent::Signed(key) => signed(cloud, operation, key, requests),
                    };
                    subject.rounds.push(runtime.block_on(load(subject.address, connections, prepared)));
                }
            }
            let base: Vec<f64> = subjects[0].rounds.iter().map(|figures| figures.rate).collect();
            for Subject { name, rounds, .. } in subjects {
                let mut ratios: Vec<f64> =
                    rounds.iter().zip(&base).map(|(figures, base)| figures.rate / base).collect();
                ratios.sort_by(f64::total_cmp);
                let ratio = ratios[ratios.len() / 2];
                let Figures { rate, p50, p99 } = middle(rounds);
                let what = format!("{operation}, {name}");
                println!("{what:<32}{connections:>4}{rate:>12.0}{p50:>9.0}{p99:>9.0}{ratio:>9.2}");
            }
        }
    }
}

/// `kms-conformance mock`, stopped on drop.
struct Program {
    process: Child,
    address: SocketAddr,
}

impl Program {
    fn start(cloud: &Declaration) -> Self {
        let begin = Instant::now();
        let mut command = Command::new(env!("CARGO_BIN_EXE_kms-conformance"));
        let command = command.args(["mock", "--provider", cloud.name, "--listen", "127.0.0.1:0"]);
        let command = command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().expect("the program");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("its output")).read_line(&mut line).expect("its address");
        println!("the mock listens {:.1} ms after its start", begin.elapsed().as_secs_f64() * 1e3);
        Self { process, address: line.trim().parse().expect("an address") }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.process.kill().expect("to stop the mock");
        self.process.wait().expect("its end");
    }
}

/// A server that is measured.
struct Subject<'k> {
    name: &'static str,
    address: SocketAddr,
    sent: Sent<'k>,
    rounds: Vec<Figures>,
}

/// What a server is sent.
enum Sent<'k> {
    /// Requests of the mock's, for this key.
    Signed(&'k str),
    /// One request again and again.
    Again(Arc<[u8]>),
}

/// A mock of the cloud within this process.
fn mock_of(cloud: &Declaration) -> Mock {
    let config = match cloud.name {
        "aws" => AwsConfig::default().into(),
        _ => MockConfig::default(),
    };
    Mock::start_with(config).expect("a mock")
}

/// The cost of operations by the number of keys.
fn with_keys(cloud: &'static Declaration, runtime: &tokio::runtime::Runtime, counts: &str, requests: usize) {
    println!("{requests} requests a measurement, the median of {ROUNDS} rounds, 16 connections");
    println!("{:>9} keys{:>14}{:>12}{:>12}{:>12}", "", "DescribeKey", "Encrypt", "CreateKey", "ListKeys");
    for count in counts.split(',') {
        let count: usize = count.parse().expect("a number of keys");
        let mock = mock_of(cloud);
        let key = fill(cloud, runtime, mock.address(), count);
        let rate =
            |operation: &str| median(runtime, 16, mock.address(), || signed(cloud, operation, &key, requests)).rate;
        let (describe, encrypt, list) = (rate("DescribeKey"), rate("Encrypt"), rate("ListKeys"));
        let create = runtime.block_on(load(mock.address(), 16, signed(cloud, "CreateKey", &key, 1000))).rate;
        println!("{count:>9} keys{describe:>14.0}{encrypt:>12.0}{create:>12.0}{list:>12.0}");
    }
}

/// Memory over many requests to 10,000 keys.
fn soak(cloud: &'static Declaration, runtime: &tokio::runtime::Runtime, count: usize) {
    const KEYS: usize = 10_000;
    const STEPS: usize = 10;
    let mock = mock_of(cloud);
    let key = fill(cloud, runtime, mock.address(), KEYS);
    println!("{:>9} requests{:>12} kB resident ({KEYS} keys)", 0, resident());
    for step in 1..=STEPS {
        for operation in ["DescribeKey", "Encrypt"] {
            runtime.block_on(load(mock.address(), 16, signed(cloud, operation, &key, count / STEPS / 2)));
        }
        println!("{:>9} requests{:>12} kB resident", step * count / STEPS, resident());
    }
}

/// Makes keys; one of them comes back.
fn fill(cloud: &'static Declaration, runtime: &tokio::runtime::Runtime, address: SocketAddr, count: usize) -> String {
    let key = runtime.block_on(create_key(cloud, address));
    let mut left = count - 1;
    while left > 0 {
        let some = left.min(20_000);
        runtime.block_on(load(address, 16, signed(cloud, "CreateKey", "", some)));
        left -= some;
    }
    key
}

/// The resident memory of this process, client and mock, in kB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a size");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

struct Figures {
    rate: f64,
    p50: f64,
    p99: f64,
}

fn median(
    runtime: &tokio::runtime::Runtime,
    connections: usize,
    address: SocketAddr,
    prepare: impl Fn() -> Vec<Arc<[u8]>>,
) -> Figures {
    middle((0..ROUNDS).map(|_| runtime.block_on(load(address, connections, prepare()))).collect())
}

/// The round with the middle rate.
fn middle(mut rounds: Vec<Figures>) -> Figures {
    rounds.sort_by(|one, other| one.rate.total_cmp(&other.rate));
    rounds.swap_remove(rounds.len() / 2)
}

async fn load(address: SocketAddr, connections: usize, requests: Vec<Arc<[u8]>>) -> Figures {
    let requests = Arc::new(requests);
    let count = requests.len();
    let begin = Instant::now();
    let mut tasks = Vec::new();

    for first in 0..connections {
        let requests = Arc::clone(&requests);
        tasks.push(tokio::spawn(async move {
            let mut stream = TcpStream::connect(address).await.expect("a connection");
            stream.set_nodelay(true).expect("no delay");
            let mut took = Vec::with_capacity(requests.len() / connections + 1);
            let mut buffer = vec![0; 64 << 10];
            for request in requests.iter().skip(first).step_by(connections) {
                let begin = Instant::now();
                stream.write_all(request).await.expect("to write");
                read_response(&mut stream, &mut buffer).await;
                took.push(begin.elapsed());
            }
            took
        }));
    }

    let mut took: Vec<Duration> = Vec::with_capacity(count);
    for task in tasks {
        took.extend(task.await.expect("a task"));
    }
    let wall = begin.elapsed();
    took.sort_unstable();
    let micros = |share: f64| took[((count - 1) as f64 * share) as usize].as_secs_f64() * 1e6;
    Figures { rate: count as f64 / wall.as_secs_f64(), p50: micros(0.5), p99: micros(0.99) }
}

/// Reads one response with a content length, and sees that it is a success.
async fn read_response(stream: &mut TcpStream, buffer: &mut [u8]) {
    let mut filled = 0;
    loop {
        let read = stream.read(&mut buffer[filled..]).await.expect("to read");
        assert!(read > 0, "the connection was closed");
        filled += read;
        let text = &buffer[..filled];
        let Some(head) = text.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head_text = std::str::from_utf8(&text[..head]).expect("a head").to_ascii_lowercase();
        let length = head_text.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
        let length: usize = length.expect("a length").trim().parse().expect("a number");
        if filled >= head + 4 + length {
            assert!(head_text.starts_with("http/1.1 200"), "{}", String::from_utf8_lossy(text));
            return;
        }
    }
}

fn raw(bytes: &[u8]) -> Arc<[u8]> {
    Arc::from(bytes)
}

fn signed(cloud: &'static Declaration, operation: &str, key: &str, count: usize) -> Vec<Arc<[u8]>> {
    let parameters = match operation {
        "Encrypt" => json!({"KeyId": key, "Plaintext": "Y29uZm9ybWFuY2U="}),
        "CreateKey" | "ListKeys" => json!({}),
        _ => json!({"KeyId": key}),
    };

    let parameters = parameters.as_object().unwrap();
    let example = &cloud.example_credentials;
    let credentials = Credentials {
        access_key_id: example.access_key_id.to_owned(),
        secret: Secret::new(example.secret),
        token: None,
    };

    let provider = cloud.provider();
    (0..count)
        .map(|_| {
            let nonce = format!("{:032x}", fastrand::u128(..));
            let context = SigningContext {
                endpoint: "http://bench",
                region: cloud.default_region,
                credentials: &credentials,
                now: jiff::Timestamp::now(),
                nonce: &nonce,
                tamper: None,
                format: None,
            };
            let request = provider.encode(&ApiCall { operation, parameters }, &context).expect("a request");
            let mut head = "POST / HTTP/1.1\r\n".to_owned();
            let is_there = |name: &str| request.headers.iter().any(|(known, _)| *known == name);
            // What the client sets by itself where the cloud does not sign it.
            for (name, value) in [("host", "bench"), ("content-type", "application/x-www-form-urlencoded")] {
                if !is_there(name) {
                    head += &format!("{name}: {value}\r\n");
                }
            }
            for (name, value) in &request.headers {
                head += &format!("{name}: {value}\r\n");
            }
            raw(format!("{head}content-length: {}\r\n\r\n{}", request.body.len(), request.body).as_bytes())
        })
        .collect()
}

async fn create_key(cloud: &'static Declaration, address: SocketAddr) -> String {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(&signed(cloud, "CreateKey", "", 1)[0]).await.expect("to write");
    let mut buffer = vec![0; 64 << 10];
    let mut text = String::new();
    // Head and body may come apart.
    while !text.contains("\"KeyId\"") {
        let read = stream.read(&mut buffer).await.expect("to read");
        assert!(read > 0, "the connection was closed: {text}");
        text += &String::from_utf8_lossy(&buffer[..read]);
    }
    let rest = text.split("\"KeyId\"").nth(1).expect("a key");
    rest.split('"').nth(1).expect("its id").to_owned()
}

/// The HTTP stack of the mock without a mock, on a runtime of its own like the program's.
fn empty_server() -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("a socket");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async move {
            let listener = TcpListener::from_std(listener).expect("a socket");
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                stream.set_nodelay(true).expect("no delay");
                let respond = service_fn(|_| async {
                    Ok::<_, Infallible>(hyper::Response::new(http_body_util::Full::new(bytes::Bytes::from_static(
                        b"{}",
                    ))))
                });
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), respond));
            }
        });
    });
    address
}
