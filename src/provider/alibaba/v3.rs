//! Requests signed with ACS3-HMAC-SHA256: the signature and all that is not the operation's own stand in headers.

use http::HeaderValue;

use super::request::{FORM, access_key_id, texts, time};
use super::signature::{V3_ALGORITHM, v3_canonical_request, v3_signature, v3_string_to_sign};
use super::{API_VERSION, Alibaba, Method};
use crate::provider::signing::{canonical_query, host, sha256_hex};
use crate::provider::{ApiCall, EncodeError, HttpRequest, SigningContext, Tamper};

/// What a signature covers that is not that of its request.
const OTHER: (&str, &str) = ("Conformance", "other");

/// Builds and signs the request of a call.
///
/// Signed are host, content-type and every `x-acs-` header, as the documents want it; what a proxy may rewrite, such as
/// `accept`, is not.
pub(super) fn encode(
    dialect: Alibaba,
    call: &ApiCall<'_>,
    context: &SigningContext<'_>,
) -> Result<HttpRequest, EncodeError> {
    let parameters = texts(call)?;
    let pairs = || parameters.iter().map(|(name, value)| (*name, value.as_str()));
    let encoded = canonical_query(pairs());
    let base = context.endpoint.trim_end_matches('/');
    // The hash of the body covers a form, so only what is in the URL belongs into the canonical query.
    let (url, body, mut query) = match dialect.method {
        Method::Get if encoded.is_empty() => (format!("{base}/"), String::new(), Vec::new()),
        Method::Get => (format!("{base}/?{encoded}"), String::new(), pairs().collect()),
        Method::Post => (format!("{base}/"), encoded, Vec::new()),
    };

    // What is signed, where it is not what is sent: the request itself stays as it must be.
    let payload = match context.tamper {
        Some(Tamper::Body) => sha256_hex(format!("{body}&{}={}", OTHER.0, OTHER.1).as_bytes()),
        _ => sha256_hex(body.as_bytes()),
    };
    if context.tamper == Some(Tamper::Query) {
        query.push(OTHER);
    }

    let mut headers = vec![
        ("host", host(context.endpoint)?),
        ("x-acs-action", call.operation.to_owned()),
        ("x-acs-content-sha256", payload.clone()),
        ("x-acs-date", time(context)),
        ("x-acs-signature-nonce", context.nonce.to_owned()),
        ("x-acs-version", API_VERSION.to_owned()),
    ];
    if !body.is_empty() {
        headers.push(("content-type", FORM.to_owned()));
    }
    if let Some(token) = &context.credentials.token {
        headers.push(("x-acs-security-token", token.expose().to_owned()));
    }
    headers.sort_unstable();

    let method = dialect.method.name();
    let signed_value = |name: &'static str, value| match context.tamper {
        Some(Tamper::Header) if name == "x-acs-signature-nonce" => OTHER.1,
        _ => value,
    };
    let signed: Vec<(&str, &str)> =
        headers.iter().map(|(name, value)| (*name, signed_value(name, value.as_str()))).collect();
    let names = signed.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let string_to_sign = v3_string_to_sign(&v3_canonical_request(method, query, &signed, &payload));
    let signature = v3_signature(context.credentials.secret.expose(), &string_to_sign);

    // These are not signed: a proxy may rewrite the first, and the second holds the signature.
    let id = access_key_id(context);
    headers.push(("accept", dialect.format.media_type().to_owned()));
    headers.extend(context.sent_signature(signature).map(|signature| {
        ("authorization", format!("{V3_ALGORITHM} Credential={id},SignedHeaders={names},Signature={signature}"))
    }));

    match headers.iter().find(|(_, value)| HeaderValue::from_str(value).is_err()) {
        Some((name, _)) => Err(EncodeError::Header { name }),
        None => Ok(HttpRequest { method, url, headers, body }),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use percent_encoding::percent_decode_str;
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    use super::*;
    use crate::provider::alibaba::{Format, Signature};
    use crate::provider::{Credentials, Provider, Tamper};
    use crate::redact::Secret;

    const SECRET: &str = "testsecret";

    fn try_encode(
        method: Method,
        endpoint: &str,
        parameters: &Map<String, Value>,
        token: Option<&str>,
    ) -> Result<HttpRequest, EncodeError> {
        let credentials = Credentials {
            access_key_id: "testid".to_owned(),
            secret: Secret::new(SECRET),
            token: token.map(Secret::new),
        };

        let context = SigningContext {
            endpoint,
            region: "cn-hangzhou",
            credentials: &credentials,
            now: "2024-01-02T03:04:05.9Z".parse().unwrap(),
            nonce: "n-1",
            tamper: None,
            format: None,
        };

        let call = ApiCall { operation: "TagResource", parameters };
        let dialect = Alibaba { signature: Signature::V3, format: Format::Xml, method };
        dialect.encode(&call, &context)
    }

    fn encode_with(method: Method, parameters: &Value, token: Option<&str>) -> HttpRequest {
        try_encode(method, "http://127.0.0.1:4711/", parameters.as_object().unwrap(), token).unwrap()
    }

    fn decoded(form: &str) -> Vec<(String, String)> {
        let text = |part: &str| percent_decode_str(part).decode_utf8().unwrap().into_owned();
        let pairs = form.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap());
        pairs.map(|(name, value)| (text(name), text(value))).collect()
    }

    /// Checks a request as a server does, from what is on the wire alone, and returns the names of the signed headers.
    fn verified(request: &HttpRequest) -> Vec<String> {
        let headers: BTreeMap<&str, &str> =
            request.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(headers.len(), request.headers.len(), "a header is given twice");
        assert_eq!(headers["x-acs-content-sha256"], sha256_hex(request.body.as_bytes()));

        let rest = headers["authorization"].strip_prefix("ACS3-HMAC-SHA256 Credential=testid,SignedHeaders=").unwrap();
        let (names, signature) = rest.split_once(",Signature=").unwrap();
        let names: Vec<String> = names.split(';').map(str::to_owned).collect();
        assert!(names.is_sorted());
        let signed: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), headers[name.as_str()])).collect();

        let query = decoded(request.url.split_once('?').map_or("", |(_, query)| query));
        let query = query.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let canonical = v3_canonical_request(request.method, query, &signed, headers["x-acs-content-sha256"]);
        assert_eq!(v3_signature(SECRET, &v3_string_to_sign(&canonical)), signature, "{canonical}");
        names
    }

    #[test]
    fn get_has_the_parameters_in_the_query_and_the_rest_in_headers() {
        let request = encode_with(Method::Get, &json!({"KeyId": "alias/a b", "Tags": [{"TagKey": "k"}]}), None);
        let url = "http://127.0.0.1:4711/?KeyId=alias%2Fa%20b&Tags=%5B%7B%22TagKey%22%3A%22k%22%7D%5D";
        assert_eq!((request.method, request.url.as_str(), request.body.as_str()), ("GET", url, ""));
        let signed = ["host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce"];
        assert_eq!(verified(&request), [&signed[..], &["x-acs-version"]].concat());

        for header in [
            ("accept", "application/xml"),
            ("host", "127.0.0.1:4711"),
            ("x-acs-action", "TagResource"),
            ("x-acs-date", "2024-01-02T03:04:05Z"),
            ("x-acs-signature-nonce", "n-1"),
            ("x-acs-version", "2016-01-20"),
        ] {
            assert!(request.headers.iter().any(|(name, value)| (*name, value.as_str()) == header), "{header:?}");
        }
    }

    #[test]
    fn post_has_the_parameters_in_the_body_and_signs_its_type() {
        let request = encode_with(Method::Post, &json!({"KeyId": "k", "PendingWindowInDays": 7}), None);
        let parts = (request.method, request.url.as_str(), request.body.as_str());
        assert_eq!(parts, ("POST", "http://127.0.0.1:4711/", "KeyId=k&PendingWindowInDays=7"));
        assert_eq!(verified(&request)[0], "content-type");
    }

    #[test]
    fn a_call_without_parameters_has_neither_query_nor_body() {
        for method in [Method::Get, Method::Post] {
            let request = encode_with(method, &json!({}), None);
            assert_eq!((request.url.as_str(), request.body.as_str()), ("http://127.0.0.1:4711/", ""));
            assert_eq!(verified(&request)[0], "host");
        }
    }

    #[test]
    fn a_token_is_sent_and_signed() {
        let request = encode_with(Method::Post, &json!({}), Some("sts-token"));
        assert!(verified(&request).contains(&"x-acs-security-token".to_owned()));
    }

    #[test]
    fn a_request_can_be_wrong_on_purpose_and_in_nothing_else() {
        let parameters = json!({"KeyId": "k"});
        let encode = |tamper| {
            let credentials =
                Credentials { access_key_id: "testid".to_owned(), secret: Secret::new(SECRET), token: None };
            let context = SigningContext {
                endpoint: "http://h",
                region: "cn-hangzhou",
                credentials: &credentials,
                now: "2024-01-02T03:04:05Z".parse().unwrap(),
                nonce: "n-1",
                tamper,
                format: None,
            };
            let call = ApiCall { operation: "DisableKey", parameters: parameters.as_object().unwrap() };
            let dialect = Alibaba { signature: Signature::V3, ..Alibaba::default() };
            let request = dialect.encode(&call, &context).unwrap();
            (request.headers.iter().map(|(name, value)| (*name, value.clone())).collect::<BTreeMap<_, _>>(), request)
        };

        let (right, request) = encode(None);
        verified(&request);

        let (unsigned, _) = encode(Some(Tamper::Unsigned));
        let mut without = right.clone();
        without.remove("authorization");
        assert_eq!(unsigned, without);

        let (bad, _) = encode(Some(Tamper::Signature));
        let differ: Vec<&str> = right.keys().filter(|name| right[*name] != bad[*name]).copied().collect();
        assert_eq!(differ, ["authorization"]);
        assert_eq!(right["authorization"].len(), bad["authorization"].len());

        for (tamper, date) in [(Tamper::Stale, "2024-01-02T02:34:05Z"), (Tamper::Early, "2024-01-02T03:34:05Z")] {
            let (headers, request) = encode(Some(tamper));
            assert_eq!(headers["x-acs-date"], date);
            verified(&request);
        }

        let (unknown, _) = encode(Some(Tamper::AccessKey));
        assert!(unknown["authorization"].starts_with("ACS3-HMAC-SHA256 Credential=kms-conformance-nobody,"));

        // What is sent is the request itself, and what was signed another.
        let (other, sent) = encode(Some(Tamper::Body));
        assert_eq!((sent.method, sent.body.as_str()), ("POST", "KeyId=k"));
        assert_eq!(other["x-acs-content-sha256"], sha256_hex(b"KeyId=k&Conformance=other"));
        let (_, sent) = encode(Some(Tamper::Query));
        assert_eq!((sent.method, sent.url.as_str()), ("GET", "http://h/?KeyId=k"));
        let (other, sent) = encode(Some(Tamper::Header));
        assert_eq!((sent.body.as_str(), other["x-acs-signature-nonce"].as_str()), ("KeyId=k", "n-1"));
        assert_ne!(other["authorization"], right["authorization"]);
    }

    #[test]
    fn a_value_that_no_header_can_hold_is_an_error_that_does_not_show_it() {
        let error = try_encode(Method::Get, "http://h", &Map::new(), Some("secret\n")).map(|_| ()).unwrap_err();
        let message = "the value of the header `x-acs-security-token` has characters that no header can hold";
        assert_eq!(error.to_string(), message);
    }

    proptest! {
        #[test]
        fn any_parameters_are_signed_as_they_are_sent(
            get in any::<bool>(),
            values in proptest::collection::btree_map("[A-Za-z]{1,8}", any::<String>(), 0..5),
        ) {
            let method = if get { Method::Get } else { Method::Post };
            let parameters: Value = values.clone().into_iter().map(|(name, value)| (name, Value::String(value))).collect();
            let request = encode_with(method, &parameters, None);
            verified(&request);
            let sent = if get { request.url.split_once('?').map_or("", |(_, query)| query) } else { &request.body };
            prop_assert_eq!(decoded(sent), values.into_iter().collect::<Vec<_>>());
        }
    }
}
