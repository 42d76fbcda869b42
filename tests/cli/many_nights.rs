//! Many nights in a row, with every fault and with runs and sweeps that are killed: nothing fails that should not, and what is
//! left a sweep finds.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

use kms_conformance::ledger::History;
use kms_conformance::mock::{AdminAccess, AlibabaConfig, Faults, Mock, MockConfig};
use kms_conformance::verdict::Verdict;

use super::admin::keys_and_aliases;
use super::program::{Place, rounds, signal};
use super::server::Server;

/// How many nights there are, unless `KMS_CONFORMANCE_ROUNDS` says another number.
const NIGHTS: usize = 25;

/// The most keys that the mock may hold at any time.
const MOST_KEYS: usize = 6;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// What goes wrong in a night of some 560 requests; nothing in some. It is rare, for a night lasts as long as its retries wait.
const FAULTS: [&str; 12] = [
    "",
    "latency=1ms..4ms,probability=0.2",
    "drop-before,probability=0.005",
    "drop-after,probability=0.005",
    "internal-error,probability=0.005",
    "unavailable,probability=0.005",
    "throttle=Rejected.Throttling,probability=0.01",
    "throttle=Throttling.User,retry-after=0,probability=0.01",
    "garbage,probability=0.005",
    "truncate,probability=0.005",
    "stale=5ms,probability=0.2",
    "skew=60",
];

/// A process that is killed before a request with a number is handed on.
#[derive(Default)]
struct Killer {
    /// Counts down; nothing happens below 1.
    left: AtomicUsize,
    process: AtomicU32,
}

impl Killer {
    fn request(&self) {
        let left = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if left == Ok(1) {
            // The process is known as soon as it was started, and it may send its first request before.
            while self.process.load(Ordering::SeqCst) == 0 {
                std::thread::yield_now();
            }
            signal(self.process.load(Ordering::SeqCst), "KILL");
        }
    }
}

/// An account in a mock, in which nights go by.
struct Account {
    mock: Mock,
    killer: Arc<Killer>,
    server: Server,
    place: Place,
}

/// How a process ended: its exit code, none if it was killed, and what it wrote.
struct Night {
    code: Option<i32>,
    out: String,
}

impl Account {
    fn new() -> Self {
        let cloud = AlibabaConfig::default();
        let mock = Mock::start_with(MockConfig { admin: AdminAccess::Loopback, ..MockConfig::from(cloud) }).unwrap();
        let killer = Arc::new(Killer::default());
        let at = Arc::clone(&killer);
        let server = Server::watching(mock.address(), move || at.request());
        Self { mock, killer, server, place: Place::new() }
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = self.place.command(&format!("{arguments} --endpoint {}", self.server.endpoint()));
        command.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid").env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret");
        command
    }

    /// Runs a process, and kills it before its request with this number, if it sends so many; 0 kills it never.
    fn process(&self, arguments: &str, killed_at: usize) -> Night {
        self.killer.process.store(0, Ordering::SeqCst);
        self.killer.left.store(killed_at, Ordering::SeqCst);
        let mut command = self.command(arguments);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        self.killer.process.store(child.id(), Ordering::SeqCst);
        let output = child.wait_with_output().unwrap();
        self.killer.left.store(0, Ordering::SeqCst);
        // Requests that were under way when it was killed have their effect before anybody looks.
        self.server.settle();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Night { code: output.status.code(), out: text(output.stdout) + &text(output.stderr) }
    }

    fn run(&self, killed_at: usize) -> Night {
        let arguments = format!(
            "run -q --progress none --routes canonical --edition official kind:cell kind:move --max-keys {MOST_KEYS} \
             --confirm 1 --settle-timeout 200ms --move-clock --target-kind account --live --rate 100000"
        );
        self.process(&arguments, killed_at)
    }

    /// Sweeps. Not as an account, where what was made in the last minute may be found later.
    fn sweep(&self, killed_at: usize) -> Night {
        self.process("sweep", killed_at)
    }

    fn faults(&self, rule: &str, seed: u64) {
        let rules = [rule].iter().filter(|rule| !rule.is_empty()).map(|rule| rule.parse().unwrap()).collect();
        self.mock.set_faults(Faults { seed, rules }).unwrap();
    }

    /// Nothing but keys that wait for their deletion, and no more of them than are allowed.
    #[track_caller]
    fn is_clean(&self, context: &str) {
        let (keys, aliases) = keys_and_aliases(self.mock.address());
        let staying: Vec<_> = keys.iter().filter(|(_, state)| state != "PendingDeletion").collect();
        assert!(staying.is_empty() && aliases.is_empty(), "{context}: {staying:?} {aliases:?}");
        assert!(keys.len() <= MOST_KEYS, "{context}: {keys:?}");
    }

    /// Whatever was killed, the ledger can be read: at most the line that was being written is torn.
    #[track_caller]
    fn has_a_readable_ledger(&self) {
        History::read(&self.place.path().join("reports/ledger.jsonl")).unwrap();
    }
}

#[test]
#[ignore = "campaign: many nights with faults, and runs and sweeps that are killed"]
fn many_nights_fail_nothing_hold_few_keys_and_leave_nothing() {
    let account = Account::new();
    let (mut killed, mut doubtful) = (0, 0);
    for night in 0..rounds(NIGHTS) {
        let mut random = fastrand::Rng::with_seed(night as u64);
        let fault = FAULTS[random.usize(..FAULTS.len())];
        let kill = if random.u8(..4) == 0 { random.usize(1..550) } else { 0 };
        let context = format!("night {night}, {fault}, killed at {kill}");
        account.faults(fault, night as u64);

        let Night { code, out } = account.run(kill);
        match code {
            Some(code) => {
                let results = account.place.results();
                let failed: Vec<_> = results.cases.iter().filter(|case| case.verdict == Verdict::Fail).collect();
                assert!(failed.is_empty() && code != 1, "{context}: {out}{failed:#?}");
                doubtful += usize::from(code != 0);
            }
            None => killed += 1,
        }
        let (keys, _) = keys_and_aliases(account.mock.address());
        assert!(keys.len() <= MOST_KEYS, "{context}: {keys:?}");

        if kill > 0 && random.bool() {
            account.sweep(random.usize(1..12));
        }
        // Not every night: after some hundred of them it is long.
        if kill > 0 {
            account.has_a_readable_ledger();
        }
        // The trouble of the night is over when the job sweeps.
        account.faults("", 0);
        let Night { code, out } = account.sweep(0);
        assert_eq!(code, Some(0), "{context}: {out}");
        account.is_clean(&context);
        account.mock.advance(DAY);
    }
    println!("{killed} runs were killed, {doubtful} were not clean for trouble");
}

/// How many runs, or runs and sweeps, are killed at random moments.
const MOMENTS: usize = 60;

#[test]
#[ignore = "campaign: runs and sweeps that are killed at random moments, with keys that are used again"]
fn whatever_is_killed_nothing_stays_but_keys_that_wait() {
    let account = Account::new();
    let (mut runs, mut sweeps) = (0, 0);
    for round in 0..rounds(MOMENTS) {
        let mut random = fastrand::Rng::with_seed(1_000_000 + round as u64);
        runs += usize::from(account.run(random.usize(1..540)).code.is_none());
        if random.bool() {
            sweeps += usize::from(account.sweep(random.usize(1..12)).code.is_none());
        }
        let Night { code, out } = account.sweep(0);
        assert_eq!(code, Some(0), "round {round}: {out}");
        account.is_clean(&format!("round {round}"));
        account.has_a_readable_ledger();
    }
    println!("{runs} runs and {sweeps} sweeps were killed");
    assert!(runs * 2 > rounds(MOMENTS), "{runs}");
}
