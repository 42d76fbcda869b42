//! Servers that a run may meet: they respond with a web page, hang up, never respond, or forward to a mock.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use tokio::net::TcpSocket;

/// A server on a free loopback port. Its threads end with the test process.
pub struct Server {
    address: SocketAddr,
    requests: Arc<AtomicUsize>,
    connections: Arc<Connections>,
}

/// The connections of a server.
#[derive(Default)]
struct Connections {
    /// How many are served.
    open: AtomicUsize,
    /// The client whose connection was taken last.
    last: Mutex<Option<SocketAddr>>,
}

impl Server {
    /// Serves each connection by a function.
    fn start(serve: impl Fn(TcpStream, &AtomicUsize) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(AtomicUsize::new(0));
        let serve = Arc::new(serve);
        let connections = Arc::<Connections>::default();
        let (counter, taken) = (Arc::clone(&requests), Arc::clone(&connections));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (serve, counter, connections) = (Arc::clone(&serve), Arc::clone(&counter), Arc::clone(&taken));
                connections.open.fetch_add(1, Ordering::SeqCst);
                *connections.last.lock().unwrap() = stream.peer_addr().ok();
                thread::spawn(move || {
                    serve(stream, &counter);
                    connections.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { address, requests, connections }
    }

    /// Waits until everything is handed on that clients have sent which are gone.
    pub fn settle(&self) {
        let until = Instant::now() + Duration::from_secs(30);
        let wait_for = |is_so: &dyn Fn() -> bool| {
            while !is_so() {
                assert!(Instant::now() < until, "a connection does not end");
                thread::sleep(Duration::from_millis(1));
            }
        };
        // Connections are taken in their order, so that all of others are taken when this one is.
        let mine = TcpStream::connect(self.address).unwrap();
        let address = mine.local_addr().unwrap();
        wait_for(&|| *self.connections.last.lock().unwrap() == Some(address));
        drop(mine);
        wait_for(&|| self.connections.open.load(Ordering::SeqCst) == 0);
    }

    /// Responds to every request with a web page and a status such as `200 OK`.
    pub fn web_page(status: &'static str) -> Self {
        Self::start(move |mut stream, requests| {
            while read_request(&mut stream, requests) {
                let page = "<html><body>Welcome</body></html>";
                let head =
                    format!("HTTP/1.1 {status}\r\ncontent-type: text/html\r\ncontent-length: {}\r\n\r\n", page.len());
                if stream.write_all(format!("{head}{page}").as_bytes()).is_err() {
                    return;
                }
            }
        })
    }

    /// Has a function respond to each request, given its head, and hangs up after it.
    pub fn responding(respond: impl Fn(&mut TcpStream, &str) + Send + Sync + 'static) -> Self {
        Self::start(move |mut stream, requests| {
            if let Some(head) = read_head(&mut stream, requests) {
                respond(&mut stream, &head);
            }
        })
    }

    /// Reads a request and hangs up.
    pub fn hanging_up() -> Self {
        Self::start(|mut stream, requests| {
            read_request(&mut stream, requests);
        })
    }

    /// Reads requests and never responds.
    pub fn silent() -> Self {
        Self::start(|mut stream, requests| while read_request(&mut stream, requests) {})
    }

    /// Hands requests on to another server. Before the one with this number is handed on, counted from 1, `at` is
    /// called once.
    pub fn before(upstream: SocketAddr, number: usize, at: impl FnOnce() + Send + 'static) -> Self {
        let at = Mutex::new(Some(at));
        Self::start(move |stream, requests| {
            let server = TcpStream::connect(upstream).unwrap();
            let (mut responses, mut client) = (server.try_clone().unwrap(), stream.try_clone().unwrap());
            // To the end, also if nobody reads the responses any more: then the server has handled every request.
            let copied = thread::spawn(move || {
                let _ = std::io::copy(&mut responses, &mut client);
                std::io::copy(&mut responses, &mut std::io::sink())
            });
            hand_on(stream, server, |beginning| {
                if beginning && requests.fetch_add(1, Ordering::SeqCst) + 1 == number {
                    let at = at.lock().unwrap().take();
                    at.into_iter().for_each(|at| at());
                }
            });
            let _ = copied.join();
        })
    }

    /// Hands requests on to another server, and calls `at` before each.
    pub fn watching(upstream: SocketAddr, at: impl Fn() + Send + Sync + 'static) -> Self {
        Self::start(move |stream, requests| {
            let Ok(server) = TcpStream::connect(upstream) else { return };
            let (mut responses, mut client) = (server.try_clone().unwrap(), stream.try_clone().unwrap());
            let copied = thread::spawn(move || {
                let _ = std::io::copy(&mut responses, &mut client);
                // A connection that ends without a response ends for the client too.
                let _ = client.shutdown(Shutdown::Both);
                std::io::copy(&mut responses, &mut std::io::sink())
            });
            hand_on(stream, server, |beginning| {
                if beginning {
                    requests.fetch_add(1, Ordering::SeqCst);
                    at();
                }
            });
            let _ = copied.join();
        })
    }

    /// Hands requests on to another server until so many have come and a key is created after them. That is the last
    /// request that is handed on, so there is at least one key that nobody has removed.
    pub fn hanging_with_a_key(upstream: SocketAddr, number: usize) -> Self {
        let created = AtomicBool::new(false);
        Self::start(move |stream, requests| {
            let server = TcpStream::connect(upstream).unwrap();
            let (mut responses, mut client) = (server.try_clone().unwrap(), stream.try_clone().unwrap());
            thread::spawn(move || std::io::copy(&mut responses, &mut client));
            hand_on_pieces(stream, server, |piece| {
                let begins = begins_a_request(piece);
                if begins && created.load(Ordering::SeqCst) {
                    requests.fetch_add(1, Ordering::SeqCst);
                    loop {
                        thread::park();
                    }
                }
                // Counted up to the number only, so that what exceeds it is what hangs.
                if begins && requests.load(Ordering::SeqCst) < number {
                    requests.fetch_add(1, Ordering::SeqCst);
                } else if begins {
                    let text = String::from_utf8_lossy(piece);
                    if text.contains("CreateKey") && !text.contains("CreateKeyVersion") {
                        created.store(true, Ordering::SeqCst);
                    }
                }
            });
        })
    }

    /// Hands requests on to another server until so many have come, and then responds to nothing any more.
    pub fn hanging_after(upstream: SocketAddr, number: usize) -> Self {
        Self::start(move |stream, requests| {
            let server = TcpStream::connect(upstream).unwrap();
            let (mut responses, mut client) = (server.try_clone().unwrap(), stream.try_clone().unwrap());
            thread::spawn(move || std::io::copy(&mut responses, &mut client));
            hand_on(stream, server, |beginning| {
                if beginning && requests.fetch_add(1, Ordering::SeqCst) >= number {
                    loop {
                        thread::park();
                    }
                }
            });
        })
    }

    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many requests have come.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

/// An endpoint where nothing listens, nor can a server of another test as long as this process lives.
pub fn closed() -> String {
    static HELD: OnceLock<TcpSocket> = OnceLock::new();
    format!("http://{}", HELD.get_or_init(reserved).local_addr().unwrap())
}

/// A port of this test alone: nothing listens there, and no server gets it but one that is started with its number.
///
/// A port that was only found to be free may be the next one that another server is given, and a closed connection
/// gives its port back.
pub fn reserved() -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    socket
}

/// Reads the head of a request and as much of its body as comes with it; whether there was one. A client sends no
/// further request before it has the response, so the rest of a body does no harm.
fn read_request(stream: &mut TcpStream, requests: &AtomicUsize) -> bool {
    read_head(stream, requests).is_some()
}

/// The same, and what there was.
fn read_head(stream: &mut TcpStream, requests: &AtomicUsize) -> Option<String> {
    let mut read = Vec::new();
    let mut chunk = [0; 4096];
    while !read.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => return None,
            Ok(length) => read.extend_from_slice(&chunk[..length]),
        }
    }
    requests.fetch_add(1, Ordering::SeqCst);
    Some(String::from_utf8_lossy(&read).into_owned())
}

/// Copies what a client sends; `seen` gets for each piece whether it begins a request.
fn hand_on(from: TcpStream, to: TcpStream, mut seen: impl FnMut(bool)) {
    hand_on_pieces(from, to, |piece| seen(begins_a_request(piece)));
}

fn begins_a_request(piece: &[u8]) -> bool {
    piece.starts_with(b"GET ") || piece.starts_with(b"POST ")
}

/// Copies what a client sends; `seen` gets each piece before it is copied.
fn hand_on_pieces(mut from: TcpStream, mut to: TcpStream, mut seen: impl FnMut(&[u8])) {
    let mut chunk = [0; 65536];
    while let Ok(length @ 1..) = from.read(&mut chunk) {
        seen(&chunk[..length]);
        if to.write_all(&chunk[..length]).is_err() {
            return;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

/// The body of the response to a GET request.
#[cfg(unix)]
pub fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response.split_once("\r\n\r\n").unwrap().1.to_owned()
}
