//! The graph of states as a picture: the states in a row, what leads to the right above them, what leads to the left below.
//!
//! It is made of the results alone: [`TableHeader::transitions`](crate::event::TableHeader) say what the documents know, and the
//! paths of the cases what is covered. In such a picture arcs of one span never cross, and each has its own place for words.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Column, escaped};
use crate::event::{CaseResult, TransitionHeader};
use crate::report::text::{as_u64, thousands};
use crate::verdict::Verdict;

/// The name of the place that keys come from.
const NEW: &str = "new key";

/// The sizes of the picture, in its own units.
const HEIGHT: usize = 44;
const NARROWEST: usize = 140;
const CLOSEST: usize = 140;
const MARGIN: usize = 12;
const LINE: usize = 15;
/// How much further than the words of the arcs below it an arc rises, so that its slopes pass beside them.
const RISE: usize = 38;

/// About how wide a character is, in the name of a state and in the words beside it.
const LETTER: (usize, usize) = (9, 7);

/// How far from the middle of a node its longer arcs have risen above the words of the shortest ones.
const SLOPE: usize = 80;

/// How far ends of arcs at one node are from each other.
const APART: usize = 9;

/// A transition and how many judged cases went over it, for each of the results.
struct Taken<'r> {
    transition: &'r TransitionHeader,
    cases: Vec<usize>,
}

/// The graph of states of some results.
pub(super) struct Graph<'r> {
    /// Their names from left to right, the place of new keys first.
    nodes: Vec<&'r str>,
    transitions: Vec<Taken<'r>>,
    /// How wide a node is, so that its name has room in it.
    width: usize,
    /// How far one node is from the next, so that the words of the arc between them have room beside the slopes of longer arcs.
    gap: usize,
}

impl<'r> Graph<'r> {
    /// The graph; none of results from before it was stored.
    pub(super) fn of(columns: &'r [Column]) -> Option<Self> {
        let mut tables = columns.iter().filter_map(|column| column.results.table.as_ref());
        let table = tables.find(|table| !table.transitions.is_empty())?;
        let transitions = &table.transitions;

        let is_used = |state: &str| {
            transitions.iter().any(|transition| transition.to == *state || transition.from.as_deref() == Some(state))
        };
        let known = table.states.iter().map(String::as_str).filter(|state| is_used(state));
        let mut nodes: Vec<&str> = std::iter::once(NEW).chain(known).collect();
        for transition in transitions {
            for state in transition.from.iter().chain([&transition.to]) {
                if !nodes.contains(&state.as_str()) {
                    nodes.push(state);
                }
            }
        }

        let counts: Vec<BTreeMap<Step<'_>, usize>> =
            columns.iter().map(|column| gone_over(&column.results.cases, transitions)).collect();
        let taken = |transition: &'r TransitionHeader| {
            let step = (transition.from.as_deref(), transition.operation.as_deref(), transition.to.as_str());
            Taken { transition, cases: counts.iter().map(|counts| counts.get(&step).copied().unwrap_or(0)).collect() }
        };
        // What leaves a state where it is has its words below the node, whose neighbours have theirs beside them.
        let stays = transitions.iter().filter(|one| one.from.as_deref() == Some(&one.to));
        let words = stays.filter_map(|one| one.operation.as_deref()).map(|name| (name.chars().count() + 9) * LETTER.1);
        let names = nodes.iter().map(|name| name.chars().count() * LETTER.0 + MARGIN);
        let width = names.chain(words).fold(NARROWEST, usize::max);

        let mut graph = Self { nodes, transitions: transitions.iter().map(taken).collect(), width, gap: CLOSEST };
        let between = graph.transitions.iter().filter(|taken| {
            let (from, to) = graph.ends(taken);
            from.abs_diff(to) == 1
        });
        let words = between.map(|taken| taken.words("").1.chars().count() * LETTER.1);
        let gaps = words.map(|words| (words + 2 * SLOPE).saturating_sub(width));
        graph.gap = gaps.fold(CLOSEST, usize::max);
        Some(graph)
    }

    /// The picture, and the same as a table for those who can't see it.
    pub(super) fn to_html(&self, columns: &[Column]) -> String {
        let stated = || self.transitions.iter().filter(|taken| !taken.transition.inferred);
        let covered = stated().filter(|taken| taken.is_covered()).count();
        let (by_each, some) = match columns {
            [] | [_] => (String::new(), ""),
            _ => {
                let number = stated().filter(|taken| taken.is_covered_by_each()).count();
                (format!(", {number} of them in each of the results"), " · ◐ covered in some of the results")
            }
        };
        format!(
            "<details class=\"graph\" open><summary>state graph</summary>\n<div>\n<p class=\"soft\">{covered} of {all} documented transitions are covered by \
             a case that was judged, on its route or as what it tests{by_each}. ✔ covered, and by how many cases{some} · – not covered · \
             (…) no document states it, so no route takes it.</p>\n<div class=\"scroll\" role=\"group\" aria-label=\"state graph\" \
             tabindex=\"0\">{picture}</div>\n<details><summary>the transitions as a table</summary>\n<div>{table}</div></details>\n\
             </div></details>\n",
            all = stated().count(),
            picture = self.picture(),
            table = self.table(columns),
        )
    }

    fn picture(&self) -> String {
        let mut above: BTreeMap<(usize, usize), Vec<&Taken<'_>>> = BTreeMap::new();
        let mut below: BTreeMap<(usize, usize), Vec<&Taken<'_>>> = BTreeMap::new();
        let mut stays: BTreeMap<usize, Vec<&Taken<'_>>> = BTreeMap::new();
        for taken in &self.transitions {
            let (from, to) = self.ends(taken);
            match from.cmp(&to) {
                std::cmp::Ordering::Less => above.entry((from, to)).or_default().push(taken),
                std::cmp::Ordering::Greater => below.entry((to, from)).or_default().push(taken),
                std::cmp::Ordering::Equal => stays.entry(from).or_default().push(taken),
            }
        }

        let (rise, fall) = (heights(&above, self.nodes.len()), heights(&below, self.nodes.len()));
        let top = MARGIN + rise.last().copied().unwrap_or(0) + LINE;
        let most_stays = stays.values().map(Vec::len).max().unwrap_or(0);
        let bottom = top + HEIGHT;
        // What leaves a state where it is stands below its box, where arcs begin too.
        let below_stays = bottom + (most_stays * LINE + if most_stays > 0 { 8 } else { 0 });
        let height = below_stays + fall.last().copied().unwrap_or(0) + LINE + MARGIN;
        let width = 2 * MARGIN + self.nodes.len() * self.width + self.nodes.len().saturating_sub(1) * self.gap;

        let mut svg = format!(
            "<svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"the states of a key \
             and the transitions between them; the table below says the same\">\n"
        );
        // Words come last, so that no arc runs through them.
        let mut words = String::new();
        for ((from, to), all) in &above {
            svg.push_str(&self.arc((*from, *to), all, (top, &rise), true, &mut words));
        }
        for ((to, from), all) in &below {
            svg.push_str(&self.arc((*from, *to), all, (below_stays, &fall), false, &mut words));
        }
        for (index, name) in self.nodes.iter().enumerate() {
            let (left, middle) = (MARGIN + index * (self.width + self.gap), self.middle(index));
            let class = if index == 0 { "node start" } else { "node" };
            let _ = writeln!(
                svg,
                "<g class=\"{class}\"><rect x=\"{left}\" y=\"{top}\" width=\"{}\" height=\"{}\" rx=\"8\"/><text x=\"{middle}\" \
                 y=\"{}\">{}</text></g>",
                self.width,
                HEIGHT,
                top + HEIGHT / 2 + 5,
                escaped(name)
            );
            for (line, taken) in stays.get(&index).into_iter().flatten().enumerate() {
                let _ = writeln!(words, "{}", taken.label(middle, coordinate(bottom + (line + 1) * LINE), "↻ "));
            }
        }
        svg + &words + "</svg>"
    }

    /// An arc from one node to another, and its words; `base` is where it begins, and `levels` how far it rises, by its span.
    fn arc(
        &self,
        (from, to): (usize, usize),
        all: &[&Taken<'_>],
        (base, levels): (usize, &[usize]),
        up: bool,
        words: &mut String,
    ) -> String {
        let span = from.abs_diff(to);
        let inset = (self.nodes.len() - span) * APART;
        // The outer of two arcs at a node encloses the inner one.
        let (from, to) = (self.middle(from), self.middle(to));
        let (begin, end) = if up { (from + inset, to - inset) } else { (from - inset, to + inset) };
        let level = levels.get(span).copied().unwrap_or(0);
        // A curve with its two handles at one height rises to three quarters of it, so a handle may be outside of the picture.
        let (base, level) = (coordinate(base), coordinate(level));
        let (handle, first_line, step) = match up {
            true => (base - level * 4 / 3, base - level - 5, -coordinate(LINE)),
            false => (base + level * 4 / 3, base + level + coordinate(LINE), coordinate(LINE)),
        };
        let class = if all.iter().any(|taken| taken.is_covered()) { "arc taken" } else { "arc" };
        let tip = if up { -1 } else { 1 };
        let svg = format!(
            "<g class=\"{class}\"><path d=\"M{begin} {base}C{begin} {handle} {end} {handle} {end} {base}\"/><path class=\"head\" \
             d=\"M{end} {base}l-4 {0}h8z\"/></g>\n",
            tip * 8
        );
        let lines: Vec<&&Taken<'_>> = if up { all.iter().rev().collect() } else { all.iter().collect() };
        for (line, taken) in lines.into_iter().enumerate() {
            let y = first_line + step * coordinate(line);
            let _ = writeln!(words, "{}", taken.label(begin.midpoint(end), y, ""));
        }
        svg
    }

    /// The transitions as a table, for those who do not see the picture.
    fn table(&self, columns: &[Column]) -> String {
        let mut html = String::from(
            "<div class=\"scroll\" role=\"group\" aria-label=\"transitions\" tabindex=\"0\"><table><thead><tr><th scope=\"col\">from</th>\
             <th scope=\"col\">by</th><th scope=\"col\">to</th>",
        );
        for column in columns {
            let name = if columns.len() > 1 { escaped(&column.name) } else { "judged cases".to_owned() };
            let _ = write!(html, "<th scope=\"col\">{name}</th>");
        }
        html.push_str("</tr></thead><tbody>\n");

        for Taken { transition, cases } in &self.transitions {
            let TransitionHeader { from, operation, to, inferred } = transition;
            let note = if *inferred { " (inferred)" } else { "" };
            let _ = write!(
                html,
                "<tr><td>{}</td><th scope=\"row\">{}{note}</th><td>{}</td>",
                escaped(from.as_deref().unwrap_or(NEW)),
                escaped(operation.as_deref().unwrap_or("time")),
                escaped(to)
            );

            for number in cases {
                let _ = write!(html, "<td>{}</td>", thousands(as_u64(*number)));
            }
            html.push_str("</tr>\n");
        }

        html + "</tbody></table></div>"
    }

    /// The middle of a node, from left to right.
    fn middle(&self, index: usize) -> usize {
        MARGIN + index * (self.width + self.gap) + self.width / 2
    }

    /// The places of the states before and after.
    fn ends(&self, Taken { transition, .. }: &Taken<'_>) -> (usize, usize) {
        (self.place(transition.from.as_deref().unwrap_or(NEW)), self.place(&transition.to))
    }

    fn place(&self, name: &str) -> usize {
        self.nodes.iter().position(|node| *node == name).unwrap_or(0)
    }
}

impl Taken<'_> {
    /// Whether it is covered in any of the results.
    fn is_covered(&self) -> bool {
        self.cases.iter().any(|number| *number > 0)
    }

    /// Whether it is covered in each of them.
    fn is_covered_by_each(&self) -> bool {
        self.cases.iter().all(|number| *number > 0)
    }

    /// By how many cases it is covered: of two results both numbers in their order, of more the smallest and the largest, which
    /// have room in the picture. The table has them all.
    fn numbers(&self) -> String {
        let number = |number: &usize| thousands(as_u64(*number));
        let (least, most) = (self.cases.iter().min(), self.cases.iter().max());
        match (&*self.cases, least, most) {
            (_, Some(least), Some(most)) if least == most => number(least),
            ([one, other], ..) => format!("{} · {}", number(one), number(other)),
            (_, Some(least), Some(most)) => format!("{}–{}", number(least), number(most)),
            (_, None, _) | (_, _, None) => String::new(),
        }
    }

    /// Its words in the picture, and their class.
    fn words(&self, before: &str) -> (&'static str, String) {
        let name = self.transition.operation.as_deref().unwrap_or("time");
        let numbers = self.numbers();
        match (self.is_covered(), self.transition.inferred) {
            (true, _) if self.is_covered_by_each() => ("taken", format!("✔ {before}{name} {numbers}")),
            (true, _) => ("taken", format!("◐ {before}{name} {numbers}")),
            (false, true) => ("inferred", format!("({before}{name})")),
            (false, false) => ("", format!("– {before}{name}")),
        }
    }

    /// Its words at a place of the picture.
    fn label(&self, x: usize, y: isize, before: &str) -> String {
        let (class, words) = self.words(before);
        format!("<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>", escaped(&words))
    }
}

/// A length as a coordinate, of which there are some outside of the picture.
fn coordinate(length: usize) -> isize {
    isize::try_from(length).unwrap_or(isize::MAX / 4)
}

/// How far arcs rise, by their span: each leaves room for the words of the shorter ones.
fn heights(arcs: &BTreeMap<(usize, usize), Vec<&Taken<'_>>>, nodes: usize) -> Vec<usize> {
    let mut heights = vec![0];
    let mut height = 0;
    for span in 1..nodes {
        let here = arcs.iter().filter(|((left, right), _)| right - left == span);
        if let Some(lines) = here.map(|(_, all)| all.len()).max() {
            height += RISE;
            heights.push(height);
            height += lines * LINE;
        } else {
            heights.push(height);
        }
    }
    // The last one is how far everything rises, words included.
    heights.push(height);
    heights
}

/// The state before, the operation, and the state after.
type Step<'r> = (Option<&'r str>, Option<&'r str>, &'r str);

/// How many judged cases went over each transition.
fn gone_over<'r>(cases: &'r [CaseResult], transitions: &'r [TransitionHeader]) -> BTreeMap<Step<'r>, usize> {
    let mut counts: BTreeMap<Step<'r>, usize> = BTreeMap::new();
    for case in cases.iter().filter(|case| is_judged(case.verdict)) {
        let mut steps = Vec::new();
        let mut before = None;
        for step in &case.path {
            steps.push((before, step.operation.as_deref(), step.state.as_str()));
            before = Some(step.state.as_str());
        }
        steps.extend(tested(case, transitions));
        steps.sort_unstable();
        steps.dedup();
        for step in steps {
            *counts.entry(step).or_default() += 1;
        }
    }
    counts
}

/// The transition that a case tests, if it has seen its effect.
fn tested<'r>(case: &CaseResult, transitions: &'r [TransitionHeader]) -> Option<Step<'r>> {
    let succeeded = case.actual.as_ref().is_some_and(|actual| (200..300).contains(&actual.status));
    if case.verdict != Verdict::Pass || !succeeded || case.original_state.is_some() {
        return None;
    }
    let mut possible = transitions
        .iter()
        .filter(|one| !one.inferred && one.from == case.state && one.operation == case.operation && one.from.is_some());
    // Where what a key has decides where it goes, its state alone does not say it.
    let one = possible.next().filter(|first| possible.all(|other| other.to == first.to))?;
    Some((one.from.as_deref(), one.operation.as_deref(), &one.to))
}

/// Whether a case was judged, so that its key had come into its state.
const fn is_judged(verdict: Verdict) -> bool {
    match verdict {
        Verdict::Pass | Verdict::Fail | Verdict::KnownFailure | Verdict::UnexpectedPass => true,
        Verdict::Inconclusive | Verdict::Skipped | Verdict::NotRun => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{PathStep, TransitionHeader};
    use crate::report::json::tests::written;
    use crate::report::sample;

    fn column(cases: Vec<CaseResult>) -> Column {
        Column { name: "a".to_owned(), results: written(&sample::run(cases)).parse().unwrap() }
    }

    fn cases_by(html: &str, from: &str, operation: &str, to: &str) -> String {
        let row = format!("<tr><td>{from}</td><th scope=\"row\">{operation}</th><td>{to}</td><td>");
        html.split(&row).nth(1).unwrap().split("</td>").next().unwrap().to_owned()
    }

    #[test]
    fn transitions_count_the_judged_cases_that_went_over_them() {
        let mut tested = sample::passed("alibaba/EnableKey/Disabled");
        tested.actual.as_mut().unwrap().status = 200;
        let columns = [column(vec![
            // Its key never came to its state.
            sample::blocked("alibaba/DescribeKey/Disabled"),
            tested,
            sample::failed("alibaba/Encrypt/Disabled"),
        ])];

        let html = Graph::of(&columns).unwrap().to_html(&columns);
        assert_eq!(cases_by(&html, "new key", "CreateKey", "Enabled"), "2");
        assert_eq!(cases_by(&html, "Enabled", "DisableKey", "Disabled"), "2");
        assert_eq!(cases_by(&html, "Disabled", "EnableKey", "Enabled"), "1");
        assert_eq!(cases_by(&html, "Enabled", "time", "PendingImport"), "0");
        assert_eq!(cases_by(&html, "PendingDeletion", "CancelKeyDeletion (inferred)", "PendingImport"), "0");

        // Of the six, one is inferred.
        assert!(html.contains("3 of 5 documented transitions"), "{html}");
        assert!(
            html.contains("✔ DisableKey 2<")
                && html.contains("– ↻ DisableKey<")
                && html.contains("(CancelKeyDeletion)<")
        );
    }

    #[test]
    fn what_a_key_has_and_not_its_state_alone_may_say_where_it_goes() {
        let transition = |operation: &str, to: &str| TransitionHeader {
            from: Some("Enabled".to_owned()),
            operation: Some(operation.to_owned()),
            to: to.to_owned(),
            inferred: false,
        };
        let transitions = [transition("Go", "A"), transition("Go", "B"), transition("Stop", "A")];
        let mut case = sample::passed("alibaba/Go/Enabled");
        case.actual.as_mut().unwrap().status = 200;
        assert_eq!(tested(&case, &transitions), None);
        case.operation = Some("Stop".to_owned());
        assert_eq!(tested(&case, &transitions), Some((Some("Enabled"), Some("Stop"), "A")));
        case.actual.as_mut().unwrap().status = 409;
        assert_eq!(tested(&case, &transitions), None);
    }

    #[test]
    fn the_numbers_of_several_results_are_right() {
        let transition = TransitionHeader {
            from: Some("Enabled".to_owned()),
            operation: Some("Go".to_owned()),
            to: "A".to_owned(),
            inferred: false,
        };
        for (cases, wanted) in [
            (vec![3], ">✔ Go 3<"),
            (vec![0], ">– Go<"),
            (vec![4, 4, 4], ">✔ Go 4<"),
            (vec![4, 4, 4, 4, 2, 238], ">✔ Go 2–238<"),
            (vec![85, 4], ">✔ Go 85 · 4<"),
            (vec![0, 85], "\"taken\" x=\"0\" y=\"0\">◐ Go 0 · 85<"),
            (vec![0, 0], ">– Go<"),
        ] {
            let label = Taken { transition: &transition, cases }.label(0, 0, "");
            assert!(label.contains(wanted), "{wanted}: {label}");
        }

        let both = sample::failed("alibaba/Encrypt/Disabled");
        let columns = [column(vec![both.clone()]), column(Vec::new()), column(vec![both])];
        let html = Graph::of(&columns).unwrap().to_html(&columns);
        assert!(html.contains("2 of 5 documented transitions") && html.contains(", 0 of them in each of"), "{html}");
        assert_eq!(html.matches(">◐ ").count(), 2);
    }

    #[test]
    fn results_of_before_have_no_graph_and_hostile_states_stay_text() {
        let hostile = "<img src=x>\"'";
        let mut case = sample::passed("alibaba/Encrypt/Disabled");
        case.path.push(PathStep { operation: None, state: hostile.to_owned() });
        let mut columns = [column(vec![case])];
        columns[0].results.table.as_mut().unwrap().transitions.push(TransitionHeader {
            from: None,
            operation: Some(hostile.to_owned()),
            to: hostile.to_owned(),
            inferred: false,
        });
        assert!(!Graph::of(&columns).unwrap().to_html(&columns).contains("<img"));
        columns[0].results.table.as_mut().unwrap().transitions.clear();
        assert!(Graph::of(&columns).is_none());
    }

    #[test]
    fn arcs_leave_room_for_the_words_of_shorter_ones() {
        let columns = [column(Vec::new())];
        let graph = Graph::of(&columns).unwrap();
        let all: Vec<&Taken<'_>> = graph.transitions.iter().take(2).collect();
        let arcs = BTreeMap::from([((0, 1), all.clone()), ((1, 3), all[..1].to_vec())]);
        assert_eq!(
            heights(&arcs, 4),
            [0, RISE, RISE + 2 * LINE + RISE, RISE + 2 * LINE + RISE + LINE, RISE + 2 * LINE + RISE + LINE]
        );
    }
}
