//! Being told to stop: requests under way get their responses, nobody holds the end up, and a signal right after the start
//! counts.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::process::Process;

#[tokio::test]
async fn a_request_under_way_is_answered_before_the_end() {
    for signal in ["TERM", "INT", "HUP", "QUIT"] {
        let process = Process::start(&["--fault", "latency=700ms"]);
        let client = process.client();
        let other = client.clone();
        let call = tokio::spawn(async move { other.try_call("DescribeRegions", &[]).await });
        // The fault keeps the response back, so the request is under way as soon as it is counted.
        let http = reqwest::Client::builder().tls_certs_only([]).no_proxy().build().unwrap();
        loop {
            let response = http.get(format!("{}/_mock/state", process.endpoint())).send().await.unwrap();
            if response.text().await.unwrap().contains("DescribeRegions") {
                break;
            }
        }
        process.signal(signal);
        call.await.unwrap().unwrap().succeeded();
        let (status, errors) = process.wait();
        assert_eq!(status.code(), Some(0), "{errors}");
    }
}

/// The first signals are one, for wrappers pass on what the group of processes got already.
#[test]
fn a_second_signal_after_a_second_ends_it_at_once() {
    let process = Process::start(&["--fault", "latency=3600s"]);
    let mut waiting = TcpStream::connect(&process.address).unwrap();
    waiting.write_all(b"GET /?Action=DescribeRegions HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    process.signal("TERM");
    process.signal("TERM");
    // The second that must pass; requests under way would get five.
    std::thread::sleep(Duration::from_millis(1_100));
    process.signal("TERM");
    let (status, errors) = process.wait();
    assert_eq!(status.code(), Some(0), "{errors}");
    assert!(
        errors.ends_with("stopping when the requests under way have their responses; again to stop now\n"),
        "{errors}"
    );
}

#[test]
fn neither_idle_connections_nor_half_a_request_hold_up_the_end() {
    let process = Process::start(&[] as &[&str]);
    let connect = || TcpStream::connect(&process.address).unwrap();
    let mut idle = connect();
    idle.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    assert!(idle.read(&mut [0; 4096]).unwrap() > 0);
    let silent = connect();
    let mut half_a_head = connect();
    half_a_head.write_all(b"GET / HTT").unwrap();
    let mut half_a_body = connect();
    half_a_body.write_all(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf").unwrap();
    let start = Instant::now();
    process.terminate();
    // Generous, for a busy machine: the bound is five seconds, and without one it would be two minutes.
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
    drop((silent, half_a_head, half_a_body));
}

#[test]
fn whoever_has_read_the_address_can_end_it() {
    for _ in 0..10 {
        Process::start(&[] as &[&str]).terminate();
    }
}
