//! The file is read by an XML parser that does not use the writer's model.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;

use quick_xml::Reader;
use quick_xml::events::Event as Xml;
use snapbox::IntoData;

use super::*;
use crate::report::sample;
use crate::verdict::{Kind, Verdict};

const STATES: [&str; 4] = ["Disabled", "Enabled", "PendingDeletion", "PendingImport"];

fn written(events: &[Event], options: JunitOptions) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("junit.xml");
    let mut report = JunitReport::create(&path, options).unwrap();
    for event in events {
        report.event(event).unwrap();
    }
    fs::read_to_string(path).unwrap()
}

#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    text: String,
    children: Vec<Element>,
}

impl Element {
    fn attribute(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }

    fn children<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    fn cases(&self) -> Vec<&Element> {
        self.children("testsuite").flat_map(|suite| suite.children("testcase")).collect()
    }
}

fn parsed(xml: &str) -> Element {
    let mut reader = Reader::from_str(xml);
    let mut open = vec![Element::default()];
    loop {
        let event = reader.read_event().unwrap();
        let empty = matches!(event, Xml::Empty(_));
        match event {
            Xml::Start(tag) | Xml::Empty(tag) => {
                let attributes = tag.attributes().map(|attribute| {
                    let attribute = attribute.unwrap();
                    let name = String::from_utf8(attribute.key.as_ref().to_vec()).unwrap();
                    (name, attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).unwrap().into_owned())
                });
                let element = Element {
                    name: String::from_utf8(tag.name().as_ref().to_vec()).unwrap(),
                    attributes: attributes.collect(),
                    ..Element::default()
                };
                if empty { open.last_mut().unwrap().children.push(element) } else { open.push(element) }
            }
            Xml::End(_) => {
                let element = open.pop().unwrap();
                open.last_mut().unwrap().children.push(element);
            }
            Xml::Text(text) => open.last_mut().unwrap().text.push_str(&text.decode().unwrap()),
            Xml::GeneralRef(name) => {
                let name = name.decode().unwrap();
                let text = quick_xml::escape::unescape(&format!("&{name};")).unwrap().into_owned();
                open.last_mut().unwrap().text.push_str(&text);
            }
            Xml::Eof => break,
            Xml::Decl(_) => {}
            other => panic!("unexpected {other:?}"),
        }
    }

    assert_eq!(open.len(), 1, "every element is closed");
    open.remove(0).children.remove(0)
}

#[test]
fn a_whole_file() {
    let events = sample::finished(
        vec![
            sample::passed("alibaba/Encrypt/Enabled"),
            sample::failed("alibaba/Encrypt/Disabled"),
            sample::other("alibaba/deletion/late", Verdict::Skipped, Kind::Unavailable, "the clock can't be moved"),
        ],
        None,
    );
    snapbox::assert_data_eq!(written(&events, JunitOptions::default()), snapbox::str![[r#"
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="kms-conformance" tests="3" skipped="1" failures="1" errors="0" timestamp="2026-01-02T03:04:05.000+00:00" time="0.123">
    <testsuite name="alibaba.kms.Disabled" tests="1" skipped="0" errors="0" failures="1" timestamp="2026-01-02T03:04:05.000+00:00" time="0.003">
        <properties>
            <property name="tool" value="kms-conformance 0.0.0"/>
            <property name="provider" value="alibaba"/>
            <property name="endpoint" value="http://127.0.0.1:8080/ (bundled mock)"/>
            <property name="suite.hash" value="5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"/>
            <property name="suite.editions" value="official, later"/>
            <property name="seed" value="7"/>
        </properties>
        <testcase name="Encrypt/Disabled" classname="alibaba.kms.Disabled" time="0.003" file="cases/alibaba/matrix/encrypt.yaml" line="12">
            <failure message="expected Rejected.Disabled (409), got Success (200)" type="fail.allowed">expected Rejected.Disabled (409), got Success (200)
  --&gt; cases/alibaba/matrix/encrypt.yaml:12:3
  clause: key-states/table-2/encrypt (official)
  route: CreateKey, DisableKey
  response: 200 {&quot;CiphertextBlob&quot;:&quot;Zm9v&quot;,&quot;RequestId&quot;:&quot;1&quot;}
  reproduce: curl -sS -i &apos;http://127.0.0.1:8080/?Action=Encrypt&amp;KeyId=key-1&amp;Plaintext=Y29uZg%3D%3D&amp;Signature=***&apos;</failure>
        </testcase>
    </testsuite>
    <testsuite name="alibaba.kms.Enabled" tests="1" skipped="0" errors="0" failures="0" timestamp="2026-01-02T03:04:05.000+00:00" time="0.003">
        <properties>
            <property name="tool" value="kms-conformance 0.0.0"/>
            <property name="provider" value="alibaba"/>
            <property name="endpoint" value="http://127.0.0.1:8080/ (bundled mock)"/>
            <property name="suite.hash" value="5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"/>
            <property name="suite.editions" value="official, later"/>
            <property name="seed" value="7"/>
        </properties>
        <testcase name="Encrypt/Enabled" classname="alibaba.kms.Enabled" time="0.003" file="cases/alibaba/matrix/encrypt.yaml" line="12"/>
    </testsuite>
    <testsuite name="alibaba.kms.scenario" tests="1" skipped="1" errors="0" failures="0" timestamp="2026-01-02T03:04:05.000+00:00" time="0.003">
        <properties>
            <property name="tool" value="kms-conformance 0.0.0"/>
            <property name="provider" value="alibaba"/>
            <property name="endpoint" value="http://127.0.0.1:8080/ (bundled mock)"/>
            <property name="suite.hash" value="5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"/>
            <property name="suite.editions" value="official, later"/>
            <property name="seed" value="7"/>
        </properties>
        <testcase name="deletion/late" classname="alibaba.kms.scenario" time="0.003" file="cases/alibaba/matrix/encrypt.yaml" line="12">
            <skipped message="the clock can&apos;t be moved" type="skipped.unavailable">the clock can&apos;t be moved
  --&gt; cases/alibaba/matrix/encrypt.yaml:12:3
  clause: key-states/table-2/encrypt (official)
  route: CreateKey, DisableKey</skipped>
        </testcase>
        <system-out>1 case skipped: the clock can&apos;t be moved</system-out>
    </testsuite>
</testsuites>

"#]].raw());
}

#[test]
fn every_verdict_has_one_element_and_its_type() {
    let root = parsed(&written(&sample::every_verdict(), JunitOptions::default()));
    let found: Vec<_> = root
        .cases()
        .into_iter()
        .map(|case| {
            assert!(case.children.len() <= 1, "{case:?}");
            let child = case.children.first();
            if let Some(child) = child {
                assert!(child.text.starts_with(child.attribute("message")), "{child:?}");
                assert!(!child.attribute("message").is_empty(), "{child:?}");
            }
            (
                case.attribute("name"),
                child.map_or(String::new(), |child| format!("{} {}", child.name, child.attribute("type"))),
            )
        })
        .filter(|(_, status)| !status.is_empty())
        .collect();

    let expected = [
        ("Encrypt/Disabled", "failure fail.allowed"),
        ("GenerateDataKeyWithoutPlaintext/Disabled", "failure unexpected-pass"),
        ("update-alias/Enabled-to-Disabled", "failure fail.effect"),
        ("Encrypt/PendingDeletion", "error inconclusive.transport"),
        ("Encrypt/PendingImport", "skipped known-failure"),
        ("GenerateDataKeyWithoutPlaintext/PendingImport", "skipped skipped.not-applicable"),
        ("deletion/after-the-window", "skipped skipped.unavailable"),
    ];
    assert_eq!(found, expected.map(|(name, status)| (name, status.to_owned())));
}

#[test]
fn equal_causes_have_equal_messages_and_are_counted_for_each_suite() {
    for strict in [false, true] {
        let options = JunitOptions { strict, ..JunitOptions::default() };
        let root = parsed(&written(&sample::poor(), options));
        let cause = "DisableKey (Aliyun_KMS, Enabled) had no effect: Success (200)";
        let blocked: Vec<&Element> = root.cases().into_iter().flat_map(|case| case.children("error")).collect();
        let messages: Vec<&str> = blocked
            .iter()
            .filter(|error| error.attribute("type") == "inconclusive.fixture")
            .map(|error| error.attribute("message"))
            .collect();
        assert_eq!(messages, [cause; 3]);
        assert!(blocked.iter().any(|error| error.attribute("type") == "inconclusive.unstable"));
        let crash = root.cases().into_iter().find(|case| case.attribute("name") == "Decrypt/Disabled").unwrap();
        assert_eq!(crash.children[0].attribute("type"), "fail.crash");

        let suite = root.children("testsuite").find(|suite| suite.attribute("name") == "alibaba.kms.Disabled").unwrap();
        let out = &suite.children.last().unwrap();
        assert_eq!(out.name, "system-out");
        let lines: Vec<&str> = out.text.lines().collect();
        assert_eq!(lines[0], format!("3 cases inconclusive in setup: {cause}"));
        assert!(lines[1].starts_with("1 case inconclusive: GenerateDataKey in Disabled: expected "), "{lines:?}");
        assert_eq!(lines.len(), 2);
    }
}

#[test]
fn totals_are_those_of_the_cases() {
    let root = parsed(&written(&sample::every_verdict(), JunitOptions::default()));
    let suites: Vec<_> = root.children("testsuite").collect();
    for (total, element) in [("failures", "failure"), ("errors", "error"), ("skipped", "skipped")] {
        let mut sum = 0;
        for suite in &suites {
            let counted = suite.children("testcase").flat_map(|case| case.children(element)).count();
            assert_eq!(suite.attribute(total), counted.to_string(), "{}", suite.attribute("name"));
            sum += counted;
        }
        assert_eq!(root.attribute(total), sum.to_string());
    }

    assert_eq!(root.attribute("tests"), root.cases().len().to_string());
    for suite in suites {
        assert_eq!(suite.attribute("tests"), suite.children("testcase").count().to_string());
        for case in suite.children("testcase") {
            assert_eq!(case.attribute("classname"), suite.attribute("name"));
            assert_eq!(case.attribute("time"), "0.003");
            assert!(case.attribute("file").starts_with("cases/alibaba/"));
        }
    }

    assert_eq!(root.attribute("time"), "0.123");
    assert_eq!(root.attribute("uuid"), "");
}

#[test]
fn an_inconclusive_case_may_be_skipped_but_not_one_that_was_cut_off() {
    let cases = vec![
        sample::other("alibaba/Encrypt/Disabled", Verdict::Inconclusive, Kind::Transport, "connection refused"),
        sample::other("alibaba/Encrypt/Enabled", Verdict::NotRun, Kind::Cut, "interrupted"),
    ];
    let options = JunitOptions { inconclusive: InconclusiveAs::Skipped, ..JunitOptions::default() };
    let root = parsed(&written(&sample::finished(cases, Some("interrupted")), options));
    let found: Vec<_> = root
        .cases()
        .iter()
        .map(|case| (case.children[0].name.clone(), case.children[0].attribute("type").to_owned()))
        .collect();
    let expected = [("skipped", "inconclusive.transport"), ("error", "not-run")];
    assert_eq!(found, expected.map(|(name, kind)| (name.to_owned(), kind.to_owned())));
}

#[test]
fn a_run_that_was_cut_short_is_never_green() {
    let mut events = sample::finished(vec![sample::passed("alibaba/Encrypt/Enabled")], Some("interrupted"));
    for expected in ["interrupted: 0 cases without a result", "interrupted: 242 cases without a result"] {
        let root = parsed(&written(&events, JunitOptions::default()));
        assert_eq!(root.attribute("errors"), "1");
        let run = root.cases().into_iter().find(|case| case.attribute("classname") == "alibaba.kms.run").unwrap();
        assert_eq!((run.children[0].attribute("type"), run.children[0].text.as_str()), ("not-run", expected));
        events[0] = sample::started(243);
    }
}

#[test]
fn a_leak_is_an_error_of_the_run() {
    let mut events = sample::run(vec![sample::passed("alibaba/Encrypt/Enabled")]);
    if let Some(Event::RunFinished(footer)) = events.last_mut() {
        footer.leaks = vec!["key 1 \u{1b}".to_owned(), "alias 2\n".to_owned()];
    }
    let root = parsed(&written(&events, JunitOptions::default()));
    assert_eq!((root.attribute("errors"), root.attribute("tests")), ("1", "2"));
    let leak = root.cases().into_iter().find(|case| case.attribute("name") == "teardown").unwrap();
    assert_eq!(leak.attribute("classname"), "alibaba.kms.run");
    let message = "2 leaks: key 1 \\u{1b}; alias 2";
    assert_eq!((leak.children[0].attribute("type"), leak.children[0].attribute("message")), ("leak", message));
    assert_eq!(leak.children[0].text, format!("{message}\n  key 1 \\u{{1b}}\n  alias 2"));
}

#[test]
fn the_strict_form_has_no_attributes_of_its_own() {
    let options = JunitOptions { strict: true, ..JunitOptions::default() };
    let xml = written(&sample::every_verdict(), options);
    let root = parsed(&xml);
    let names = |element: &Element| element.attributes.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&root), ["errors", "failures", "name", "tests", "time"]);
    assert_eq!(names(root.cases()[0]), ["classname", "name", "time"]);
    assert!(xml.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name="), "{xml}");
    let lenient = parsed(&written(&sample::every_verdict(), JunitOptions::default()));
    assert_eq!(root.cases().len(), lenient.cases().len());
    assert_eq!(root.cases()[2].children[0].text, lenient.cases()[2].children[0].text);
}

#[test]
fn every_character_survives_or_is_made_visible() {
    // Few at a time, because a long reason is cut.
    let blocks: Vec<String> = (0..=0xffff_u32)
        .collect::<Vec<_>>()
        .chunks(0x60)
        .map(|block| block.iter().copied().filter_map(char::from_u32).collect())
        .map(|characters: String| format!("<{characters}>"))
        .collect();

    let hostile = |block: &String| {
        let mut case = sample::failed("alibaba/x");
        case.id = format!("alibaba/{block}").into();
        case.kind = Some(Kind::Body);
        case.reason.clone_from(block);
        case.notes = vec![block.clone()];
        case
    };

    let xml = written(&sample::run(blocks.iter().map(hostile).collect()), JunitOptions::default());
    let forbidden =
        |character: char| matches!(character, '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    assert!(!xml.contains(forbidden));
    let root = parsed(&xml);
    let cases = root.cases();
    assert_eq!(cases.len(), blocks.len());

    for (case, block) in cases.into_iter().zip(&blocks) {
        let shown = text::one_line(block);
        let failure = &case.children[0];
        assert_eq!(case.attribute("name"), shown);
        assert_eq!(failure.attribute("message"), shown);
        assert!(failure.text.contains(&format!("\n  note: {shown}\n")), "{shown}");
    }
}

#[test]
fn the_pair_of_class_and_name_is_unique_for_every_id() {
    let mut pairs = HashSet::new();
    let mut ids = BTreeSet::new();
    for provider in ["alibaba", "aws"] {
        for operation in ["Encrypt", "Decrypt", "DescribeKey"] {
            for state in STATES {
                for rest in ["", "/EXTERNAL", "/EXTERNAL/via-cancel", "/Aliyun_KMS"] {
                    let case = sample::passed(&format!("{provider}/{operation}/{state}{rest}"));
                    pairs.insert((case::classname(&case), case::name(&case)));
                    ids.insert(case.id);
                }
            }
        }
        ids.insert(format!("{provider}/encrypt/Disabled").into());
        ids.insert(provider.into());
    }

    for original in STATES {
        for target in STATES {
            let case = sample::moved(original, target, Verdict::Pass);
            pairs.insert((case::classname(&case), case::name(&case)));
            ids.insert(case.id);
        }
    }

    for id in ["alibaba/encrypt/Disabled", "aws/encrypt/Disabled", "alibaba", "aws"] {
        let case = sample::passed(id);
        pairs.insert((case::classname(&case), case::name(&case)));
    }
    assert_eq!(pairs.len(), ids.len());
    assert!(pairs.contains(&("alibaba.kms.Disabled".to_owned(), "Encrypt/Disabled/EXTERNAL".to_owned())));
    assert!(pairs.contains(&("aws.kms.scenario".to_owned(), "encrypt/Disabled".to_owned())));
}
