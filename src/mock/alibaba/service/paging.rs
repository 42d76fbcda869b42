//! Pages of lists.

use crate::mock::alibaba::service::call::Call;
use crate::mock::alibaba::wire::dispatch::fields;
use crate::mock::alibaba::wire::rejection::Rejection;
use crate::mock::host::response::Fields;

/// Which part of a list is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page {
    number: u64,
    size: u64,
}

impl Page {
    /// Reads PageNumber (from 1, default 1) and PageSize (from `smallest` to 100, default 10).
    pub(crate) fn read(call: &Call<'_>, smallest: u64) -> Result<Self, Rejection> {
        let read = |name, default, allowed: std::ops::RangeInclusive<u64>| {
            let number = call.integer(name)?.unwrap_or(default);
            if allowed.contains(&number) { Ok(number) } else { Err(Rejection::invalid_parameter(name)) }
        };
        // The wire has no integers beyond 32 bits.
        let number = read("PageNumber", 1, 1..=i32::MAX.unsigned_abs().into())?;
        Ok(Self { number, size: read("PageSize", 10, smallest..=100)? })
    }

    /// How many entries come before the page.
    pub(crate) fn skip(self) -> usize {
        usize::try_from((self.number - 1) * self.size).unwrap_or(usize::MAX)
    }

    /// How many come before it if every page begins with the last entry of the page before it. Only a deviation asks.
    pub(crate) fn overlapping_skip(self) -> usize {
        usize::try_from((self.number - 1) * self.size.saturating_sub(1)).unwrap_or(usize::MAX)
    }

    /// How many entries the page has at most.
    pub(crate) fn size(self) -> usize {
        usize::try_from(self.size).unwrap_or(usize::MAX)
    }

    /// The fields that every list answer has.
    pub(crate) fn fields(self, total: usize) -> Fields {
        fields([("TotalCount", total.into()), ("PageNumber", self.number.into()), ("PageSize", self.size.into())])
    }
}
