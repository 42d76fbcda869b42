//! Values that have names on the wire.

/// Declares an enum whose variants have a name on the wire.
macro_rules! wire_names {
    ($(#[$attribute:meta])* $name:ident { $($variant:ident = $text:literal),* $(,)? }) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum $name { $($variant),* }

        #[allow(dead_code, reason = "not every one is listed")]
        impl $name {
            /// Every value, in the order of the documents.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Their names.
            pub(crate) const NAMES: &'static [&'static str] = &[$($text),*];

            /// The name on the wire.
            pub(crate) const fn wire(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            pub(crate) fn from_wire(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

pub(crate) use wire_names;
