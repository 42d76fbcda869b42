//! What killed runs leave is removed by a sweep, and nothing else.

use std::fs;
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::mpsc;

use super::program::{Ended, MockProcess, Place, ended, rest, rounds, signal};
use super::server::{Server, get};
use super::stopping::staying;

/// Keys and aliases of somebody else, some of which look a little like those of a run.
const SEED: &str = "
keys:
  - id: 0b7d4e21-6a9f-4c35-b1e8-92d3f7a650cc
    description: kc-orders
    aliases: [alias/kms-conformance-prod, alias/kc-3f9a1c00-1-1-1, alias/kms-conformance-kc-3f9a1c00x]
    created: 2024-01-02T03:04:05Z
  - id: 1c8e5f32-7ba0-4d46-82f9-a3e408b761dd
    description: made by kc-3f9a1c00
    created: 2024-01-02T03:04:05Z
";

/// How many keys and aliases those are.
const FOREIGN: (usize, u64) = (2, 3);

const LEDGER: &str = "reports/ledger.jsonl";

/// A mock with keys of somebody else.
fn mock(place: &Place, arguments: &str) -> (MockProcess, SocketAddr) {
    fs::write(place.path().join("seed.yaml"), SEED).unwrap();
    let mock = MockProcess::start(place, &format!("--seed seed.yaml {arguments}"));
    let address = mock.endpoint.strip_prefix("http://").unwrap().parse().unwrap();
    (mock, address)
}

fn count(address: SocketAddr) -> (usize, u64) {
    let (keys, aliases) = staying(address);
    (keys.len(), aliases)
}

/// A process that is killed before a request with this number is handed on.
fn killed_at(address: SocketAddr, number: usize, start: impl FnOnce(&Server) -> Command) -> Server {
    let (sender, process) = mpsc::channel();
    let server = Server::before(address, number, move || {
        signal(process.recv().unwrap(), "KILL");
    });
    let mut child = start(&server).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let _ = sender.send(child.id());
    child.wait().unwrap();
    // Requests that were under way have their effect before anybody looks.
    server.settle();
    server
}

fn killed_run(place: &Place, address: SocketAddr, number: usize, cases: &str) -> Server {
    killed_at(address, number, |server| {
        place.command(&format!("run -q --progress none --jobs 4 {cases} --endpoint {}", server.endpoint()))
    })
}

/// The files of runs that go on, or were killed and not swept.
fn running(place: &Place) -> Vec<String> {
    place.names("reports").into_iter().filter(|name| name.ends_with(".running")).collect()
}

fn sweep(place: &Place, server: &Server, arguments: &str) -> Ended {
    ended(place.program(&format!("sweep --endpoint {} {arguments}", server.endpoint())))
}

#[test]
fn what_a_killed_run_left_is_removed_and_nothing_else() {
    let mut left = 0;
    for number in [1, 6, 61, 240, 700] {
        let place = Place::new();
        let (_mock, address) = mock(&place, "");
        let server = killed_run(&place, address, number, "");
        left += count(address).0 - FOREIGN.0;

        let Ended { code, out, err } = sweep(&place, &server, "");
        assert_eq!((code, err.as_str()), (0, ""), "{number}: {out}");
        assert_eq!(count(address), FOREIGN, "{number}: {out}");
        assert_eq!(running(&place), [""; 0], "{number}");

        // Nothing is left to be done, so nothing is sent.
        let sent = server.requests();
        let Ended { code, out, .. } = sweep(&place, &server, "");
        let last = out.lines().last().unwrap();
        assert!(
            code == 0 && last == "nothing found; the ledger left nothing open, so no marks were looked for",
            "{out}"
        );
        assert_eq!(server.requests(), sent, "{number}");
    }
    assert!(left > 5, "{left}");
}

#[test]
fn what_a_killed_run_left_in_another_region_is_removed_there() {
    let mut left = 0;
    // Before each request of two cases, whose keys have counterparts in other regions.
    for number in 1..=20 {
        let place = Place::new();
        let mock = MockProcess::start(&place, "--provider aws");
        let address = mock.endpoint.strip_prefix("http://").unwrap().parse().unwrap();
        let cases =
            "aws/ReplicateKey/Enabled/multi-region aws/UpdatePrimaryRegion/Enabled/multi-region --routes canonical";
        let server = killed_run(&place, address, number, cases);
        left += staying_anywhere(address).len();

        let Ended { code, out, err } = sweep(&place, &server, "--provider aws");
        assert_eq!((code, err.as_str()), (0, ""), "{number}: {out}");
        assert_eq!(staying_anywhere(address), [""; 0], "{number}: {out}");
        assert_eq!(running(&place), [""; 0], "{number}");
    }
    assert!(left > 5, "{left}");
}

/// The keys of every region that do not wait for a deletion.
fn staying_anywhere(address: SocketAddr) -> Vec<String> {
    let state: serde_json::Value = serde_json::from_str(&get(address, "/_mock/state")).unwrap();
    let keys = state["accounts"].as_array().unwrap().iter().flat_map(|account| {
        let region = account["region"].as_str().unwrap();
        account["keys"].as_array().unwrap().iter().map(move |key| (region, key))
    });
    let waits = |key: &serde_json::Value| key["state"].as_str().unwrap().ends_with("Deletion");
    keys.filter(|(_, key)| !waits(key)).map(|(region, key)| format!("{region} {}", key["id"])).collect()
}

#[test]
fn a_dry_run_changes_nothing() {
    let place = Place::new();
    let (_mock, address) = mock(&place, "");
    // A run may be killed when all keys that it has are removed already.
    let foreign = staying(address);
    let server = (300..320).map(|number| killed_run(&place, address, number, "")).find(|_| staying(address) != foreign);
    let server = server.unwrap();

    let (before, ledger) = (staying(address), fs::read(place.path().join(LEDGER)).unwrap());
    for arguments in ["--dry-run", "-n --by-marks --older-than 0s"] {
        let Ended { code, out, .. } = sweep(&place, &server, arguments);
        assert!(code == 3 && out.contains("  to be removed key "), "{arguments}: {out}");
        assert_eq!(staying(address), before, "{arguments}");
        assert_eq!(fs::read(place.path().join(LEDGER)).unwrap(), ledger, "{arguments}");
    }
}

#[test]
fn what_a_run_holds_that_goes_on_is_left_alone() {
    let place = Place::new();
    let (_mock, address) = mock(&place, "");
    let (sender, commands) = mpsc::channel::<(Command, Command)>();
    let (results, swept) = mpsc::channel();

    // The run waits while the sweeps are made.
    let server = Server::before(address, 60, move || {
        let (one, two) = commands.recv().unwrap();
        let before = staying(address);
        for mut command in [one, two] {
            let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            results.send((rest(child), staying(address) == before)).unwrap();
        }
    });

    let command = |arguments: &str| place.command(&format!("{arguments} --endpoint {}", server.endpoint()));
    sender.send((command("sweep"), command("sweep --by-marks --older-than 0s"))).unwrap();

    let run = ended(place.program(&format!("run -q --jobs 1 operation:Encrypt --endpoint {}", server.endpoint())));
    assert_eq!(run.code, 0, "{}", run.out);

    let swept: Vec<(Ended, bool)> = swept.try_iter().collect();
    assert_eq!(swept.len(), 2);
    for (Ended { code, out, err }, unchanged) in swept {
        assert_eq!((code, err.as_str(), unchanged), (0, "", true), "{out}");
        assert!(out.contains(": its run goes on\n"), "{out}");
    }
    assert_eq!(count(address), FOREIGN);
}

#[test]
fn a_lost_ledger_is_made_up_for_by_marks() {
    let place = Place::new();
    let (_mock, address) = mock(&place, "");
    let server = killed_run(&place, address, 150, "operation:CreateAlias operation:DeleteAlias operation:Encrypt");
    fs::remove_dir_all(place.path().join("reports")).unwrap();
    let before = staying(address);
    assert!(before.0.len() > FOREIGN.0);

    let Ended { code, err, .. } = sweep(&place, &server, "");
    assert!(code == 2 && err.contains("--by-marks finds keys and aliases"), "{err}");
    // Its run may go on, for all that can be known.
    let Ended { code, out, .. } = sweep(&place, &server, "--by-marks");
    assert!(code == 0 && out.contains("it was made less than 24h ago: see --older-than"), "{out}");
    assert_eq!(staying(address), before, "{out}");

    let Ended { code, out, .. } = sweep(&place, &server, "--by-marks --older-than 0s");
    assert_eq!((code, count(address)), (0, FOREIGN), "{out}");
    let Ended { code, out, .. } = sweep(&place, &server, "--by-marks --older-than 0s");
    assert!(code == 0 && out.lines().last().unwrap().starts_with("nothing found; marks were looked for in "), "{out}");
}

#[test]
fn a_torn_line_is_reported_and_what_it_stood_for_is_found() {
    let place = Place::new();
    let (_mock, address) = mock(&place, "");
    let server = killed_run(&place, address, 200, "operation:Encrypt");
    let path = place.path().join(LEDGER);
    let text = fs::read_to_string(&path).unwrap();
    // The line that names the key which was made last is lost, all but its beginning.
    let lines: Vec<&str> = text.lines().collect();
    let made = lines.iter().rposition(|line| line.contains(r#""entry":"made""#)).unwrap();
    let torn: Vec<&str> =
        text.lines().enumerate().map(|(number, line)| if number == made { &line[..40] } else { line }).collect();
    fs::write(&path, torn.join("\n")).unwrap();

    let Ended { code, out, .. } = sweep(&place, &server, "");
    assert_eq!((code, count(address)), (0, FOREIGN), "{out}");
    assert!(out.contains(&format!("  unreadable    {LEDGER}:{}: it is not a line of a ledger", made + 1)), "{out}");
}

#[test]
fn two_sweeps_at_once_do_no_harm_to_each_other() {
    let place = Place::new();
    let (_mock, address) = mock(&place, "");
    let server = killed_run(&place, address, 400, "");
    let start = || {
        let mut command = place.command(&format!("sweep --endpoint {}", server.endpoint()));
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let both = [start(), start()].map(rest);
    assert_eq!(both.each_ref().map(|ended| ended.code), [0, 0], "{}{}", both[0].out, both[1].out);
    assert_eq!(count(address), FOREIGN);
    assert_eq!(sweep(&place, &server, "").code, 0);
}

#[test]
fn a_sweep_that_is_killed_can_be_repeated() {
    for number in [2, 9, 14] {
        let place = Place::new();
        let (_mock, address) = mock(&place, "");
        drop(killed_run(&place, address, 500, ""));
        let server = killed_sweep(&place, address, number);
        let Ended { code, out, .. } = sweep(&place, &server, "");
        assert_eq!((code, count(address)), (0, FOREIGN), "{number}: {out}");
    }
}

/// A sweep that is killed; the ledger names the endpoint by which it goes.
fn killed_sweep(place: &Place, address: SocketAddr, number: usize) -> Server {
    killed_at(address, number, |server| {
        move_ledger(place, server);
        place.command(&format!("sweep --endpoint {}", server.endpoint()))
    })
}

/// Gives the things of a ledger another endpoint.
fn move_ledger(place: &Place, server: &Server) {
    let path = place.path().join(LEDGER);
    let text = fs::read_to_string(&path).unwrap_or_default();
    let endpoint = regex::Regex::new(r#""endpoint":"[^"]*""#).unwrap();
    let moved = endpoint.replace_all(&text, format!(r#""endpoint":"{}""#, server.endpoint()));
    fs::write(&path, &*moved).unwrap();
}

#[test]
fn a_ledger_can_not_make_a_sweep_touch_what_carries_no_mark() {
    let place = Place::new();
    let (mock, address) = mock(&place, "");
    let line = |entry: &str, item: u32, rest: &str| {
        let target = format!(r#"{{"provider":"alibaba","endpoint":"{}","region":"cn-hangzhou"}}"#, mock.endpoint);
        format!(
            r#"{{"format":2,"at":"2026-01-01T00:00:00Z","run":"kc-3f9a1c00","entry":"{entry}","item":{item},"operation":"x","case":"x","target":{target},{rest}}}"#
        )
    };
    let undo = |operation: &str, name: &str| {
        format!(r#""name":"{name}","undo":{{"operation":"{operation}","parameters":{{"AliasName":"{name}"}}}}"#)
    };
    let lines = [
        line("making", 1, r#""mark":"kc-3f9a1c00","name":"0b7d4e21-6a9f-4c35-b1e8-92d3f7a650cc""#),
        line("making", 2, r#""mark":"kc-3f9a1c00","name":"1c8e5f32-7ba0-4d46-82f9-a3e408b761dd""#),
        line("making", 3, &undo("DeleteAlias", "alias/kms-conformance-prod")),
        line("making", 4, &undo("DeleteAlias", "alias/kms-conformance-kc-3f9a1c00x")),
        line("making", 5, &undo("ScheduleKeyDeletion", "alias/kms-conformance-kc-3f9a1c00-1")),
    ];
    fs::create_dir(place.path().join("reports")).unwrap();
    fs::write(place.path().join(LEDGER), lines.join("\n") + "\n").unwrap();

    let Ended { code, out, .. } = ended(place.program(&format!("sweep --endpoint {}", mock.endpoint)));
    assert_eq!((code, count(address)), (3, FOREIGN), "{out}");
    assert_eq!(out.matches("\n  stays ").count(), 5, "{out}");
    let Ended { code, out, .. } = ended(place.program(&format!("sweep --by-marks --endpoint {}", mock.endpoint)));
    assert_eq!((code, count(address)), (3, FOREIGN), "{out}");
}

#[test]
fn a_name_that_the_service_never_takes_does_not_stay() {
    let place = Place::new();
    let (mock, address) = mock(&place, "");
    let name = format!("alias/kms-conformance-kc-3f9a1c00-1-1-1{}", "x".repeat(300));
    let line = format!(
        r#"{{"format":2,"at":"2026-01-01T00:00:00Z","run":"kc-3f9a1c00","entry":"making","item":1,"operation":"CreateAlias","case":"x","target":{{"provider":"alibaba","endpoint":"{}","region":"cn-hangzhou"}},"name":"{name}","undo":{{"operation":"DeleteAlias","parameters":{{"AliasName":"{name}"}}}}}}"#,
        mock.endpoint
    );
    fs::create_dir(place.path().join("reports")).unwrap();
    fs::write(place.path().join(LEDGER), line + "\n").unwrap();
    let sweep = || ended(place.program(&format!("sweep --endpoint {}", mock.endpoint)));
    let Ended { code, out, .. } = sweep();
    assert!(code == 0 && out.contains("  gone already "), "{out}");
    assert_eq!(count(address), FOREIGN);
    let Ended { code, out, .. } = sweep();
    assert!(code == 0 && out.contains("\nnothing found"), "{out}");
}

#[test]
fn another_target_of_the_ledger_is_named_and_left_alone() {
    let place = Place::new();
    let (_mock, address) = mock(&place, "");
    let server = killed_run(&place, address, 100, "");
    let (before, sent) = (staying(address), server.requests());
    for arguments in ["--region eu-central-1", "--endpoint http://127.0.0.1:9"] {
        let endpoint =
            if arguments.contains("endpoint") { String::new() } else { format!("--endpoint {}", server.endpoint()) };
        let Ended { code, out, .. } = ended(place.program(&format!("sweep {arguments} {endpoint}")));
        assert!(code == 0 && out.contains(&format!(" at {}, region cn-hangzhou", server.endpoint())), "{out}");
    }
    assert_eq!((staying(address), server.requests()), (before, sent));
}

#[test]
fn a_list_that_can_not_be_read_to_its_end_is_a_problem() {
    let place = Place::new();
    let (mock, _) = mock(&place, "--fault internal-error,operation=ListKeys");
    let Ended { code, out, .. } = ended(place.program(&format!("sweep --by-marks --endpoint {}", mock.endpoint)));
    assert!(code == 3 && out.contains("  problem       the list of ListKeys could not be read to its end: "), "{out}");
}

#[test]
fn a_sweep_needs_a_target_and_what_a_run_needs_for_it() {
    let place = Place::new();
    let (mock, address) = mock(&place, "");
    let before = staying(address);
    for (arguments, says) in [
        (String::new(), "name the target to sweep"),
        (format!("--endpoint {} --target-kind account", mock.endpoint), "--live"),
        ("--region cn-hangzhou --live".to_owned(), "no credentials"),
    ] {
        let command = place.program(&format!("sweep --by-marks {arguments}"));
        let command = if arguments.contains("account") {
            let command = command.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid");
            command.env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret")
        } else {
            command
        };
        let Ended { code, err, .. } = ended(command);
        assert!(code == 2 && err.contains(says), "{arguments}: {err}");
    }
    assert_eq!(staying(address), before);
}

/// How many runs are killed, and after every second one a sweep, unless `KMS_CONFORMANCE_ROUNDS` says another number.
const ROUNDS: usize = 20;

#[test]
#[ignore = "campaign: many runs and sweeps that are killed"]
fn whatever_is_killed_a_sweep_removes_what_is_left() {
    let (mut left, mut sweeps) = (0, 0);
    for round in 0..rounds(ROUNDS) {
        let mut random = fastrand::Rng::with_seed(round as u64);
        let place = Place::new();
        let (_mock, address) = mock(&place, "");
        let mut server = killed_run(&place, address, random.usize(1..1_500), "");
        left += count(address).0 - FOREIGN.0;
        if random.bool() {
            sweeps += 1;
            server = killed_sweep(&place, address, random.usize(1..40));
            staying(address);
        }

        let Ended { code, out, err } = sweep(&place, &server, "");
        assert_eq!((code, err.as_str(), count(address)), (0, "", FOREIGN), "round {round}: {out}");
        assert_eq!(running(&place), [""; 0], "round {round}");
        println!("round {round}: {left} keys were left so far, {sweeps} sweeps were killed");
    }
    // It is not for want of keys.
    assert!(left > rounds(ROUNDS), "{left}");
}
