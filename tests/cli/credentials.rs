//! Credentials from the environment and from files, through the program.

use std::path::PathBuf;

use super::program::{Ended, MockProcess, Place, ended};

const SECRET: &str = "another secret";

/// A mock that accepts the access key `mine` alone, whose secret holds a space.
fn mock(place: &Place) -> MockProcess {
    MockProcess::start(place, "--access-key-id mine --access-key-secret-env MOCK_SECRET")
}

/// The configuration of the cloud's own command line in the home directory, with this profile next to a wrong one.
fn configure(place: &Place, profile: &str) -> PathBuf {
    let folder = place.path().join(".aliyun");
    std::fs::create_dir_all(&folder).unwrap();
    let text = format!(
        r#"{{"current": "one", "profiles": [{{"name": "one", "mode": "AK", "access_key_id": "LTAIwrong", "access_key_secret": "wrong-secret"}}, {profile}]}}"#
    );
    write(folder.join("config.json"), &text)
}

/// Writes a file that its owner alone can read.
fn write(path: PathBuf, text: &str) -> PathBuf {
    std::fs::write(&path, text).unwrap();
    mode(&path, 0o600);
    path
}

#[cfg(unix)]
fn mode(path: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;

    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn mode(_path: &std::path::Path, _mode: u32) {}

fn run(place: &Place, mock: &MockProcess, more: &str) -> Ended {
    ended(place.program(&format!("run -q alibaba/Encrypt/Enabled --endpoint {} {more}", mock.endpoint)))
}

#[test]
fn variables_that_are_named_come_before_the_usual_ones() {
    let place = Place::new();
    let mock = mock(&place);
    let program = |flags: &str| {
        place
            .program(&format!("run -q alibaba/Encrypt/Enabled --endpoint {} {flags}", mock.endpoint))
            .env("ALIBABA_CLOUD_ACCESS_KEY_ID", "wrong")
            .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "wrong-secret")
            .env("MY_ID", "mine")
            .env("MY_SECRET", SECRET)
    };
    assert_eq!(ended(program("")).code, 4);
    let flags = "--access-key-id-env MY_ID --access-key-secret-env MY_SECRET";
    let Ended { code, out, err } = ended(program(flags));
    assert_eq!(code, 0, "{out}{err}");
    assert!(!format!("{out}{err}").contains(SECRET));

    let error = ended(program("--access-key-id-env MY_ID --access-key-secret-env NOBODY")).err;
    assert!(
        error.contains("the environment variable NOBODY, which is named for the credentials, is not set"),
        "{error}"
    );
    assert_eq!(ended(program("--access-key-id-env MY_ID")).code, 2);
}

#[test]
fn a_profile_is_that_of_the_clouds_own_command_line() {
    let place = Place::new();
    let mock = mock(&place);
    let role = r#"{"name": "role", "mode": "EcsRamRole", "ram_role_name": "x"}"#;
    configure(&place, role);

    let Ended { code, out, err } = run(&place, &mock, "--profile role");
    assert_eq!((code, out.as_str()), (2, ""), "{err}");
    assert!(err.contains("the profile `role` has the mode `EcsRamRole`"), "{err}");
    let err = run(&place, &mock, "--profile rol").err;
    assert!(err.contains("it has no profile `rol` (did you mean `role`?); it has one, role"), "{err}");

    // That of a person is not shown to an emulator, which gets the key of the examples.
    let Ended { code, err, .. } = run(&place, &mock, "");
    assert_eq!((code, err.contains("LTAI")), (4, false), "{err}");
    // On an account it is what is meant.
    let account = "--target-kind account --live --insecure-http --max-keys 1";
    let Ended { code, err, .. } = run(&place, &mock, account);
    assert_eq!((code, err.contains("the access key LT…")), (4, true), "{err}");
    assert!(!err.contains("wrong-secret"), "{err}");
}

#[test]
fn the_secret_of_a_profile_signs_requests_and_is_never_written() {
    const KEY: &str = "hush-hush-secret";
    let place = Place::new();
    let own = MockProcess::start_with(&place, "--access-key-id mine --access-key-secret-env OWN", &[("OWN", KEY)]);
    let path = configure(
        &place,
        &format!(r#"{{"name": "mine", "mode": "AK", "access_key_id": "mine", "access_key_secret": "{KEY}"}}"#),
    );
    let Ended { code, out, err } = run(&place, &own, "--profile mine");
    assert_eq!(code, 0, "{out}{err}");
    let results = std::fs::read_to_string(place.path().join("reports/results.json")).unwrap();
    assert!(!results.contains(KEY) && !format!("{out}{err}").contains(KEY));
    assert!(!err.contains("everybody"), "{err}");

    mode(&path, 0o644);
    let Ended { code, err, .. } = run(&place, &own, "--profile mine");
    assert_eq!(code, 0);
    assert!(!cfg!(unix) || err.contains("everybody on this machine can read "), "{err}");
}

#[test]
fn expired_credentials_are_reported_before_anything_is_sent() {
    let place = Place::new();
    let session = |expires: &str| {
        let text = format!(
            r#"{{"Credentials": {{"AccessKeyId": "STS.x", "AccessKeySecret": "hush-hush", "SecurityToken": "token", "Expiration": "{expires}"}}}}"#
        );
        write(place.path().join("sts.json"), &text);
        // Nobody is there, which is found out later than what the file says.
        let run =
            "run -q alibaba/Encrypt/Enabled --endpoint http://127.0.0.1:1 --timeout 1s --credentials-file sts.json";
        ended(place.program(run))
    };
    let Ended { code, out, err } = session("2020-01-01T00:00:00Z");
    assert_eq!((code, out.as_str()), (2, ""));
    assert_eq!(err, "error: the credentials in sts.json have expired at 2020-01-01T00:00:00Z: get new ones\n");
    assert!(!place.path().join("reports").exists());
    assert_eq!(session("2999-01-01T00:00:00Z").code, 4);

    let Ended { code, err, .. } = session("soon");
    assert_eq!(code, 2);
    assert!(err.contains("sts.json gives no credentials: `Expiration` of `Credentials` is not a time"), "{err}");
    let both = ended(place.program("run --profile x --credentials-file sts.json --endpoint http://127.0.0.1:1"));
    assert_eq!(both.code, 2);
}
