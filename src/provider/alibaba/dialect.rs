//! The choices that the wire leaves to a client.

/// How requests are signed, and with it where operation and version stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Signature {
    /// HMAC-SHA1 over the parameters, the one that the KMS documents describe.
    #[default]
    V1,
    /// ACS3-HMAC-SHA256 over the request, in headers: that of the newer SDKs.
    V3,
}

/// The form of responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// JSON.
    #[default]
    Json,
    /// XML.
    Xml,
}

/// The HTTP method of requests, and with it where their parameters stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    /// `GET`, parameters in the query.
    Get,
    /// `POST`, parameters in a form body.
    #[default]
    Post,
}

impl Format {
    /// The value of the parameter `Format` of v1 requests.
    pub const fn parameter(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Xml => "XML",
        }
    }

    /// The value of the header `accept` of V3 requests, which have no parameter for it.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Xml => "application/xml",
        }
    }
}

impl Method {
    /// The method as it stands on the wire and in the signature.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}
