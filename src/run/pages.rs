//! Reads lists page by page.

use serde_json::{Map, Value};

use super::RunContext;
use super::failure::{Failure, blocking_response};
use super::requester::{Request, Requester};
use crate::event::Purpose;
use crate::suite::name::{KeyName, OperationName};
use crate::suite::service::Paging;
use crate::verdict::Kind;

/// So many pages are read in the requested size. A longer list is read again in the largest pages: an account may have
/// thousands of keys.
const PAGES_AS_REQUESTED: u64 = 50;

/// The most pages of a list that are read.
const MOST_PAGES: u64 = 1_000;

/// A list that is being read.
#[derive(Debug)]
pub(super) struct Pages<'a> {
    operation: &'a OperationName,
    purpose: Purpose,
    /// The parameters of the last request.
    parameters: Map<String, Value>,
    /// The number of the last page.
    page: u64,
    /// How many pages were read.
    read: u64,
}

/// Why a list can't be read to its end.
#[derive(Debug, PartialEq, Eq)]
enum Unreadable {
    /// It has too many pages.
    Endless,
    /// Its counter, or the size of its pages, is missing or not a number.
    Uncounted(String),
}

impl<'a> Pages<'a> {
    /// A list whose first page was requested with these parameters.
    pub(super) fn new(operation: &'a OperationName, purpose: Purpose, parameters: Map<String, Value>) -> Self {
        Self { operation, purpose, parameters, page: 1, read: 1 }
    }

    /// Sets the parameters of the page after one with these fields and so many entries; `false` if that was the last.
    fn turn(&mut self, paging: &Paging, fields: &Value, entries: usize) -> Result<bool, Unreadable> {
        if paging.unpaged.contains(self.operation) || entries == 0 {
            return Ok(false);
        }
        let number =
            |name: &String| fields.get(name).and_then(Value::as_u64).ok_or_else(|| Unreadable::Uncounted(name.clone()));
        let (total, size) = (number(&paging.total)?, number(&paging.size)?);
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
        }
        self.read += 1;
        self.parameters.insert(paging.number.clone(), Value::from(self.page));
        Ok(true)
    }

    /// The fields of the page after one with these fields and so many entries; none if that was the last.
    ///
    /// # Errors
    ///
    /// When the list can't be read to its end.
    pub(super) async fn next(
        &mut self,
        run: &RunContext,
        requester: &mut Requester<'_>,
        fields: &Value,
        entries: usize,
    ) -> Result<Option<Value>, Failure> {
        let (operation, purpose) = (self.operation, self.purpose);
        let subject = KeyName::subject();
        let blame = requester.blame(purpose, operation, &subject);
        let unreadable = |problem: String| {
            let reason = format!("the list of {operation} can't be read to its end: {problem}");
            Failure::blocked(Kind::Effect, blame.blocked(problem, None), reason)
        };

        match self.turn(&run.suite.service.paging, fields, entries) {
            Ok(false) => return Ok(None),
            Ok(true) => {}
            Err(Unreadable::Endless) => return Err(unreadable(format!("it has more than {MOST_PAGES} pages"))),
            Err(Unreadable::Uncounted(name)) => return Err(unreadable(format!("{name} is not a number"))),
        }

        let request = Request { purpose, operation, parameters: &self.parameters, on: &subject };
        let response = requester.send(request).await?;
        match &response.content.code {
            None => Ok(Some(response.content.fields)),
            Some(code) => {
                let reason = format!("page {} of {operation} responded {code}", self.page);
                let by = blame.blocked("did not respond with a further page", Some(blocking_response(&response)));
                Err(Failure::blocked(Kind::Effect, by, reason))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn paging() -> Paging {
        Paging {
            number: "Page".to_owned(),
            total: "Total".to_owned(),
            size: "Size".to_owned(),
            largest: 100,
            unpaged: vec!["Flat".into()],
        }
    }

    /// The pages that are requested of a list with so many entries, each with its size.
    fn requested(total: u64, size: u64) -> (Vec<(u64, u64)>, Result<bool, Unreadable>) {
        let operation = OperationName::from("List");
        let parameters = json!({"Size": size}).as_object().unwrap().clone();
        let mut pages = Pages::new(&operation, Purpose::Verification, parameters);
        let mut requested = vec![(1, size)];
        loop {
            let size = pages.parameters["Size"].as_u64().unwrap();
            let turned = pages.turn(&paging(), &json!({"Total": total, "Size": size}), 1);
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
        let mut pages = Pages::new(&operation, Purpose::Verification, Map::new());
        assert_eq!(pages.turn(&paging(), &json!({"Total": 9, "Size": 2}), 0), Ok(false), "an empty page");
        let operation = OperationName::from("Flat");
        let mut pages = Pages::new(&operation, Purpose::Verification, Map::new());
        assert_eq!(pages.turn(&paging(), &json!({}), 2), Ok(false), "a list without pages");
    }

    #[test]
    fn a_list_without_a_usable_counter_is_unreadable() {
        let operation = OperationName::from("List");
        for (fields, field) in [
            (json!({"Size": 2}), "Total"),
            (json!({"Total": "9", "Size": 2}), "Total"),
            (json!({"Total": 9, "Size": "2"}), "Size"),
        ] {
            let mut pages = Pages::new(&operation, Purpose::Verification, Map::new());
            assert_eq!(pages.turn(&paging(), &fields, 2), Err(Unreadable::Uncounted(field.to_owned())), "{fields}");
        }
    }
}
