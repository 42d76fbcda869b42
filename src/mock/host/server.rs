//! The server: one task a connection, HTTP/1.1, everything bounded.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONNECTION, DATE, HeaderValue};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use jiff::Timestamp;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::mock::host::access::PREFIX;
use crate::mock::host::clock::after;
use crate::mock::host::cloud::Unreadable;
use crate::mock::host::persistence::NotSaved;
use crate::mock::host::request::Received;
use crate::mock::host::respond::{Damage, Delivery};
use crate::mock::host::response;
use crate::mock::host::response_body::ResponseBody;
use crate::mock::host::service::Service;
use crate::mock::host::tls::Tls;
use crate::mock::host::web::Sender;
use crate::mock::host::{admin, health, page};

/// The most bytes of a request's line and headers.
const HEAD_LIMIT: usize = 64 * 1024;

/// The most connections at a time, each of which may have sent most of a head. Further ones wait until one ends.
const CONNECTION_LIMIT: usize = 1_000;

/// A body that is known to be no longer than this is read at once.
const SMALL_BODY: usize = 16 * 1024;

/// How many longer bodies are read at a time; others wait for their turn.
const LARGE_BODIES: usize = 32;

/// The most bytes of a request's body.
const BODY_LIMIT: usize = 1024 * 1024;

/// How long a connection may be idle, or take to send a request's head or body: longer than clients keep idle connections in
/// their pools, so that none is closed at the moment of its next use.
const IDLE_LIMIT: Duration = Duration::from_secs(120);

/// How long connections with a request in hand get to respond to it when the server stops.
const GRACE: Duration = Duration::from_secs(5);

/// How long the others get. Those that have sent nothing are closed at once; this is for a request that is only half
/// there.
const IDLE_GRACE: Duration = Duration::from_millis(300);

/// How long a TLS handshake may take.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);

/// The turns of long bodies, so that many at a time do not fill the memory.
#[derive(Debug)]
pub(crate) struct LargeBodies(Semaphore);

impl Default for LargeBodies {
    fn default() -> Self {
        Self(Semaphore::new(LARGE_BODIES))
    }
}

/// Serves `service` on `listener` until `shutdown` is cancelled; then connections end after the request in hand.
pub async fn serve(listener: TcpListener, service: Arc<Service>, shutdown: CancellationToken) {
    let mut connections = JoinSet::new();
    let places = Arc::new(Semaphore::new(CONNECTION_LIMIT));
    let acceptor = service.config.tls.as_ref().map(Tls::acceptor);

    loop {
        tokio::select! {
            () = shutdown.cancelled() => break,
            // Takes away what has ended, so that the set holds only live connections.
            Some(_) = connections.join_next() => {}
            accepted = accept_next(&listener, &places) => match accepted {
                Ok((stream, peer, place)) => {
                    let (service, shutdown) = (Arc::clone(&service), shutdown.clone());
                    let connection = accept(stream, acceptor.clone(), peer.ip(), service, shutdown);
                    connections.spawn(async move {
                        connection.await;
                        drop(place);
                    });
                }
                // Out of file descriptors, most likely: the next attempt has better chances a little later.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
        }
    }

    // New connections are refused at once, while those that are open may finish.
    drop(listener);
    let all_ended = async { while connections.join_next().await.is_some() {} };
    // What has not ended by then is cut off when the set is dropped.
    let _ = tokio::time::timeout(GRACE, all_ended).await;
}

/// Waits for a place, and then for a connection that takes it.
async fn accept_next(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> std::io::Result<(TcpStream, SocketAddr, Option<OwnedSemaphorePermit>)> {
    // It is never closed, so there is always a place in the end.
    let place = Arc::clone(places).acquire_owned().await.ok();
    let (stream, peer) = listener.accept().await?;
    Ok((stream, peer, place))
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
        // A client that does not trust the certificate, or does not speak TLS, does not concern the server.
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
    let http_service = service_fn(|request| {
        is_busy.store(true, Ordering::Relaxed);
        let response = respond(Arc::clone(&service), peer, request);
        async {
            let response = response.await;
            is_busy.store(false, Ordering::Relaxed);
            response
        }
    });

    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE_LIMIT)
        .max_buf_size(HEAD_LIMIT)
        .serve_connection(TokioIo::new(stream), http_service);

    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = shutdown.cancelled() => {
            connection.as_mut().graceful_shutdown();
            // Hyper waits for the rest of a request that is only half there; this does not.
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
    // A client that breaks off or does not speak HTTP does not concern the server.
    drop(ended);
}

/// The connection is closed without a response, on purpose or since a change can't be saved.
#[derive(Debug, thiserror::Error)]
#[error("the connection is closed without a response")]
struct Dropped;

async fn respond(
    service: Arc<Service>,
    peer: IpAddr,
    request: Request<Incoming>,
) -> Result<Response<ResponseBody>, Dropped> {
    // Before the body is read, for nothing in it counts here.
    if let Some(response) = health::respond(request.method(), request.uri()) {
        return Ok(response);
    }
    let (head, body) = request.into_parts();
    let mut received = Received { method: head.method, uri: head.uri, headers: head.headers, body: Bytes::new() };
    let has_body = !body.is_end_stream();
    // The page is for everybody who may see it, however they came upon it.
    if !has_body && let Some(response) = page::respond(&service, peer, &received) {
        return Ok(response);
    }
    let sender = Sender::of(&received, &service.config.allowed_origins);
    if let Some(mut response) = sender.respond(&received, is_for_admin(&service, &received)) {
        close_unread(&mut response);
        return Ok(response);
    }

    // Most requests have no body, and none of them needs a timer.
    let collected = if has_body { collect(body, &service.large_bodies).await } else { Ok(Bytes::new()) };
    let mut response = match collected {
        Ok(body) => {
            received.body = body;
            respond_to_whole(&service, peer, received).await?
        }
        Err(why) => respond_to_unreadable(&service, &received, why),
    };
    sender.show_to_page(&mut response);
    Ok(response)
}

async fn respond_to_whole(
    service: &Service,
    peer: IpAddr,
    received: Received,
) -> Result<Response<ResponseBody>, Dropped> {
    if is_for_admin(service, &received) {
        let response = admin::respond(service, peer, &received);
        // A reset or a moved clock must outlive a crash like any other change.
        service.all_saved().await.map_err(|NotSaved| Dropped)?;
        return Ok(response);
    }
    deliver(service, service.respond(received).await).await
}

fn is_for_admin(service: &Service, received: &Received) -> bool {
    service.config.admin.is_on() && received.uri.path().starts_with(PREFIX)
}

fn respond_to_unreadable(service: &Service, received: &Received, why: Unreadable) -> Response<ResponseBody> {
    let response = service.cloud.respond_to_unreadable(received, service.identifiers.request(), why);
    let body = ResponseBody::whole(response.body.clone());
    let mut response = with_body(&response, body);
    close_unread(&mut response);
    response
}

/// What is left of the body is not read, so the connection is of no further use.
fn close_unread(response: &mut Response<ResponseBody>) {
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
}

/// Sends a response as the faults will have it.
async fn deliver(service: &Service, delivery: Delivery) -> Result<Response<ResponseBody>, Dropped> {
    // A closed connection is the honest response: nobody knows whether the change will last.
    service.saved(delivery.depends_on).await.map_err(|NotSaved| Dropped)?;
    if !delivery.delay.is_zero() {
        tokio::time::sleep(delivery.delay).await;
    }

    let response = delivery.response.ok_or(Dropped)?;
    let body = match delivery.damage {
        Damage::None => ResponseBody::whole(response.body.clone()),
        Damage::Truncated => ResponseBody::truncated(response.body.clone()),
        Damage::Garbage => ResponseBody::whole(GARBAGE),
    };
    let mut response = with_body(&response, body);

    // Hyper adds the date of real time otherwise.
    if delivery.skew_seconds != 0 {
        let date = after(Timestamp::now(), delivery.skew_seconds).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        if let Ok(date) = HeaderValue::from_str(&date) {
            response.headers_mut().insert(DATE, date);
        }
    }
    Ok(response)
}

/// No JSON, no XML, no UTF-8.
const GARBAGE: &[u8] = b"\xff\xfe\x00}{ ]]> not a response";

async fn collect(body: Incoming, large_bodies: &LargeBodies) -> Result<Bytes, Unreadable> {
    let is_small = body.size_hint().upper().is_some_and(|length| length <= SMALL_BODY as u64);
    // Whoever sends slowly keeps others waiting for as long as a connection may take, and no longer.
    let _turn = match is_small {
        true => None,
        false => match tokio::time::timeout(IDLE_LIMIT, large_bodies.0.acquire()).await {
            Ok(turn) => turn.ok(),
            Err(_) => return Err(Unreadable::Incomplete),
        },
    };
    match tokio::time::timeout(IDLE_LIMIT, Limited::new(body, BODY_LIMIT).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Unreadable::TooLarge),
        Ok(Err(_)) | Err(_) => Err(Unreadable::Incomplete),
    }
}

/// The status and headers of a cloud's response with this body.
fn with_body(response: &response::Response, body: ResponseBody) -> Response<ResponseBody> {
    let mut sent = Response::new(body);
    *sent.status_mut() = StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in &response.headers {
        sent.headers_mut().insert(name.clone(), value.clone());
    }
    sent
}
