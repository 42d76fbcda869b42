//! Answers whose form is wrong, whatever they say.

use serde_json::Value;

use crate::mock::answer::Fields;
use crate::mock::operation::Operation;
use crate::mock::refusal::Refusal;

/// What is wrong with the form of one operation's answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerFault {
    /// A success comes with HTTP status 201.
    SuccessIs201,
    /// An error comes with HTTP status 200.
    ErrorIs200,
    /// The code of an error is in lower case.
    CodeInLowerCase,
    /// Texts are lists of one text, numbers are texts, and lists are what they hold.
    WrongTypes,
    /// The answer to a success has no field but RequestId.
    MissingFields,
    /// The operation is not known.
    NotImplemented,
}

impl AnswerFault {
    /// Every fault.
    pub const ALL: &'static [Self] = &[
        Self::SuccessIs201,
        Self::ErrorIs200,
        Self::CodeInLowerCase,
        Self::WrongTypes,
        Self::MissingFields,
        Self::NotImplemented,
    ];

    /// The name, which never changes; the operation and a colon stand before it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SuccessIs201 => "success-is-201",
            Self::ErrorIs200 => "error-is-200",
            Self::CodeInLowerCase => "code-in-lower-case",
            Self::WrongTypes => "wrong-types",
            Self::MissingFields => "missing-fields",
            Self::NotImplemented => "not-implemented",
        }
    }

    /// What happens, in one sentence without its end.
    pub(super) fn description(self, operation: Operation) -> String {
        match self {
            Self::SuccessIs201 => format!("a success of {operation} comes with HTTP status 201"),
            Self::ErrorIs200 => format!("an error of {operation} comes with HTTP status 200"),
            Self::CodeInLowerCase => format!("the code of an error of {operation} is in lower case"),
            Self::WrongTypes => format!("the fields of a success of {operation} have other types"),
            Self::MissingFields => format!("the answer to a success of {operation} has no field but RequestId"),
            Self::NotImplemented => format!("the mock does not know {operation}"),
        }
    }
}

/// What is wrong with the form of every operation's answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GeneralFault {
    /// A refusal that has HTTP status 409 comes with 400.
    Status400For409,
    /// An error for something that is not there comes with HTTP status 400.
    NotFoundIs400,
    /// An error for something that is not there comes with HTTP status 500.
    NotFoundIs500,
    /// What is not there is called `Forbidden.ResourceNotFound`.
    NotFoundByAnotherName,
    /// The codes of refusals begin with `Rejeted.`, as in no document.
    RejectionMisspelt,
    /// The RequestId of a success is empty.
    EmptyRequestId,
    /// A success has no RequestId.
    NoRequestId,
}

impl GeneralFault {
    /// Every fault.
    pub const ALL: &'static [Self] = &[
        Self::Status400For409,
        Self::NotFoundIs400,
        Self::NotFoundIs500,
        Self::NotFoundByAnotherName,
        Self::RejectionMisspelt,
        Self::EmptyRequestId,
        Self::NoRequestId,
    ];

    /// The name, which never changes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Status400For409 => "status-400-for-409",
            Self::NotFoundIs400 => "not-found-is-400",
            Self::NotFoundIs500 => "not-found-is-500",
            Self::NotFoundByAnotherName => "not-found-by-another-name",
            Self::RejectionMisspelt => "rejection-code-misspelt-wrongly",
            Self::EmptyRequestId => "empty-request-id",
            Self::NoRequestId => "no-request-id",
        }
    }

    /// What happens, in one sentence without its end.
    pub(super) const fn description(self) -> &'static str {
        match self {
            Self::Status400For409 => "refusals that have HTTP status 409 come with 400",
            Self::NotFoundIs400 => "errors for something that is not there come with HTTP status 400",
            Self::NotFoundIs500 => "errors for something that is not there come with HTTP status 500",
            Self::NotFoundByAnotherName => "what is not there is Forbidden.ResourceNotFound",
            Self::RejectionMisspelt => "the codes of refusals begin with Rejeted, as in no document",
            Self::EmptyRequestId => "the RequestId of a success is empty",
            Self::NoRequestId => "a success has no RequestId",
        }
    }
}

/// Makes the faults of a success; the status comes back.
pub(crate) fn distort_success((own, general): &(Vec<AnswerFault>, Vec<GeneralFault>), fields: &mut Fields) -> u16 {
    const REQUEST_ID: &str = "RequestId";
    if own.contains(&AnswerFault::MissingFields) {
        fields.retain(|name, _| name == REQUEST_ID);
    }
    if own.contains(&AnswerFault::WrongTypes) {
        fields.iter_mut().filter(|(name, _)| *name != REQUEST_ID).for_each(|(_, value)| mistype(value));
    }
    if general.contains(&GeneralFault::EmptyRequestId) {
        fields.insert(REQUEST_ID.to_owned(), "".into());
    }
    if general.contains(&GeneralFault::NoRequestId) {
        fields.remove(REQUEST_ID);
    }
    if own.contains(&AnswerFault::SuccessIs201) { 201 } else { 200 }
}

fn mistype(value: &mut Value) {
    match value {
        Value::Object(fields) => fields.iter_mut().for_each(|(_, value)| mistype(value)),
        // As a reader of XML does that sees only one element.
        Value::Array(values) => {
            let first = values.drain(..).next();
            *value = first.unwrap_or_default();
        }
        Value::String(_) => *value = Value::Array(vec![value.take()]),
        Value::Number(number) => *value = Value::String(number.to_string()),
        Value::Bool(_) | Value::Null => {}
    }
}

/// Makes the faults of an error.
pub(crate) fn distort_refusal((own, general): &(Vec<AnswerFault>, Vec<GeneralFault>), mut refusal: Refusal) -> Refusal {
    if general.contains(&GeneralFault::NotFoundByAnotherName) && refusal.status == 404 {
        refusal.code = "Forbidden.ResourceNotFound".into();
    }
    if general.contains(&GeneralFault::NotFoundIs400) && refusal.status == 404 {
        refusal.status = 400;
    }
    if general.contains(&GeneralFault::NotFoundIs500) && refusal.status == 404 {
        refusal.status = 500;
    }
    if general.contains(&GeneralFault::Status400For409) && refusal.status == 409 {
        refusal.status = 400;
    }
    if general.contains(&GeneralFault::RejectionMisspelt) {
        refusal.code = refusal.code.replacen("Rejected.", "Rejeted.", 1).into();
    }
    if own.contains(&AnswerFault::CodeInLowerCase) {
        refusal.code = refusal.code.to_lowercase().into();
    }
    if own.contains(&AnswerFault::ErrorIs200) {
        refusal.status = 200;
    }
    refusal
}
