//! A report for people: one file, with nothing outside of it.
//!
//! The page is a table of operations and states, in which a cell shows the worst verdict of its cases; a cell opens its cases. It
//! opens from a disk and where scripts and styles are forbidden: then it shows the table, with signs, and what failed, which is markup
//! that the script hides (browsers show `noscript` only where a sandbox turns scripts off, and not where a policy does). Its own
//! policy (`meta`) allows the one script and the one style that it has, by their hashes, and no network at all.
//!
//! Several results stand side by side. Everything that comes from a file or an endpoint is text: in the markup it is escaped, and the
//! script makes no markup.

mod data;
mod graph;
mod table;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use self::data::Data;
use self::graph::Graph;
use self::table::Tables;
use super::failure_text::FailureText;
use super::league::Tally;
use super::results::Results;
use super::text::{self, as_u64, count, one_line, thousands};
use crate::verdict::Verdict;

const STYLE: &str = include_str!("assets/report.css");
const SCRIPT: &str = include_str!("assets/report.js");

/// How many leaks or notes of one of the results stand above the table; more are a list that is closed at first.
const MOST_REMARKS: usize = 5;

/// How many cases are listed where no script runs.
const MOST_LISTED: usize = 500;

/// How much of a response is shown there, in bytes.
const RESPONSE_LIMIT: usize = 300;

/// Results and their name on the page.
#[derive(Debug, Clone)]
pub struct Column {
    /// The name, such as that of the file.
    pub name: String,
    /// What it shows.
    pub results: Results,
}

/// The page of results, which stand side by side in this order.
pub fn render(columns: &[Column]) -> String {
    let tables = Tables::of(columns);
    let title = match columns {
        [column] => format!("KMS conformance of {}", one_line(&column.results.target.endpoint)),
        _ => format!("KMS conformance: {} results", columns.len()),
    };
    let title = escaped(&title);
    let policy = policy();
    let data = Data::of(columns).to_json();

    // What needs the script is hidden until the script shows it.
    format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{STYLE}</style>
</head>
<body>
<header>
<h1>{title}</h1>
{head}
<div id="trend"></div>
</header>
<main>
<form id="filters" hidden>
<label class="check"><input type="checkbox" name="only"> only what did not pass</label>
<label>edition <select name="edition"><option value="">all</option></select></label>
<label>class of key <select name="origin"><option value="">all</option></select></label>
<label>text in ids, results, clauses and files <input type="search" name="text"></label>
<button type="reset">Reset</button>
</form>
<p class="soft">{LEGEND}{numbers}</p>
{tables}
{graph}
<section id="results" hidden>
<h2 id="list-title" tabindex="-1" aria-live="polite"></h2>
<p><button type="button" class="more" id="all" hidden>Show all cells</button></p>
<div id="list"></div>
</section>
<section id="plain">
{listed}
</section>
</main>
<script type="application/json" id="data">{data}</script>
<script>{SCRIPT}</script>
</body>
</html>
"#,
        head = head(columns),
        numbers = if columns.len() > 1 { NUMBERS } else { "" },
        tables = tables.to_html(),
        graph = Graph::of(columns).map(|graph| graph.to_html(columns)).unwrap_or_default(),
        listed = listed(columns),
    )
}

/// What the page may load and run: nothing but its own script and style.
fn policy() -> String {
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'; \
         require-trusted-types-for 'script'",
        hash(SCRIPT),
        hash(STYLE)
    )
}

/// What the signs mean.
const LEGEND: &str = "✔ pass · ✘ fail · ! unexpected pass · ? inconclusive · k known failure · … not run · – skipped. A cell shows \
                      the worst verdict of its cases, and how many have it; that some are skipped counts only where all are.";

/// What the numbers in front of them mean, where there are several results.
const NUMBERS: &str =
    " The small number before it says of which of the results it is, in the order of the table above.";

/// The hash of a script or style, as a policy has it.
fn hash(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text))
}

/// What was run, a row for each of the results.
fn head(columns: &[Column]) -> String {
    let mut head = String::from(
        "<div class=\"scroll\" role=\"group\" aria-label=\"results\" tabindex=\"0\"><table class=\"runs\"><thead><tr><th scope=\"col\">results</th><th scope=\"col\">target</th>\
         <th scope=\"col\">began</th><th scope=\"col\">cost</th>",
    );
    let seen = |verdict: Verdict| columns.iter().any(|column| column.results.summary.of(verdict) > 0);
    let verdicts: Vec<Verdict> = Verdict::ALL.into_iter().filter(|verdict| seen(*verdict)).collect();
    for verdict in &verdicts {
        head.push_str(&format!("<th scope=\"col\">{}</th>", verdict.name().replace('-', " ")));
    }
    head.push_str("</tr></thead><tbody>");
    let mut remarks = String::new();
    for (index, Column { name, results }) in columns.iter().enumerate() {
        let Results { target, started_at, usage, duration_ms, summary, .. } = results;
        let mock = if target.bundled_mock { ", bundled mock" } else { "" };
        let version =
            target.version.as_ref().map(|version| format!(", version {}", escaped(version))).unwrap_or_default();
        head.push_str(&format!(
            "<tr><th scope=\"row\">{}</th><td>{} ({}{mock}{version})</td><td>{}</td><td>{}, {}, {}</td>",
            numbered(columns, index),
            escaped(&target.endpoint),
            escaped(&target.provider),
            escaped(started_at),
            count(usage.requests, "request"),
            count(usage.keys_created, "key"),
            text::duration(*duration_ms),
        ));
        for verdict in &verdicts {
            let number = thousands(as_u64(summary.of(*verdict)));
            head.push_str(&format!("<td><span class=\"mark {verdict}\">{} {number}</span></td>", text::sign(*verdict)));
        }
        head.push_str("</tr>");

        let name = if columns.len() > 1 { format!("{}: ", escaped(name)) } else { String::new() };
        remarks.push_str(&remarks_on(results, &name));
    }
    let league = if columns.len() > 1 { league(columns) } else { String::new() };
    head + "</tbody></table></div>\n" + &league + &remarks
}

/// What else is to be known of results: their suite, why they were cut short, leaks and notes.
fn remarks_on(results: &Results, name: &str) -> String {
    let line = |label: &str, line: &str| format!("<p>{name}<strong>{label}</strong>: {}</p>\n", escaped(line));
    let Results { tool, suite, .. } = results;
    let mut html = line("suite", &format!("{} {}, case files {:.12}…", tool.name, tool.version, suite.hash));
    if !results.complete {
        html.push_str(&line("cut short", results.stopped.as_deref().unwrap_or("the run ended early")));
    }

    for (one, many, lines) in [("leak", "leaks", &results.leaks), ("note", "notes", &results.notices)] {
        if lines.len() <= MOST_REMARKS {
            html.extend(lines.iter().map(|text| line(one, text)));
            continue;
        }
        // The table is what the page is about, and would be pages further down.
        let items: String = lines.iter().map(|text| format!("<li>{}</li>\n", escaped(text))).collect();
        let number = lines.len();
        html.push_str(&format!(
            "<details><summary>{name}<strong>{number} {many}</strong></summary>\n<ul>\n{items}</ul></details>\n"
        ));
    }
    html
}

/// The name of one of the results, with its number where there are several.
fn numbered(columns: &[Column], index: usize) -> String {
    let name = columns.get(index).map(|column| escaped(&column.name)).unwrap_or_default();
    if columns.len() > 1 { format!("<sup>{}</sup> {name}", index + 1) } else { name }
}

/// Which of the results keep how much of the published table, a row for each.
fn league(columns: &[Column]) -> String {
    let heads = Tally::HEADS.map(|head| format!("<th scope=\"col\">{}</th>", escaped(head))).concat();
    let rows: String = columns
        .iter()
        .map(|Column { name, results }| {
            let numbers = Tally::of(results).texts().map(|text| format!("<td>{}</td>", escaped(&text))).concat();
            format!("<tr><th scope=\"row\">{}</th>{numbers}</tr>", escaped(name))
        })
        .collect();
    format!(
        "<div class=\"scroll\" role=\"group\" aria-label=\"league\" tabindex=\"0\"><table class=\"runs\"><caption>cells of \
         the table</caption><thead><tr><th scope=\"col\">results</th>{heads}</tr></thead><tbody>{rows}</tbody></table></div>\n"
    )
}

/// What did not pass, for where no script runs: a line for each case, which opens what is to be known of it.
fn listed(columns: &[Column]) -> String {
    let mut list = String::from("<h2>What did not pass</h2>\n");
    let mut left = MOST_LISTED;
    let mut hidden = 0;
    for (index, Column { results, .. }) in columns.iter().enumerate() {
        list.push_str(&format!("<h3>{}</h3>\n", numbered(columns, index)));
        let wrong = results.cases.iter().filter(|case| !matches!(case.verdict, Verdict::Pass | Verdict::Skipped));
        for case in wrong {
            if left == 0 {
                hidden += 1;
                continue;
            }
            left -= 1;
            let sign = text::sign(case.verdict);
            let text = FailureText::of(case, RESPONSE_LIMIT);
            let line = escaped(&text.headline);
            let place = [("case file", text.location)].into_iter().chain(text.details);
            let rows = place.map(|(label, text)| format!("<dt>{label}</dt><dd>{}</dd>", escaped(&text)));
            list.push_str(&format!(
                "<details><summary>{sign} <code>{}</code> {line}</summary>\n<div><dl>{}</dl></div></details>\n",
                escaped(&case.id),
                rows.collect::<String>()
            ));
        }
    }

    if hidden > 0 {
        list.push_str(&format!("<p>and {} more</p>\n", thousands(hidden)));
    }
    list
}

/// A text in one line that HTML shows as it is, in attributes too.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in one_line(text).chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::PreviousVerdict;
    use crate::report::json::tests::written;
    use crate::report::sample;

    fn column(name: &str, events: &[crate::event::Event]) -> Column {
        Column { name: name.to_owned(), results: written(events).parse().unwrap() }
    }

    fn data_of(page: &str) -> serde_json::Value {
        let data = page.split("id=\"data\">").nth(1).unwrap().split("</script>").next().unwrap();
        serde_json::from_str(data).unwrap()
    }

    #[test]
    fn a_page_has_each_case_and_the_cells_of_the_table() {
        let page = render(&[column("results.json", &sample::every_verdict())]);
        let data = data_of(&page);
        assert_eq!(data["cases"].as_array().unwrap().len(), 13);
        assert_eq!(data["cases"][2]["results"][0]["line"], "expected Rejected.Disabled (409), got Success (200)");
        assert!(data["clauses"]["key-states/table-2/encrypt"]["says"].as_str().unwrap().starts_with("Encrypt "));
        // Columns are in the order of the published table, and what it lacks in alphabetical order.
        let states = ["Enabled", "Disabled", "Pending<wbr>Deletion", "Pending<wbr>Import"];
        let places = states.map(|state| page.find(&format!("<th scope=\"col\">{state}</th>")).unwrap());
        assert!(places.is_sorted());
        for name in ["cell/Encrypt/Disabled", "move/UpdateAlias/Enabled/Disabled", "scenario/deletion"] {
            assert!(page.contains(&format!("data-cell=\"{name}\"")), "{name}");
        }
    }

    #[test]
    fn a_case_shows_when_it_was_judged_before() {
        let mut column = column("results.json", &sample::every_verdict());
        let passed = column.results.cases.iter_mut().find(|case| case.verdict == Verdict::Pass).unwrap();
        let at = "2026-11-24T02:00:00Z".to_owned();
        let previous =
            PreviousVerdict { verdict: Verdict::Fail, at, confirmed_at: Some("2026-11-01T02:00:00Z".to_owned()) };
        let before = previous.to_string();
        passed.previous = Some(Box::new(previous));
        let id = passed.id.to_string();

        let data = data_of(&render(&[column]));
        let case = data["cases"].as_array().unwrap().iter().find(|case| case["id"] == *id).unwrap();
        let details = case["results"][0]["details"].as_array().unwrap();
        assert!(before.contains("2026-11-24") && before.contains("2026-11-01"), "{before}");
        assert!(details.contains(&serde_json::json!(["before", before])), "{details:?}");
    }

    #[test]
    fn many_leaks_are_a_list_that_is_closed() {
        let mut column = column("a", &sample::poor());
        column.results.leaks = vec!["key <1> was left behind".to_owned(); MOST_REMARKS];
        let line = "<strong>leak</strong>: key &lt;1&gt; was left behind";
        assert_eq!(render(&[column.clone()]).matches(line).count(), MOST_REMARKS);
        column.results.leaks.push("another".to_owned());
        let page = render(&[column]);
        assert!(page.contains("<details><summary><strong>6 leaks</strong></summary>"), "{page}");
        assert_eq!(page.matches("<li>key &lt;1&gt; was left behind</li>").count(), MOST_REMARKS);
    }

    #[test]
    fn results_stand_side_by_side() {
        let page = render(&[column("a", &sample::every_verdict()), column("b", &sample::poor())]);
        let data = data_of(&page);
        let cases = data["cases"].as_array().unwrap();
        let both = cases.iter().find(|case| case["id"] == "alibaba/Encrypt/Disabled").unwrap();
        assert!(both["results"].as_array().unwrap().iter().all(|result| result["verdict"] == "fail"));
        let one = cases.iter().find(|case| case["id"] == "alibaba/Encrypt/Enabled").unwrap();
        assert_eq!((&one["results"][0]["verdict"], &one["results"][1]), (&"pass".into(), &serde_json::Value::Null));
        assert!(page.contains("allows what it must") && page.contains("<tr><th scope=\"row\">b</th><td>"), "a league");
        assert!(!render(&[column("a", &sample::poor())]).contains("allows what it must"), "there is one endpoint only");
    }

    #[test]
    fn hostile_text_ends_no_element() {
        let hostile = "</script><script>alert(1)</script><!--<img src=x onerror=alert(2)>\"'\u{1b}[1m\u{2028}";
        let mut case = sample::failed("alibaba/Encrypt/Disabled");
        case.reason = hostile.to_owned();
        case.kind = Some(crate::verdict::Kind::Body);
        case.exchanges[0].response.as_mut().unwrap().body = hostile.to_owned();
        case.actual.as_mut().unwrap().code = "\u{202e}904".to_owned();
        case.id = format!("alibaba/{hostile}/x").into();
        case.operation = Some(hostile.to_owned());
        let page = render(&[column(hostile, &sample::run(vec![case]))]);
        assert_eq!(page.matches("<script").count(), 2, "the data and the script");
        assert!(!page.contains("<img") && !page.contains("<!--") && !page.contains(['\u{1b}', '\u{202e}']));
        let body = &data_of(&page)["cases"][0]["results"][0]["exchanges"][0]["answer"]["body"];
        assert!(body.as_str().unwrap().starts_with("</script><script>"));
    }

    #[test]
    fn nothing_is_loaded_and_nothing_is_inline() {
        let page = render(&[column("a", &sample::poor())]);
        let markup = page.split("<style>").next().unwrap().to_owned() + page.split("</style>").nth(1).unwrap();
        let markup = markup.split("<script type").next().unwrap();
        for word in ["src=", "href=", " on", "style=", "url("] {
            let found = markup.match_indices(word).any(|(at, _)| markup[..at].rfind('<') > markup[..at].rfind('>'));
            assert!(!found, "{word}");
        }
        assert!(!STYLE.contains("url(") && !STYLE.contains("@import"));
        assert!(!SCRIPT.contains("innerHTML") && !SCRIPT.contains("</script"));
    }
}
