//! How the program connects: proxies, certificates, the clock hook, and what it says of what libraries say.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use kms_conformance::mock::Mock;

use super::program::{Ended, MockProcess, Place, ended};
use super::server::{Server, closed};

const CASE: &str = "alibaba/Encrypt/Disabled";

/// A case that moves the clock.
const MOVING: &str = "alibaba/delete-date-counts-from-the-request";

/// A host that only a proxy can reach, and what a run on it needs.
const REMOTE: &str = "run -q alibaba/Encrypt/Disabled --target-kind emulator --endpoint http://kms.example.test";

/// A run on the remote host, with a proxy by a variable.
fn run_through(place: &Place, variable: &str, proxy: &str) -> Ended {
    let program = place.program(REMOTE).env("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid");
    ended(program.env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret").env(variable, proxy))
}

/// What a run at an endpoint says, which has no service to judge.
#[track_caller]
fn fails_at(endpoint: &str, arguments: &str, sentences: &[&str]) {
    let place = Place::new();
    let Ended { code, out, err } = ended(place.program(&format!("run {CASE} --endpoint {endpoint} {arguments}")));
    assert_eq!((code, err.as_str()), (4, ""), "{out}");
    for sentence in sentences {
        assert!(out.contains(sentence), "{endpoint}: {out}");
    }
}

#[test]
fn requests_go_through_the_proxy_that_messages_name() {
    let mock = Mock::start().unwrap();
    let proxy = Server::before(mock.address(), usize::MAX, || {});
    let Ended { code, out, err } = run_through(&Place::new(), "all_proxy", &proxy.endpoint());
    assert_eq!(code, 0, "{out}{err}");
    assert!(proxy.requests() > 0);

    let nobody = closed();
    let Ended { code, out, err } = run_through(&Place::new(), "HTTP_PROXY", &nobody.replace("//", "//user:password@"));
    assert_eq!((code, err.as_str()), (4, ""), "{out}");
    assert!(out.contains(&format!("(through the proxy {nobody} of HTTP_PROXY)")) && !out.contains("password"), "{out}");

    let page = Server::web_page("502 Bad Gateway");
    let Ended { out, .. } = run_through(&Place::new(), "http_proxy", &page.endpoint());
    assert!(out.contains(&format!("(through the proxy {} of http_proxy)", page.endpoint())), "{out}");

    let closed_to_us = Server::web_page("407 Proxy Authentication Required");
    let Ended { out, .. } = run_through(&Place::new(), "http_proxy", &closed_to_us.endpoint());
    assert!(out.contains("HTTP 407: the proxy requires credentials"), "{out}");
}

#[test]
fn a_proxy_that_can_not_be_read_is_an_error_and_nothing_is_sent() {
    for (proxy, reason) in [
        ("http://proxy:secret", "invalid port number"),
        ("http://proxy:1\r", "it holds a carriage return `\\r`"),
        ("socks5://u:secret@proxy:1", "its scheme is `socks5`"),
    ] {
        let place = Place::new();
        let Ended { code, out, err } = run_through(&place, "HTTP_PROXY", proxy);
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        let start = "error: the proxy in the environment variable HTTP_PROXY can't be used: ";
        assert!(err.starts_with(start) && err.contains(reason) && !err.contains("secret"), "{err}");
        // Nobody on a loopback address needs it.
        let mock = Mock::start().unwrap();
        let run = format!("run -q {CASE} --endpoint {}", mock.endpoint());
        assert_eq!(ended(place.program(&run).env("HTTP_PROXY", proxy)).code, 0);
    }
}

/// A mock by HTTPS, its endpoint and the file of its authority.
fn secure_mock(place: &Place, listen: &str) -> (MockProcess, String, PathBuf) {
    let file = place.path().join("ca.pem");
    let arguments = format!("--listen {listen} --tls-self-signed --tls-ca-out {}", file.display());
    let mock = MockProcess::start(place, &arguments);
    let endpoint = mock.endpoint.replace("http://", "https://");
    (mock, endpoint, file)
}

#[test]
fn the_wrong_scheme_is_recognised() {
    let mock = Mock::start().unwrap();
    let plain = mock.endpoint();
    let wrong = plain.replace("http://", "https://");
    let sentence = format!("the endpoint does not speak TLS; a service by plain HTTP is given as {plain}: ");
    fails_at(&wrong, "", &["no connection: ", &sentence]);

    let place = Place::new();
    let (mock, secure, _) = secure_mock(&place, "127.0.0.1:0");
    let sentence = format!("; if the endpoint speaks TLS, give it as {secure}");
    fails_at(&mock.endpoint, "", &["what came back is not HTTP: ", &sentence]);
}

#[test]
fn what_is_wrong_with_a_certificate_is_said() {
    let place = Place::new();
    let (_mock, secure, file) = secure_mock(&place, "0.0.0.0:0");
    let unknown = "the certificate of the endpoint is from no authority that is trusted here";
    fails_at(&secure, "", &[unknown, "name the file of its authority by --ca-file: invalid peer certificate"]);

    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let other_file = place.path().join("other.pem");
    fs::write(&other_file, other.cert.pem()).unwrap();
    let ca_file = |path: &std::path::Path| format!("--ca-file {}", path.display());
    fails_at(&secure, &ca_file(&other_file), &[unknown, &format!(", and from none in {}", other_file.display())]);

    // The first of these addresses is in the certificate, and this one is not.
    let elsewhere = secure.replace("0.0.0.0", "127.0.0.2");
    #[cfg(target_os = "linux")]
    fails_at(&elsewhere, &ca_file(&file), &["is not for `127.0.0.2`; use a name that it is for"]);

    fs::write(&other_file, "no certificate").unwrap();
    let run = format!("run {CASE} --endpoint {secure} {}", ca_file(&other_file));
    let Ended { code, err, .. } = ended(place.program(&run));
    assert!(code == 2 && err.contains("it holds no certificate in PEM"), "{err}");
}

#[test]
fn the_clock_hook_has_the_settings_of_every_client() {
    let place = Place::new();
    let (_mock, secure, file) = secure_mock(&place, "127.0.0.1:0");
    let run = format!(
        "run -q {MOVING} --endpoint {secure} --ca-file {} --clock-hook {secure}/_mock/clock?{{seconds}}",
        file.display()
    );
    let Ended { code, out, err } = ended(place.program(&run));
    assert_eq!(code, 0, "{out}{err}");
}

#[test]
fn a_clock_hook_is_checked_before_the_first_request() {
    let mock = Mock::start().unwrap();
    let server = Server::before(mock.address(), usize::MAX, || {});
    for (hook, reason) in [
        ("/clock?advance={seconds}", "it is not a URL such as http://127.0.0.1:9000/clock?advance={seconds}"),
        ("ftp://127.0.0.1/{seconds}", "its scheme is `ftp`"),
        ("http://127.0.0.1/clock", "it has no {seconds}"),
    ] {
        let place = Place::new();
        let run = format!("run -q {MOVING} --endpoint {} --clock-hook {hook}", server.endpoint());
        let Ended { code, out, err } = ended(place.program(&run));
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        assert!(err.contains("--clock-hook") && err.contains(reason), "{err}");
    }
    assert_eq!(server.requests(), 0);
}

#[test]
fn a_body_in_an_encoding_that_was_not_accepted_is_named() {
    let server = Server::responding(|stream, _| {
        let head =
            "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-type: application/json\r\ncontent-length: 3\r\n";
        let _ = stream.write_all(format!("{head}\r\n\u{1f}12").as_bytes());
    });
    fails_at(
        &server.endpoint(),
        "",
        &["HTTP 200 with a body in the encoding `gzip`, which the request did not accept"],
    );
}

#[test]
fn a_name_that_does_not_resolve_is_named() {
    let place = Place::new();
    let program = place.program(&REMOTE.replace("kms.example.test", "kms.invalid"));
    let program = program.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid");
    let Ended { code, out, err } = ended(program.env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret"));
    assert_eq!((code, err.as_str()), (4, ""), "{out}");
    assert!(out.contains("no connection: the name `kms.invalid` can't be resolved: "), "{out}");
}
