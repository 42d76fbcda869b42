//! Checks the content of responses, and waits for what may be late.

use tokio::time::sleep;

use super::attempt::AttemptContext;
use super::checks::{Checked, Checker, Mismatch};
use super::failure::Failure;
use super::requester::Request;
use super::response_form;
use crate::client::Response;
use crate::event::Purpose;
use crate::provider::BodyForm;
use crate::suite::name::OperationName;
use crate::suite::step::Checks;
use crate::verdict::Kind;

/// What the content of a response must be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Content<'c> {
    pub(super) checks: &'c Checks,
    /// The form in which it was requested, if that is judged.
    pub(super) format: Option<BodyForm>,
}

impl AttemptContext<'_, '_> {
    /// Checks the content of a response that is judged; the response that decided, and what is wrong with it. What is only
    /// read may be late, so such a request is sent again until the content is right or the time is over.
    pub(super) async fn check_until_settled(
        &mut self,
        content: Content<'_>,
        request: Request<'_>,
        mut response: Response,
        reads: bool,
    ) -> Result<(Response, Option<Mismatch>), Failure> {
        let mut pacer = self.run.options.settle.pacer();
        loop {
            let wrong_body = content.format.and_then(|format| response_form::wrong_body(&response.content, format));
            let mismatch = match wrong_body {
                Some(text) => {
                    let (kind, aspect) = (Kind::Malformed, format!("body of {}", request.operation));
                    Some(Mismatch { kind, aspect, text: format!("{}: {text}", request.operation) })
                }
                None => self.check(content.checks, request, &response, true).await?,
            };
            // A date that is not there yet is as late as any other value.
            if mismatch.is_none() || !reads || pacer.ends() || self.requester.is_stopped() {
                return Ok((response, mismatch));
            }

            sleep(pacer.pause()).await;
            let again = self.requester.send(request).await?;
            // The first response was allowed, so a later error is not what the case judges.
            if again.content.code.is_some() {
                return Ok((response, mismatch));
            }
            response = again;
        }
    }

    /// Checks the content of a response once; `judged` if it is one that the case is about.
    pub(super) async fn check(
        &mut self,
        checks: &Checks,
        request: Request<'_>,
        response: &Response,
        judged: bool,
    ) -> Result<Option<Mismatch>, Failure> {
        let Request { operation, parameters, on, region, .. } = request;
        let (purpose, fields) = (Purpose::Verification, &response.content.fields);
        let checked = Checked { purpose, operation, parameters, fields, on, region, judged };
        Checker::new(self.run, self.requester).check(checked, checks).await
    }

    /// Whether a request only reads what others have written: it describes a key, or its response is a list that is
    /// searched.
    pub(super) fn only_reads(&self, operation: &OperationName, checks: &Checks) -> bool {
        let lists = checks.contains.is_some() || checks.lacks.is_some() || !checks.entries.is_empty();
        lists || *operation == self.run.suite.service.observation.describe
    }
}
