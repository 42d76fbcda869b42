//! A badge: how much of what the document says an endpoint does.
//!
//! Two forms: the JSON that shields.io fetches for an endpoint badge, and an SVG that needs no service.

use serde::Serialize;

use super::results::Results;
use super::text::{as_u64, thousands};
use crate::event::Summary;

/// The text on the left, unless another one is given.
pub const LABEL: &str = "KMS conformance";

/// What a badge shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Badge {
    /// The text on the left.
    pub label: String,
    /// The text on the right: `2,419 of 2,431 pass`.
    pub message: String,
    /// How it stands.
    pub standing: Standing,
}

/// How an endpoint stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Everything that was run is as documented, or a known failure.
    Green,
    /// Nothing failed, but something could not be judged, was not run, is in another shard, or was left behind.
    Yellow,
    /// Something failed.
    Red,
    /// Nothing was judged.
    Grey,
}

/// The JSON of an endpoint badge of shields.io.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shields<'a> {
    schema_version: u32,
    label: &'a str,
    message: &'a str,
    color: &'static str,
    is_error: bool,
}

impl Standing {
    /// How the endpoint of these results stands.
    pub fn of(results: &Results) -> Self {
        let Summary { pass, fail, inconclusive, not_run, known_failure, unexpected_pass, .. } = results.summary;
        if fail + unexpected_pass > 0 {
            Self::Red
        } else if pass + known_failure == 0 {
            Self::Grey
        } else if inconclusive + not_run > 0
            || !results.complete
            || !results.leaks.is_empty()
            || results.shard.is_some()
        {
            Self::Yellow
        } else {
            Self::Green
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Green => "brightgreen",
            Self::Yellow => "yellow",
            Self::Red => "red",
            Self::Grey => "lightgrey",
        }
    }

    /// A background on which white text can be read.
    const fn background(self) -> &'static str {
        match self {
            Self::Green => "#2a7d2e",
            Self::Yellow => "#8a6100",
            Self::Red => "#b3261e",
            Self::Grey => "#5f6368",
        }
    }
}

impl Badge {
    /// The badge of results.
    pub fn of(results: &Results, label: &str) -> Self {
        let Summary { pass, fail, inconclusive, not_run, known_failure, unexpected_pass, skipped: _ } = results.summary;
        // What an emulator says that it does not have is not a promise that it breaks.
        let run = pass + fail + inconclusive + not_run + known_failure + unexpected_pass;
        let message = match Standing::of(results) {
            Standing::Grey => "nothing judged".to_owned(),
            Standing::Green | Standing::Yellow | Standing::Red => {
                let part = results
                    .shard
                    .as_ref()
                    .map(|shard| format!(" in shard {}/{}", shard.number, shard.of))
                    .unwrap_or_default();
                format!("{} of {} pass{part}", thousands(as_u64(pass)), thousands(as_u64(run)))
            }
        };
        Self { label: label.to_owned(), message, standing: Standing::of(results) }
    }

    /// The JSON of an endpoint badge of shields.io.
    pub fn to_shields(&self) -> String {
        let Self { label, message, standing } = self;
        let is_error = *standing == Standing::Red;
        let shields = Shields { schema_version: 1, label, message, color: standing.name(), is_error };
        // It holds nothing that JSON can't.
        serde_json::to_string(&shields).unwrap_or_default() + "\n"
    }

    /// A picture in the form that such badges have.
    pub fn to_svg(&self) -> String {
        let Self { label, message, standing } = self;
        let [left, right] = [label, message].map(|text| width(text));
        let (label, message) = (escaped(label), escaped(message));
        let (total, background) = (left + right, standing.background());
        let [label_x, message_x] = [left / 2, left + right / 2];
        let [label_length, message_length] = [left - 10, right - 10];
        format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" width="{total}" height="20" role="img" aria-label="{label}: {message}">
<title>{label}: {message}</title>
<clipPath id="r"><rect width="{total}" height="20" rx="3"/></clipPath>
<g clip-path="url(#r)"><rect width="{left}" height="20" fill="#444"/><rect x="{left}" width="{right}" height="20" fill="{background}"/></g>
<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
<text x="{label_x}" y="14" textLength="{label_length}">{label}</text>
<text x="{message_x}" y="14" textLength="{message_length}">{message}</text>
</g>
</svg>
"##
        )
    }
}

/// The width of a text with its margins, in pixels. The text is stretched to it, so it need not be exact.
fn width(text: &str) -> u64 {
    as_u64(text.chars().count()) * 13 / 2 + 10
}

/// A text that XML shows as it is.
fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    super::text::one_line(&text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::json::tests::written;
    use crate::report::sample;

    fn badge(events: &[crate::event::Event], label: &str) -> Badge {
        Badge::of(&written(events).parse().unwrap(), label)
    }

    #[test]
    fn a_badge_shows_how_many_pass_and_how_bad_it_is() {
        let red = badge(&sample::every_verdict(), LABEL);
        assert_eq!(
            red.to_shields(),
            "{\"schemaVersion\":1,\"label\":\"KMS conformance\",\"message\":\"6 of 11 pass\",\"color\":\"red\",\"isError\":true}\n"
        );
        let of = |cases: Vec<_>| badge(&sample::run(cases), LABEL);
        let green = of(vec![sample::passed("a/1")]);
        assert_eq!((green.standing, green.message.as_str()), (Standing::Green, "1 of 1 pass"));
        let yellow = of(vec![sample::passed("a/1"), sample::blocked("a/2")]);
        assert_eq!((yellow.standing, yellow.message.as_str()), (Standing::Yellow, "1 of 2 pass"));
        let grey = of(vec![sample::blocked("a/2")]);
        assert_eq!((grey.standing, grey.message.as_str()), (Standing::Grey, "nothing judged"));
    }

    #[test]
    fn the_picture_is_xml_whatever_the_label() {
        let svg = badge(&sample::every_verdict(), "<my> \"kms\" & more\u{1b}").to_svg();
        let mut reader = quick_xml::reader::Reader::from_str(&svg);
        let mut texts = 0;
        loop {
            match reader.read_event().unwrap() {
                quick_xml::events::Event::Eof => break,
                quick_xml::events::Event::Start(element) if element.name().as_ref() == b"text" => texts += 1,
                _ => {}
            }
        }
        assert_eq!(texts, 2);
        assert!(svg.contains("<title>&lt;my&gt; &quot;kms&quot; &amp; more\\u{1b}: 6 of 11 pass</title>"), "{svg}");
    }
}
