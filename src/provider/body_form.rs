//! The form of the body of a response.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;

/// The form of the body of a response. A provider that knows only one ignores what is requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BodyForm {
    /// JSON.
    Json,
    /// XML.
    Xml,
}

impl BodyForm {
    /// Whether a content type is one of this form, such as `application/json;charset=utf-8` or
    /// `application/x-amz-json-1.1`.
    pub fn fits(self, content_type: &str) -> bool {
        let kind = content_type.split(';').next().unwrap_or_default().trim_ascii().to_ascii_lowercase();
        let (_, subtype) = kind.split_once('/').unwrap_or_default();
        let word = match self {
            Self::Json => "json",
            Self::Xml => "xml",
        };
        subtype.split(['-', '+', '.']).any(|part| part == word)
    }
}

impl fmt::Display for BodyForm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Json => "JSON",
            Self::Xml => "XML",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_type_fits_one_form() {
        for content_type in ["application/json", "application/json;charset=utf-8", "application/x-amz-json-1.1"] {
            assert!(BodyForm::Json.fits(content_type) && !BodyForm::Xml.fits(content_type), "{content_type}");
        }
        for content_type in ["text/xml;charset=utf-8", "application/xml", "Application/XML"] {
            assert!(BodyForm::Xml.fits(content_type) && !BodyForm::Json.fits(content_type), "{content_type}");
        }
        for content_type in ["", "text/plain", "text/html; charset=json", "xml"] {
            assert!(!BodyForm::Json.fits(content_type) && !BodyForm::Xml.fits(content_type), "{content_type}");
        }
    }
}
