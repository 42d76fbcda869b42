//! What was not judged: a line for each cause, however many cases it has.
//!
//! ```text
//! ? 324 cases  inconclusive in setup: DisableKey (Aliyun_KMS, Enabled) had no effect: Success (200)
//!   such as alibaba/Decrypt/Disabled, alibaba/Encrypt/Disabled
//!
//! ? alibaba/GenerateDataKey/Disabled  inconclusive: two keys got different responses
//!   expected Rejected.Disabled (409), got Success (200) from the first key and Rejected.Disabled (409) from the next
//!   --> cases/alibaba/matrix/generate-data-key.yaml:12:3
//!   …
//!
//! – 12 cases  skipped: the case moves the target's clock, which a run does only with --move-clock …
//! ```

use crate::report::cause::{Causes, Group};
use crate::report::text;
use crate::verdict::{Kind, Verdict};

use super::pen::{FAINT, Mark, Pen, STRONG};
use super::room::Room;

/// How many causes are shown unless all are wanted.
const MOST: usize = 20;

/// How many ids of a group are shown unless all are wanted.
const FEW: usize = 2;

/// How much is said of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// The line of the cause: nothing was judged at all, and the end of the run says why.
    Line,
    /// Some ids as well, and everything about a single case.
    Normal,
    /// Every id.
    EveryId,
}

/// The inconclusive cases by their causes, and those that were not run unless `is_cut_short`: then the end of the run says
/// why.
pub(super) fn inconclusive(causes: &Causes, is_cut_short: bool, detail: Detail, room: Room, pen: Pen) -> String {
    let mut groups = causes.of(Verdict::Inconclusive);
    if !is_cut_short {
        groups.extend(causes.of(Verdict::NotRun));
    }
    let shown = if detail == Detail::EveryId { groups.len() } else { MOST.min(room.causes).min(groups.len()) };

    let mut rendered: String = groups.iter().take(shown).map(|group| paragraph(group, detail, pen)).collect();
    let more = groups.get(shown..).unwrap_or_default();
    if !more.is_empty() {
        let cases: usize = more.iter().map(|group| group.ids.len()).sum();
        let [cases, causes] =
            [(cases, "case"), (more.len(), "cause")].map(|(number, noun)| text::count(text::as_u64(number), noun));
        let all = if shown == 0 {
            format!("{cases}  inconclusive, of {causes}")
        } else {
            format!("{cases} of {causes} more")
        };
        rendered.push_str(&format!("{} {all}; --verbose shows them\n\n", pen.mark(Mark::Inconclusive)));
    }
    // The other details end their paragraphs with an empty line themselves.
    if detail == Detail::Line && !rendered.is_empty() {
        rendered.push('\n');
    }
    rendered
}

/// The skipped cases by their reasons. Nobody can do anything about cells that the table does not have, so they are shown
/// only with every id.
pub(super) fn skipped(causes: &Causes, detail: Detail, room: Room, pen: Pen) -> String {
    let every_id = detail == Detail::EveryId;
    let mut rendered = String::new();

    let groups = causes.of(Verdict::Skipped);
    let shown: Vec<&Group> = groups.iter().copied().filter(|group| group.kind != Some(Kind::NotApplicable)).collect();
    if room.counts && shown.len() > 1 {
        let cases: usize = shown.iter().map(|group| group.ids.len()).sum();
        let [cases, reasons] =
            [(cases, "case"), (shown.len(), "reason")].map(|(number, noun)| text::count(text::as_u64(number), noun));
        return format!("{} {cases}  skipped for {reasons}; --verbose shows them\n\n", pen.mark(Mark::Skipped));
    }
    for group in groups {
        if every_id || group.kind != Some(Kind::NotApplicable) {
            rendered.push_str(&(title(group, &group.sentence(), pen) + "\n"));
        }
        if every_id && group.ids.len() > 1 {
            rendered.push_str(&ids(group));
        }
    }

    let more_lines_follow = detail == Detail::Line && !causes.of(Verdict::Inconclusive).is_empty();
    if !rendered.is_empty() && !more_lines_follow {
        rendered.push('\n');
    }
    rendered
}

fn paragraph(group: &Group, detail: Detail, pen: Pen) -> String {
    let mut sentence = title(group, &group.sentence(), pen);
    if detail == Detail::Line {
        return sentence + "\n";
    }

    // That no response came, the sentence says; why, only the case does.
    let reason = group.first.details.iter().find(|(label, _)| *label == "reason");
    if let Some((_, reason)) = reason.filter(|_| group.kind == Some(Kind::Transport) && group.step.is_some()) {
        sentence += &format!("\n  {reason}");
    }
    match (detail, &*group.ids) {
        (Detail::Line, _) => sentence,
        // The rest of what is known of the case has nothing to do with what blocked it.
        (Detail::Normal | Detail::EveryId, [_]) if group.step.is_some() => {
            format!("{sentence}\n{}\n\n", pen.paint(FAINT, &format!("  --> {}", group.first.location)))
        }
        (Detail::Normal | Detail::EveryId, [_]) => single(group, pen),
        (Detail::EveryId, _) => format!("{sentence}\n{}\n", ids(group)),
        (Detail::Normal, all) => {
            let some = all.iter().take(FEW).map(String::as_str).collect::<Vec<_>>().join(", ");
            format!("{sentence}\n{}\n\n", pen.paint(FAINT, &format!("  such as {some}")))
        }
    }
}

/// A single case: everything that is known of it.
fn single(group: &Group, pen: Pen) -> String {
    let meaning = group.kind.map(|kind| format!(": {}", kind.meaning())).unwrap_or_default();
    let lines = group.first.to_text();
    let (headline, rest) = lines.split_once('\n').unwrap_or((&lines, ""));
    let title = title(group, &format!("{}{meaning}", group.verdict), pen);
    format!("{title}\n  {headline}\n{}\n\n", pen.paint(FAINT, rest))
}

/// The mark, the id or the number of cases, and a sentence.
fn title(group: &Group, sentence: &str, pen: Pen) -> String {
    let mark = match group.verdict {
        Verdict::Skipped => Mark::Skipped,
        Verdict::NotRun => Mark::NotRun,
        Verdict::Pass | Verdict::KnownFailure | Verdict::Inconclusive | Verdict::UnexpectedPass | Verdict::Fail => {
            Mark::Inconclusive
        }
    };
    let cases = match &*group.ids {
        [id] => id.clone(),
        _ => group.cases(),
    };
    format!("{} {}  {sentence}", pen.mark(mark), pen.paint(STRONG, &cases))
}

fn ids(group: &Group) -> String {
    group.ids.iter().map(|id| format!("  {id}\n")).collect()
}
