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

/// A run with an access key of the environment.
fn run_with(variables: &[(&str, &str)], endpoint: &str) -> Ended {
    let place = Place::new();
    let program = place.program(&format!("run -q {CASE} --endpoint {endpoint}"));
    ended(variables.iter().fold(program, |program, (name, value)| program.env(name, value)))
}

const ID: &str = "ALIBABA_CLOUD_ACCESS_KEY_ID";
const SECRET: &str = "ALIBABA_CLOUD_ACCESS_KEY_SECRET";
const TOKEN: &str = "ALIBABA_CLOUD_SECURITY_TOKEN";

#[test]
fn what_stands_around_a_secret_is_left_out_and_said() {
    let mock = Mock::start().unwrap();
    for (secret, said) in [
        ("testsecret", ""),
        ("testsecret\n", "the value of ALIBABA_CLOUD_ACCESS_KEY_SECRET ends in a line feed `\\n`, which is left out\n"),
        (
            "testsecret\r\n",
            "the value of ALIBABA_CLOUD_ACCESS_KEY_SECRET ends in a line feed `\\n`, which is left out\n",
        ),
        (" testsecret", "the value of ALIBABA_CLOUD_ACCESS_KEY_SECRET begins with a space, which is left out\n"),
    ] {
        let Ended { code, out, err } = run_with(&[(ID, "testid"), (SECRET, secret)], &mock.endpoint());
        assert_eq!((code, err.as_str()), (0, said), "{out}");
    }
    let Ended { code, err, .. } = run_with(&[(ID, "testid\r"), (SECRET, "testsecret")], &mock.endpoint());
    let said = "the value of ALIBABA_CLOUD_ACCESS_KEY_ID ends in a carriage return `\\r`, which is left out\n";
    assert_eq!((code, err.as_str()), (0, said));

    // The mock reads its secrets the same way.
    let place = Place::new();
    let mock = MockProcess::start(&place, "--access-key-id mine --access-key-secret-env BROKEN_SECRET");
    let Ended { code, out, .. } = run_with(&[(ID, "mine"), (SECRET, "broken secret")], &mock.endpoint);
    assert_eq!(code, 0, "{out}");
}

#[test]
fn half_an_access_key_names_the_other_half() {
    let mock = Mock::start().unwrap();
    for (variables, message) in [
        (&[(ID, "testid")][..], "ALIBABA_CLOUD_ACCESS_KEY_ID is set, but ALIBABA_CLOUD_ACCESS_KEY_SECRET is not; "),
        (&[(ID, "testid"), (SECRET, "")][..], "but ALIBABA_CLOUD_ACCESS_KEY_SECRET is empty; set both, or none"),
        (
            &[(SECRET, "hushhush")][..],
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET is set, but ALIBABA_CLOUD_ACCESS_KEY_ID is not; ",
        ),
        (&[(TOKEN, "hushhush")][..], "ALIBABA_CLOUD_SECURITY_TOKEN is set, but ALIBABA_CLOUD_ACCESS_KEY_ID is not; "),
        (&[(ID, "i"), (SECRET, " \n")][..], "ALIBABA_CLOUD_ACCESS_KEY_SECRET is nothing but space; "),
        (&[(ID, "i"), (SECRET, "hush\u{200b}hush")][..], "SECRET holds the character `\\u{200b}`; leave that out"),
    ] {
        let Ended { code, out, err } = run_with(variables, &mock.endpoint());
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        assert!(err.contains(message) && !err.contains("hush"), "{err}");
    }
    // Jobs often have empty variables, which are as good as none.
    assert_eq!(run_with(&[(ID, ""), (SECRET, ""), (TOKEN, "")], &mock.endpoint()).code, 0);
}

#[test]
fn an_address_to_listen_on_is_read_as_people_write_it() {
    let place = Place::new();
    for listen in ["0", "localhost:0"] {
        let mock = MockProcess::start(&place, &format!("--listen {listen}"));
        assert!(mock.endpoint.starts_with("http://127.0.0.1:"), "{}", mock.endpoint);
        let port = mock.endpoint.rsplit(':').next().unwrap();
        let Ended { code, err, .. } = ended(place.program(&format!("mock --listen {port}")));
        assert!(code == 2 && err.contains("another program listens there: stop it, or choose another port"), "{err}");
    }
}
