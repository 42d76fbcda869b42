//! What any mock service needs: the server with its connections, TLS, the admin API, the page, the list of exchanges, the
//! clock, faults, and the file that keeps the state. [`cloud`] says what it needs to know of the cloud that it serves.

pub(crate) mod access;
pub(crate) mod admin;
pub(crate) mod browser;
pub(crate) mod clock;
pub(crate) mod cloud;
pub(crate) mod config;
pub(crate) mod context;
pub(crate) mod exchanges;
pub(crate) mod faults;
pub(crate) mod handle;
pub(crate) mod health;
pub(crate) mod identifier;
pub(crate) mod ignored;
pub(crate) mod names;
pub(crate) mod origin;
pub(crate) mod page;
pub(crate) mod persistence;
pub(crate) mod request;
pub(crate) mod respond;
pub(crate) mod response;
pub(crate) mod response_body;
pub(crate) mod sealer;
pub(crate) mod server;
pub(crate) mod service;
pub(crate) mod tls;
pub(crate) mod token;
pub(crate) mod view;
pub(crate) mod web;

#[cfg(test)]
mod tests;
