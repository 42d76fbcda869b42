//! From a received request to a response: route, checks, operation.

use std::sync::{Arc, OnceLock};

use http::Method;
use http::header::{HeaderValue, RETRY_AFTER};
use tokio::sync::oneshot;

use crate::mock::aws::call_log::CallLog;
use crate::mock::aws::kms::AwsKms;
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::api::Operation;
use crate::mock::aws::service::call::{Call, Caller};
use crate::mock::aws::service::crypto::RsaPair;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::aws::service::spec::{Family, KeySpec, RsaSize};
use crate::mock::aws::wire::gateway::{Admitted, Claim, Gateway};
use crate::mock::aws::wire::parameters::Parameters;
use crate::mock::aws::wire::response::{ResponseParts, Source};
use crate::mock::host::cloud::{Moment, Outcome, Trouble, Unreadable};
use crate::mock::host::request::Received;
use crate::mock::host::response::Response;
use crate::mock::store::ChangeLog;
use crate::provider::signing::sha256_hex;

/// The service's name before that of an operation.
const SERVICE: &str = "TrentService.";

/// A request as far as it is understood without a signature.
pub(crate) struct Understood<'r> {
    kms: &'r AwsKms,
    received: &'r Received,
    request_id: String,
    /// Read by whoever needs it first: nothing if the body is not a JSON object.
    parameters: OnceLock<Option<Parameters>>,
    new_pair: OnceLock<Arc<RsaPair>>,
    pub(crate) routed: Result<Operation, Rejection>,
}

impl<'r> Understood<'r> {
    /// Reads as much of a request as its route needs.
    pub(crate) fn new(kms: &'r AwsKms, received: &'r Received, request_id: String) -> Self {
        Self {
            kms,
            received,
            request_id,
            parameters: OnceLock::new(),
            new_pair: OnceLock::new(),
            routed: route(received),
        }
    }

    fn parameters(&self) -> Option<&Parameters> {
        self.parameters.get_or_init(|| Parameters::parse(&self.received.body).ok()).as_ref()
    }

    /// The size of the RSA pair that has to be made for the request; nothing if it needs none.
    pub(crate) fn size_of_new_pair(&self) -> Option<RsaSize> {
        let operation = *self.routed.as_ref().ok()?;
        if !self.kms.pairs.are_made() {
            return None;
        }

        let size = |name: &str| {
            let text = self.parameters()?.get(name)?.as_str()?;
            match KeySpec::from_wire(text)?.family() {
                Family::Rsa(size) => Some(size),
                Family::Symmetric | Family::Ecc(_) | Family::Hmac(_) => None,
            }
        };
        match operation {
            Operation::CreateKey => size("KeySpec").or_else(|| size("CustomerMasterKeySpec")),
            Operation::GenerateDataKeyPair | Operation::GenerateDataKeyPairWithoutPlaintext => size("KeyPairSpec"),
            Operation::GetParametersForImport => {
                size("WrappingKeySpec").filter(|size| self.kms.pairs.lacks_wrapping_pair(*size))
            }
            _ => None,
        }
    }

    /// Makes a pair for the request on a thread of its own. Without one, the operation makes it.
    pub(crate) async fn make_pair(&self, size: RsaSize) {
        let (sender, receiver) = oneshot::channel();
        let made = std::thread::Builder::new().name("RSA pair".to_owned()).spawn(move || {
            // Whoever waits for it may have gone.
            let _ = sender.send(RsaPair::generate(size));
        });
        if made.is_ok()
            && let Ok(Some(pair)) = receiver.await
        {
            let _ = self.new_pair.set(Arc::new(pair));
        }
    }

    /// Checks who has signed the request, and does what it is for.
    pub(crate) fn respond(&self, moment: Moment) -> Outcome {
        let mut depends_on = 0;
        let parts = self.respond_routed(moment, &mut depends_on);
        Outcome { response: self.response(parts), depends_on }
    }

    /// The response when the service is in trouble.
    pub(crate) fn respond_in_trouble(&self, trouble: Trouble<'_>) -> Response {
        let (rejection, retry_after_seconds) = match trouble {
            Trouble::Internal => (Rejection::internal_failure(), None),
            Trouble::Unavailable => (Rejection::unavailable(), None),
            Trouble::Throttled { code, retry_after_seconds } => {
                let message =
                    "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.";
                let rejection = Rejection { code: code.to_owned().into(), ..Rejection::validation(message) };
                (rejection, retry_after_seconds)
            }
        };

        let mut response = self.response(self.rejection(&rejection));
        if let Some(seconds) = retry_after_seconds {
            response.headers.push((RETRY_AFTER, HeaderValue::from(seconds)));
        }
        response
    }

    /// The response as it goes out.
    fn response(&self, mut parts: ResponseParts) -> Response {
        if let Some(layer) = self.kms.layer() {
            layer.respond(self.routed.as_ref().ok().copied(), &mut parts);
        }
        parts.into_response()
    }

    fn respond_routed(&self, moment: Moment, depends_on: &mut u64) -> ResponseParts {
        let Self { kms, received, .. } = self;
        let operation = match &self.routed {
            Ok(operation) => *operation,
            Err(rejection) => return self.rejection(rejection),
        };

        let gateway = Gateway {
            access_keys: &kms.config.access_keys,
            anonymous: kms.config.anonymous.as_ref(),
            region: &kms.config.region,
            now: moment.server_now,
        };
        let body_digest = sha256_hex(&received.body);
        let claim = Claim { received, body_digest: &body_digest };
        let admitted = match kms.layer() {
            None => gateway.admit(&claim),
            Some(layer) => layer.admit(&gateway, &claim),
        };

        match admitted {
            Ok(admitted) => self.respond_admitted(operation, &admitted, moment, depends_on),
            Err(error) => {
                let done_for = kms.layer().and_then(|layer| layer.run_rejected(&gateway, &claim, &error));
                if let Some(admitted) = done_for {
                    self.respond_admitted(operation, &admitted, moment, depends_on);
                }
                ResponseParts::error(&error.rejection(), Source::Gateway, &self.request_id)
            }
        }
    }

    /// Does what a request is for, whose sender is known.
    fn respond_admitted(
        &self,
        operation: Operation,
        admitted: &Admitted<'_>,
        moment: Moment,
        depends_on: &mut u64,
    ) -> ResponseParts {
        let kms = self.kms;
        let Some(parameters) = self.parameters() else {
            return self.rejection(&Rejection::serialization("The body is not a JSON object."));
        };
        self.count_ignored(operation, parameters);
        let Admitted { access_key, region } = admitted;
        let Some(regions) = kms.account(&access_key.account) else {
            return self.rejection(&Rejection::internal_failure());
        };

        let log = kms.journal().map(|journal| CallLog { journal, account: &access_key.account });
        let log = log.as_ref().map(|log| log as &dyn ChangeLog<_>);
        let mut account = Account::new(regions, region, kms.time(moment.now), log);
        let call = Call {
            operation,
            row: operation.definition().rule,
            parameters,
            caller: Caller { account: &access_key.account, region, denied: &access_key.denied },
            tools: kms.tools(self.new_pair.get()),
            now: moment.now,
            stale: moment.stale,
        };

        let outcome = match kms.layer() {
            None => call.run(&mut account),
            Some(layer) => layer.call(&call, &mut account),
        };
        *depends_on = account.saved_by();
        match outcome {
            Ok(fields) => ResponseParts::success(fields, &self.request_id),
            Err(rejection) => self.rejection(&rejection),
        }
    }

    fn count_ignored(&self, operation: Operation, parameters: &Parameters) {
        let known = operation.definition().parameters;
        for (name, _) in parameters.iter().filter(|(name, _)| !known.contains(&name.as_str())) {
            self.kms.ignored.count(operation, name);
        }
    }

    fn rejection(&self, rejection: &Rejection) -> ResponseParts {
        ResponseParts::error(rejection, Source::Kms, &self.request_id)
    }
}

/// The operation that a request is for.
fn route(received: &Received) -> Result<Operation, Rejection> {
    let unknown = || Rejection::new("UnknownOperationException", "");
    if received.method != Method::POST || !matches!(received.uri.path(), "/" | "") {
        return Err(unknown());
    }
    let target = received.header("x-amz-target").ok_or_else(unknown)?;
    target.strip_prefix(SERVICE).and_then(|name| name.parse().ok()).ok_or_else(unknown)
}

/// The response to a request whose body could not be read.
pub(crate) fn respond_to_unreadable(
    kms: &AwsKms,
    received: &Received,
    request_id: String,
    why: Unreadable,
) -> Response {
    let rejection = match why {
        // No source knows the limit or the name.
        Unreadable::TooLarge => Rejection { status: 413, ..Rejection::new("RequestEntityTooLargeException", "") },
        Unreadable::Incomplete => Rejection::serialization("The body broke off."),
    };
    let request = Understood::new(kms, received, request_id);
    request.rejection(&rejection).into_response()
}
