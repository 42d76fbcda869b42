//! What can be wrong with a request whose operation and parameters are right.

use schemars::JsonSchema;
use serde::Deserialize;

/// What is wrong with a request whose operation and parameters are right: its signature, or the time at which it says it was made.
///
/// The words are those of any cloud that signs requests; [`super::Provider::encode`] says what they mean on its wire:
///
/// | | Alibaba, v1 | Alibaba, V3 | AWS (SigV4), Tencent (TC3) |
/// | --- | --- | --- | --- |
/// | `Signature` | another `Signature` parameter | another signature in `Authorization` | as V3 |
/// | `Unsigned` | no `Signature` parameter | no `Authorization` header | as V3 |
/// | `Stale`, `Early` | `Timestamp` | `x-acs-date` | `X-Amz-Date`, `X-TC-Timestamp`, and the date of the scope |
/// | `AccessKey` | `AccessKeyId` | `Credential` in `Authorization` | as V3 |
/// | `Body`, `Query`, `Header` | sent as V3: under v1 everything is a parameter | another was signed | as V3 |
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Tamper {
    /// The signature has the right form and is not that of the request.
    Signature,
    /// There is no signature.
    Unsigned,
    /// It was made, and signed, longer ago than the service takes.
    Stale,
    /// It was made, and signed, further in the future than the service takes.
    Early,
    /// It names an access key that nobody has.
    AccessKey,
    /// Its signature is that of a request with another body.
    Body,
    /// Its signature is that of a request with another query.
    Query,
    /// Its signature is that of a request with another value of a header.
    Header,
}
