//! One call out, one response back: rate limit, retries, deadlines, and a transcript of it all.
//!
//! An [`Outgoing`] call is encoded and signed by the provider of the [`Target`], sent as often as the [`RetryPolicy`]
//! allows, and comes back as a [`Response`] that says something about a key, or as a [`CallError`]. What was sent and
//! received on the way is in the [`Transcript`].

mod again;
mod api_client;
mod attempt;
mod budget;
mod counters;
mod endpoint;
mod error;
mod http;
mod http_client;
mod http_error;
#[cfg(feature = "cli")]
mod once;
mod options;
mod outgoing;
mod proxy;
mod rate;
mod redact;
mod response;
mod retry;
mod silence;
mod skew;
mod tape;
mod target;
mod transcript;

pub use self::api_client::Client;
pub(crate) use self::api_client::patience_ends;
pub use self::counters::Traffic;
pub use self::endpoint::EndpointUrl;
pub(crate) use self::endpoint::hidden_character;
#[cfg(feature = "cli")]
pub(crate) use self::endpoint::name_of;
pub use self::error::CallError;
pub(crate) use self::http_client::HttpClient;
pub use self::http_client::{ClientError, Connection};
pub(crate) use self::http_error::HttpError;
#[cfg(feature = "cli")]
pub(crate) use self::once::Exchanged;
pub use self::options::ClientOptions;
pub use self::outgoing::{Envelope, Outgoing, Sent};
pub use self::proxy::ProxyVariables;
pub use self::rate::RateLimits;
pub use self::response::{Response, Unusable};
pub use self::retry::RetryPolicy;
pub use self::tape::{Lost, Playback, Played, RawExchange, Recorder, Tape};
pub(crate) use self::target::is_same_target;
pub use self::target::{RequestAgain, Target};
pub use self::transcript::Transcript;
