//! What any mock service needs: the server with its connections, TLS, the admin API, the page, the log of exchanges, the
//! clock, faults, and the file that keeps the state.

pub(crate) mod admin;
pub(crate) mod body;
pub(crate) mod clock;
pub(crate) mod exchanges;
pub(crate) mod faults;
pub(crate) mod handle;
pub(crate) mod identifier;
pub(crate) mod page;
pub(crate) mod persistence;
pub(crate) mod server;
pub(crate) mod tls;
