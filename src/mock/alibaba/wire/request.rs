//! What a received request says in the words of this wire, before anything in it is believed.

use bytes::Bytes;
use http::Method;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};

use super::gateway::signature::V3_ALGORITHM;
use crate::mock::alibaba::regions::REGIONS;
use crate::mock::alibaba::wire::parameters::{Parameters, Undecodable};
use crate::mock::alibaba::wire::response::Format;
use crate::mock::host::request::Received;

/// How a request is signed, and so where its action and version are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// Parameters of the request, signed with HMAC-SHA1.
    V1,
    /// Headers, signed with ACS3-HMAC-SHA256.
    V3,
    /// Neither signature is there.
    Unsigned,
}

impl Received {
    /// The body, if it is a form.
    pub(crate) fn form(&self) -> Option<&Bytes> {
        let content_type = self.header(CONTENT_TYPE.as_str()).unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        let is_form =
            self.method == Method::POST && media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded");
        is_form.then_some(&self.body)
    }

    /// The parameters of the query, and of the body if that is a form.
    pub(crate) fn parameters(&self) -> Result<Parameters<'_>, Undecodable> {
        Parameters::parse(self.uri.query().unwrap_or_default(), self.form().map_or(&[], |form| form))
    }

    pub(crate) fn scheme(&self, parameters: &Parameters<'_>) -> Scheme {
        if self.v3_authorization().is_some() {
            Scheme::V3
        } else if parameters.get("Signature").is_some() {
            Scheme::V1
        } else {
            Scheme::Unsigned
        }
    }

    /// What follows the name of the V3 algorithm in the Authorization header.
    pub(crate) fn v3_authorization(&self) -> Option<&str> {
        self.header(AUTHORIZATION.as_str())?.strip_prefix(V3_ALGORITHM)?.strip_prefix(' ')
    }

    /// The form of the response: by Accept when the scheme is V3, else by the parameter Format. Nothing if the
    /// parameter has another value than `JSON` or `XML`.
    pub(crate) fn format(&self, scheme: Scheme, parameters: &Parameters<'_>) -> Option<Format> {
        // What lacks its signature may still have the headers of V3.
        let bare = scheme == Scheme::Unsigned
            && parameters.filled("Format").is_none()
            && self.header("x-acs-action").is_some();

        if scheme == Scheme::V3 || bare {
            let accept = self.header(ACCEPT.as_str()).unwrap_or_default();
            let first = accept.split([',', ';']).next().unwrap_or_default().trim();
            let xml = ["application/xml", "text/xml"].iter().any(|name| first.eq_ignore_ascii_case(name));
            return Some(if xml { Format::Xml } else { Format::Json });
        }

        match parameters.filled("Format") {
            None => Some(Format::Json),
            Some(text) if text.eq_ignore_ascii_case("JSON") => Some(Format::Json),
            Some(text) if text.eq_ignore_ascii_case("XML") => Some(Format::Xml),
            Some(_) => None,
        }
    }

    /// The region that the host name stands for.
    pub(crate) fn region(&self) -> Option<&'static str> {
        let name = self.host().strip_suffix(".aliyuncs.com")?;
        let region = name.strip_prefix("kms.").or_else(|| name.strip_prefix("kms-vpc."))?;
        REGIONS.into_iter().find(|known| *known == region)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(method: Method, target: &str, headers: &[(&'static str, &str)], body: &str) -> Received {
        Received {
            method,
            uri: target.parse().unwrap(),
            headers: headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect(),
            body: Bytes::copy_from_slice(body.as_bytes()),
        }
    }

    #[test]
    fn only_a_posted_form_adds_parameters() {
        let form = ("content-type", "Application/X-WWW-Form-Urlencoded; charset=utf-8");
        let count = |request: Received| request.parameters().unwrap().iter().count();
        assert_eq!(count(received(Method::POST, "/?A=1", &[form], "B=2")), 2);
        assert_eq!(count(received(Method::GET, "/?A=1", &[form], "B=2")), 1);
        assert_eq!(count(received(Method::POST, "/?A=1", &[("content-type", "application/json")], "B=2")), 1);
    }

    #[test]
    fn the_host_name_chooses_the_region() {
        let region = |host: &str| received(Method::GET, "/", &[("host", host)], "").region();
        assert_eq!(region("kms.cn-beijing.aliyuncs.com"), Some("cn-beijing"));
        assert_eq!(region("kms-vpc.eu-west-1.aliyuncs.com:8443"), Some("eu-west-1"));
        assert_eq!(region("kms.nowhere.aliyuncs.com"), None);
        assert_eq!(region("127.0.0.1:4711"), None);
        assert_eq!(received(Method::GET, "/", &[("host", "[::1]:80")], "").host(), "[::1]");
    }

    #[test]
    fn v3_answers_go_by_accept_and_others_by_format() {
        let format = |scheme, target: &str, accept: &str| {
            let request = received(Method::GET, target, &[("accept", accept)], "");
            let parameters = request.parameters().unwrap();
            request.format(scheme, &parameters)
        };
        assert_eq!(format(Scheme::V3, "/?Format=XML", "application/json"), Some(Format::Json));
        assert_eq!(format(Scheme::V3, "/", "text/xml;q=1"), Some(Format::Xml));
        assert_eq!(format(Scheme::V1, "/?Format=xml", "*/*"), Some(Format::Xml));
        assert_eq!(format(Scheme::V1, "/?Format=", "text/xml"), Some(Format::Json));
        assert_eq!(format(Scheme::V1, "/?Format=YAML", ""), None);
    }
}
