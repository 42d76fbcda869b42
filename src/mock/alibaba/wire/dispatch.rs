//! From a received request to what goes out: checks, faults, operation, answer.

use std::cell::Cell;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::Value;

use crate::mock::alibaba::mock_service::Service;
use crate::mock::alibaba::service::call::Call;
use crate::mock::alibaba::service::operation::Operation;
use crate::mock::alibaba::wire::gateway;
use crate::mock::alibaba::wire::gateway::GatewayError;
use crate::mock::alibaba::wire::parameters::Parameters;
use crate::mock::alibaba::wire::rejection::Rejection;
use crate::mock::alibaba::wire::request::{Received, Scheme};
use crate::mock::alibaba::wire::response::{Answer, Fields, Format, Source};
use crate::mock::host::clock::after;
use crate::mock::host::faults::{Fault, Plan, Throttle};
use crate::mock::locked;
use crate::mock::mutation::{distort_answer, distort_rejection, distort_success};

/// What goes out.
#[derive(Debug)]
pub(crate) struct Delivery {
    /// Nothing if the connection is closed instead.
    pub(crate) answer: Option<Answer>,
    /// The body of the answer, if nothing damages it.
    pub(crate) body: Bytes,
    pub(crate) damage: Damage,
    pub(crate) delay: Duration,
    /// The number of the change in the journal that must last before the answer may go out; 0 for none.
    pub(crate) saving: u64,
    /// How far the server's clock is ahead.
    pub(crate) skew_seconds: i64,
}

/// What happens to the body of an answer on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Damage {
    None,
    Truncated,
    Garbage,
}

/// A request as far as it is understood without a signature.
struct Understood<'a> {
    received: &'a Received,
    parameters: &'a Parameters<'a>,
    scheme: Scheme,
    format: Format,
    request_id: String,
}

impl Service {
    /// Answers a request; never fails, whatever the request holds.
    pub(crate) fn answer(&self, received: &Received) -> Delivery {
        let empty = Parameters::default();
        let decoded = received.parameters();
        let parameters = decoded.as_ref().unwrap_or(&empty);
        let scheme = received.scheme(parameters);
        let asked = received.format(scheme, parameters);
        let request_id = self.identifiers().request();
        let request = Understood { received, parameters, scheme, format: asked.unwrap_or(Format::Json), request_id };

        let routed = gateway::check_target(received)
            .and_then(|()| if decoded.is_err() { Err(GatewayError::Undecodable) } else { Ok(()) })
            .and_then(|()| gateway::route(received, parameters, scheme))
            .and_then(|operation| asked.map(|_| operation).ok_or(GatewayError::Invalid("Format")));
        let operation = routed.as_ref().ok().copied();
        if let Some(operation) = operation {
            self.count(operation);
        }
        let plan = self.plan(operation);
        let fault = plan.answer.clone();
        let (skew_seconds, delay) = (plan.skew_seconds, plan.delay);

        let mut saving = 0;
        let mut answer = match before_effect(fault.as_ref(), &request) {
            Some(instead) => instead,
            None => Some(self.answer_routed(routed, &request, &plan, &mut saving)),
        };
        if let Some(answer) = &mut answer {
            distort_answer(&self.deviations.general_faults(), answer);
        }
        let body = answer.as_ref().map(|answer| Bytes::from(answer.body())).unwrap_or_default();
        let told = answer.as_ref().map(|answer| (answer, &body));
        self.exchanges.record(operation, received, told, fault.as_ref());
        let damage = match fault {
            Some(Fault::Truncate) => Damage::Truncated,
            Some(Fault::Garbage) => Damage::Garbage,
            _ => Damage::None,
        };
        let answer = answer.filter(|_| fault != Some(Fault::DropAfter));
        Delivery { answer, body, damage, delay, saving, skew_seconds }
    }

    /// Answers a request whose body could not be read.
    pub(crate) fn answer_unread(&self, received: &Received, error: &GatewayError) -> Answer {
        let request = Understood {
            received,
            parameters: &Parameters::default(),
            scheme: Scheme::Unsigned,
            format: Format::Json,
            request_id: self.identifiers().request(),
        };
        request.gateway_answer(error.parts(self.config.error_codes))
    }

    fn answer_routed(
        &self,
        routed: Result<Operation, GatewayError>,
        request: &Understood<'_>,
        plan: &Plan,
        saving: &mut u64,
    ) -> Answer {
        let real_now = after(Timestamp::now(), plan.skew_seconds);
        let admitted = routed.and_then(|operation| {
            let Understood { received, parameters, scheme, .. } = request;
            let nonces = &self.nonces;
            let (config, deviations) = (&self.config, &self.deviations);
            let key = gateway::authenticate(config, nonces, deviations, received, parameters, *scheme, real_now);
            match key {
                Ok(key) => Ok((operation, key, None)),
                Err(error) => match gateway::refused_in_vain(config, deviations, &error) {
                    Some(key) => Ok((operation, key, Some(error))),
                    None => Err(error),
                },
            }
        });
        let (operation, access_key, in_vain) = match admitted {
            Ok(admitted) => admitted,
            Err(error) => return request.gateway_answer(error.parts(self.config.error_codes)),
        };
        self.count_ignored(operation, request);
        let region = request.received.region().unwrap_or(&self.config.region);
        let Some(tenant) = self.tenant(&access_key.account, region) else {
            return request.kms_rejection(&Rejection::internal_failure());
        };
        let call = Call {
            operation,
            parameters: request.parameters,
            service: self,
            access_key,
            region,
            tenant,
            now: self.now(),
            stale: plan.stale,
            nonce: gateway::nonce(request.received, request.parameters, request.scheme),
            saving: Cell::new(0),
            refused: Cell::default(),
        };
        let outcome = call.run();
        let faults = self.deviations.faults(operation);
        *saving = call.saving.get();
        if let Some(error) = in_vain {
            return request.gateway_answer(error.parts(self.config.error_codes));
        }
        match outcome {
            Ok(mut fields) => {
                fields.insert("RequestId".to_owned(), request.request_id.as_str().into());
                let status = distort_success(&faults, &mut fields);
                Answer::new(status, request.format, Source::Kms, fields)
            }
            Err(rejection) => request.kms_rejection(&distort_rejection(&faults, rejection)),
        }
    }

    fn count_ignored(&self, operation: Operation, request: &Understood<'_>) {
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
        /// The most names that are counted.
        const MOST_NAMES: usize = 1000;

        let known = operation.definition().parameters;
        let common = if request.scheme == Scheme::V3 { &COMMON[..1] } else { &COMMON };
        let names = request.parameters.iter().map(|(name, _)| name);
        for name in names.filter(|name| !known.contains(name) && !common.contains(name)) {
            let mut counts = locked(&self.ignored);
            let place = (operation, name.chars().take(100).collect());
            if counts.len() < MOST_NAMES || counts.contains_key(&place) {
                *counts.entry(place).or_default() += 1;
            }
        }
    }
}

/// What a fault answers before the request has any effect; inner nothing if it closes the connection.
fn before_effect(fault: Option<&Fault>, request: &Understood<'_>) -> Option<Option<Answer>> {
    let answer = match fault? {
        Fault::DropBefore => return Some(None),
        Fault::InternalError => request.kms_rejection(&Rejection::internal_failure()),
        Fault::Unavailable => request.kms_rejection(&Rejection::service_unavailable()),
        Fault::Throttle { form, retry_after } => {
            let answer = match form {
                Throttle::Rejected => request.kms_rejection(&Rejection::throttled()),
                other => request.gateway_answer((
                    400,
                    other.code().into(),
                    "Request was denied due to request throttling.".into(),
                )),
            };
            Answer { retry_after: *retry_after, ..answer }
        }
        _ => return None,
    };
    Some(Some(answer))
}

impl Understood<'_> {
    /// The answer to a request that does not reach KMS.
    fn gateway_answer(&self, (status, code, message): gateway::ErrorParts) -> Answer {
        let request_id = self.request_id.to_uppercase();
        let recommend = format!("https://api.aliyun.com/troubleshoot?q={code}&product=Kms&requestId={request_id}");
        let fields = fields([
            ("RequestId", request_id.into()),
            ("HostId", self.received.host().into()),
            ("Code", code.into()),
            ("Message", message.into()),
            ("Recommend", recommend.into()),
        ]);
        Answer::new(status, self.format, Source::Gateway, fields)
    }

    /// An error answer of KMS itself.
    fn kms_rejection(&self, rejection: &Rejection) -> Answer {
        let fields = fields([
            ("HttpStatus", rejection.status.into()),
            ("Code", rejection.code.as_ref().into()),
            ("Message", rejection.message.as_ref().into()),
            ("RequestId", self.request_id.as_str().into()),
            ("HostId", self.received.host().into()),
        ]);
        Answer::new(rejection.status, self.format, Source::Kms, fields)
    }
}

/// Fields in this order.
pub(crate) fn fields<const N: usize>(pairs: [(&str, Value); N]) -> Fields {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use http::{HeaderMap, HeaderName, HeaderValue, Method};
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::mock::alibaba::config::MockConfig;
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

    fn field(delivery: &Delivery, pointer: &str) -> String {
        let fields = Value::Object(delivery.answer.as_ref().unwrap().fields.clone());
        fields.pointer(pointer).and_then(Value::as_str).unwrap().to_owned()
    }

    /// Values that go deep into an operation, beside arbitrary ones.
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
        let service = Service::new(MockConfig::default()).unwrap();
        let key = field(&service.answer(&signed("CreateKey", &[]).unwrap()), "/KeyMetadata/KeyId");
        let encrypted = signed("Encrypt", &[("KeyId", &key), ("Plaintext", "p")]).unwrap();
        let blob = field(&service.answer(&encrypted), "/CiphertextBlob");
        let operation = proptest::sample::select(Operation::ALL.to_vec());
        // More with the variable that proptest reads for its other properties.
        let cases = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(3000);
        let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(cases));
        let strategy = (operation, vec(values(key, blob), 10));
        let reached = Cell::new(0);
        runner
            .run(&strategy, |(operation, values)| {
                let names = operation.definition().parameters;
                let pairs: Vec<(&str, &str)> = names.iter().copied().zip(values.iter().map(String::as_str)).collect();
                let delivery = service.answer(&signed(operation.name(), &pairs).unwrap());
                let answer = delivery.answer.unwrap();
                // Without the server in front nobody has waited for wrapping pairs.
                let waits = operation == Operation::GetParametersForImport && answer.status == 503;
                prop_assert!(answer.status < 500 || waits, "{operation} {pairs:?} {answer:?}");
                reached.set(reached.get() + u32::from(answer.source == Source::Kms));
                prop_assert!(serde_json::from_str::<Value>(&answer.body()).is_ok());
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
            static SERVICE: LazyLock<Service> = LazyLock::new(|| Service::new(MockConfig::default()).unwrap());
            let headers = names.iter().zip(&values).filter_map(|(name, value)| {
                Some((HeaderName::try_from(name).ok()?, HeaderValue::from_bytes(value).ok()?))
            });
            if let Some(received) = post(&query, headers.collect(), body.into()) {
                let answer = SERVICE.answer(&received).answer.unwrap();
                prop_assert!((400..500).contains(&answer.status), "{received:?} {answer:?}");
                let _ = answer.body();
            }
        }
    }
}
