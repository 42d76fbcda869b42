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
///
/// A test of code that encrypts with the key `alias/orders`, sends a request again when it fails, and has to notice that a
/// key is gone:
///
/// ```
/// use std::time::Duration;
///
/// use kms_conformance::mock::{AccessKey, AlibabaConfig, Faults, Mock, Seed};
///
/// // What the code under test finds, as in a file for `mock --seed`.
/// let seed = "
/// keys:
///   - id: 0b7d4e21-6a9f-4c35-b1e8-92d3f7a650cc
///     aliases: [alias/orders]
///   - id: 2d9f6043-8cb1-4e57-930a-b4f519c872ee
///     state: PendingDeletion
/// ";
/// let seed = Seed::parse("seed", seed, |_| None)?;
/// let config = AlibabaConfig {
///     // Lets a request be written without a client that signs; a real client signs with testid and testsecret.
///     anonymous: Some(AccessKey::new("anonymous", "")),
///     ..seed.into_config(AlibabaConfig::default())
/// };
/// let mock = Mock::start_with(config)?;
///
/// // The endpoint for the client of the code under test.
/// assert!(mock.endpoint().starts_with("http://127.0.0.1:"));
/// # fn call(mock: &Mock, query: &str) -> std::io::Result<String> {
/// #     use std::io::{Read, Write};
/// #     let mut stream = std::net::TcpStream::connect(mock.address())?;
/// #     write!(stream, "GET /?{query}&Version=2016-01-20 HTTP/1.1\r\nHost: kms\r\nConnection: close\r\n\r\n")?;
/// #     let mut response = String::new();
/// #     stream.read_to_string(&mut response)?;
/// #     Ok(response)
/// # }
///
/// // The first Encrypt fails, the second succeeds.
/// mock.set_faults(Faults { seed: 7, rules: vec!["unavailable,operation=Encrypt,nth=1".parse()?] })?;
/// let encrypt = "Action=Encrypt&KeyId=alias/orders&Plaintext=c2VjcmV0";
/// assert!(call(&mock, encrypt)?.starts_with("HTTP/1.1 503"));
/// assert!(call(&mock, encrypt)?.starts_with("HTTP/1.1 200"));
/// assert_eq!(mock.requests("Encrypt"), 2);
///
/// // A month later, the key that waited for its deletion is gone.
/// mock.advance(Duration::from_secs(31 * 86_400));
/// let describe = "Action=DescribeKey&KeyId=2d9f6043-8cb1-4e57-930a-b4f519c872ee";
/// assert!(call(&mock, describe)?.contains("Forbidden.KeyNotFound"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
