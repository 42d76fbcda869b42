//! How lists are paged: by the number of the page, or by a marker that a page gives for the next one.

use std::num::NonZeroU64;

use schemars::JsonSchema;
use serde::Deserialize;

use super::ServiceFile;
use crate::suite::check::{FileChecker, Message};
use crate::suite::name::OperationName;
use crate::yaml::Path;

/// How lists are paged: either `number` and `total`, or `marker`, `next_marker` and `truncated`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PagingFile {
    /// The parameter with the number of the page, from 1.
    #[serde(default)]
    pub number: Option<String>,
    /// The field with the number of all entries.
    #[serde(default)]
    pub total: Option<String>,
    /// The parameter with the marker of the page; the first has none.
    #[serde(default)]
    pub marker: Option<String>,
    /// The field with the marker of the next page.
    #[serde(default)]
    pub next_marker: Option<String>,
    /// The field that says whether there is a next page.
    #[serde(default)]
    pub truncated: Option<String>,
    /// The parameter that sets the number of entries on a full page; with `number`, also the field that repeats it.
    pub size: String,
    /// The most entries of a page that may be requested.
    #[schemars(range(min = 1))]
    pub largest: NonZeroU64,
    /// Operations whose lists come whole, without a counter or marker.
    #[serde(default)]
    pub unpaged: Vec<String>,
}

/// How lists are paged.
#[derive(Debug, Clone)]
pub struct Paging {
    /// How one page leads to the next.
    pub by: PagingBy,
    /// The parameter that sets the number of entries on a full page.
    pub size: String,
    /// The most entries of a page that may be requested.
    pub largest: u64,
    /// Operations whose lists come whole.
    pub unpaged: Vec<OperationName>,
}

/// How one page leads to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PagingBy {
    /// By its number.
    Number {
        /// The parameter with the number of the page, from 1.
        number: String,
        /// The field with the number of all entries.
        total: String,
    },
    /// By a marker that the page before gives.
    Marker {
        /// The parameter with the marker.
        marker: String,
        /// The field with the marker of the next page.
        next: String,
        /// The field that says whether there is a next page.
        truncated: String,
    },
}

pub(super) fn check_paging(checker: &mut FileChecker<'_>, file: &ServiceFile) -> Paging {
    let root = Path::Root;
    let paging_at = root.key("paging");
    let file = &file.paging;
    let by = check_by(checker, &paging_at, file);

    let at = paging_at.key("unpaged");
    checker.once(&at, &file.unpaged);
    let unpaged = file.unpaged.iter().enumerate();
    Paging {
        by,
        size: file.size.clone(),
        largest: file.largest.get(),
        unpaged: unpaged.map(|(index, name)| checker.operation(&at.item(index), name)).collect(),
    }
}

fn check_by(checker: &mut FileChecker<'_>, at: &Path<'_>, file: &PagingFile) -> PagingBy {
    let by_number = [("number", &file.number), ("total", &file.total)];
    let by_marker = [("marker", &file.marker), ("next_marker", &file.next_marker), ("truncated", &file.truncated)];
    // One of these fields is enough to mean markers; the others are reported as missing then.
    let is_by_marker = by_marker.iter().any(|(_, field)| field.is_some());

    if let Some((field, _)) = by_number.iter().find(|(_, field)| is_by_marker && field.is_some()) {
        checker.error_at_key(&at.key(field), format!("`{field}` does not go with paging by marker"));
    }

    let wanted = if is_by_marker { &by_marker[..] } else { &by_number[..] };
    for (field, _) in wanted.iter().filter(|(_, field)| field.is_none()) {
        let help =
            Some("lists are paged by `number` and `total`, or by `marker`, `next_marker` and `truncated`".to_owned());
        checker.error_at_key(at, Message::from(format!("missing field `{field}`")).help(help));
    }

    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    match is_by_marker {
        true => PagingBy::Marker {
            marker: text(&file.marker),
            next: text(&file.next_marker),
            truncated: text(&file.truncated),
        },
        false => PagingBy::Number { number: text(&file.number), total: text(&file.total) },
    }
}
