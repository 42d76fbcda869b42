//! Trials as text, a line each: the deviation and the cases that caught it, and below where the run differs.

use std::fmt;

use super::{Surprise, Trial};
use crate::diagnostic::counted;

/// The width of the column of names; longer ones push their line.
const NAME: usize = 52;

/// So many ids stand in a line.
const IDS: usize = 3;

/// A trial as lines of the table.
#[derive(Clone, Copy, Debug)]
pub struct Table<'a>(pub &'a Trial);

impl fmt::Display for Table<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Trial { deviation, caught_by, disturbed, uncaught, surprises, .. } = self.0;
        let mark = if self.0.is_as_named() { "ok  " } else { "FAIL" };
        write!(formatter, "{mark}  {deviation:<NAME$}  ")?;
        match uncaught {
            Some(reason) if caught_by.is_empty() => write!(formatter, "no case can: {reason}")?,
            _ => ids(formatter, caught_by)?,
        }
        if !disturbed.is_empty() {
            write!(formatter, " (and disturbs {})", counted(disturbed.len(), "case", "cases"))?;
        }
        writeln!(formatter)?;
        surprises.iter().try_for_each(|surprise| writeln!(formatter, "        {surprise}"))?;
        self.0.comparison.iter().try_for_each(|comparison| comparison.fmt(formatter))
    }
}

/// The first ids, and how many there are.
fn ids(formatter: &mut fmt::Formatter<'_>, ids: &[String]) -> fmt::Result {
    write!(formatter, "{:>3}", ids.len())?;
    for (number, id) in ids.iter().take(IDS).enumerate() {
        write!(formatter, "{} {id}", if number == 0 { ":" } else { "," })?;
    }
    if ids.len() > IDS { formatter.write_str(", …") } else { Ok(()) }
}

impl fmt::Display for Surprise {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missed { case, verdict, reason } if reason.is_empty() => {
                write!(formatter, "missed by {case}, whose verdict is {verdict}")
            }
            Self::Missed { case, verdict, reason } => {
                write!(formatter, "missed by {case}, whose verdict is {verdict}: {reason}")
            }
            Self::Unexpected { case, reason } => write!(formatter, "should not have failed: {case}: {reason}"),
            Self::Undisturbed { set } => write!(formatter, "said to disturb {set}, but none of it failed"),
        }
    }
}

/// The closing line of a test.
pub fn summary<'a>(trials: impl IntoIterator<Item = &'a Trial>) -> String {
    let (mut deviations, mut caught, mut uncatchable, mut wrong, mut cases) = (0, 0, 0, 0, 0);

    for trial in trials {
        deviations += 1;
        cases += trial.cases;
        match (trial.is_as_named(), trial.caught_by.is_empty()) {
            (false, _) => wrong += 1,
            (true, true) => uncatchable += 1,
            (true, false) => caught += 1,
        }
    }

    let mut text =
        format!("{}: {caught} caught by the named cases only", counted(deviations, "deviation", "deviations"));

    if uncatchable > 0 {
        text += &format!(", {uncatchable} that no case can catch");
    }
    if wrong > 0 {
        text += &format!(", {wrong} not as the catalogue says");
    }

    text + &format!(" ({} run)", counted(cases, "case", "cases"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::self_test::Family;
    use crate::verdict::Verdict;

    fn trial() -> Trial {
        Trial {
            deviation: "Encrypt:Disabled=Success".to_owned(),
            family: Family::Allowed,
            uncaught: None,
            caught_by: ["a/b", "a/c", "a/d", "a/e"].map(str::to_owned).to_vec(),
            disturbed: vec!["x/y".to_owned()],
            cases: 245,
            surprises: Vec::new(),
            comparison: None,
        }
    }

    #[test]
    fn a_line_names_who_caught_a_deviation() {
        let text = Table(&trial()).to_string();
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words, "ok Encrypt:Disabled=Success 4: a/b, a/c, a/d, … (and disturbs 1 case)");
    }

    #[test]
    fn what_is_not_as_named_stands_below() {
        let surprises = vec![
            Surprise::Missed { case: "a/f".to_owned(), verdict: Verdict::Pass, reason: String::new() },
            Surprise::Unexpected { case: "a/g".to_owned(), reason: "it took the key".to_owned() },
            Surprise::Undisturbed { set: "a/h/**".to_owned() },
        ];
        let trial = Trial { surprises, ..trial() };
        let text = Table(&trial).to_string();
        assert!(text.starts_with("FAIL"), "{text}");
        assert!(text.contains("\n        missed by a/f, whose verdict is pass\n"), "{text}");
        assert!(text.contains("\n        should not have failed: a/g: it took the key\n"), "{text}");
        assert!(text.contains("\n        said to disturb a/h/**, but none of it failed\n"), "{text}");
    }

    #[test]
    fn the_closing_line_counts() {
        let wrong = Trial { surprises: vec![Surprise::Undisturbed { set: String::new() }], ..trial() };
        let nobody = Trial { caught_by: Vec::new(), uncaught: Some("it has no effect".into()), ..trial() };
        assert_eq!(
            summary([&trial(), &wrong, &nobody]),
            "3 deviations: 1 caught by the named cases only, 1 that no case can catch, 1 not as the catalogue says \
             (735 cases run)"
        );
    }
}
