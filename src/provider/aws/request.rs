//! Requests: `POST /` with a JSON object, the operation in a header, the signature in another.

use http::HeaderValue;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Number, Value};

use super::signature::{ALGORITHM, scope, signature, string_to_sign};
use crate::provider::signing::{canonical_request, host, sha256_hex};
use crate::provider::{ApiCall, EncodeError, HttpRequest, SigningContext, Tamper};

/// The service's name before that of an operation.
const SERVICE: &str = "TrentService";

const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

/// What a signature covers that is not that of its request.
const OTHER: (&str, &str) = ("Conformance", "other");

/// The parameters that are times. They are numbers on the wire, and templates give texts.
const TIMES: [&str; 1] = ["ValidTo"];

/// The access key of nobody, in the form of one.
const UNKNOWN_KEY: &str = "AKIACONFORMANCE0NONE";

/// How far a wrong time is off: far beyond the five minutes that a service takes.
const WRONG_BY: SignedDuration = SignedDuration::from_mins(30);

/// Builds and signs the request of a call.
pub(super) fn encode(call: &ApiCall<'_>, context: &SigningContext<'_>) -> Result<HttpRequest, EncodeError> {
    let body = body(call)?;
    let time = time(context);
    let mut headers = vec![
        ("content-type", CONTENT_TYPE.to_owned()),
        ("host", host(context.endpoint)?),
        ("x-amz-date", time.clone()),
        ("x-amz-target", format!("{SERVICE}.{}", call.operation)),
    ];
    if let Some(token) = &context.credentials.token {
        headers.push(("x-amz-security-token", token.expose().to_owned()));
    }
    headers.sort_unstable();

    // What is signed, where it is not what is sent: the request itself stays as it must be.
    let payload = match context.tamper {
        Some(Tamper::Body) => sha256_hex(format!("{body} ").as_bytes()),
        _ => sha256_hex(body.as_bytes()),
    };
    let query = (context.tamper == Some(Tamper::Query)).then_some(OTHER);
    let signed_value = |name: &'static str, value| match context.tamper {
        Some(Tamper::Header) if name == "x-amz-target" => OTHER.1,
        _ => value,
    };
    let signed: Vec<(&str, &str)> =
        headers.iter().map(|(name, value)| (*name, signed_value(name, value.as_str()))).collect();
    let names = signed.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");

    let canonical = canonical_request("POST", "/", query, &signed, &payload);
    let to_sign = string_to_sign(&time, context.region, &canonical);
    let right = signature(context.credentials.secret.expose(), &time, context.region, &to_sign);
    if let Some(signature) = context.sent_signature(right) {
        let credential = format!("{}/{}", context.sent_access_key_id(UNKNOWN_KEY), scope(&time, context.region));
        let authorization =
            format!("{ALGORITHM} Credential={credential}, SignedHeaders={names}, Signature={signature}");
        headers.push(("authorization", authorization));
    }

    match headers.iter().find(|(_, value)| HeaderValue::from_str(value).is_err()) {
        Some((name, _)) => Err(EncodeError::Header { name }),
        None => {
            let url = format!("{}/", context.endpoint.trim_end_matches('/'));
            Ok(HttpRequest { method: "POST", url, headers, body })
        }
    }
}

/// The parameters of a call as a JSON object.
fn body(call: &ApiCall<'_>) -> Result<String, EncodeError> {
    let mut fields = call.parameters.clone();
    for (name, value) in &mut fields {
        if value.is_null() {
            let (operation, name) = (call.operation.to_owned(), name.clone());
            return Err(EncodeError::Parameter { operation, name, found: "null" });
        }
        if let Some(seconds) = value.as_str().filter(|_| TIMES.contains(&name.as_str()))
            && let Ok(seconds) = seconds.parse::<Number>()
        {
            *value = Value::Number(seconds);
        }
    }
    Ok(Value::Object(fields).to_string())
}

/// The time that a request says it was made at, in the form of the header.
fn time(context: &SigningContext<'_>) -> String {
    let wrong = match context.tamper {
        Some(Tamper::Stale) => context.now.checked_sub(WRONG_BY),
        Some(Tamper::Early) => context.now.checked_add(WRONG_BY),
        _ => Ok(context.now),
    };
    wrong.unwrap_or(Timestamp::MIN).strftime("%Y%m%dT%H%M%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde_json::{Map, json};

    use super::*;
    use crate::provider::Credentials;
    use crate::redact::Secret;

    /// A request as botocore 1.44.8 signs it.
    #[derive(Deserialize)]
    struct Vector {
        name: String,
        url: String,
        region: String,
        operation: String,
        body: String,
        access_key_id: String,
        secret: String,
        token: Option<String>,
        time: String,
        amz_date: String,
        canonical_request: String,
        string_to_sign: String,
        authorization: String,
    }

    fn vectors() -> Vec<Vector> {
        serde_json::from_str(include_str!("../../../tests/data/sigv4-vectors.json")).unwrap()
    }

    fn credentials(vector: &Vector) -> Credentials {
        Credentials {
            access_key_id: vector.access_key_id.clone(),
            secret: Secret::new(vector.secret.clone()),
            token: vector.token.clone().map(Secret::new),
        }
    }

    fn encoded(vector: &Vector, tamper: Option<Tamper>) -> HttpRequest {
        let credentials = credentials(vector);
        let context = SigningContext {
            endpoint: &vector.url,
            region: &vector.region,
            credentials: &credentials,
            now: vector.time.parse().unwrap(),
            nonce: "",
            tamper,
            format: None,
        };
        let parameters: Map<String, Value> = serde_json::from_str(&vector.body).unwrap();
        encode(&ApiCall { operation: &vector.operation, parameters: &parameters }, &context).unwrap()
    }

    fn headers(request: &HttpRequest) -> BTreeMap<&str, &str> {
        let headers: BTreeMap<&str, &str> =
            request.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(headers.len(), request.headers.len(), "a header is given twice");
        headers
    }

    #[test]
    fn every_vector_signs_as_recorded() {
        let vectors = vectors();
        assert!(vectors.len() >= 7, "{}", vectors.len());
        for vector in vectors {
            let to_sign = string_to_sign(&vector.amz_date, &vector.region, &vector.canonical_request);
            assert_eq!(to_sign, vector.string_to_sign, "{}", vector.name);
            let signed = signature(&vector.secret, &vector.amz_date, &vector.region, &to_sign);
            assert!(vector.authorization.ends_with(&signed), "{}", vector.name);
        }
    }

    #[test]
    fn every_vector_is_sent_as_it_was_recorded() {
        for vector in vectors() {
            let request = encoded(&vector, None);
            let headers = headers(&request);
            assert_eq!(request.body, vector.body, "{}", vector.name);
            assert_eq!((request.method, request.url.as_str()), ("POST", vector.url.as_str()));
            assert_eq!(headers["authorization"], vector.authorization, "{}", vector.name);
            assert_eq!(headers["content-type"], "application/x-amz-json-1.1");
            assert_eq!(headers["x-amz-target"], format!("TrentService.{}", vector.operation));
            assert_eq!(headers.get("x-amz-security-token").copied(), vector.token.as_deref());
        }
    }

    #[test]
    fn a_request_can_be_wrong_on_purpose_and_in_nothing_else() {
        let vector = &vectors()[0];
        let right = encoded(vector, None);
        let right = headers(&right);
        for tamper in
            [Tamper::Signature, Tamper::Unsigned, Tamper::AccessKey, Tamper::Body, Tamper::Query, Tamper::Header]
        {
            let request = encoded(vector, Some(tamper));
            assert_eq!((&request.body, &request.url), (&vector.body, &vector.url), "{tamper:?}");
            let wrong = headers(&request);
            let differ: Vec<&str> = right.keys().filter(|name| right.get(*name) != wrong.get(*name)).copied().collect();
            assert_eq!(differ, ["authorization"], "{tamper:?}");
            assert_eq!(wrong.contains_key("authorization"), tamper != Tamper::Unsigned);
        }

        for (tamper, date) in [(Tamper::Stale, "20150830T120600Z"), (Tamper::Early, "20150830T130600Z")] {
            let request = encoded(vector, Some(tamper));
            let wrong = headers(&request);
            assert_eq!(wrong["x-amz-date"], date);
            // It is signed rightly, but for its time.
            let others = [&vector.canonical_request.replace(&vector.amz_date, date), ""];
            let signed =
                signature(&vector.secret, date, &vector.region, &string_to_sign(date, &vector.region, others[0]));
            assert!(wrong["authorization"].ends_with(&signed), "{tamper:?}");
        }
    }

    #[test]
    fn parameters_keep_their_types_and_times_are_numbers() {
        let parameters = json!({"ValidTo": "1767323045", "Days": 7, "On": true, "Tags": [{"TagKey": "k"}], "N": "7"});
        let call = ApiCall { operation: "ImportKeyMaterial", parameters: parameters.as_object().unwrap() };
        assert_eq!(
            body(&call).unwrap(),
            r#"{"ValidTo":1767323045,"Days":7,"On":true,"Tags":[{"TagKey":"k"}],"N":"7"}"#
        );
        let parameters = json!({"Plaintext": null});
        let call = ApiCall { operation: "Encrypt", parameters: parameters.as_object().unwrap() };
        let message = "parameter `Plaintext` of Encrypt is null, which the wire can't carry";
        assert_eq!(body(&call).unwrap_err().to_string(), message);
    }

    #[test]
    fn a_value_that_no_header_can_hold_is_an_error_that_does_not_show_it() {
        let vector = Vector { token: Some("secret\n".to_owned()), ..vectors().remove(0) };
        let credentials = credentials(&vector);
        let context = SigningContext {
            endpoint: "http://h",
            region: "us-east-1",
            credentials: &credentials,
            now: vector.time.parse().unwrap(),
            nonce: "",
            tamper: None,
            format: None,
        };
        let error = encode(&ApiCall { operation: "ListKeys", parameters: &Map::new() }, &context);
        let message = "the value of the header `x-amz-security-token` has characters that no header can hold";
        assert_eq!(error.map(|_| ()).unwrap_err().to_string(), message);
    }
}
