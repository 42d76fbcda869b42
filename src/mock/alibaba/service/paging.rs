//! Pages of lists.

use crate::mock::alibaba::service::call::Call;
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::host::response::{Fields, fields};

/// Which part of a list a request is for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page {
    number: u64,
    size: u64,
}

impl Page {
    /// Reads PageNumber (from 1, default 1) and PageSize (from `smallest` to the most that
    /// the rules allow, default 10).
    pub(crate) fn read(call: &Call<'_>, smallest: u64) -> Result<Self, Rejection> {
        let read = |name, default, allowed: std::ops::RangeInclusive<u64>| {
            let number = call.integer(name)?.unwrap_or(default);
            if allowed.contains(&number) { Ok(number) } else { Err(Rejection::invalid_parameter(name)) }
        };
        // The wire has no integers beyond 32 bits.
        let number = read("PageNumber", 1, 1..=i32::MAX.unsigned_abs().into())?;
        Ok(Self { number, size: read("PageSize", 10, smallest..=call.rules.largest_page)? })
    }

    /// How many entries come before the page.
    pub(crate) fn skip(self) -> usize {
        usize::try_from((self.number - 1) * self.size).unwrap_or(usize::MAX)
    }

    /// How many entries the page has at most.
    pub(crate) fn size(self) -> usize {
        usize::try_from(self.size).unwrap_or(usize::MAX)
    }

    /// The fields that the response with every list has.
    pub(crate) fn fields(self, total: usize) -> Fields {
        fields([("TotalCount", total.into()), ("PageNumber", self.number.into()), ("PageSize", self.size.into())])
    }
}
