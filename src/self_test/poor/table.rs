//! Trials of poor emulators as text, a line each, and below what is not as it should be.

use std::fmt;

use super::PoorTrial;
use crate::diagnostic::counted;

/// The width of the column of names; longer ones push their line.
const NAME: usize = 40;

/// So many surprises of a kind are shown; the rest of them is counted.
const SHOWN: usize = 6;

/// A trial as lines of the table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PoorTable<'a>(pub &'a PoorTrial);

impl fmt::Display for PoorTable<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PoorTrial { emulator, must_fail, caught, inconclusive, surprises, .. } = self.0;
        let mark = if self.0.is_as_named() { "ok  " } else { "FAIL" };
        let ratio = self.0.ratio();
        writeln!(
            formatter,
            "{mark}  {emulator:<NAME$}  must fail: {caught} of {must_fail}, inconclusive: {inconclusive}, \
             {ratio:.2} × the requests"
        )?;

        for group in surprises.chunk_by(|one, other| one.sort() == other.sort()) {
            for surprise in group.iter().take(SHOWN) {
                writeln!(formatter, "        {surprise}")?;
            }
            if group.len() > SHOWN {
                writeln!(formatter, "        … and {} more like this", group.len() - SHOWN)?;
            }
        }
        self.0.comparison.iter().try_for_each(|comparison| comparison.fmt(formatter))
    }
}

/// The closing line of a test of emulators.
pub(crate) fn poor_summary<'a>(trials: impl IntoIterator<Item = &'a PoorTrial>) -> String {
    let (mut emulators, mut wrong, mut must_fail, mut caught) = (0, 0, 0, 0);

    for trial in trials {
        emulators += 1;
        wrong += usize::from(!trial.is_as_named());
        must_fail += trial.must_fail;
        caught += trial.caught;
    }

    let mut text = format!(
        "{}: {caught} of {} that must fail did",
        counted(emulators, "poor emulator", "poor emulators"),
        counted(must_fail, "case", "cases")
    );

    if wrong > 0 {
        text += &format!(", {wrong} not as the list of them says");
    }

    text
}
