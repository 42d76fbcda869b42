//! The server: one task a connection, HTTP/1.1, everything bounded.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE, DATE, HeaderName, HeaderValue, RETRY_AFTER};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use jiff::Timestamp;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::mock::alibaba::mock_service::Service;
use crate::mock::alibaba::service::wrapping_pair;
use crate::mock::alibaba::wire::dispatch::{Damage, Delivery};
use crate::mock::alibaba::wire::gateway::GatewayError;
use crate::mock::alibaba::wire::request::Received;
use crate::mock::alibaba::wire::response::{Answer, Format};
use crate::mock::host::body::ReplyBody;
use crate::mock::host::clock::after;
use crate::mock::host::persistence::NotSaved;
use crate::mock::host::tls::Tls;
use crate::mock::host::{admin, page};

/// The most bytes of a request's line and headers.
const HEAD_LIMIT: usize = 256 * 1024;

/// The most bytes of a request's body.
const BODY_LIMIT: usize = 1024 * 1024;

/// How long a connection may be idle, or take to send a request's head or body: longer than clients keep idle connections in
/// their pools, so that none is closed at the moment of its next use.
const IDLE_LIMIT: Duration = Duration::from_secs(120);

/// How long connections with a request in hand get to answer it when the server stops.
const GRACE: Duration = Duration::from_secs(5);

/// How long the others get. Those that have sent nothing are closed at once; this is for a request that is only half
/// there.
const IDLE_GRACE: Duration = Duration::from_millis(300);

/// How long a TLS handshake may take.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);

/// Serves `service` on `listener` until `shutdown` is cancelled; then connections end after the request in hand.
pub async fn serve(listener: TcpListener, service: Arc<Service>, shutdown: CancellationToken) {
    let mut connections = JoinSet::new();
    let acceptor = service.config.tls.as_ref().map(Tls::acceptor);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => break,
            // Takes away what has ended, so that the set holds only live connections.
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let (service, shutdown) = (Arc::clone(&service), shutdown.clone());
                    connections.spawn(accept(stream, acceptor.clone(), peer.ip(), service, shutdown));
                }
                // Out of file descriptors, most likely: the next attempt has better chances a little later.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
        }
    }
    drop(listener);
    let all_ended = async { while connections.join_next().await.is_some() {} };
    // What has not ended by then is cut off when the set is dropped.
    let _ = tokio::time::timeout(GRACE, all_ended).await;
}

async fn accept(
    stream: TcpStream,
    acceptor: Option<TlsAcceptor>,
    peer: IpAddr,
    service: Arc<Service>,
    shutdown: CancellationToken,
) {
    // Only speed is lost without it.
    let _ = stream.set_nodelay(true);
    let Some(acceptor) = acceptor else { return serve_connection(stream, peer, service, shutdown).await };
    let handshake = tokio::time::timeout(HANDSHAKE_LIMIT, acceptor.accept(stream));
    tokio::select! {
        // A client that does not trust the certificate, or talks no TLS, is no concern of the server.
        accepted = handshake => if let Ok(Ok(stream)) = accepted {
            serve_connection(stream, peer, service, shutdown).await;
        },
        () = shutdown.cancelled() => {}
    }
}

async fn serve_connection(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    peer: IpAddr,
    service: Arc<Service>,
    shutdown: CancellationToken,
) {
    let is_busy = AtomicBool::new(false);
    let answer = service_fn(|request| {
        is_busy.store(true, Ordering::Relaxed);
        let answer = respond(Arc::clone(&service), peer, request);
        async {
            let answer = answer.await;
            is_busy.store(false, Ordering::Relaxed);
            answer
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE_LIMIT)
        .max_buf_size(HEAD_LIMIT)
        .serve_connection(TokioIo::new(stream), answer);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = shutdown.cancelled() => {
            connection.as_mut().graceful_shutdown();
            let idle = async {
                tokio::time::sleep(IDLE_GRACE).await;
                while is_busy.load(Ordering::Relaxed) {
                    tokio::time::sleep(IDLE_GRACE).await;
                }
            };
            tokio::select! {
                ended = connection => ended,
                () = idle => Ok(()),
            }
        }
    };
    // A client that breaks off or talks no HTTP is no concern of the server.
    drop(ended);
}

/// The connection is closed without an answer, on purpose or since a change can't be saved.
#[derive(Debug, thiserror::Error)]
#[error("the connection is closed without an answer")]
struct Dropped;

async fn respond(
    service: Arc<Service>,
    peer: IpAddr,
    request: Request<Incoming>,
) -> Result<Response<ReplyBody>, Dropped> {
    let (head, body) = request.into_parts();
    let collected = if body.is_end_stream() { Ok(Bytes::new()) } else { collect(body).await };
    let mut received = Received { method: head.method, uri: head.uri, headers: head.headers, body: Bytes::new() };
    match collected {
        Ok(body) => received.body = body,
        Err(error) => {
            let mut response = plain_response(&service.answer_unread(&received, &error));
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            return Ok(response);
        }
    }
    if let Some(response) = page::respond(service.config.admin, peer, &received) {
        return Ok(response);
    }
    if service.config.admin.is_on() && received.uri.path().starts_with(admin::PREFIX) {
        let (status, value) = admin::respond(&service, peer, &received);
        service.all_saved().await.map_err(|NotSaved| Dropped)?;
        let mut response = response(status, Format::Json, ReplyBody::whole(value.to_string()));
        page::protect(&mut response);
        return Ok(response);
    }
    wrapping_pair::wait(&service, &received).await;
    deliver(&service, service.answer(&received)).await
}

/// Sends an answer as the faults will have it.
async fn deliver(service: &Service, delivery: Delivery) -> Result<Response<ReplyBody>, Dropped> {
    // Closing the connection says what is true: nobody can tell whether it was done.
    service.saved(delivery.saving).await.map_err(|NotSaved| Dropped)?;
    if !delivery.delay.is_zero() {
        tokio::time::sleep(delivery.delay).await;
    }
    let answer = delivery.answer.ok_or(Dropped)?;
    let mut response = match delivery.damage {
        Damage::None => {
            let mut whole = response(answer.status, answer.format, ReplyBody::whole(delivery.body));
            if let Some(content_type) = answer.content_type {
                insert(&mut whole, CONTENT_TYPE, content_type);
            }
            whole
        }
        Damage::Truncated => response(answer.status, answer.format, ReplyBody::truncated(delivery.body)),
        Damage::Garbage => response(answer.status, answer.format, ReplyBody::whole(GARBAGE)),
    };
    if delivery.skew_seconds != 0 {
        let date = after(Timestamp::now(), delivery.skew_seconds).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        insert(&mut response, DATE, &date);
    }
    if let Some(seconds) = answer.retry_after {
        insert(&mut response, RETRY_AFTER, &seconds.to_string());
        insert(&mut response, HeaderName::from_static("x-acs-retry-after"), &seconds.to_string());
    }
    Ok(response)
}

/// No JSON, no XML, no UTF-8.
const GARBAGE: &[u8] = b"\xff\xfe\x00}{ ]]> not what was asked for";

async fn collect(body: Incoming) -> Result<Bytes, GatewayError> {
    match tokio::time::timeout(IDLE_LIMIT, Limited::new(body, BODY_LIMIT).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(GatewayError::TooLarge),
        Ok(Err(_)) | Err(_) => Err(GatewayError::Undecodable),
    }
}

fn plain_response(answer: &Answer) -> Response<ReplyBody> {
    response(answer.status, answer.format, ReplyBody::whole(answer.body()))
}

fn response(status: u16, format: Format, body: ReplyBody) -> Response<ReplyBody> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(format.content_type()));
    response
}

fn insert(response: &mut Response<ReplyBody>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
