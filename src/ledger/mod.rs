//! The list of every key and alias that a run makes, written before it is made.
//!
//! One JSON object a line, appended and synced, so that a person or a later sweep finds what a killed run left behind:
//!
//! ```json
//! {"format":2,"at":"2026-11-22T05:00:00Z","run":"kc-3f9a1c00","entry":"making","item":1,"operation":"CreateKey","case":"alibaba/Encrypt/Enabled","target":{"provider":"alibaba","endpoint":"http://127.0.0.1:8080","region":"cn-hangzhou"},"mark":"kc-3f9a1c00"}
//! {"format":2,"at":"2026-11-22T05:00:00Z","run":"kc-3f9a1c00","entry":"made","item":1,"operation":"CreateKey","case":"alibaba/Encrypt/Enabled","name":"5f1c9d0a-…"}
//! {"format":2,"at":"2026-11-22T05:00:01Z","run":"kc-3f9a1c00","entry":"removed","item":1,"operation":"ScheduleKeyDeletion","case":"alibaba/Encrypt/Enabled","name":"5f1c9d0a-…"}
//! ```
//!
//! - `line` is the format, and `file` the file: whole lines, also when several processes append to it;
//! - `writer` is what a run writes;
//! - `mark` is the text by which a run is known, and `alive` says whether it goes on;
//! - `history` reads it back as values: who made what, on which target, and whether it is still there;
//! - `waiting` are the keys that it says wait for their deletion, which a later run may use again.

mod alive;
mod file;
mod history;
mod line;
mod mark;
mod waiting;
mod writer;

pub use self::alive::Life;
pub use self::history::{History, Thing, ThingState, Unreadable};
pub use self::line::schema;
pub use self::line::{Belongings, FORMAT, LedgerEntry, LedgerLine, LedgerTarget, UndoCall};

pub use self::mark::{is_mark, mark_in, mark_in_name, mark_on_given_keys, new_mark};
pub use self::waiting::Waiting;
pub use self::writer::{Item, Ledger, Made};
