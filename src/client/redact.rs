//! What must not be recorded is replaced before it is written.

use crate::provider::{HttpResponse, Provider, REDACTED};

/// A query or form body with the values of sensitive parameters replaced.
pub(super) fn form(provider: &dyn Provider, text: &str) -> String {
    text.split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, _)) if provider.is_sensitive(name) => format!("{name}={REDACTED}"),
            _ => pair.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("&")
}

/// A URL with the values of sensitive parameters replaced.
pub(super) fn url(provider: &dyn Provider, text: &str) -> String {
    match text.split_once('?') {
        Some((base, query)) => format!("{base}?{}", form(provider, query)),
        None => text.to_owned(),
    }
}

/// The body of an answer without its sensitive fields, cut to a length in bytes. Of a text that the provider does not
/// know, only the length is told.
pub(super) fn answer(provider: &dyn Provider, response: &HttpResponse, longest: usize) -> String {
    let Some(mut text) = provider.redact(response) else {
        return match response.body.len() {
            0 => String::new(),
            length => format!("({length} bytes that are no answer of this service)"),
        };
    };
    if text.len() > longest {
        let mut end = longest;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let cut = text.len() - end;
        text.truncate(end);
        text.push_str(&format!("… {cut} bytes cut"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::alibaba::Alibaba;

    #[test]
    fn sensitive_parameters_are_replaced() {
        let text = "http://h/?Action=Encrypt&Plaintext=c2VjcmV0&KeyId=k&Signature=abc%3D&AccessKeyId=testid";
        assert_eq!(
            url(&Alibaba::default(), text),
            "http://h/?Action=Encrypt&Plaintext=REDACTED&KeyId=k&Signature=REDACTED&AccessKeyId=REDACTED"
        );
    }

    fn recorded(body: &str, longest: usize) -> String {
        let response = HttpResponse { status: 200, content_type: String::new(), body: body.as_bytes().to_vec() };
        answer(&Alibaba::default(), &response, longest)
    }

    #[test]
    fn sensitive_fields_are_replaced_in_either_form() {
        assert_eq!(
            recorded(r#"{"A":[{"Plaintext":"x"}],"KeyId":"k","ImportToken":"t"}"#, 4096),
            r#"{"A":[{"Plaintext":"REDACTED"}],"KeyId":"k","ImportToken":"REDACTED"}"#
        );
        assert_eq!(
            recorded("<KMS><KeyId>k</KeyId><Plaintext>x</Plaintext></KMS>", 4096),
            "<KMS><KeyId>k</KeyId><Plaintext>REDACTED</Plaintext></KMS>"
        );
    }

    #[test]
    fn an_unknown_text_is_not_recorded_and_a_long_one_is_cut() {
        let unknown = "(12 bytes that are no answer of this service)";
        assert_eq!(recorded("<html>secret", 4096), unknown);
        assert_eq!(recorded("<KMS>a&b;...", 4096), unknown);
        let long = format!(r#"{{"Message":"{}"}}"#, "ä".repeat(100));
        assert!(recorded(&long, 50).ends_with(" bytes cut"));
    }
}
