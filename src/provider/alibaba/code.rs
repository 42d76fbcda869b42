//! What kind of rejection an error code is.

use crate::provider::ErrorClass;

/// Classifies a code; codes decide, the status only where there is no known code.
pub(super) fn classify(status: u16, code: &str) -> ErrorClass {
    if status == 501 {
        return ErrorClass::UnknownOperation;
    }

    match code {
        // The table's own, and the misspelling that one edition prints.
        "Rejected.Enabled"
        | "Rejected.Disabled"
        | "Rejected.PendingDeletion"
        | "Rejetced.PendingDeletion"
        | "Rejected.PendingImport"
        | "Rejected.Unavailable"
        | "Rejected.StateModifiedFailed" => ErrorClass::StateRejection,
        // What is not found or inactive is the access key, not a key of the service.
        "InvalidAccessKeyId.NotFound"
        | "InvalidAccessKeyId.Inactive"
        | "Forbidden.AccessKey"
        | "IncompleteSignature"
        | "SignatureDoesNotMatch"
        | "SignatureNonceUsed"
        | "InvalidVersion"
        | "MissingAccessKeyId"
        | "MissingSignature"
        | "MissingSecurityToken"
        | "InvalidProtocol.NeedSsl"
        // What every request has under either signature: an endpoint that misses it knows only the other one.
        | "InvalidSignatureMethod"
        | "InvalidSignatureVersion"
        | "MissingAction"
        | "MissingSignatureMethod"
        | "MissingSignatureNonce"
        | "MissingSignatureVersion"
        | "MissingTimestamp"
        | "MissingVersion" => ErrorClass::Auth,
        "InvalidTimeStamp.Expired" | "IllegalTimestamp" => ErrorClass::Clock,
        // Named like rejections by state, although no state is behind them.
        "Rejected.Throttling" | "Throttling" => ErrorClass::Throttled,
        "Rejected.LimitExceeded" | "Rejected.ShareQuotaExceedLimit" => ErrorClass::Quota,
        "InternalFailure"
        | "ServiceUnavailable"
        | "ServiceUnavailableTemporary"
        | "SerivceUnavailableTemporary"
        | "SerivceUnvailableTemporary" => ErrorClass::Transient,
        "InvalidAction.NotFound" | "InvalidApi.NotFound" | "InvalidProduct.NotFound" => ErrorClass::UnknownOperation,
        "Forbidden.KmsServiceNotEnabled" => ErrorClass::Account,
        // Families of codes, so the members of another class stand above.
        _ if code.starts_with("Throttling.") => ErrorClass::Throttled,
        _ if code.starts_with("InvalidSecurityToken.") || code.starts_with("InvalidTimeStamp.") => ErrorClass::Auth,
        _ if code.starts_with("Forbidden.InDebt")
            || code.starts_with("Forbidden.Ubsms")
            || code == "Forbidden.ProhibitedByRiskControl" =>
        {
            ErrorClass::Account
        }
        _ if code.starts_with("Forbidden.") && code.ends_with("NotFound") => ErrorClass::NotFound,
        _ if says_not_permitted(code) => ErrorClass::Permission,
        _ if says_unknown_operation(code) => ErrorClass::UnknownOperation,
        _ if code.contains("NotFound") => ErrorClass::NotFound,
        _ if status == 429 => ErrorClass::Throttled,
        _ if status >= 500 => ErrorClass::Transient,
        _ => ErrorClass::Other,
    }
}

/// Whether a code says that the account may not send the request: `Forbidden.NoPermission`, and what gateways and other
/// services say for it.
fn says_not_permitted(code: &str) -> bool {
    const WORDS: [&str; 4] = ["NoPermission", "AccessDenied", "NotAuthorized", "Unauthorized"];
    WORDS.iter().any(|word| code.contains(word))
}

/// Whether a code of another kind of service says that it does not know the operation. `UnsupportedOperation` is not one of
/// them: it means "not for this key".
fn says_unknown_operation(code: &str) -> bool {
    const WORDS: [&str; 6] =
        ["NotImplemented", "UnknownOperation", "UnknownAction", "InvalidAction", "ActionNotFound", "OperationNotFound"];
    WORDS.iter().any(|word| code.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_class() {
        for (status, code, class) in [
            (409, "Rejected.PendingImport", ErrorClass::StateRejection),
            (409, "Rejetced.PendingDeletion", ErrorClass::StateRejection),
            (404, "Forbidden.KeyNotFound", ErrorClass::NotFound),
            (404, "Forbidden.AliasNotFound", ErrorClass::NotFound),
            (403, "Forbidden.NoSuchThing", ErrorClass::Other),
            (404, "Whatever.NotFound", ErrorClass::NotFound),
            (400, "NotFoundException", ErrorClass::NotFound),
            (404, "InvalidAccessKeyId.NotFound", ErrorClass::Auth),
            (400, "Throttling.User", ErrorClass::Throttled),
            (400, "Throttling", ErrorClass::Throttled),
            (429, "Rejected.Throttling", ErrorClass::Throttled),
            (429, "Whatever", ErrorClass::Throttled),
            (503, "SerivceUnavailableTemporary", ErrorClass::Transient),
            (500, "Whatever", ErrorClass::Transient),
            (400, "ServiceUnavailable", ErrorClass::Transient),
            (400, "SignatureDoesNotMatch", ErrorClass::Auth),
            (400, "InvalidTimeStamp.Expired", ErrorClass::Clock),
            (400, "InvalidTimeStamp.Format", ErrorClass::Auth),
            (400, "MissingAction", ErrorClass::Auth),
            (400, "MissingKeyId", ErrorClass::Other),
            (403, "Forbidden.InDebtOverdue", ErrorClass::Account),
            (400, "Rejected.LimitExceeded", ErrorClass::Quota),
            (404, "InvalidAction.NotFound", ErrorClass::UnknownOperation),
            (501, "Whatever", ErrorClass::UnknownOperation),
            (501, "InternalFailure", ErrorClass::UnknownOperation),
            (400, "NotImplemented", ErrorClass::UnknownOperation),
            (400, "UnknownOperationException", ErrorClass::UnknownOperation),
            (400, "UnsupportedOperation", ErrorClass::Other),
            (403, "Forbidden.NoPermission", ErrorClass::Permission),
            (400, "Forbidden.NoPermission", ErrorClass::Permission),
            (403, "NoPermission", ErrorClass::Permission),
            (403, "AccessDeniedError", ErrorClass::Permission),
            (403, "AccessDenied", ErrorClass::Permission),
            (400, "AccessDeniedException", ErrorClass::Permission),
            (403, "NotAuthorized", ErrorClass::Permission),
            (403, "Forbidden.Unauthorized", ErrorClass::Permission),
            (400, "InvalidParameter", ErrorClass::Other),
            (400, "Unsupported.Origin", ErrorClass::Other),
        ] {
            assert_eq!(classify(status, code), class, "{status} {code}");
        }
    }
}
