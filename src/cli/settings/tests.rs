use std::ffi::OsString;

use clap::CommandFactory;

use super::file::parse;
use super::key::{Key, Shape, keys};
use super::layers::layered;
use super::secret::{is_name_of_variable, takes_variable};
use crate::cli::{Cli, Context};
use crate::redact::SecretRegistry;

/// Values of which every flag takes some. A flag that takes none of them needs another one here.
const SAMPLES: [&str; 27] = [
    "1",
    "2",
    "3",
    "1s",
    "2s",
    "3s",
    "http://127.0.0.1:1/?s={seconds}",
    "http://127.0.0.1:2/?s={seconds}",
    "http://127.0.0.1:3/?s={seconds}",
    "state:Enabled",
    "state:Disabled",
    "state:PendingImport",
    "drop-after,probability=0.1",
    "drop-after,probability=0.2",
    "drop-after,probability=0.3",
    "auto",
    "fresh",
    "tour",
    "always",
    "never",
    "canonical",
    "hash:1/2",
    "slice:2/3",
    "ONE",
    "TWO",
    "THREE",
    "x",
];

/// Three values of a key from the lowest layer to the highest, as words of a command line; the third is never off.
fn three(key: &Key) -> [Vec<String>; 3] {
    let word = |value: &str| key.word(value).ok().map(|word| word.into_string().unwrap());
    match key.shape {
        Shape::Switch => [vec![key.shown()], vec![], vec![key.shown()]],
        Shape::Count => [1, 2, 3].map(|times| vec![key.shown(); times]),
        Shape::List | Shape::Number | Shape::Text | Shape::NumberOrText => {
            let mut words: Vec<String> = if key.values.is_empty() {
                let is_fit = |sample: &&str| !takes_variable(&key.name) || is_name_of_variable(sample);
                SAMPLES.iter().copied().filter(is_fit).filter_map(word).collect()
            } else {
                key.values.iter().filter_map(|value| word(value)).collect()
            };
            let enough = if key.values.len() == 1 { 1 } else { 2 };
            assert!(words.len() >= enough, "`{}` takes too few of the samples: add some that it takes", key.name);
            // Of two values, the lowest layer has that of the highest.
            let first = words[0].clone();
            words.resize(words.len().max(3), first);
            [0, 1, 2].map(|index| vec![words[index].clone()])
        }
    }
}

/// The words as a value of the file.
fn in_file(key: &Key, words: &[String]) -> String {
    let values: Vec<&str> = words.iter().map(|word| word.split_once('=').map_or(word.as_str(), |(_, v)| v)).collect();
    let values = if key.is_flag { values } else { words.iter().map(String::as_str).collect() };
    match key.shape {
        Shape::Switch => (!words.is_empty()).to_string(),
        Shape::Count => words.len().to_string(),
        Shape::Number => values[0].to_owned(),
        Shape::Text | Shape::NumberOrText => format!("{:?}", values[0]),
        Shape::List => format!("{values:?}"),
    }
}

/// The same as the value of a variable.
fn in_variable(key: &Key, words: &[String]) -> String {
    match key.shape {
        Shape::List => words[0].split_once('=').filter(|_| key.is_flag).map_or(words[0].clone(), |(_, v)| v.to_owned()),
        _ => in_file(key, words).trim_matches('"').to_owned(),
    }
}

/// What a command would be started with: the words of one flag.
fn outcome(
    command: &str,
    key: &Key,
    settings: [Option<&str>; 2],
    variable: Option<&str>,
    flags: &[String],
) -> Vec<String> {
    let [defaults, target] =
        settings.map(|value| value.map_or(String::new(), |value| format!("{} = {value}", key.name)));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("settings.toml");
    std::fs::write(&file, format!("format = 1\n[defaults]\n{defaults}\n[targets.one]\n{target}\n")).unwrap();

    let context = Context::of(variable.map(|value| (key.variable(), value.to_owned())));
    let place = format!("--config={}", file.display());
    let words = ["kms-conformance", command, "--target=one", &place].map(str::to_owned);
    let words: Vec<OsString> = words.iter().chain(flags).map(OsString::from).collect();
    let found = layered(words, &context);
    assert!(found.error.is_none(), "{}: {:?}", key.name, found.error);

    let mut words: Vec<String> = found.arguments.into_iter().map(|word| word.into_string().unwrap()).skip(2).collect();
    words.retain(|word| !word.starts_with("--target=") && !word.starts_with("--config="));
    words
}

/// For every flag that there is, so that none can be added without being found in the file and in the environment.
#[test]
fn a_flag_comes_before_the_environment_and_that_before_the_file() {
    let keys = keys();
    assert!(keys.len() > 40, "{}", keys.len());
    for key in &keys {
        let [low, middle, high] = three(key);
        for command in &key.commands {
            let outcome = |settings, variable, flags: &[String]| outcome(command, key, settings, variable, flags);
            let (file, other) = (in_file(key, &low), in_file(key, &middle));
            let variable = in_variable(key, &middle);

            assert_eq!(outcome([None, None], None, &[]), Vec::<String>::new(), "{}", key.name);
            assert_eq!(outcome([Some(&file), None], None, &[]), low, "{} in defaults", key.name);
            assert_eq!(outcome([None, Some(&file)], None, &[]), low, "{} of a target", key.name);
            assert_eq!(outcome([Some(&file), Some(&other)], None, &[]), middle, "{}: target, defaults", key.name);
            assert_eq!(outcome([Some(&file), Some(&file)], Some(&variable), &[]), middle, "{}: variable", key.name);
            assert_eq!(outcome([Some(&file), None], Some(&variable), &high), high, "{}: flag", key.name);
            assert_eq!(outcome([None, None], Some(&variable), &high), high, "{}: flag, variable", key.name);
        }
    }
}

#[test]
fn every_flag_of_the_commands_is_a_setting() {
    let keys = keys();
    for name in super::COMMANDS {
        let mut tree = Cli::command();
        tree.build();
        for argument in tree.find_subcommand(name).unwrap().get_arguments() {
            let id = argument.get_id().as_str();
            let is_other = ["help", "version", "config", "target", "operation", "parameters"].contains(&id);
            // How a plan is printed does not depend on the target, whose responses have a form of the same name.
            let is_other = is_other || (name, id) == ("plan", "format");
            assert!(is_other || keys.iter().any(|key| key.id == id && key.is_of(name)), "{name}: {id}");
        }
    }
}

#[test]
fn a_switch_of_the_file_is_turned_off_by_the_command_line() {
    let keys = keys();
    let key = keys.iter().find(|key| key.name == "strict").unwrap();
    for (flag, wanted) in [("--strict=false", &[][..]), ("--strict=true", &["--strict"]), ("--strict=1", &["--strict"])]
    {
        assert_eq!(outcome("run", key, [Some("true"), None], None, &[flag.to_owned()]), wanted, "{flag}");
    }
    // What only looks like one is left to the parser.
    let flag = ["--rate=1".to_owned(), "--nonsense=true".to_owned()];
    assert_eq!(outcome("run", key, [None, None], None, &flag), flag);
}

#[test]
fn what_conflicts_with_a_higher_layer_gives_way_and_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kms.toml");
    std::fs::write(&file, "format = 1\n[defaults]\nverbose = 2\nquiet = false\n").unwrap();
    let words = ["kms-conformance", "run", "-q", "--config", file.to_str().unwrap()].map(OsString::from);
    let found = layered(words.to_vec(), &Context::default());
    assert_eq!(found.arguments, words);
    let note = format!("`verbose` of {}:3:1 is left out, for it can't be used with --quiet", file.display());
    assert_eq!(found.notes, [note]);
}

#[test]
fn selectors_of_the_file_come_before_the_flags_of_the_command_line() {
    let keys = keys();
    let key = keys.iter().find(|key| key.name == "selectors").unwrap();
    let found = outcome("run", key, [Some(r#"["state:Enabled", "a/**"]"#), None], None, &["-j".into(), "4".into()]);
    assert_eq!(found, ["state:Enabled", "a/**", "-j", "4"]);
    let found = outcome("run", key, [Some(r#"["a/**"]"#), None], None, &["b/**".into()]);
    assert_eq!(found, ["b/**"]);
}

fn mistakes(text: &str) -> (Vec<String>, String, SecretRegistry) {
    let (keys, secrets) = (keys(), SecretRegistry::new());
    let keys: Vec<&Key> = keys.iter().collect();
    let (_, found) = parse("kms.toml", text, &keys, &secrets);
    let list = found.iter().flat_map(crate::diagnostic::Diagnostics::iter).map(|mistake| {
        let help = mistake.help.as_deref().map_or_else(String::new, |help| format!(" ({help})"));
        format!("{mistake}{help}")
    });
    (list.collect(), found.map(|found| found.to_string()).unwrap_or_default(), secrets)
}

#[test]
fn every_mistake_is_reported_with_its_place_and_what_was_meant() {
    let text = r#"
format = 2
rate = 5
[default]
[defaults]
max_keys = 4
rate = "5"
strict = 1
verbose = 100
routes = "short"
isolation = "tuor"
exclude = ["state:Enabled", 1]
timeout = "soon"
selectors = ["-x"]
"#;

    let wanted = [
        "kms.toml:2:10: this program reads format 1 alone",
        "kms.toml:3:1: `rate` is unknown here (settings stand under `[defaults]` or `[targets.NAME]`)",
        "kms.toml:4:2: `default` is unknown here (did you mean `defaults`?)",
        "kms.toml:6:1: `max_keys` is not a setting (did you mean `max-keys`?)",
        "kms.toml:7:8: `rate` takes a whole number, and this is a text",
        "kms.toml:8:10: `strict` takes true or false, and this is a number",
        "kms.toml:9:11: `100` is more than 9",
        "kms.toml:10:10: `short` is neither `canonical` nor `all` nor a number of calls",
        "kms.toml:11:13: `tuor` is not one of auto, fresh, tour; did you mean `tour`?",
        "kms.toml:12:29: `exclude` takes a list of texts, and this is a number",
        "kms.toml:13:11: `soon` is not a duration such as 10s, 1m30s or 500ms",
        "kms.toml:14:14: `-x` begins with a dash",
    ];

    assert_eq!(mistakes(text).0, wanted);
    assert_eq!(mistakes("[targets]\ntwo = 1").0.len(), 2);
    assert_eq!(mistakes("format = 1\n[defaults]\nrate = 5\nrate = 6").0.len(), 1);
}

#[test]
fn a_secret_is_a_mistake_and_never_shown() {
    const SECRET: &str = "OYKqwR7sH2xkZ9dLmN3pTb";
    for line in ["access-key-secret = ", "AccessKeySecret = ", "security_token = ", "admin-token-env = ", "password = "]
    {
        let text = format!("format = 1\n[targets.one]\n{line}\"{SECRET}\"\n");
        let (list, shown, secrets) = mistakes(&text);
        assert_eq!(list.len(), 1, "{line}: {list:?}");
        assert!(list[0].contains("secrets never stand in this file"), "{list:?}");
        assert!(!secrets.redact(&shown).contains(SECRET), "{line}: {shown}");
    }
    // Nor is it where the file can't be read at all.
    let (list, shown, _) = mistakes(&format!("format = 1\naccess-key-secret = \"{SECRET}\n"));
    assert_eq!(list.len(), 1);
    assert!(!shown.contains(SECRET), "{shown}");
    assert!(mistakes("format = 1\n[targets.one]\nadmin-token-env = \"ADMIN_TOKEN\"\n").0.is_empty());
}

#[test]
fn no_text_makes_it_panic() {
    let text = "format = 1\n[defaults]\nrate = 5\nexclude = [\"a\", 'ß']\n[targets.\"ö\"]\nlive = true # x\r\n";
    for (at, _) in text.char_indices() {
        mistakes(&text[..at]);
        mistakes(&text[at..]);
    }
    for wrong in ["\0", "format = 99999999999999999999", "format = 1\r", "targets = []", "defaults = 0x1", "= = ="] {
        mistakes(wrong);
    }
}
