//! Lists are read page by page.

use serde_json::{Map, Value};

use super::finding::Finding;
use super::walker::Walker;
use crate::event::Purpose;
use crate::suite::name::OperationName;
use crate::suite::service::Paging;
use crate::verdict::Kind;

/// So many pages are read in the size that was asked for. Of a longer list, and an account may hold thousands of keys,
/// the largest pages are read instead.
const PAGES_AS_ASKED: u64 = 50;

/// The most pages of a list that are read. What a longer list holds is not known.
const MOST_PAGES: u64 = 1_000;

/// A list that is being read.
#[derive(Debug)]
pub(super) struct Pages<'a> {
    operation: &'a OperationName,
    purpose: Purpose,
    /// Those of the last request.
    parameters: Map<String, Value>,
    page: u64,
    read: u64,
}

/// The list goes on and on.
#[derive(Debug, PartialEq, Eq)]
struct Endless;

impl<'a> Pages<'a> {
    /// A list of which the first page was asked for with these parameters.
    pub(super) fn new(operation: &'a OperationName, purpose: Purpose, parameters: Map<String, Value>) -> Self {
        Self { operation, purpose, parameters, page: 1, read: 1 }
    }

    /// Goes on to the page after one with so many entries; `false` if that was the last.
    fn turn(&mut self, paging: &Paging, answer: &Value, entries: usize) -> Result<bool, Endless> {
        let number = |name: &str| answer.get(name).and_then(Value::as_u64);
        let (Some(total), Some(size)) = (number(&paging.total), number(&paging.size)) else { return Ok(false) };
        if entries == 0 || self.page.saturating_mul(size) >= total {
            return Ok(false);
        }
        if self.read == MOST_PAGES {
            return Err(Endless);
        }
        self.page += 1;
        if self.read == PAGES_AS_ASKED && size < paging.largest {
            self.parameters.insert(paging.size.clone(), Value::from(paging.largest));
            self.page = 1;
        }
        self.read += 1;
        self.parameters.insert(paging.number.clone(), Value::from(self.page));
        Ok(true)
    }
}

impl Walker<'_> {
    /// The answer with the page after one with so many entries; nothing if that was the last.
    pub(super) async fn next_page(
        &mut self,
        pages: &mut Pages<'_>,
        answer: &Value,
        entries: usize,
    ) -> Result<Option<Value>, Finding> {
        let Pages { operation, purpose, .. } = *pages;
        match pages.turn(&self.shared.suite.service.paging, answer, entries) {
            Ok(false) => return Ok(None),
            Ok(true) => {}
            Err(Endless) => {
                let reason = format!("the list of {operation} has no end within {MOST_PAGES} pages");
                return Err(Finding::inconclusive(Kind::Effect, reason));
            }
        }
        let reply = self.send(purpose, operation, &pages.parameters).await?;
        match &reply.answer.code {
            None => Ok(Some(reply.answer.fields)),
            Some(code) => {
                let reason = format!("page {} of {operation} answered {code}", pages.page);
                Err(Finding::inconclusive(Kind::Fixture, reason))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn paging() -> Paging {
        Paging { number: "Page".to_owned(), total: "Total".to_owned(), size: "Size".to_owned(), largest: 100 }
    }

    /// The pages that are asked for of a list with so many entries, each with its size.
    fn asked(total: u64, size: u64) -> (Vec<(u64, u64)>, Result<bool, Endless>) {
        let operation = OperationName::from("List");
        let parameters = json!({"Size": size}).as_object().unwrap().clone();
        let mut pages = Pages::new(&operation, Purpose::Effect, parameters);
        let mut asked = vec![(1, size)];
        loop {
            let size = pages.parameters["Size"].as_u64().unwrap();
            let turned = pages.turn(&paging(), &json!({"Total": total, "Size": size}), 1);
            if turned != Ok(true) {
                return (asked, turned);
            }
            asked.push((pages.page, pages.parameters["Size"].as_u64().unwrap()));
        }
    }

    #[test]
    fn a_short_list_is_read_as_asked() {
        assert_eq!(asked(0, 2), (vec![(1, 2)], Ok(false)));
        assert_eq!(asked(5, 2), (vec![(1, 2), (2, 2), (3, 2)], Ok(false)));
        assert_eq!(asked(6, 2).0.len(), 3);
        assert_eq!(asked(100, 2).0.len(), 50);
    }

    #[test]
    fn a_long_list_is_read_again_in_the_largest_pages() {
        let (pages, end) = asked(250, 2);
        assert_eq!(pages[49..], [(50, 2), (1, 100), (2, 100), (3, 100)]);
        assert_eq!(end, Ok(false));
        assert_eq!(asked(6_000, 100).0.len(), 60, "pages that are the largest already are not read again");
    }

    #[test]
    fn a_list_without_an_end_is_left() {
        let (pages, end) = asked(u64::MAX, 100);
        assert_eq!((pages.len(), end), (1_000, Err(Endless)));
        let operation = OperationName::from("List");
        let mut pages = Pages::new(&operation, Purpose::Effect, Map::new());
        assert_eq!(pages.turn(&paging(), &json!({"Total": 9, "Size": 2}), 0), Ok(false), "a page with nothing on it");
        assert_eq!(pages.turn(&paging(), &json!({}), 2), Ok(false), "a list without pages");
    }
}
