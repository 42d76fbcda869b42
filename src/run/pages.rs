//! Reads lists page by page.

use serde_json::{Map, Value};

use super::RunContext;
use super::failure::{Failure, blocking_response};
use super::requester::{Request, Requester};
use crate::event::Purpose;
use crate::pages::{Pages as Turning, Unreadable};
use crate::provider::ErrorClass;
use crate::suite::name::{KeyName, OperationName};
use crate::suite::region::OtherRegion;
use crate::verdict::Kind;

/// A list that is being read.
#[derive(Debug)]
pub(super) struct Pages<'a> {
    operation: &'a OperationName,
    purpose: Purpose,
    /// The region of the list, if it is not that of the target.
    region: Option<OtherRegion>,
    turning: Turning<'a>,
}

impl<'a> Pages<'a> {
    /// A list whose first page was requested with these parameters.
    pub(super) fn new(operation: &'a OperationName, purpose: Purpose, parameters: Map<String, Value>) -> Self {
        Self { operation, purpose, region: None, turning: Turning::new(operation, parameters) }
    }

    /// The same in another region.
    pub(super) fn in_region(self, region: Option<OtherRegion>) -> Self {
        Self { region, ..self }
    }

    /// The fields of the page after one with these fields and entries; none if that was the last.
    ///
    /// # Errors
    ///
    /// When the list can't be read to its end.
    pub(super) async fn next(
        &mut self,
        run: &RunContext,
        requester: &mut Requester<'_>,
        fields: &Value,
        entries: &[Value],
    ) -> Result<Option<Value>, Unread> {
        let (operation, purpose) = (self.operation, self.purpose);
        let subject = KeyName::subject();
        let blame = requester.blame(purpose, operation, &subject);
        let unreadable = |problem: Unreadable| {
            let reason = format!("the list of {operation} can't be read to its end: {problem}");
            let deviation = problem.is_deviation().then(|| reason.clone());
            Unread {
                deviation,
                failure: Failure::blocked(Kind::Effect, blame.blocked(problem.to_string(), None), reason),
            }
        };

        match self.turning.turn(&run.suite.service.paging, fields, entries) {
            Ok(false) => return Ok(None),
            Ok(true) => {}
            Err(problem) => return Err(unreadable(problem)),
        }

        let parameters = &self.turning.parameters;
        let request = Request { purpose, operation, parameters, on: &subject, region: self.region };
        let response = requester.send(request).await?;
        let is_too_long = self.turning.is_too_long(response.length);
        match &response.content.code {
            // A page may have a megabyte, and a list a thousand of them.
            None if is_too_long => Err(unreadable(Unreadable::TooLong)),
            None => Ok(Some(response.content.fields)),
            Some(code) => {
                let reason = format!("page {} of {operation} responded {code}", self.turning.page);
                let by = blame.blocked("did not respond with a further page", Some(blocking_response(&response)));
                // The page before led to it, and the service looked at the request.
                let is_judged = !matches!(response.class, Some(ErrorClass::NotFound));
                let deviation = is_judged.then(|| reason.clone());
                Err(Unread { deviation, failure: Failure::blocked(Kind::Effect, by, reason) })
            }
        }
    }
}

/// Why a list was not read to its end.
#[derive(Debug)]
pub(super) struct Unread {
    /// In what the list deviates from its paging, if it does: the failure of a case that judges the list.
    pub(super) deviation: Option<String>,
    /// The failure of a case that only looks at the list.
    pub(super) failure: Failure,
}

impl From<Failure> for Unread {
    fn from(failure: Failure) -> Self {
        Self { deviation: None, failure }
    }
}
