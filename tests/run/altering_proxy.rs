//! A proxy in front of a mock that alters responses.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName};
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// The header by which a gateway says for how many milliseconds it throttles; a field of this name becomes one.
pub const THROTTLED: &str = "x-acs-retry-after";

/// Changes the status and the fields of an operation's response.
pub type Alteration = Arc<dyn Fn(&str, &mut u16, &mut Value) + Send + Sync>;

/// Every response to an operation becomes this rejection.
pub fn rejected(operation: &'static str, rejected: u16, code: &'static str) -> Alteration {
    Arc::new(move |called, status, fields| {
        if called == operation {
            *status = rejected;
            *fields = json!({"Code": code, "Message": "as the test wants it", "RequestId": "1"});
        }
    })
}

/// Serves on a free loopback port as long as the runtime lives.
pub async fn serve(upstream: SocketAddr, alter: Alteration) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let client = reqwest::Client::new();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (alter, client) = (Arc::clone(&alter), client.clone());
            let service = service_fn(move |request| {
                let (alter, client) = (Arc::clone(&alter), client.clone());
                async move { pass_on(&client, upstream, request, alter).await }
            });
            // A client or a mock that hangs up ends the connection.
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    address
}

async fn pass_on(
    client: &reqwest::Client,
    upstream: SocketAddr,
    request: Request<Incoming>,
    alter: Alteration,
) -> reqwest::Result<Response<Full<Bytes>>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let sent = format!("{}&{}", head.uri.query().unwrap_or_default(), String::from_utf8_lossy(&body));
    let operation = sent.split('&').find_map(|pair| pair.strip_prefix("Action=")).unwrap().to_owned();
    let url = format!("http://{upstream}{}", head.uri);
    let upstream = client.request(head.method, url).headers(head.headers).body(body).send().await?;
    let mut status = upstream.status().as_u16();
    let mut response = Response::builder();
    for name in [CONTENT_TYPE, HeaderName::from_static("date")] {
        response = response.header(&name, upstream.headers()[&name].clone());
    }
    let mut fields = serde_json::from_slice(&upstream.bytes().await?).unwrap();
    alter(&operation, &mut status, &mut fields);
    if let Some(wait) = fields.as_object_mut().and_then(|fields| fields.remove(THROTTLED)) {
        response = response.header(THROTTLED, wait.to_string());
    }
    // Nothing is an empty body.
    let body = if fields.is_null() { String::new() } else { fields.to_string() };
    Ok(response.status(status).body(Full::from(body)).unwrap())
}
