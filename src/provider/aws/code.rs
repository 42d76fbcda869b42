//! What kind of rejection an error is.

use crate::provider::ErrorClass;

/// Classifies an error by its name; the status counts only where the name is unknown, for the service sends 400 with all of
/// them, throttling included.
pub(super) fn classify(status: u16, code: &str) -> ErrorClass {
    if status == 501 {
        return ErrorClass::UnknownOperation;
    }

    match code {
        "DisabledException" | "KMSInvalidStateException" => ErrorClass::StateRejection,
        "NotFoundException" => ErrorClass::NotFound,
        // What all services of the cloud call it, under old names and new ones.
        "ThrottlingException"
        | "Throttling"
        | "ThrottledException"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "RequestLimitExceeded"
        | "TooManyRequestsException"
        | "BandwidthLimitExceeded"
        | "SlowDown"
        | "PriorRequestNotComplete" => ErrorClass::Throttled,
        "KMSInternalException"
        | "DependencyTimeoutException"
        | "KeyUnavailableException"
        | "InternalFailure"
        | "InternalServerError"
        | "InternalServerException"
        | "InternalError"
        | "ServiceUnavailable"
        | "ServiceUnavailableException"
        | "RequestTimeout"
        | "RequestTimeoutException" => ErrorClass::Transient,
        "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "InvalidSignatureException"
        | "SignatureDoesNotMatch"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "IncompleteSignature"
        | "IncompleteSignatureException"
        | "ExpiredToken"
        | "ExpiredTokenException" => ErrorClass::Auth,
        "RequestExpired" | "RequestTimeTooSkewed" | "RequestInTheFuture" => ErrorClass::Clock,
        "OptInRequired" | "SubscriptionRequiredException" => ErrorClass::Account,
        "LimitExceededException" => ErrorClass::Quota,
        // For "not for this key" the service has UnsupportedOperationException, which is another matter.
        "UnknownOperationException"
        | "UnknownOperation"
        | "InvalidAction"
        | "NotImplemented"
        | "NotImplementedException"
        | "NotImplementedError" => ErrorClass::UnknownOperation,
        _ if code.starts_with("AccessDenied") || code.starts_with("NotAuthorized") => ErrorClass::Permission,
        _ if status == 429 => ErrorClass::Throttled,
        _ if status >= 500 => ErrorClass::Transient,
        _ => ErrorClass::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_its_class() {
        for (status, code, class) in [
            (400, "DisabledException", ErrorClass::StateRejection),
            (409, "KMSInvalidStateException", ErrorClass::StateRejection),
            (400, "UnsupportedOperationException", ErrorClass::Other),
            (400, "NotFoundException", ErrorClass::NotFound),
            (400, "ThrottlingException", ErrorClass::Throttled),
            (429, "Whatever", ErrorClass::Throttled),
            (500, "KMSInternalException", ErrorClass::Transient),
            (400, "DependencyTimeoutException", ErrorClass::Transient),
            (500, "Whatever", ErrorClass::Transient),
            (403, "AccessDeniedException", ErrorClass::Permission),
            (400, "UnrecognizedClientException", ErrorClass::Auth),
            (403, "InvalidSignatureException", ErrorClass::Auth),
            (400, "ExpiredTokenException", ErrorClass::Auth),
            (400, "RequestExpired", ErrorClass::Clock),
            (400, "LimitExceededException", ErrorClass::Quota),
            (400, "UnknownOperationException", ErrorClass::UnknownOperation),
            (501, "InternalFailure", ErrorClass::UnknownOperation),
            (400, "ValidationException", ErrorClass::Other),
            (400, "InvalidCiphertextException", ErrorClass::Other),
        ] {
            assert_eq!(classify(status, code), class, "{status} {code}");
        }
    }
}
