//! Whether the mock serves: a resource that everybody may read, whatever else the mock is set to.
//!
//! It is for what watches a container, which calls the mock by any name, from anywhere, and sends no token. So it says
//! nothing but that requests are responded to, and costs next to nothing.

use http::header::{ALLOW, HeaderValue};
use http::{Method, Response, StatusCode, Uri};

use crate::mock::host::browser;
use crate::mock::host::response_body::ResponseBody;

/// Its path.
pub(crate) const PATH: &str = "/_mock/health";

/// The body of the response.
pub(crate) const BODY: &str = r#"{"status":"ok"}"#;

/// Responds if a request is for it.
pub(crate) fn respond(method: &Method, uri: &Uri) -> Option<Response<ResponseBody>> {
    if uri.path() != PATH {
        return None;
    }
    if matches!(*method, Method::GET | Method::HEAD) {
        return Some(browser::json(StatusCode::OK, BODY));
    }

    let text = format!(r#"{{"error":"{PATH} takes GET and HEAD only"}}"#);
    let mut response = browser::json(StatusCode::METHOD_NOT_ALLOWED, text);
    response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
    Some(response)
}
