//! Responses whose form is wrong, whatever they say.

use serde_json::Value;

use super::step::{Outcome, Step, is_for_state};
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::api::Operation;
use crate::mock::aws::service::arn::{Arn, Resource};
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::wire::response::{ResponseParts, Source};
use crate::mock::host::response::Fields;
use crate::mock::mutation::form::{change_scalars, faults, mistype};

faults! {
    /// What is wrong with the form of one operation's responses.
    pub(super) enum ResponseFault {
        SuccessIs201 = "success-is-201",
        ErrorIs200 = "error-is-200",
        ErrorIs500 = "error-is-500",
        CodeInLowerCase = "code-in-lower-case",
        ErrorWithoutType = "error-without-type",
        WrongTypes = "wrong-types",
        MissingFields = "missing-fields",
        KeyIdIsShort = "key-id-is-short",
        NotImplemented = "not-implemented",
        NotImplementedIs501 = "not-implemented-501",
        Crashes = "crashes",
        ListIsNull = "list-is-null",
        DateIsText = "date-is-text",
    }
}

impl ResponseFault {
    /// What happens, in one sentence without its end.
    pub(super) fn description(self, operation: Operation) -> String {
        match self {
            Self::SuccessIs201 => format!("a success of {operation} comes with HTTP status 201"),
            Self::ErrorIs200 => format!("an error of {operation} comes with HTTP status 200"),
            Self::ErrorIs500 => format!("an error of {operation} comes with HTTP status 500"),
            Self::CodeInLowerCase => format!("the name of an error of {operation} is in lower case"),
            Self::ErrorWithoutType => format!("an error of {operation} has a message and no name"),
            Self::WrongTypes => format!("the fields of a success of {operation} have other types"),
            Self::MissingFields => format!("the response to a success of {operation} is an empty object"),
            Self::KeyIdIsShort => format!("{operation} responds with the id of the key and not with its ARN"),
            Self::NotImplemented => format!("the mock does not know {operation}"),
            Self::NotImplementedIs501 => format!("the mock does not know {operation} and says so with HTTP status 501"),
            Self::Crashes => format!("every {operation} ends in KMSInternalException with HTTP status 500"),
            Self::ListIsNull => format!("the list in a response of {operation} is null"),
            Self::DateIsText => format!("the dates in a response of {operation} are texts"),
        }
    }

    /// Goes on with a call of the operation.
    pub(super) fn around(self, step: &Step<'_>, account: &mut Account<'_>) -> Outcome {
        // Nothing runs for these, so that they have no effect either.
        match self {
            Self::NotImplemented => return Err(Rejection::new("UnknownOperationException", "")),
            Self::NotImplementedIs501 => {
                let rejection = Rejection::new("NotImplementedException", "This operation is not implemented.");
                return Err(Rejection { status: 501, ..rejection });
            }
            Self::Crashes => return Err(Rejection::internal_failure()),
            _ => {}
        }

        match step.run(account) {
            Ok(mut response) => {
                self.change_fields(&mut response);
                Ok(response)
            }
            Err(rejection) => Err(self.change_rejection(rejection)),
        }
    }

    fn change_fields(self, response: &mut Fields) {
        match self {
            Self::MissingFields => response.clear(),
            Self::WrongTypes => mistype(response),
            Self::ListIsNull => response.values_mut().filter(|value| value.is_array()).for_each(|value| {
                *value = Value::Null;
            }),
            Self::DateIsText => change_scalars(response, &write_date),
            Self::KeyIdIsShort => response.values_mut().for_each(shorten),
            _ => {}
        }
    }

    fn change_rejection(self, rejection: Rejection) -> Rejection {
        match self {
            Self::CodeInLowerCase => Rejection { code: rejection.code.to_lowercase().into(), ..rejection },
            Self::ErrorIs200 => Rejection { status: 200, ..rejection },
            Self::ErrorIs500 => Rejection { status: 500, ..rejection },
            _ => rejection,
        }
    }

    /// Changes a whole response of the operation.
    pub(super) fn change_response(self, response: &mut ResponseParts) {
        match self {
            Self::SuccessIs201 if is_success(response) => response.status = 201,
            Self::ErrorWithoutType if response.source == Source::Kms => {
                response.fields.remove(TYPE);
            }
            _ => {}
        }
    }
}

faults! {
    /// What is wrong with the form of every operation's responses.
    pub(super) enum GeneralFault {
        ErrorWithoutType = "error-without-type",
        ErrorsAreText = "errors-are-text",
        RejectionIs409 = "rejection-is-409",
        RejectionIs200 = "rejection-is-200",
        RejectionIsDisabled = "rejection-is-always-disabled",
        RejectionIsInvalidState = "rejection-is-always-invalid-state",
        RejectionIsValidation = "rejection-is-validation",
        RejectionIsAccessDenied = "rejection-is-access-denied",
        RejectionCrashes = "rejection-crashes",
        NotFoundIs404 = "not-found-is-404",
        NotFoundIs500 = "not-found-is-500",
        NotFoundIsValidation = "not-found-is-validation",
    }
}

impl GeneralFault {
    /// What happens, in one sentence without its end.
    pub(super) const fn description(self) -> &'static str {
        match self {
            Self::ErrorWithoutType => "errors have a message and no name",
            Self::ErrorsAreText => "the message and the name of an error come in fields of other names",
            Self::RejectionIs409 => {
                "a rejection for the state of a key comes with HTTP status 409, as the model annotates"
            }
            Self::RejectionIs200 => "a rejection for the state of a key comes with HTTP status 200",
            Self::RejectionIsDisabled => "every rejection for the state of a key is a DisabledException",
            Self::RejectionIsInvalidState => "every rejection for the state of a key is a KMSInvalidStateException",
            Self::RejectionIsValidation => "every rejection for the state of a key is a ValidationException",
            Self::RejectionIsAccessDenied => "every rejection for the state of a key is an AccessDeniedException",
            Self::RejectionCrashes => "every rejection for the state of a key is a server error",
            Self::NotFoundIs404 => "an error for what does not exist comes with HTTP status 404",
            Self::NotFoundIs500 => "an error for what does not exist comes with HTTP status 500",
            Self::NotFoundIsValidation => "an error for what does not exist is a ValidationException",
        }
    }

    /// Changes a rejection of any operation.
    pub(super) fn change_rejection(self, rejection: Rejection) -> Rejection {
        let (for_state, not_found) = (is_for_state(&rejection), rejection.code == "NotFoundException");
        let named = |code: &'static str, rejection| Rejection { code: code.into(), ..rejection };

        match self {
            Self::RejectionIs409 if for_state => Rejection { status: 409, ..rejection },
            Self::RejectionIs200 if for_state => Rejection { status: 200, ..rejection },
            Self::RejectionIsDisabled if for_state => named("DisabledException", rejection),
            Self::RejectionIsInvalidState if for_state => named("KMSInvalidStateException", rejection),
            Self::RejectionIsValidation if for_state => named("ValidationException", rejection),
            Self::RejectionIsAccessDenied if for_state => named("AccessDeniedException", rejection),
            Self::RejectionCrashes if for_state => Rejection::internal_failure(),
            Self::NotFoundIs404 if not_found => Rejection { status: 404, ..rejection },
            Self::NotFoundIs500 if not_found => Rejection { status: 500, ..rejection },
            Self::NotFoundIsValidation if not_found => named("ValidationException", rejection),
            _ => rejection,
        }
    }

    /// Changes whatever goes out.
    pub(super) fn change_response(self, response: &mut ResponseParts) {
        match self {
            Self::ErrorWithoutType => {
                response.fields.remove(TYPE);
            }
            Self::ErrorsAreText => {
                if let Some(name) = response.fields.remove(TYPE) {
                    response.fields.insert("error".to_owned(), name);
                }
            }
            _ => {}
        }
    }
}

/// The field with the name of an error.
const TYPE: &str = "__type";

/// Whether it is a success of an operation, whatever its status.
fn is_success(response: &ResponseParts) -> bool {
    response.source == Source::Kms && !response.fields.contains_key(TYPE)
}

/// Makes the id of a key of its ARN.
fn shorten(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Some(Resource::Key(id)) = Arn::parse(text).map(|arn| arn.resource) {
                *text = id.to_owned();
            }
        }
        Value::Object(fields) => fields.values_mut().for_each(shorten),
        _ => {}
    }
}

/// Writes dates as other protocols do.
fn write_date(name: &str, value: &mut Value) {
    let Value::Number(number) = value else { return };
    let time = number.as_i64().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    if (name.ends_with("Date") || name.ends_with("To"))
        && let Some(time) = time
    {
        *value = time.to_string().into();
    }
}
