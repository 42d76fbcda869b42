//! A mock on a thread of its own, for tests.

use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::mock::host::config::MockConfig;
use crate::mock::host::server::serve;
use crate::mock::host::service::{Service, StartError};

/// A running mock, stopped when dropped. It has its own thread, so it serves synchronous and asynchronous tests alike.
/// Everything that [`Service`] can do, a mock can do too: move the clock, set faults and deviations, count requests.
/// [`crate::mock::AlibabaConfig`] shows a test with a mock.
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
    /// When the address is taken, the state file can't be used, or the system gives no thread or randomness.
    pub fn start_with(config: impl Into<MockConfig>) -> Result<Self, StartError> {
        let config = config.into();
        let wanted = config.listen;
        let listen_error = |source| StartError::Listen { address: wanted, source };
        let service = Arc::new(Service::new(config)?);

        // Bound by now, so that the address is known before the thread runs.
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
