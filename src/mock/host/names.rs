//! Values that have names on the wire, operations among them.

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

/// Declares the operations of a cloud: each is called on the wire as it is here.
macro_rules! operations {
    ($visibility:vis enum Operation { $($name:ident),* $(,)? }) => {
        /// An operation of the API.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $visibility enum Operation {
            $(
                #[doc = concat!("`", stringify!($name), "`.")]
                $name
            ),*
        }

        impl Operation {
            /// Every operation.
            $visibility const ALL: &'static [Operation] = &[$(Operation::$name),*];

            /// The names of all, in their order, so that an operation is its own index.
            pub(crate) const NAMES: &'static [&'static str] = &[$(stringify!($name)),*];

            /// The name on the wire.
            $visibility const fn name(self) -> &'static str {
                match self { $(Operation::$name => stringify!($name)),* }
            }

            /// The operation with this name.
            pub(crate) fn by_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|operation| operation.name() == name)
            }
        }

        impl std::fmt::Display for Operation {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.name())
            }
        }

        impl From<Operation> for $crate::mock::host::cloud::OperationIndex {
            fn from(operation: Operation) -> Self {
                Self(operation as usize)
            }
        }
    };
}

pub(crate) use operations;
