//! The limit on the size of files.

/// Makes a write beyond the limit an error that can be reported. The signal that the system sends ends the process
/// otherwise, without a word.
#[cfg(unix)]
pub(super) fn report_limit() {
    use tokio::signal::unix::{SignalKind, signal};

    // The handler that this installs stays for as long as the process runs, and does nothing.
    let install = async { signal(SignalKind::from_raw(libc::SIGXFSZ)).map(drop) };
    if let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() {
        // Without it, the process ends as it would have.
        let _ = runtime.block_on(install);
    }
}

/// Other systems have no such signal.
#[cfg(not(unix))]
pub(super) fn report_limit() {}
