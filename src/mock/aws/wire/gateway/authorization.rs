//! The Authorization header.

use super::GatewayError;
use super::time::RequestTime;

/// The algorithm.
pub(super) const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// The service in the scope of a signature.
pub(super) const SERVICE: &str = "kms";

/// The last part of every scope.
pub(super) const TERMINATOR: &str = "aws4_request";

/// The Authorization header taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Authorization<'a> {
    pub(super) access_key: &'a str,
    day: &'a str,
    pub(super) region: &'a str,
    service: &'a str,
    terminator: &'a str,
    /// Names in lower case, sorted, each once.
    pub(super) signed_headers: Vec<&'a str>,
    pub(super) signature: &'a str,
}

impl<'a> Authorization<'a> {
    /// Takes a header apart.
    pub(super) fn parse(text: &'a str) -> Result<Self, GatewayError> {
        let incomplete = |sentence: &str| GatewayError::Incomplete(sentence.to_owned());
        let parts = text.strip_prefix(ALGORITHM).and_then(|rest| rest.strip_prefix(' '));
        let parts = parts.ok_or_else(|| {
            incomplete("Unsupported AWS 'algorithm': the header does not begin with AWS4-HMAC-SHA256.")
        })?;

        let (mut credential, mut signed_headers, mut signature) = (None, None, None);
        for part in parts.split(',') {
            let (name, value) = part.trim().split_once('=').unwrap_or((part, ""));
            match name {
                "Credential" => credential = Some(value),
                "SignedHeaders" => signed_headers = Some(value),
                "Signature" => signature = Some(value),
                _ => return Err(incomplete(&format!("'{name}' not a valid key=value pair in Authorization header."))),
            }
        }

        let required = |value: Option<&'a str>, name: &str| {
            let value = value.filter(|value| !value.is_empty());
            value.ok_or_else(|| incomplete(&format!("Authorization header requires '{name}' parameter.")))
        };
        let credential = required(credential, "Credential")?;
        let signed_headers = required(signed_headers, "SignedHeaders")?;
        let signature = required(signature, "Signature")?;

        // From its end, for the id of an access key may hold a slash.
        let mut scope = credential.rsplitn(5, '/');
        let mut part = || scope.next().filter(|part| !part.is_empty());
        let (Some(terminator), Some(service), Some(region), Some(day), Some(access_key)) =
            (part(), part(), part(), part(), part())
        else {
            return Err(incomplete(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.",
            ));
        };

        // The canonical request has its headers by name, in whatever order the client lists them.
        let mut signed_headers: Vec<&str> = signed_headers.split(';').collect();
        signed_headers.sort_unstable();
        signed_headers.dedup();
        Ok(Self { access_key, day, region, service, terminator, signed_headers, signature })
    }

    /// Checks all of the scope but its region.
    pub(super) fn check_scope(&self, time: &RequestTime) -> Result<(), GatewayError> {
        if self.service != SERVICE {
            return Err(GatewayError::WrongService);
        }
        if self.terminator != TERMINATOR {
            return Err(GatewayError::WrongTerminator);
        }
        if self.day != time.day() {
            return Err(GatewayError::WrongDay { scope: self.day.to_owned(), request: time.day().to_owned() });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authorization_has_three_parts() {
        let text = "AWS4-HMAC-SHA256 Credential=a/b/20150830/us-east-1/kms/aws4_request, SignedHeaders=x-amz-date;host,Signature=ab";
        let parsed = Authorization::parse(text).unwrap();
        assert_eq!((parsed.access_key, parsed.day, parsed.region), ("a/b", "20150830", "us-east-1"));
        assert_eq!((parsed.signed_headers, parsed.signature), (vec!["host", "x-amz-date"], "ab"));
        for text in [
            "",
            "Bearer x",
            "AWS4-HMAC-SHA256",
            "AWS4-HMAC-SHA256 Credential=a/20150830/us-east-1/kms/aws4_request, SignedHeaders=host",
            "AWS4-HMAC-SHA256 Credential=a/20150830/us-east-1/kms/aws4_request, SignedHeaders=host, Signature=",
            "AWS4-HMAC-SHA256 Credential=a/us-east-1/kms/aws4_request, SignedHeaders=host, Signature=ab",
            "AWS4-HMAC-SHA256 Credential=a//us-east-1/kms/aws4_request, SignedHeaders=host, Signature=ab",
            "AWS4-HMAC-SHA256 Credential=a/20150830/us-east-1/kms/aws4_request, SignedHeaders=host, Signature=ab, X=y",
        ] {
            assert!(matches!(Authorization::parse(text), Err(GatewayError::Incomplete(_))), "{text}");
        }
    }
}
