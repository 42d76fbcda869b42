//! Settings that are not what they seem: endpoints.

use kms_conformance::mock::Mock;

use super::program::{Ended, MockProcess, Place, ended};

const CASE: &str = "alibaba/Encrypt/Disabled";

/// An endpoint on a command line, where spaces don't part arguments.
fn run_at(place: &Place, endpoint: &str) -> Ended {
    ended(place.program(&format!("run -q {CASE} --endpoint")).arg(endpoint))
}

#[test]
fn characters_that_can_not_be_seen_end_a_run_before_it_begins() {
    for (end, name) in [
        (" ", "a space"),
        ("\r", "a carriage return `\\r`"),
        ("\n", "a line feed `\\n`"),
        ("\t", "a tab `\\t`"),
        ("\\", "a backslash"),
        ("\u{200b}", "the character `\\u{200b}`"),
    ] {
        let mock = Mock::start().unwrap();
        let place = Place::new();
        let Ended { code, out, err } = run_at(&place, &format!("{}/{end}", mock.endpoint()));
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        assert!(err.ends_with(&format!(" can't be used: it holds {name}; leave that out\n")), "{err}");
        assert_eq!(err.lines().count(), 1, "{err}");
        assert_eq!(place.names(""), [""; 0]);
    }
}

/// Each spelling is used as it was checked: the requests arrive, without a proxy and without credentials.
#[test]
fn loopback_is_loopback_in_every_spelling() {
    let place = Place::new();
    let mock = MockProcess::start(&place, "");
    let port = mock.endpoint.rsplit(':').next().unwrap();
    for host in
        ["localhost", "LOCALHOST", "localhost.", "kms.localhost", "127.1", "0x7f.1", "[::ffff:127.0.0.1]", "0.0.0.0"]
    {
        let place = Place::new();
        let program = place.program(&format!("run -q {CASE} --endpoint http://{host}:{port}/"));
        let Ended { code, out, err } = ended(program.env("http_proxy", "http://127.0.0.1:1"));
        assert_eq!(code, 0, "{host}: {out}{err}");
    }
}

#[test]
fn what_the_mock_prints_as_its_address_can_be_given_to_run() {
    for (listen, here) in [("0.0.0.0:0", "127.0.0.1"), ("[::]:0", "[::1]"), ("127.0.0.1:0", "127.0.0.1")] {
        let place = Place::new();
        let mock = MockProcess::start(&place, &format!("--listen {listen}"));
        let Ended { code, out, err } = run_at(&place, &mock.endpoint);
        assert_eq!(code, 0, "{listen}: {out}{err}");
        let port = mock.endpoint.rsplit(':').next().unwrap();
        assert_eq!(place.results().target.endpoint, format!("http://{here}:{port}"));
    }
}
