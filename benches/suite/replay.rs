//! The requests of a run once more, in a loop that does nothing but sign, send and read.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use kms_conformance::provider::alibaba::Alibaba;
use kms_conformance::provider::{ApiCall, Provider, SigningContext};
use tokio::task::JoinSet;

use crate::record::Sent;
use crate::whole::{Whole, credentials};

/// Sends every request of a run to the same mock again, so many at a time; how long that took.
pub async fn replay(whole: &Whole, at_a_time: usize) -> Duration {
    let requests: Arc<Vec<Sent>> = Arc::new(
        whole
            .sent
            .iter()
            .map(|sent| Sent { operation: sent.operation.clone(), parameters: sent.parameters.clone() })
            .collect(),
    );
    let client = reqwest::Client::builder().no_proxy().tcp_nodelay(true).tls_certs_only([]).build().unwrap();
    let endpoint = whole.mock.endpoint();
    let next = Arc::new(AtomicUsize::new(0));
    let begin = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..at_a_time {
        let (requests, next) = (Arc::clone(&requests), Arc::clone(&next));
        tasks.spawn(send_all(requests, next, client.clone(), endpoint.clone()));
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    begin.elapsed()
}

async fn send_all(requests: Arc<Vec<Sent>>, next: Arc<AtomicUsize>, client: reqwest::Client, endpoint: String) {
    let provider = Alibaba::default();
    let credentials = credentials();
    while let Some(sent) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
        let nonce = format!("{:032x}", fastrand::u128(..));
        let context = SigningContext {
            endpoint: &endpoint,
            region: provider.default_region(),
            credentials: &credentials,
            now: Timestamp::now(),
            nonce: &nonce,
            tamper: None,
            format: None,
        };
        let call = ApiCall { operation: &sent.operation, parameters: &sent.parameters };
        let request = provider.encode(&call, &context).unwrap();
        let mut builder = client.request(request.method.parse().unwrap(), &request.url);
        for (name, value) in request.headers {
            builder = builder.header(name, value);
        }
        let response = builder.body(request.body).send().await.unwrap();
        assert!(!response.bytes().await.unwrap().is_empty());
    }
}
