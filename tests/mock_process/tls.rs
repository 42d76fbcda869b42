//! HTTPS: the runner against it, and clients that get it wrong.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;

use super::process::{Process, refused};

/// Runs a few cases against the mock with the program's own client.
fn run(process: &Process, ca: Option<&std::path::Path>) -> (i32, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_kms-conformance"));
    command.args(["run", "--endpoint", &format!("https://{}", process.address), "alibaba/EnableKey/**"]);
    if let Some(path) = ca {
        command.arg("--ca-file").arg(path);
    }
    let output = command.current_dir(folder.path()).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(text).unwrap())
}

#[test]
fn the_runner_passes_with_the_authority_and_fails_without() {
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    let process = Process::start(&["--tls-self-signed".as_ref(), "--tls-ca-out".as_ref(), ca.as_os_str()]);
    let (code, text) = run(&process, Some(&ca));
    assert_eq!(code, 0, "{text}");
    let (code, text) = run(&process, None);
    assert_ne!(code, 0, "{text}");
    assert!(text.contains("certificate") || text.contains("TLS"), "{text}");
    // Those that do not trust it, talk no TLS, or say nothing at all, disturb nobody.
    let mut plain = TcpStream::connect(&process.address).unwrap();
    plain.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    let mut response = Vec::new();
    let _ = plain.read_to_end(&mut response);
    assert!(!response.starts_with(b"HTTP/"), "{response:?}");
    let silent = TcpStream::connect(&process.address).unwrap();
    let (code, text) = run(&process, Some(&ca));
    assert_eq!(code, 0, "{text}");
    process.terminate();
    drop(silent);
}

#[tokio::test]
async fn certificate_and_key_come_from_files_and_every_name_is_good() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    std::fs::write(path("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(path("key.pem"), made.signing_key.serialize_pem()).unwrap();
    let process = Process::start(&["--tls-cert", &path("cert.pem"), "--tls-key", &path("key.pem")]);
    let trusted = reqwest::Certificate::from_pem(made.cert.pem().as_bytes()).unwrap();
    let http = reqwest::Client::builder().tls_certs_only([trusted]).no_proxy().build().unwrap();
    let port = process.address.rsplit_once(':').unwrap().1.to_owned();
    for host in ["127.0.0.1", "localhost"] {
        let response = http.get(format!("https://{host}:{port}/_mock/state")).send().await.unwrap();
        assert_eq!(response.status(), 200);
    }

    let (code, errors) = refused(&["--tls-cert", &path("key.pem"), "--tls-key", &path("key.pem")]);
    assert_eq!(code, 2);
    assert!(errors.contains("the certificate file holds no certificate in PEM"), "{errors}");
    let (_, errors) = refused(&["--tls-cert", &path("cert.pem"), "--tls-key", &path("cert.pem")]);
    assert!(errors.contains("the key file holds no private key in PEM"), "{errors}");
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(path("other.pem"), other.signing_key.serialize_pem()).unwrap();
    let (_, errors) = refused(&["--tls-cert", &path("cert.pem"), "--tls-key", &path("other.pem")]);
    assert!(errors.contains("the certificate can't be used"), "{errors}");
    assert!(refused(&["--tls-cert", &path("cert.pem")]).1.contains("--tls-key"));
}

/// What the mock says at its start of a certificate that clients will reject.
#[test]
fn a_certificate_that_no_client_takes_is_said_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let start = |change: &dyn Fn(&mut rcgen::CertificateParams), names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut parameters = rcgen::CertificateParams::new(names).unwrap();
        change(&mut parameters);
        let key = rcgen::KeyPair::generate().unwrap();
        std::fs::write(path("cert.pem"), parameters.self_signed(&key).unwrap().pem()).unwrap();
        std::fs::write(path("key.pem"), key.serialize_pem()).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_kms-conformance"))
            .args(["mock", "--listen", "0", "--tls-cert", &path("cert.pem"), "--tls-key", &path("key.pem")])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let listens = lines.next().unwrap();
        assert!(listens.contains("listens at https://127.0.0.1:"), "{listens}");
        let _ = Command::new("kill").arg(child.id().to_string()).status();
        // The signal may come before or after it says that it stops.
        let rest: Vec<String> = lines.filter(|line| !line.starts_with("stopping ")).collect();
        child.wait().unwrap();
        rest.join("\n")
    };

    let local = ["localhost", "127.0.0.1"];
    assert_eq!(start(&|_| {}, &local), "");
    for (objection, change, names) in [
        (
            "it is one of an authority, which a server must not use as its own",
            &(|parameters: &mut rcgen::CertificateParams| {
                parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
            }) as &dyn Fn(&mut rcgen::CertificateParams),
            &local[..],
        ),
        ("it has expired", &|parameters| parameters.not_after = rcgen::date_time_ymd(2020, 1, 1), &local),
        ("it is not valid yet", &|parameters| parameters.not_before = rcgen::date_time_ymd(3000, 1, 1), &local),
        (
            "it is for neither 127.0.0.1 nor localhost; they must use a name that it is for",
            &|_| {},
            &["kms.example.com"],
        ),
    ] {
        let said = start(change, names);
        assert_eq!(said, format!("warning: clients will reject the certificate: {objection}"));
    }
}
