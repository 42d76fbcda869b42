//! Turns the pages of lists: which request leads to the next page, and where a list can't be read to its end.

use std::collections::HashSet;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Map, Value};

use crate::suite::name::OperationName;
use crate::suite::service::{Paging, PagingBy};

/// So many pages are read in the requested size. A longer list is read again in the largest pages: an account may have
/// thousands of keys.
const PAGES_AS_REQUESTED: u64 = 50;

/// The most pages of a list that are read.
const MOST_PAGES: u64 = 1_000;

/// The most bytes of a list that are read, after its first page. A key takes some 200 of them.
const MOST_BYTES: usize = 16 << 20;

/// A list that is being read.
#[derive(Debug)]
pub(crate) struct Pages<'a> {
    operation: &'a OperationName,
    /// The parameters of the last request.
    pub(crate) parameters: Map<String, Value>,
    /// The number of the last page.
    pub(crate) page: u64,
    /// How many pages were read.
    read: u64,
    /// The bytes of the pages after the first.
    bytes: usize,
    /// The markers that were followed.
    markers: HashSet<String>,
    /// What distinguishes the entries of pages that no further page may have again.
    entries: HashSet<u64>,
    /// The counter of all entries on the page before.
    total: Option<Value>,
}

/// Why a list can't be read to its end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// It has too many pages.
    Endless,
    /// Its pages have too many bytes.
    TooLong,
    /// Its counter, or the size of its pages, is missing or not a number.
    Uncounted(String),
    /// The field that says whether there is a next page is not a boolean.
    Unclear(String),
    /// A page is empty, although the counter says that it has entries.
    Empty(String),
    /// There is a next page, but the field with its marker is missing or empty.
    Unmarked(String),
    /// The marker of the next page leads to this one again, or to one before it.
    Repeated(String),
    /// A page has the entries of one before it.
    SamePage(u64),
}

impl Unreadable {
    /// Whether it is the fault of the service, and not only too much to read: no list may lead in a circle, or keep to itself
    /// where it goes on.
    pub(crate) fn is_deviation(&self) -> bool {
        match self {
            Self::Endless | Self::TooLong => false,
            Self::Uncounted(_)
            | Self::Unclear(_)
            | Self::Empty(_)
            | Self::Unmarked(_)
            | Self::Repeated(_)
            | Self::SamePage(_) => true,
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Endless => write!(formatter, "it has more than {MOST_PAGES} pages"),
            Self::TooLong => write!(formatter, "it has more than {} MiB", MOST_BYTES >> 20),
            Self::Uncounted(name) => write!(formatter, "{name} is not a number"),
            Self::Empty(name) => write!(formatter, "a page is empty that has entries by {name}"),
            Self::Unclear(name) => write!(formatter, "{name} is neither true nor false"),
            Self::Unmarked(name) => write!(formatter, "it goes on, but {name} is missing"),
            Self::Repeated(name) => write!(formatter, "{name} leads to a page again that was read"),
            Self::SamePage(number) => write!(formatter, "page {number} has the entries of a page before it"),
        }
    }
}

impl<'a> Pages<'a> {
    /// A list whose first page was requested with these parameters.
    pub(crate) fn new(operation: &'a OperationName, parameters: Map<String, Value>) -> Self {
        Self {
            operation,
            parameters,
            page: 1,
            read: 1,
            bytes: 0,
            markers: HashSet::new(),
            entries: HashSet::new(),
            total: None,
        }
    }

    /// Notes the length of a further page; whether the list is longer than is read.
    pub(crate) fn is_too_long(&mut self, bytes: usize) -> bool {
        self.bytes += bytes;
        self.bytes > MOST_BYTES
    }

    /// Sets the parameters of the page after one with these fields and entries; `false` if that was the last.
    pub(crate) fn turn(&mut self, paging: &Paging, fields: &Value, entries: &[Value]) -> Result<bool, Unreadable> {
        if paging.unpaged.contains(self.operation) {
            return Ok(false);
        }
        match &paging.by {
            PagingBy::Number { number, total } => {
                // What is made or removed meanwhile moves entries to another page, so only the page before is compared,
                // and only if no more and no less is there.
                let before = std::mem::replace(&mut self.total, fields.get(total).cloned());
                if before != self.total {
                    self.entries.clear();
                }
                self.must_be_new(entries)?;
                self.entries.retain(|page| *page == hash(entries));
                self.turn_by_number(paging, (number, total), fields, entries.len())
            }
            PagingBy::Marker { marker, next, truncated } => {
                self.must_be_new(entries)?;
                self.turn_by_marker((marker, next, truncated), fields)
            }
        }
    }

    /// A page that has entries has others than those before it.
    fn must_be_new(&mut self, entries: &[Value]) -> Result<(), Unreadable> {
        if entries.is_empty() {
            return Ok(());
        }
        if self.entries.insert(hash(entries)) { Ok(()) } else { Err(Unreadable::SamePage(self.page)) }
    }

    fn turn_by_number(
        &mut self,
        paging: &Paging,
        (number, total): (&String, &String),
        fields: &Value,
        entries: usize,
    ) -> Result<bool, Unreadable> {
        let count =
            |name: &String| fields.get(name).and_then(Value::as_u64).ok_or_else(|| Unreadable::Uncounted(name.clone()));
        if entries == 0 {
            // An empty list needs no counters. With them, an empty page stands behind all entries.
            let before = |size: u64| (self.page - 1).saturating_mul(size);
            let is_within =
                matches!((count(total), count(&paging.size)), (Ok(total), Ok(size)) if before(size) < total);
            return if is_within { Err(Unreadable::Empty(total.clone())) } else { Ok(false) };
        }
        let (total, size) = (count(total)?, count(&paging.size)?);
        if self.page.saturating_mul(size) >= total {
            return Ok(false);
        }
        if self.read == MOST_PAGES {
            return Err(Unreadable::Endless);
        }

        self.page += 1;
        if self.read == PAGES_AS_REQUESTED && size < paging.largest {
            // Pages of another size have other entries, so the list is read from its beginning.
            self.parameters.insert(paging.size.clone(), Value::from(paging.largest));
            self.page = 1;
            self.entries.clear();
        }
        self.read += 1;
        self.parameters.insert(number.clone(), Value::from(self.page));
        Ok(true)
    }

    /// A page without entries need not be the last: only the field that says so counts.
    fn turn_by_marker(
        &mut self,
        (marker, next, truncated): (&String, &String, &String),
        fields: &Value,
    ) -> Result<bool, Unreadable> {
        let found = fields.get(next).and_then(Value::as_str).filter(|text| !text.is_empty());
        match fields.get(truncated) {
            // A marker for a page that nothing says is there: what was read may be a part.
            None | Some(Value::Null) if found.is_some() => return Err(Unreadable::Unclear(truncated.clone())),
            None | Some(Value::Null | Value::Bool(false)) => return Ok(false),
            Some(Value::Bool(true)) => {}
            Some(_) => return Err(Unreadable::Unclear(truncated.clone())),
        }
        let Some(found) = found else {
            return Err(Unreadable::Unmarked(next.clone()));
        };
        // A list that leads back to where it is would be read for ever.
        if !self.markers.insert(found.to_owned()) {
            return Err(Unreadable::Repeated(next.clone()));
        }
        if self.read == MOST_PAGES {
            return Err(Unreadable::Endless);
        }

        self.read += 1;
        self.page += 1;
        self.parameters.insert(marker.clone(), Value::from(found));
        Ok(true)
    }
}

/// What distinguishes the entries of a page from those of another.
fn hash(entries: &[Value]) -> u64 {
    let mut hasher = DefaultHasher::new();
    entries.iter().for_each(|entry| entry.to_string().hash(&mut hasher));
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn paging() -> Paging {
        Paging {
            by: PagingBy::Number { number: "Page".to_owned(), total: "Total".to_owned() },
            size: "Size".to_owned(),
            largest: 100,
            unpaged: vec!["Flat".into()],
        }
    }

    /// The pages that are requested of a list with so many entries, each with its size.
    fn requested(total: u64, size: u64) -> (Vec<(u64, u64)>, Result<bool, Unreadable>) {
        let operation = OperationName::from("List");
        let parameters = json!({"Size": size}).as_object().unwrap().clone();
        let mut pages = Pages::new(&operation, parameters);
        let mut requested = vec![(1, size)];
        loop {
            let size = pages.parameters["Size"].as_u64().unwrap();
            let turned = pages.turn(&paging(), &json!({"Total": total, "Size": size}), &[json!(requested.len())]);
            if turned != Ok(true) {
                return (requested, turned);
            }
            requested.push((pages.page, pages.parameters["Size"].as_u64().unwrap()));
        }
    }

    #[test]
    fn a_short_list_is_read_in_the_requested_size() {
        assert_eq!(requested(0, 2), (vec![(1, 2)], Ok(false)));
        assert_eq!(requested(5, 2), (vec![(1, 2), (2, 2), (3, 2)], Ok(false)));
        assert_eq!(requested(6, 2).0.len(), 3);
        assert_eq!(requested(100, 2).0.len(), 50);
    }

    #[test]
    fn a_long_list_is_read_again_in_the_largest_pages() {
        let (pages, end) = requested(250, 2);
        assert_eq!(pages[49..], [(50, 2), (1, 100), (2, 100), (3, 100)]);
        assert_eq!(end, Ok(false));
        assert_eq!(requested(6_000, 100).0.len(), 60, "the largest pages are not read again");
    }

    #[test]
    fn a_list_without_an_end_is_unreadable() {
        let (pages, end) = requested(u64::MAX, 100);
        assert_eq!((pages.len(), end), (1_000, Err(Unreadable::Endless)));
        let operation = OperationName::from("List");
        let mut pages = Pages::new(&operation, Map::new());
        assert_eq!(pages.turn(&paging(), &json!({"Total": 0, "Size": 2}), &[]), Ok(false), "an empty list");
        assert_eq!(pages.turn(&paging(), &json!({}), &[]), Ok(false), "an empty list without counters");
        let empty = Err(Unreadable::Empty("Total".to_owned()));
        assert_eq!(pages.turn(&paging(), &json!({"Total": 9, "Size": 2}), &[]), empty, "an empty page");
        let operation = OperationName::from("Flat");
        let mut pages = Pages::new(&operation, Map::new());
        assert_eq!(pages.turn(&paging(), &json!({}), &[json!(1)]), Ok(false), "a list without pages");
    }

    #[test]
    fn a_list_without_a_usable_counter_is_unreadable() {
        let operation = OperationName::from("List");
        for (fields, field) in [
            (json!({"Size": 2}), "Total"),
            (json!({"Total": "9", "Size": 2}), "Total"),
            (json!({"Total": 9, "Size": "2"}), "Size"),
        ] {
            let mut pages = Pages::new(&operation, Map::new());
            assert_eq!(
                pages.turn(&paging(), &fields, &[json!(1)]),
                Err(Unreadable::Uncounted(field.to_owned())),
                "{fields}"
            );
        }
    }

    fn by_marker() -> Paging {
        let text = str::to_owned;
        let by = PagingBy::Marker { marker: text("Marker"), next: text("NextMarker"), truncated: text("Truncated") };
        Paging { by, ..paging() }
    }

    #[test]
    fn a_list_is_read_by_the_markers_of_its_pages() {
        let operation = OperationName::from("List");
        let mut pages = Pages::new(&operation, Map::new());
        assert_eq!(pages.turn(&by_marker(), &json!({"Truncated": true, "NextMarker": "a"}), &[json!(1)]), Ok(true));
        assert_eq!(pages.parameters["Marker"], "a");
        assert_eq!(
            pages.turn(&by_marker(), &json!({"Truncated": true, "NextMarker": "b"}), &[]),
            Ok(true),
            "an empty page"
        );
        assert_eq!(pages.parameters["Marker"], "b");
        assert_eq!(pages.turn(&by_marker(), &json!({"Truncated": false}), &[json!(2)]), Ok(false));
        assert_eq!(Pages::new(&operation, Map::new()).turn(&by_marker(), &json!({}), &[json!(1)]), Ok(false));
    }

    #[test]
    fn a_list_that_goes_on_without_a_new_marker_is_not_followed() {
        let operation = OperationName::from("List");
        let mut pages = Pages::new(&operation, Map::new());
        let mut turn = |fields: Value| pages.turn(&by_marker(), &fields, &[]).map_err(|problem| problem.to_string());
        let unmarked = Err("it goes on, but NextMarker is missing".to_owned());
        assert_eq!(turn(json!({"Truncated": true})), unmarked);
        assert_eq!(turn(json!({"Truncated": true, "NextMarker": ""})), unmarked);
        assert_eq!(turn(json!({"Truncated": "yes"})), Err("Truncated is neither true nor false".to_owned()));
        assert_eq!(turn(json!({"Truncated": true, "NextMarker": "a"})), Ok(true));
        let repeated = Err("NextMarker leads to a page again that was read".to_owned());
        assert_eq!(turn(json!({"Truncated": true, "NextMarker": "a"})), repeated);
        for number in 2..MOST_PAGES {
            assert_eq!(turn(json!({"Truncated": true, "NextMarker": format!("m{number}")})), Ok(true));
        }
        let endless = Err("it has more than 1000 pages".to_owned());
        assert_eq!(turn(json!({"Truncated": true, "NextMarker": "z"})), endless);
    }

    #[test]
    fn a_list_that_leads_in_a_circle_is_not_followed() {
        let operation = OperationName::from("List");
        let mut pages = Pages::new(&operation, Map::new());
        let mut turn = |marker: &str, entry: u8| {
            pages.turn(&by_marker(), &json!({"Truncated": true, "NextMarker": marker}), &[json!(entry)])
        };
        assert_eq!((turn("a", 1), turn("b", 2)), (Ok(true), Ok(true)));
        assert_eq!(turn("a", 3), Err(Unreadable::Repeated("NextMarker".to_owned())), "by way of another page");
        assert_eq!(turn("c", 1), Err(Unreadable::SamePage(3)), "the first page by another marker");
    }

    #[test]
    fn a_page_that_comes_again_by_another_number_is_noticed() {
        let operation = OperationName::from("List");
        let mut pages = Pages::new(&operation, Map::new());
        let mut turn =
            |total: u8, entry: u8| pages.turn(&paging(), &json!({"Total": total, "Size": 1}), &[json!(entry)]);
        assert_eq!((turn(5, 1), turn(5, 2)), (Ok(true), Ok(true)));
        assert_eq!(turn(6, 2), Ok(true), "an entry came before it meanwhile");
        assert_eq!(turn(6, 2), Err(Unreadable::SamePage(4)));
    }

    #[test]
    fn too_long_a_list_is_no_deviation() {
        let name = || "Total".to_owned();
        let deviations = [
            Unreadable::Uncounted(name()),
            Unreadable::Unclear(name()),
            Unreadable::Empty(name()),
            Unreadable::Unmarked(name()),
            Unreadable::Repeated(name()),
            Unreadable::SamePage(2),
        ];
        assert!(deviations.iter().all(Unreadable::is_deviation));
        assert!(![Unreadable::Endless, Unreadable::TooLong].iter().any(Unreadable::is_deviation));
    }
}
