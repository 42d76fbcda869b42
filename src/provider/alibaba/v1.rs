//! Requests signed with HMAC-SHA1: everything is a parameter, the signature too.

use super::request::{FORM, access_key_id, texts, time};
use super::signature::{v1_signature, v1_string_to_sign};
use super::{API_VERSION, Alibaba, Method};
use crate::provider::signing::{canonical_query, percent_encode};
use crate::provider::{ApiCall, EncodeError, HttpRequest, SigningContext};

/// Builds and signs the request of a call.
pub(super) fn encode(
    dialect: Alibaba,
    call: &ApiCall<'_>,
    context: &SigningContext<'_>,
) -> Result<HttpRequest, EncodeError> {
    let mut parameters = texts(call)?;
    parameters.extend([
        ("Action", call.operation.to_owned()),
        ("Version", API_VERSION.to_owned()),
        ("Format", dialect.format.parameter().to_owned()),
        ("AccessKeyId", access_key_id(context).to_owned()),
        ("SignatureMethod", "HMAC-SHA1".to_owned()),
        ("SignatureVersion", "1.0".to_owned()),
        ("Timestamp", time(context)),
        ("SignatureNonce", context.nonce.to_owned()),
    ]);
    if let Some(token) = &context.credentials.token {
        parameters.push(("SecurityToken", token.expose().to_owned()));
    }

    let pairs = || parameters.iter().map(|(name, value)| (*name, value.as_str()));
    let method = dialect.method.name();
    let string_to_sign = v1_string_to_sign(method, pairs());
    let signature = v1_signature(context.credentials.secret.expose(), &string_to_sign);

    // The signature is a parameter too, but can't cover itself.
    let mut query = canonical_query(pairs());
    if let Some(signature) = context.sent_signature(signature) {
        query = format!("{query}&Signature={}", percent_encode(&signature));
    }

    let base = context.endpoint.trim_end_matches('/');
    Ok(match dialect.method {
        Method::Get => {
            HttpRequest { method, url: format!("{base}/?{query}"), headers: Vec::new(), body: String::new() }
        }
        Method::Post => HttpRequest {
            method,
            url: format!("{base}/"),
            headers: vec![("content-type", FORM.to_owned())],
            body: query,
        },
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::provider::alibaba::Format;
    use crate::provider::{Credentials, Provider, Tamper};
    use crate::redact::Secret;

    fn encode_with(method: Method, format: Format, token: Option<&str>) -> HttpRequest {
        tampered(method, format, token, None)
    }

    fn tampered(method: Method, format: Format, token: Option<&str>, tamper: Option<Tamper>) -> HttpRequest {
        let parameters = json!({"KeyId": "alias/a b", "PendingWindowInDays": 7, "Tags": [{"TagKey": "k"}]});
        let credentials = Credentials {
            access_key_id: "testid".to_owned(),
            secret: Secret::new("testsecret"),
            token: token.map(Secret::new),
        };

        let context = SigningContext {
            endpoint: "http://127.0.0.1:1/",
            region: "cn-hangzhou",
            credentials: &credentials,
            now: "2024-01-02T03:04:05.9Z".parse().unwrap(),
            nonce: "n-1",
            tamper,
            format: None,
        };

        let call = ApiCall { operation: "TagResource", parameters: parameters.as_object().unwrap() };
        Alibaba { method, format, ..Alibaba::default() }.encode(&call, &context).unwrap()
    }

    #[test]
    fn get_has_everything_in_the_query() {
        let request = encode_with(Method::Get, Format::Xml, None);
        assert_eq!(request.method, "GET");
        assert!(request.body.is_empty());
        let query = request.url.strip_prefix("http://127.0.0.1:1/?").unwrap();

        for part in [
            "Action=TagResource",
            "Format=XML",
            "KeyId=alias%2Fa%20b",
            "PendingWindowInDays=7",
            "Tags=%5B%7B%22TagKey%22%3A%22k%22%7D%5D",
            "Timestamp=2024-01-02T03%3A04%3A05Z",
            "SignatureNonce=n-1",
        ] {
            assert!(query.split('&').any(|found| found == part), "{part} in {query}");
        }
    }

    #[test]
    fn post_has_everything_in_the_body_and_another_signature() {
        let get = encode_with(Method::Get, Format::Json, None);
        let post = encode_with(Method::Post, Format::Json, None);
        assert_eq!(post.url, "http://127.0.0.1:1/");
        let signature = |text: &str| text.rsplit_once("Signature=").unwrap().1.to_owned();
        assert_ne!(signature(&post.body), signature(&get.url));
    }

    #[test]
    fn a_token_is_sent_and_signed() {
        let with = encode_with(Method::Post, Format::Json, Some("sts-token"));
        let without = encode_with(Method::Post, Format::Json, None);
        assert!(with.body.contains("SecurityToken=sts-token"));
        let signature = |text: &str| text.rsplit_once("Signature=").unwrap().1.to_owned();
        assert_ne!(signature(&with.body), signature(&without.body));
    }

    #[test]
    fn a_request_can_be_wrong_on_purpose_and_in_nothing_else() {
        let body = |tamper| tampered(Method::Post, Format::Json, None, tamper).body;
        let right = body(None);
        let (unsigned, signature) = right.rsplit_once("&Signature=").unwrap();
        assert_eq!(body(Some(Tamper::Unsigned)), unsigned);

        let bad = body(Some(Tamper::Signature));
        let (rest, other) = bad.rsplit_once("&Signature=").unwrap();
        assert_eq!(rest, unsigned);
        assert_eq!(other.get(1..), signature.get(1..));
        assert_ne!(other, signature);

        for (tamper, time) in [(Tamper::Stale, "02%3A34%3A05Z"), (Tamper::Early, "03%3A34%3A05Z")] {
            let signed = body(Some(tamper));
            assert!(signed.contains(&format!("Timestamp=2024-01-02T{time}")), "{signed}");
            assert!(!signed.ends_with(signature), "the time is signed");
        }
    }
}
