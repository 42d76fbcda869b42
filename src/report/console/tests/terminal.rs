//! What a terminal can show, and what must not reach it.

use super::*;

#[test]
fn a_narrow_terminal_in_ascii() {
    let options = ConsoleOptions { signs: Signs::Ascii, width: 40, ..options() };
    let events = sample::every_verdict();
    let whole = shown(&events, options.clone());
    let own: Vec<_> = whole.lines().filter(|line| !line.is_ascii()).collect();
    assert_eq!(own, [""; 0]);
    let table = &whole[whole.find("      E").unwrap()..whole.find("known failures").unwrap()];
    Assert::new().action_env("SNAPSHOTS").eq(
        table.to_owned(),
        str![[r#"
      E  D  PD  PI
Encrypt                     +  x  ?   k
GenerateDataKeyWithoutPla~     !      -
E Enabled  D Disabled
PD PendingDeletion  PI PendingImport

UpdateAlias: from the state on the left to the state above
         Enabled  Disabled
Enabled     +        x

scenarios
deletion  -

+ pass  x fail  ! unexpected pass
? inconclusive  k known failure
- skipped

3 more rows pass; --table full shows them


"#]]
        .raw(),
    );
}

#[test]
fn no_word_is_broken_in_a_narrow_terminal() {
    for (width, events) in [(40, sample::every_verdict()), (40, sample::poor()), (80, sample::poor())] {
        let options = ConsoleOptions { width, wraps: true, verbosity: Verbosity::Verbose, ..options() };
        let whole = shown(&events, options);
        // What is copied into a shell is one line there, and an id has no place where it can be broken.
        let is_whole = |line: &str| line.contains("kms-conformance run ") || line.contains("reproduce: ");
        let is_word = |line: &str| !line.trim().contains(' ');
        let long = whole.lines().filter(|line| line.chars().count() > width && !is_whole(line) && !is_word(line));
        assert_eq!(long.collect::<Vec<_>>(), [""; 0], "{width}");
        assert!(whole.contains("matrix/encrypt.yaml:12:3"), "{whole}");
    }
}

#[test]
fn colours_are_only_used_if_chosen() {
    let events = sample::every_verdict();
    let plain = shown(&events, options());
    assert!(!plain.contains('\u{1b}'), "{plain}");
    let colored = shown(&events, ConsoleOptions { color: true, ..options() });
    assert!(colored.contains("\u{1b}[32m✔\u{1b}[0m"), "{colored}");
    let stripped: String = anstream::adapter::strip_str(&colored).to_string();
    assert_eq!(stripped, plain);
}

#[test]
fn control_characters_of_a_server_do_not_reach_the_terminal() {
    let mut case = sample::failed("alibaba/Encrypt/Disabled");
    let hostile = "\u{1b}]0;owned\u{7}\r\u{9b}2J\u{202e}";
    case.reason = hostile.to_owned();
    case.notes = vec![hostile.to_owned()];
    case.actual = Some(crate::event::Outcome { code: hostile.to_owned(), status: 200 });
    if let Some(response) = &mut case.exchanges[0].response {
        response.body = hostile.to_owned();
    }
    case.exchanges[0].request.url.push_str(hostile);

    let mut again = case.clone();
    (again.id, again.route) = (format!("alibaba/Encrypt/Disabled/{hostile}").into(), vec![hostile.to_owned()]);
    let mut blocked = sample::blocked(&format!("alibaba/Decrypt/{hostile}"));
    let blocked_by = blocked.blocked_by.as_mut().unwrap();
    blocked_by.problem = hostile.to_owned();
    let response = blocked_by.response.as_mut().unwrap();
    (response.code, response.message) = (hostile.to_owned(), hostile.to_owned());
    let mut unstable = sample::unstable("alibaba/Decrypt/Disabled");
    unstable.first_actual = case.actual.clone();

    let skipped = sample::other("alibaba/x", Verdict::Skipped, Kind::Unsupported, hostile);
    let mut events = sample::run(vec![again, case, blocked.clone(), blocked, unstable, skipped]);
    if let Some(Event::RunFinished(footer)) = events.last_mut() {
        footer.leaks = vec![hostile.to_owned()];
    }
    events.push(Event::Notice { message: hostile.to_owned() });

    for verbosity in [Verbosity::Quiet, Verbosity::Normal, Verbosity::Verbose] {
        let text = shown(&events, ConsoleOptions { verbosity, ..options() });
        let raw = |character: char| character != '\n' && text::is_hidden(character);
        assert!(!text.contains(raw), "{text:?}");
        assert!(text.contains("\\u{1b}]0;owned\\u{7}"), "{text}");
    }
}

struct Closed(io::ErrorKind);

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_output_ends_without_an_error_if_its_reader_goes_away() {
    let mut console = Console::new(Closed(io::ErrorKind::BrokenPipe), options());
    for event in all_pass() {
        console.event(&event).unwrap();
    }
    let mut console = Console::new(Closed(io::ErrorKind::StorageFull), options());
    assert!(console.event(&sample::started(1)).is_err());
}
