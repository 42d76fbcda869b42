//! From a received request to a response: route, checks, operation.

use http::header::{HeaderName, HeaderValue, RETRY_AFTER};

use crate::mock::alibaba::access_key::AccessKey;
use crate::mock::alibaba::call_log::CallLog;
use crate::mock::alibaba::kms::AlibabaKms;
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::api::Operation;
use crate::mock::alibaba::service::call::{Call, Caller};
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::wire::gateway::{self, Claim, Gateway, GatewayError};
use crate::mock::alibaba::wire::parameters::Parameters;
use crate::mock::alibaba::wire::request::Scheme;
use crate::mock::alibaba::wire::response::{Format, ResponseParts, Source};
use crate::mock::alibaba::wire::throttle;
use crate::mock::host::cloud::{Moment, Outcome, Trouble, Unreadable};
use crate::mock::host::request::Received;
use crate::mock::host::response::{Response, fields};
use crate::mock::locked;
use crate::mock::store::ChangeLog;
use crate::provider::signing::sha256_hex;

/// A request as far as it is understood without a signature.
pub(crate) struct Understood<'r> {
    kms: &'r AlibabaKms,
    received: &'r Received,
    parameters: Parameters<'r>,
    scheme: Scheme,
    format: Format,
    request_id: String,
    pub(crate) routed: Result<Operation, GatewayError>,
}

impl<'r> Understood<'r> {
    /// Reads as much of a request as its route needs.
    pub(crate) fn new(kms: &'r AlibabaKms, received: &'r Received, request_id: String) -> Self {
        // The action of a V1 request may stand in its form, so the form is decoded for the route, once and for all.
        let decoded = received.parameters();
        let is_decoded = decoded.is_ok();
        let parameters = decoded.unwrap_or_default();
        let scheme = received.scheme(&parameters);
        let format = received.format(scheme, &parameters);

        let routed = gateway::check_target(received)
            .and(if is_decoded { Ok(()) } else { Err(GatewayError::Undecodable) })
            .and_then(|()| gateway::route(received, &parameters, scheme))
            .and_then(|operation| format.map(|_| operation).ok_or(GatewayError::Invalid("Format")));
        Self { kms, received, parameters, scheme, format: format.unwrap_or(Format::Json), request_id, routed }
    }

    /// Waits until there is a wrapping pair for a request that needs one, and another one for a key that has had one. A
    /// wrong guess costs nothing but a pair.
    pub(crate) async fn wait_for_wrapping_pairs(&self) {
        self.kms.wrapping_pairs.ready(1 + usize::from(self.key_has_had_a_wrapping_pair())).await;
    }

    fn key_has_had_a_wrapping_pair(&self) -> bool {
        // It may be an Arn, which ends in the id.
        let Some(id) = self.parameters.get("KeyId").and_then(|text| text.rsplit('/').next()) else { return false };
        self.kms.tenants().any(|(_, _, tenant)| locked(tenant).key(id).is_some_and(|key| key.wrapping_pair.is_some()))
    }

    /// Checks who has signed the request, and does what it is for.
    pub(crate) fn respond(&self, moment: Moment) -> Outcome {
        let mut depends_on = 0;
        let parts = self.respond_routed(moment, &mut depends_on);
        Outcome { response: self.response(parts), depends_on }
    }

    /// The response when the service is in trouble.
    pub(crate) fn respond_in_trouble(&self, trouble: Trouble<'_>) -> Response {
        let (parts, retry_after_seconds) = match trouble {
            Trouble::Internal => (self.kms_rejection(&Rejection::internal_failure()), None),
            Trouble::Unavailable => (self.kms_rejection(&Rejection::service_unavailable()), None),
            Trouble::Throttled { code: throttle::BY_KMS, retry_after_seconds } => {
                (self.kms_rejection(&Rejection::throttled()), retry_after_seconds)
            }
            // Every other code is one of the gateway, whose errors have a shape of their own.
            Trouble::Throttled { code, retry_after_seconds } => {
                let message = "Request was denied due to request throttling.";
                (self.gateway_response((400, code.to_owned().into(), message.into())), retry_after_seconds)
            }
        };

        let mut response = self.response(parts);
        if let Some(seconds) = retry_after_seconds {
            // The gateway's own header has milliseconds.
            let milliseconds = u64::from(seconds) * 1000;
            response.headers.push((RETRY_AFTER, HeaderValue::from(seconds)));
            response.headers.push((HeaderName::from_static("x-acs-retry-after"), HeaderValue::from(milliseconds)));
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
        let Self { kms, received, parameters, scheme, .. } = self;
        let codes = kms.config.error_codes;
        let operation = match &self.routed {
            Ok(operation) => *operation,
            Err(error) => return self.gateway_response(error.parts(codes)),
        };

        let gateway = Gateway {
            access_keys: &kms.config.access_keys,
            anonymous: kms.config.anonymous.as_ref(),
            lenient_timestamps: kms.config.lenient_timestamps,
            nonces: &kms.nonces,
            now: moment.server_now,
        };
        let body_digest = match scheme {
            Scheme::V3 => sha256_hex(&received.body),
            Scheme::V1 | Scheme::Unsigned => String::new(),
        };
        let claim = Claim { received, parameters, scheme: *scheme, body_digest: &body_digest };
        let admitted = match kms.layer() {
            None => gateway.admit(&claim),
            Some(layer) => layer.admit(&gateway, &claim),
        };

        match admitted {
            Ok(access_key) => self.respond_admitted(operation, access_key, claim.nonce(), moment, depends_on),
            Err(error) => {
                if let Some(access_key) = kms.layer().and_then(|layer| layer.run_rejected(&gateway, &error)) {
                    self.respond_admitted(operation, access_key, claim.nonce(), moment, depends_on);
                }
                self.gateway_response(error.parts(codes))
            }
        }
    }

    /// Does what a request is for, whose sender is known.
    fn respond_admitted(
        &self,
        operation: Operation,
        access_key: &AccessKey,
        nonce: Option<&str>,
        moment: Moment,
        depends_on: &mut u64,
    ) -> ResponseParts {
        self.count_ignored(operation);
        let kms = self.kms;
        let region = self.received.region().unwrap_or(&kms.config.region);
        let Some(keys) = kms.tenant(&access_key.account, region) else {
            return self.kms_rejection(&Rejection::internal_failure());
        };

        let log = kms.journal().map(|journal| CallLog {
            journal,
            account: &access_key.account,
            region,
            access_key: &access_key.id,
            nonce,
        });

        let log = log.as_ref().map(|log| log as &dyn ChangeLog<_>);
        let mut account = Account::new(keys, region, kms.time(moment.now), log);
        let call = Call {
            operation,
            row: operation.definition().rule,
            parameters: &self.parameters,
            rules: &kms.config.rules(),
            caller: Caller { account: &access_key.account, region, denied: &access_key.denied },
            tools: kms.tools(),
            now: moment.now,
            stale: moment.stale,
        };

        let outcome = match kms.layer() {
            None => call.run(&mut account),
            Some(layer) => layer.call(&call, &mut account),
        };
        *depends_on = account.saved_by();

        match outcome {
            Ok(mut fields) => {
                fields.insert("RequestId".to_owned(), self.request_id.as_str().into());
                ResponseParts::new(200, self.format, Source::Kms, fields)
            }
            Err(rejection) => self.kms_rejection(&rejection),
        }
    }

    fn count_ignored(&self, operation: Operation) {
        /// Parameters that belong to the request itself and not to the operation.
        const COMMON: [&str; 12] = [
            "RegionId",
            "Action",
            "Version",
            "Format",
            "AccessKeyId",
            "Signature",
            "SignatureMethod",
            "SignatureVersion",
            "SignatureNonce",
            "SignatureType",
            "Timestamp",
            "SecurityToken",
        ];

        let definition = operation.definition();
        let common = if self.scheme == Scheme::V3 { &COMMON[..1] } else { &COMMON };
        let names = self.parameters.iter().map(|(name, _)| name);
        for name in names.filter(|name| !definition.reads(name) && !common.contains(name)) {
            self.kms.ignored.count(operation, name);
        }
    }

    /// The response to a request that does not reach KMS.
    fn gateway_response(&self, (status, code, message): gateway::ErrorParts) -> ResponseParts {
        let request_id = self.request_id.to_uppercase();
        let recommend = format!("https://api.aliyun.com/troubleshoot?q={code}&product=Kms&requestId={request_id}");
        let fields = fields([
            ("RequestId", request_id.into()),
            ("HostId", self.received.host().into()),
            ("Code", code.into()),
            ("Message", message.into()),
            ("Recommend", recommend.into()),
        ]);
        ResponseParts::new(status, self.format, Source::Gateway, fields)
    }

    /// A rejection of KMS itself.
    fn kms_rejection(&self, rejection: &Rejection) -> ResponseParts {
        let fields = fields([
            ("HttpStatus", rejection.status.into()),
            ("Code", rejection.code.as_ref().into()),
            ("Message", rejection.message.as_ref().into()),
            ("RequestId", self.request_id.as_str().into()),
            ("HostId", self.received.host().into()),
        ]);
        ResponseParts::new(rejection.status, self.format, Source::Kms, fields)
    }
}

/// The response to a request whose body could not be read.
pub(crate) fn respond_to_unreadable(
    kms: &AlibabaKms,
    received: &Received,
    request_id: String,
    why: Unreadable,
) -> Response {
    let error = match why {
        Unreadable::TooLarge => GatewayError::TooLarge,
        Unreadable::Incomplete => GatewayError::Undecodable,
    };

    let request = Understood {
        kms,
        received,
        // Signature and format may stand in the body, which nobody has read.
        parameters: Parameters::default(),
        scheme: Scheme::Unsigned,
        format: Format::Json,
        request_id,
        routed: Err(error.clone()),
    };

    request.gateway_response(error.parts(kms.config.error_codes)).into_response()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::{Arc, LazyLock};

    use bytes::Bytes;
    use http::{HeaderMap, HeaderName, HeaderValue, Method};
    use jiff::Timestamp;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::mock::alibaba::config::AlibabaConfig;
    use crate::mock::host::clock::{Clock, ClockMode};
    use crate::mock::host::cloud::Facilities;
    use crate::mock::host::identifier::Identifiers;
    use crate::provider::alibaba::signature::{v1_signature, v1_string_to_sign};
    use crate::provider::signing::canonical_query;

    fn post(query: &str, headers: HeaderMap, body: Bytes) -> Option<Received> {
        let uri = format!("/?{query}").parse().ok()?;
        Some(Received { method: Method::POST, uri, headers, body })
    }

    fn signed(action: &str, pairs: &[(&str, &str)]) -> Option<Received> {
        let timestamp = Timestamp::from_second(Timestamp::now().as_second()).unwrap().to_string();
        let mut all = vec![
            ("Action", action),
            ("Version", "2016-01-20"),
            ("AccessKeyId", "testid"),
            ("SignatureMethod", "HMAC-SHA1"),
            ("SignatureVersion", "1.0"),
            ("Timestamp", timestamp.as_str()),
        ];
        all.extend_from_slice(pairs);
        let signature = v1_signature("testsecret", &v1_string_to_sign("POST", all.iter().copied()));
        all.push(("Signature", &signature));
        let body = canonical_query(all).into_bytes().into();
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        post("", HeaderMap::from_iter([(http::header::CONTENT_TYPE, form)]), body)
    }

    fn kms() -> AlibabaKms {
        let clock = Arc::new(Clock::new(ClockMode::Real));
        let facilities = Facilities { clock, identifiers: Arc::new(Identifiers::new(7)), journal: None };
        AlibabaKms::new(AlibabaConfig::default(), facilities, Vec::new()).unwrap()
    }

    /// The response without the host in front, so nobody waits for wrapping pairs.
    fn respond(kms: &AlibabaKms, received: &Received) -> ResponseParts {
        let moment = Moment { now: kms.now(), server_now: Timestamp::now(), stale: None };
        let understood = Understood::new(kms, received, kms.identifiers().request());
        let response = understood.respond_routed(moment, &mut 0);
        let _ = response.clone().into_response();
        response
    }

    fn field(response: &ResponseParts, pointer: &str) -> String {
        let fields = Value::Object(response.fields.clone());
        fields.pointer(pointer).and_then(Value::as_str).unwrap().to_owned()
    }

    /// Values that go deep into an operation, besides arbitrary ones.
    fn values(key: String, blob: String) -> impl Strategy<Value = String> {
        prop_oneof![
            4 => any::<String>(),
            4 => Just(key),
            2 => Just(blob),
            2 => "[0-9]{1,20}",
            1 => "[A-Za-z0-9+/]{0,200}={0,2}",
            1 => "alias/[a-z]{1,4}",
            1 => "\\[\\{\"[A-Za-z]{1,8}\":\"[a-z]{0,4}\"\\}\\]",
            1 => "\\{\"[a-z]{0,3}\":\"[a-z]{0,4}\"\\}",
            1 => Just("true".to_owned()),
            1 => Just("EXTERNAL".to_owned()),
            1 => Just("RSA_2048".to_owned()),
        ]
    }

    #[test]
    fn no_value_of_any_parameter_makes_the_service_fail() {
        let kms = kms();
        let key = field(&respond(&kms, &signed("CreateKey", &[]).unwrap()), "/KeyMetadata/KeyId");
        let encrypted = signed("Encrypt", &[("KeyId", &key), ("Plaintext", "p")]).unwrap();
        let blob = field(&respond(&kms, &encrypted), "/CiphertextBlob");
        let operation = proptest::sample::select(Operation::ALL.to_vec());

        // More with the variable that proptest reads for its other properties.
        let cases = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(3000);
        let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(cases));
        let strategy = (operation, vec(values(key, blob), 10));
        let reached = Cell::new(0);

        runner
            .run(&strategy, |(operation, values)| {
                let names = operation.definition().parameters;
                let names: Vec<String> = names.iter().map(|name| name.replace(".N", ".1")).collect();
                let pairs: Vec<(&str, &str)> =
                    names.iter().map(String::as_str).zip(values.iter().map(String::as_str)).collect();
                let response = respond(&kms, &signed(operation.name(), &pairs).unwrap());
                let waits = operation == Operation::GetParametersForImport && response.status == 503;
                prop_assert!(response.status < 500 || waits, "{operation} {pairs:?} {response:?}");
                reached.set(reached.get() + u32::from(response.source == Source::Kms));
                prop_assert!(serde_json::from_str::<Value>(&response.body()).is_ok());
                Ok(())
            })
            .unwrap();
        assert_eq!(reached.get(), cases);
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_service_fail(
            query in "[!-~]{0,200}",
            names in vec("(x-acs-[a-z]{1,12}|authorization|content-type|host|accept)", 0..6),
            values in vec(vec(any::<u8>(), 0..60), 6),
            body in vec(any::<u8>(), 0..300),
        ) {
            static KMS: LazyLock<AlibabaKms> = LazyLock::new(kms);
            let headers = names.iter().zip(&values).filter_map(|(name, value)| {
                Some((HeaderName::try_from(name).ok()?, HeaderValue::from_bytes(value).ok()?))
            });
            if let Some(received) = post(&query, headers.collect(), body.into()) {
                let response = respond(&KMS, &received);
                prop_assert!((400..500).contains(&response.status), "{received:?} {response:?}");
            }
        }
    }
}
