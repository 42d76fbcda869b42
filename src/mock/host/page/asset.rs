//! The parts of the page, compiled into the program.

use http::Method;
use http::header::HeaderValue;

use crate::mock::host::access::PREFIX;
use crate::mock::host::request::Received;

/// A file of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asset {
    name: &'static str,
    pub(super) text: &'static str,
}

macro_rules! assets {
    ($($name:literal),* $(,)?) => {
        [$(Asset { name: $name, text: include_str!(concat!("assets/", $name)) }),*]
    };
}

/// What the page loads, from `/_mock/page/`.
const PARTS: [Asset; 12] = assets![
    "icon.svg",
    "page.css",
    "graph.css",
    "tables.css",
    "main.js",
    "document.js",
    "controls.js",
    "facts.js",
    "graph.js",
    "keys.js",
    "requests.js",
    "time.js",
];

impl Asset {
    /// The page itself.
    pub(super) const PAGE: Asset = Asset { name: "page.html", text: include_str!("assets/page.html") };

    /// The part of the page that a request is for.
    pub(super) fn find(received: &Received) -> Option<Asset> {
        let name = received.uri.path().strip_prefix(PREFIX)?.strip_prefix("page/")?;
        let asset = PARTS.into_iter().find(|part| part.name == name)?;
        (received.method == Method::GET).then_some(asset)
    }

    pub(super) fn is_page(self) -> bool {
        self == Self::PAGE
    }

    pub(super) fn content_type(self) -> HeaderValue {
        let suffix = self.name.rsplit_once('.').map_or("", |(_, suffix)| suffix);
        HeaderValue::from_static(match suffix {
            "html" => "text/html;charset=utf-8",
            "css" => "text/css;charset=utf-8",
            "js" => "text/javascript;charset=utf-8",
            _ => "image/svg+xml",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_that_the_page_names_is_there_and_every_file_is_named() {
        let text: String = PARTS.iter().chain([&Asset::PAGE]).map(|asset| asset.text).collect();
        for part in PARTS {
            let named = [format!("\"/_mock/page/{}\"", part.name), format!("\"./{}\"", part.name)];
            assert!(named.iter().any(|name| text.contains(name)), "{}", part.name);
        }
        let references = text.split("\"/_mock/page/").skip(1).chain(text.split(" from \"./").skip(1));
        for reference in references.map(|rest| rest.split('"').next().unwrap()) {
            assert!(PARTS.iter().any(|part| part.name == reference), "{reference}");
        }
    }

    #[test]
    fn no_file_holds_what_the_policy_forbids_or_makes_text_into_code() {
        for Asset { name, text } in PARTS.into_iter().chain([Asset::PAGE]) {
            for forbidden in [
                "innerHTML",
                "outerHTML",
                "insertAdjacentHTML",
                "document.write",
                "eval(",
                " style=\"",
                " onclick=",
                "cookie",
            ] {
                assert!(!text.contains(forbidden), "{name}: {forbidden}");
            }
            let addresses = text.matches("://").count() - text.matches("http://www.w3.org/2000/svg").count();
            assert_eq!(addresses, 0, "{name}");
        }
    }
}
