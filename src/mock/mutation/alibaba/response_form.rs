//! Responses whose form is wrong, whatever they say.

use jiff::Timestamp;
use serde_json::Value;

use super::step::{Outcome, Step};
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::api::Operation;
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::state::KeyState;
use crate::mock::alibaba::wire::response::{Format, ResponseParts, Source};
use crate::mock::host::response::Fields;
use crate::mock::mutation::form::{change_scalars, faults, mistype};

faults! {
    /// What is wrong with the form of one operation's responses.
    pub enum ResponseFault {
        /// A success comes with HTTP status 201.
        SuccessIs201 = "success-is-201",
        /// An error comes with HTTP status 200.
        ErrorIs200 = "error-is-200",
        /// The code of an error is in lower case.
        CodeInLowerCase = "code-in-lower-case",
        /// Texts are lists of one text, numbers are texts, and lists are what they hold.
        WrongTypes = "wrong-types",
        /// The response to a success has no field but RequestId.
        MissingFields = "missing-fields",
        /// The operation is not known.
        NotImplemented = "not-implemented",
        /// The operation is not known, which comes with HTTP status 501.
        NotImplementedIs501 = "not-implemented-501",
        /// Every request ends in the same server error.
        Crashes = "crashes",
        /// A list is null.
        ListIsNull = "list-is-null",
        /// Dates are milliseconds since the epoch.
        DateIsNumber = "date-is-number",
        /// Counters are texts.
        CountIsText = "count-is-text",
        /// TotalCount is one more than there are entries.
        TotalCountOff = "total-count-off",
    }
}

impl ResponseFault {
    /// What happens, in one sentence without its end.
    pub(super) fn description(self, operation: Operation) -> String {
        match self {
            Self::SuccessIs201 => format!("a success of {operation} comes with HTTP status 201"),
            Self::ErrorIs200 => format!("an error of {operation} comes with HTTP status 200"),
            Self::CodeInLowerCase => format!("the code of an error of {operation} is in lower case"),
            Self::WrongTypes => format!("the fields of a success of {operation} have other types"),
            Self::MissingFields => format!("the response to a success of {operation} has no field but RequestId"),
            Self::NotImplemented => format!("the mock does not know {operation}"),
            Self::NotImplementedIs501 => format!("the mock does not know {operation} and says so with HTTP status 501"),
            Self::Crashes => format!("every {operation} ends in InternalFailure with HTTP status 500"),
            Self::ListIsNull => format!("the list in a response of {operation} is null"),
            Self::DateIsNumber => format!("the dates in a response of {operation} are numbers"),
            Self::CountIsText => format!("the counters in a response of {operation} are texts"),
            Self::TotalCountOff => format!("the TotalCount of {operation} is one more than there are entries"),
        }
    }

    /// Goes on with a call of the operation.
    pub(super) fn around(self, step: &Step<'_>, account: &mut Account<'_>) -> Outcome {
        // Nothing runs for these, so that they have no effect either.
        match self {
            Self::NotImplemented => {
                let message = "Specified api is not found, please check your url and method.";
                return Err(Rejection::fixed(404, "InvalidAction.NotFound", message));
            }
            Self::NotImplementedIs501 => {
                return Err(Rejection::fixed(501, "NotImplemented", "This operation is not implemented."));
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
            Self::ListIsNull => response.values_mut().for_each(without_lists),
            Self::DateIsNumber => change_scalars(response, &number_date),
            Self::CountIsText => {
                // Only responses with a list have them.
                for count in ["TotalCount", "PageNumber", "PageSize"] {
                    if let Some(value) = response.get_mut(count) {
                        *value = value.to_string().into();
                    }
                }
            }
            Self::TotalCountOff => {
                if let Some(value) = response.get_mut("TotalCount") {
                    *value = value.as_u64().map(|total| total + 1).into();
                }
            }
            _ => {}
        }
    }

    fn change_rejection(self, rejection: Rejection) -> Rejection {
        match self {
            Self::CodeInLowerCase => Rejection { code: rejection.code.to_lowercase().into(), ..rejection },
            Self::ErrorIs200 => Rejection { status: 200, ..rejection },
            _ => rejection,
        }
    }

    /// Changes a whole response of the operation.
    pub(super) fn change_response(self, response: &mut ResponseParts) {
        if self == Self::SuccessIs201 && is_success(response) {
            response.status = 201;
        }
    }
}

faults! {
    /// What is wrong with the form of every operation's responses.
    pub enum GeneralFault {
        /// A rejection that has HTTP status 409 comes with 400.
        Status400For409 = "status-400-for-409",
        /// An error for something that does not exist comes with HTTP status 400.
        NotFoundIs400 = "not-found-is-400",
        /// An error for something that does not exist comes with HTTP status 500.
        NotFoundIs500 = "not-found-is-500",
        /// What does not exist is called `Forbidden.ResourceNotFound`.
        NotFoundByAnotherName = "not-found-by-another-name",
        /// The codes of rejections begin with `Rejeted.`, as in no document.
        RejectionMisspelt = "rejection-code-misspelt-wrongly",
        /// Every rejection for the state of a key is the same 400 `InvalidParameter`.
        RejectionIsInvalidParameter = "rejection-is-invalid-parameter",
        /// Every rejection for the state of a key says that the account has no permission.
        RejectionIsNoPermission = "rejection-is-no-permission",
        /// Every rejection for the state of a key is a 409 `Rejected.Disabled`, whatever the state.
        RejectionIsDisabled = "rejection-is-always-disabled",
        /// A rejection for the state of a key comes with HTTP status 200.
        RejectionIs200 = "rejection-is-200",
        /// Every rejection for the state of a key is a server error.
        RejectionCrashes = "rejection-crashes",
        /// Every error for something that does not exist is a server error.
        NotFoundCrashes = "not-found-crashes",
        /// The errors for states and for what does not exist are those of the KMS of AWS.
        AwsErrorCodes = "aws-error-codes",
        /// The RequestId of a success is empty.
        EmptyRequestId = "empty-request-id",
        /// A success has no RequestId.
        NoRequestId = "no-request-id",
        /// An error has no RequestId.
        NoRequestIdInErrors = "no-request-id-in-errors",
        /// Every RequestId is the same.
        RequestIdRepeats = "request-id-repeats",
        /// The body is JSON whatever was requested.
        FormatIgnored = "format-ignored",
        /// The body of an error is JSON whatever was requested.
        ErrorsInJson = "errors-in-json",
        /// The content type is that of plain text.
        ContentTypeIsText = "content-type-is-text",
    }
}

impl GeneralFault {
    /// What happens, in one sentence without its end.
    pub(super) const fn description(self) -> &'static str {
        match self {
            Self::Status400For409 => "rejections that have HTTP status 409 come with 400",
            Self::NotFoundIs400 => "errors for something that does not exist come with HTTP status 400",
            Self::NotFoundIs500 => "errors for something that does not exist come with HTTP status 500",
            Self::NotFoundByAnotherName => "what does not exist is Forbidden.ResourceNotFound",
            Self::RejectionMisspelt => "the codes of rejections begin with Rejeted, as in no document",
            Self::RejectionIsInvalidParameter => {
                "every rejection for a key's state is InvalidParameter with status 400"
            }
            Self::RejectionIsNoPermission => {
                "every rejection for a key's state is Forbidden.NoPermission with status 403"
            }
            Self::RejectionIsDisabled => "every rejection for a key's state is Rejected.Disabled, whatever the state",
            Self::RejectionIs200 => "every rejection for a key's state comes with HTTP status 200",
            Self::RejectionCrashes => "every rejection for a key's state is InternalFailure with HTTP status 500",
            Self::NotFoundCrashes => {
                "every error for something that does not exist is InternalFailure with HTTP status 500"
            }
            Self::AwsErrorCodes => "errors for states and for what does not exist have the codes of AWS and status 400",
            Self::EmptyRequestId => "the RequestId of a success is empty",
            Self::NoRequestId => "a success has no RequestId",
            Self::NoRequestIdInErrors => "an error has no RequestId",
            Self::RequestIdRepeats => "every RequestId is the same",
            Self::FormatIgnored => "the body is JSON whatever was requested",
            Self::ErrorsInJson => "the body of an error is JSON whatever was requested",
            Self::ContentTypeIsText => "the content type is that of plain text",
        }
    }

    /// Changes a rejection of an operation.
    pub(super) fn change_rejection(self, rejection: Rejection) -> Rejection {
        /// Only a rejection for the state of a key has it.
        const REJECTED: u16 = 409;
        const NOT_FOUND: u16 = 404;

        match (self, rejection.status) {
            (Self::RejectionCrashes, REJECTED) | (Self::NotFoundCrashes, NOT_FOUND) => Rejection::internal_failure(),
            (Self::RejectionIsInvalidParameter, REJECTED) => Rejection::invalid_parameter("KeyId"),
            (Self::RejectionIsNoPermission, REJECTED) => Rejection::no_permission(),
            (Self::RejectionIsDisabled, REJECTED) => Rejection::rejected(KeyState::Disabled),
            (Self::RejectionIs200, REJECTED) => Rejection { status: 200, ..rejection },
            (Self::AwsErrorCodes, REJECTED | NOT_FOUND) => as_of_aws(rejection),
            (Self::NotFoundByAnotherName, NOT_FOUND) => {
                Rejection { code: "Forbidden.ResourceNotFound".into(), ..rejection }
            }
            (Self::NotFoundIs400, NOT_FOUND) | (Self::Status400For409, REJECTED) => {
                Rejection { status: 400, ..rejection }
            }
            (Self::NotFoundIs500, NOT_FOUND) => Rejection { status: 500, ..rejection },
            (Self::RejectionMisspelt, _) => {
                Rejection { code: rejection.code.replacen("Rejected.", "Rejeted.", 1).into(), ..rejection }
            }
            _ => rejection,
        }
    }

    /// Changes whatever goes out.
    pub(super) fn change_response(self, response: &mut ResponseParts) {
        const REQUEST_ID: &str = "RequestId";
        const SAME: &str = "6b0f7c1e-52c4-4d0b-9d0e-8f6a3c21d7b5";

        let is_error = response.status >= 400;

        match self {
            Self::EmptyRequestId if is_success(response) => {
                response.fields.insert(REQUEST_ID.to_owned(), "".into());
            }
            Self::NoRequestId if is_success(response) => {
                response.fields.remove(REQUEST_ID);
            }
            Self::NoRequestIdInErrors if is_error => {
                response.fields.remove(REQUEST_ID);
            }
            Self::RequestIdRepeats => {
                response.fields.insert(REQUEST_ID.to_owned(), SAME.into());
            }
            Self::FormatIgnored => response.format = Format::Json,
            Self::ErrorsInJson if is_error => response.format = Format::Json,
            Self::ContentTypeIsText => response.content_type = Some("text/plain"),
            _ => {}
        }
    }
}

/// Whether it is a success of an operation, whatever its status.
fn is_success(response: &ResponseParts) -> bool {
    response.source == Source::Kms && !response.fields.contains_key("Code")
}

/// The rejection that the KMS of AWS has in the place of one.
fn as_of_aws(rejection: Rejection) -> Rejection {
    let code = match rejection.code.as_ref() {
        "Rejected.Disabled" => "DisabledException",
        "Forbidden.KeyNotFound" | "Forbidden.AliasNotFound" | "Forbidden.KeyVersionNotFound" => "NotFoundException",
        code if code.starts_with("Rejected.") => "KMSInvalidStateException",
        _ => return rejection,
    };
    Rejection { status: 400, code: code.into(), message: rejection.message }
}

fn without_lists(value: &mut Value) {
    match value {
        Value::Object(fields) => fields.iter_mut().for_each(|(_, value)| without_lists(value)),
        Value::Array(_) => *value = Value::Null,
        _ => {}
    }
}

/// Writes dates as milliseconds since the epoch.
fn number_date(name: &str, value: &mut Value) {
    let Value::String(text) = value else { return };
    if (name.ends_with("Date") || name.ends_with("Time"))
        && let Ok(time) = text.parse::<Timestamp>()
    {
        *value = time.as_millisecond().into();
    }
}
