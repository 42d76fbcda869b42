//! A mock on a thread of its own, for tests.

use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::config::MockConfig;
use super::persistence::StateError;
use super::server::serve;
use super::service::{NoRandomness, Service};

/// Why a mock did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address could not be listened on.
    #[error("failed to listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The thread or its runtime could not be made.
    #[error("failed to start the server's thread")]
    Thread(#[source] std::io::Error),
    /// There is no randomness for secrets.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// The state can't be kept.
    #[error(transparent)]
    State(#[from] StateError),
}

/// A running mock, stopped when dropped. It has its own thread, so it serves synchronous and asynchronous tests alike.
/// Everything that [`Service`] can do, a mock can do too.
#[derive(Debug)]
pub struct Mock {
    service: Arc<Service>,
    address: SocketAddr,
    shutdown: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl Mock {
    /// A mock with the default settings, on a free port of the loopback interface.
    ///
    /// # Errors
    /// When the system gives no port, thread or randomness.
    pub fn start() -> Result<Self, StartError> {
        Self::start_with(MockConfig::default())
    }

    /// A mock with these settings.
    ///
    /// # Errors
    /// When the address is taken, or the system gives no thread or randomness.
    pub fn start_with(config: MockConfig) -> Result<Self, StartError> {
        let wanted = config.listen;
        let listen_error = |source| StartError::Listen { address: wanted, source };
        let service = Arc::new(Service::new(config)?);
        let listener = std::net::TcpListener::bind(wanted).map_err(listen_error)?;
        let address = listener.local_addr().map_err(listen_error)?;
        listener.set_nonblocking(true).map_err(listen_error)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(StartError::Thread)?;
        let listener = {
            let _entered = runtime.enter();
            TcpListener::from_std(listener).map_err(listen_error)?
        };
        let shutdown = CancellationToken::new();
        let server = serve(listener, Arc::clone(&service), shutdown.clone());
        let thread = std::thread::Builder::new()
            .name("mock".to_owned())
            .spawn(move || runtime.block_on(server))
            .map_err(StartError::Thread)?;
        Ok(Self { service, address, shutdown, thread: Some(thread) })
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The endpoint for clients, as in `http://127.0.0.1:4711`.
    pub fn endpoint(&self) -> String {
        let scheme = if self.service.config.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// Stops it and waits until it has stopped. Dropping does the same.
    pub fn shutdown(self) {
        drop(self);
    }
}

impl Deref for Mock {
    type Target = Service;

    fn deref(&self) -> &Service {
        &self.service
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        self.shutdown.cancel();
        if let Some(thread) = self.thread.take() {
            // A panic in the server has already been printed by its thread.
            let _ = thread.join();
        }
    }
}
