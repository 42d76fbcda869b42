//! The documented errors for too many requests.

/// The code of KMS itself; the others are the gateway's.
pub(crate) const BY_KMS: &str = "Rejected.Throttling";

/// The codes that there are.
pub(crate) const CODES: [&str; 4] = [BY_KMS, "Throttling", "Throttling.User", "Throttling.Api"];
