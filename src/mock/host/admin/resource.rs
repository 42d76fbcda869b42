//! The resources of the admin API: their paths, and the methods that each takes.

use http::Method;

use crate::mock::host::access::PREFIX;
use crate::near::nearest;

/// A resource under [`PREFIX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resource {
    Index,
    Cloud,
    State,
    Reset,
    Clock,
    Faults,
    Deviations,
    Exchanges,
}

/// What is only read. Whoever may GET a resource may have its head alone.
const READ: &[Method] = &[Method::GET, Method::HEAD];

/// What can be read, replaced and taken away.
const REPLACE: &[Method] = &[Method::GET, Method::HEAD, Method::PUT, Method::DELETE];

/// What is done.
const DO: &[Method] = &[Method::POST];

impl Resource {
    /// Every resource.
    pub(super) const ALL: [Self; 8] = [
        Self::Index,
        Self::Cloud,
        Self::State,
        Self::Reset,
        Self::Clock,
        Self::Faults,
        Self::Deviations,
        Self::Exchanges,
    ];

    /// The path below [`PREFIX`].
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Index => "",
            Self::Cloud => "cloud",
            Self::State => "state",
            Self::Reset => "reset",
            Self::Clock => "clock",
            Self::Faults => "faults",
            Self::Deviations => "deviations",
            Self::Exchanges => "exchanges",
        }
    }

    /// The methods that it takes.
    pub(super) const fn methods(self) -> &'static [Method] {
        match self {
            Self::Index | Self::Cloud | Self::State | Self::Exchanges => READ,
            Self::Reset | Self::Clock => DO,
            Self::Faults | Self::Deviations => REPLACE,
        }
    }

    /// The resource at a path below [`PREFIX`].
    pub(super) fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|resource| resource.name() == name)
    }

    /// The path of the resource that was most likely meant by another path below [`PREFIX`].
    pub(super) fn nearest_path(name: &str) -> Option<String> {
        // Nobody means one of these by a long text, and to compare it would take time.
        let name = name.get(..LONGEST_NAME).unwrap_or(name);
        let names = Self::ALL.into_iter().map(Self::name).filter(|name| !name.is_empty());
        nearest(name.trim_end_matches('/'), names).map(|name| format!("{PREFIX}{name}"))
    }
}

/// As much of an unknown path as is compared.
const LONGEST_NAME: usize = 30;

/// The value of an `Allow` header.
pub(crate) fn allow(methods: &[Method]) -> String {
    methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", ")
}
