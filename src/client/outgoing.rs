//! A call on its way out.

use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::event::Purpose;
use crate::provider::{BodyForm, HttpRequest, Tamper};

/// A call to be sent.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing<'a> {
    /// What is right or wrong with its request.
    pub envelope: Envelope<'a>,
    /// What it is for.
    pub purpose: Purpose,
    /// The operation.
    pub operation: &'a str,
    /// Its parameters.
    pub parameters: &'a Map<String, Value>,
    /// The region that it is for; that of the target unless given.
    pub region: Option<&'a str>,
    /// How often it is sent at most; as often as the retry policy says unless given.
    pub attempts: Option<u32>,
    /// Whether it is sent again after an attempt that may have had its effect.
    pub again_if_lost: bool,
}

/// The request of a call.
#[derive(Debug, Clone, Copy)]
pub enum Envelope<'a> {
    /// As it must be.
    Right,
    /// As it must be, and in which form the body of the response is requested.
    Formed(BodyForm),
    /// Wrong in its signature or its time, also when it is sent again.
    Tampered(Tamper),
    /// One that was sent before, byte by byte, also when it is sent again.
    Replayed(&'a Sent),
}

impl Envelope<'_> {
    /// Whether nothing is wrong with it on purpose. The rejection of any other says nothing about the account.
    pub(super) const fn is_right(&self) -> bool {
        matches!(self, Self::Right | Self::Formed(_))
    }
}

/// A request that was sent. It is signed, so it can't be printed.
#[derive(Clone)]
pub struct Sent(pub(super) Arc<HttpRequest>);

impl fmt::Debug for Sent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Sent")
    }
}
