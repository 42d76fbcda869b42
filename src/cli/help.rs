//! What stands at the end of the help of a command: its exit codes, the environment variables that it reads, and an example.

use crate::provider::{Declaration, registry};

/// What every command reads that has settings.
const OF_SETTINGS: &[(&str, &str)] = &[
    ("KMS_CONFORMANCE_*", "flags, such as KMS_CONFORMANCE_MAX_KEYS for --max-keys"),
    ("KMS_CONFORMANCE_CONFIG, KMS_CONFORMANCE_TARGET", "the configuration file, and the name of a target in it"),
];

/// What every command reads that sends requests.
const OF_CLIENTS: &[(&str, &str)] =
    &[("HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY", "proxies for endpoints that are not on this host")];

/// What only a run reads.
const OF_RUNS: &[(&str, &str)] = &[
    ("KMS_CONFORMANCE_MATERIAL_SEED", "the secret that imported key material is derived from"),
    ("GITHUB_STEP_SUMMARY", "the file that the summary of a job is added to"),
    ("GITHUB_ACTIONS", "whether annotations are printed for GitHub Actions"),
    ("CI, TERM=dumb", "no progress bar"),
];

/// What whatever has a table on a terminal reads.
const OF_TERMINALS: &[(&str, &str)] = &[
    ("NO_COLOR, CLICOLOR, TERM=dumb", "no colours"),
    ("COLUMNS, LINES", "the size of the terminal"),
    ("LC_ALL, LC_CTYPE, LANG", "whether the output may have more than ASCII"),
];

/// The help of a command that sends requests to a target: with the variables of each cloud's own tools.
pub(super) fn of_target(help: &str) -> String {
    with_environment(help, &[clouds(), owned(OF_SETTINGS), owned(OF_CLIENTS)].concat())
}

/// The help of a command that has settings and sends nothing.
pub(super) fn of_settings(help: &str) -> String {
    with_environment(help, &owned(OF_SETTINGS))
}

/// That of `run`.
pub(super) fn of_run() -> String {
    with_environment(
        RUN,
        &[clouds(), owned(OF_SETTINGS), owned(OF_CLIENTS), owned(OF_RUNS), owned(OF_TERMINALS)].concat(),
    )
}

/// That of `diff`, whose runs leave nothing but their results.
pub(super) fn of_diff() -> String {
    of_target(DIFF)
}

/// That of a command that shows a run and sends nothing.
pub(super) fn of_terminal(help: &str) -> String {
    with_environment(help, &owned(OF_TERMINALS))
}

/// A help with the variables before its examples.
fn with_environment(help: &str, variables: &[(String, String)]) -> String {
    let lines: String = variables.iter().map(|(names, what)| format!("  {names}\n      {what}\n")).collect();
    let (codes, examples) = help.split_once("\n\nExample").unwrap_or((help, ""));
    format!("{codes}\n\nEnvironment:\n{lines}\nExample{examples}")
}

fn owned(variables: &[(&str, &str)]) -> Vec<(String, String)> {
    variables.iter().map(|(names, what)| ((*names).to_owned(), (*what).to_owned())).collect()
}

/// The variables of each cloud.
fn clouds() -> Vec<(String, String)> {
    registry::all().iter().flat_map(|cloud| of_cloud(cloud)).collect()
}

fn of_cloud(cloud: &Declaration) -> Vec<(String, String)> {
    let variables = cloud.credential_variables;
    let credentials = [variables.access_key_id, variables.secret, variables.token];
    let profile: Vec<&str> = cloud.profiles.iter().map(|files| files.variable).collect();
    let files = cloud.profiles.iter().flat_map(|files| files.file_variables).copied().collect::<Vec<_>>();
    let lists: [(&[&str], &str); 5] = [
        (&credentials, "an access key, and the token of a temporary one"),
        (&profile, "the profile that has them"),
        (&files, "the files of profiles, if they are not in their usual places"),
        (cloud.region_variables, "the region; the first that is set counts"),
        (cloud.endpoint_variables, "the endpoint, if none is given"),
    ];
    let line = |(names, what): (&[&str], &str)| {
        (!names.is_empty()).then(|| (names.join(", "), format!("{}: {what}", cloud.name)))
    };
    lists.into_iter().filter_map(line).collect()
}

/// Of the program.
pub(super) const PROGRAM: &str = "\
Exit codes are those of each command. --version --verbose also shows the case files that are built in.

Environment:
  NO_COLOR, CLICOLOR, TERM=dumb  no colours, and with TERM=dumb no progress bar
  KMS_CONFORMANCE_*              flags, such as KMS_CONFORMANCE_MAX_KEYS for --max-keys
  HTTPS_PROXY, NO_PROXY          proxies for endpoints that are not on this host
  COLUMNS, LINES, LC_ALL         the size of the terminal, and whether the output may have more than ASCII

Examples:
  kms-conformance run                                       the whole suite against the bundled mock
  kms-conformance run --endpoint http://127.0.0.1:8080      against an emulator
  kms-conformance explain alibaba/Encrypt/Disabled          what a case is about";

/// Of `known`.
pub(super) const KNOWN: &str = "\
Exit codes:
  0  the list is right, or was brought up to date
  1  an entry has expired (--check)
  2  the command line, the list, the results or a case file is wrong: nothing was changed

Example:
  kms-conformance known --update known.toml --reason 'No states yet.' --until 2027-03-31";

/// Of `self-test`.
pub(super) const SELF_TEST: &str = "\
Exit codes:
  0  each deviation is caught by the cases named for it, and by no other
  1  one is not caught, or disturbs a case that must not notice it
  2  the command line or a file is wrong: nothing was run
  3  it was stopped before its end

Example:
  kms-conformance self-test Encrypt:Disabled";

/// Of `check`.
pub(super) const CHECK: &str = "\
Exit codes:
  0  the case files are right
  2  they have mistakes, which are all shown with their places

Example:
  kms-conformance check cases";

/// Of `list`.
pub(super) const LIST: &str = "\
Exit codes:
  0  cases are listed
  2  the command line or a case file is wrong
  4  no case is selected

Examples:
  kms-conformance list operation:Encrypt state:Disabled
  kms-conformance list --values state";

/// Of `plan`.
pub(super) const PLAN: &str = "\
Exit codes:
  0  the plan is shown
  2  the command line, the configuration or a case file is wrong
  4  no case is selected

Example:
  kms-conformance plan 'alibaba/Encrypt/**' --region cn-hangzhou";

/// Of `mock`.
pub(super) const MOCK: &str = "\
Exit codes:
  0  it was stopped; with --check-health, the mock serves
  1  with --check-health, it does not serve
  2  the command line or a file is wrong, or the address is taken
  3  its state could not be kept

Example:
  kms-conformance mock --listen 127.0.0.1:8080 --deviate Encrypt:Disabled=Success";

/// Of `completions`.
pub(super) const COMPLETIONS: &str = "\
Exit codes:
  0  the script is on the standard output
  2  there is no such shell
  3  it could not be written there

Example:
  kms-conformance completions bash > ~/.local/share/bash-completion/completions/kms-conformance";

/// Of `man`.
pub(super) const MAN: &str = "\
Exit codes:
  0  the pages are written
  2  a file can't be written
  3  the page could not be written to the standard output

Example:
  kms-conformance man --out ~/.local/share/man/man1";

/// Of `watch`.
pub(super) const WATCH: &str = "\
Exit codes:
  2  the folder can't be read
  It goes on until it is stopped, whatever becomes of the cases.

Example:
  kms-conformance watch cases -- --table none";

/// Of `replay`, whose exit codes are those of the run that it judges again.
pub(super) const REPLAY: &str = "\
Exit codes:
  0  every selected case passed, is a known failure, or was skipped for a reason that is shown
  1  a case failed, or passed although it is listed as a known failure
  2  the command line, the configuration or a file is wrong: nothing was run
  3  nothing failed, but something is inconclusive, was not run or leaked, or a report could not be written
  4  no case was selected, or none could be judged
  5  nothing failed but what a live account does otherwise than the documents say, which is news and no fault

Example:
  kms-conformance replay run.har";

/// Of `call`.
pub(super) const CALL: &str = "\
Exit codes:
  0  the response is a success
  1  the service rejected the request
  2  the command line, the configuration or a file is wrong: nothing was sent
  3  no usable response was received

Example:
  kms-conformance call Encrypt KeyId=key-1 Plaintext=dGVzdA== 'EncryptionContext:={\"a\":\"b\"}' \\
    --endpoint http://127.0.0.1:8080";

/// Of `explain`.
pub(super) const EXPLAIN: &str = "\
Exit codes:
  0  the case is explained
  2  there is no such case, or a file is wrong

Example:
  kms-conformance explain alibaba/Encrypt/Disabled";

/// Of `diff`.
pub(super) const DIFF: &str = "\
Exit codes:
  0  both targets were judged, and are right or wrong alike in every case
  1  they differ in a case
  2  the command line, the configuration or a file is wrong
  3  they do not differ, but a case was judged on one of them only
  4  no case was judged on both

Example:
  kms-conformance diff --a emulator --b http://127.0.0.1:8080 'operation:Encrypt' -- --unsupported skip";

/// Of `run`.
pub(super) const RUN: &str = "\
Exit codes:
  0  every selected case passed, is a known failure, or was skipped for a reason that is shown
  1  a case failed, or passed although it is listed as a known failure
  2  the command line, the configuration or a file is wrong: nothing was run
  3  nothing failed, but something is inconclusive, was not run or leaked, or a report could not be written
  4  no case was selected, or none could be judged
  5  nothing failed but what a live account does otherwise than the documents say, which is news and no fault

Examples:
  kms-conformance run operation:Encrypt state:Disabled --endpoint http://127.0.0.1:8080
  kms-conformance run --known known.toml --reports target/kms --endpoint http://127.0.0.1:8080";

/// Of `sweep`.
pub(super) const SWEEP: &str = "\
Exit codes:
  0  nothing stays of what dead runs made; what is left alone by its age, or because its run goes on, is listed
  2  the command line, the configuration or a file is wrong: nothing was sent
  3  something stays, or is to be removed (--dry-run), or not everything could be looked for

Example:
  kms-conformance sweep --dry-run --endpoint http://127.0.0.1:8080";

/// Of `report`: the exit codes of each of its commands are those of its own help.
pub(super) const REPORT: &str = "\
Exit codes:
  0  it was written; of `diff`: nothing fails that did not fail before
  1  of `diff`: there are new failures
  2  the command line or a file is wrong: nothing was written
  3  it was written, but some of the results are missing

Example:
  kms-conformance report html reports/results.json --out report.html";

/// Of `doctor`.
pub(super) const DOCTOR: &str = "\
Exit codes:
  0  nothing is wrong
  1  something is wrong
  2  the command line, the configuration or a file is wrong: nothing was looked at

Example:
  kms-conformance doctor --endpoint http://127.0.0.1:8080";

/// The end of the help of a report, with its example.
macro_rules! of_report {
    ($example:literal) => {
        concat!(
            "Exit codes:\n",
            "  0  it was written\n",
            "  2  the command line or a file is wrong: nothing was written\n",
            "  3  it was written, but some of the results are missing, or it could not be written to the standard output\n",
            "\nExample:\n  ",
            $example
        )
    };
}

/// Of `report junit`.
pub(super) const REPORT_JUNIT: &str = of_report!("kms-conformance report junit reports/results.json --out junit.xml");

/// Of `report html`.
pub(super) const REPORT_HTML: &str = "\
Exit codes:
  0  it was written
  2  the command line or a file is wrong: nothing was written
  3  it was written, but some of the results are missing (--merge), or it could not be written to the standard output

Example:
  kms-conformance report html before/results.json after/results.json --name before --name after --out page.html";

/// Of `report markdown`.
pub(super) const REPORT_MARKDOWN: &str =
    of_report!("kms-conformance report markdown reports/results.json >> summary.md");

/// Of `report tap`.
pub(super) const REPORT_TAP: &str = of_report!("kms-conformance report tap reports/results.json");

/// Of `report badge`.
pub(super) const REPORT_BADGE: &str = of_report!("kms-conformance report badge reports/results.json --out badge.svg");

/// Of `report league`.
pub(super) const REPORT_LEAGUE: &str = "\
Exit codes:
  0  it was written
  2  the command line or a file is wrong: nothing was written
  3  it could not be written to the standard output

Example:
  kms-conformance report league one/results.json two/results.json --name one --name two";

/// Of `report merge`.
pub(super) const REPORT_MERGE: &str =
    of_report!("kms-conformance report merge parts/*/results.json --json results.json");

/// Of `report diff`.
pub(super) const REPORT_DIFF: &str = "\
Exit codes:
  0  nothing fails that did not fail before
  1  there are new failures
  2  the command line or a file is wrong: nothing was compared
  3  the difference could not be written to the standard output

Example:
  kms-conformance report diff main/results.json reports/results.json";

/// Of `report trend`.
pub(super) const REPORT_TREND: &str = "\
Exit codes:
  0  the trend is shown
  2  the command line or a file is wrong: nothing is shown
  3  it could not be written to the standard output

Example:
  kms-conformance report trend nights";
