//! Pages of lists: each leads to the next by a marker.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::host::response::Fields;

/// Which part of a list a request is for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page {
    /// The number of the first entry, as the list counts.
    pub(crate) from: u64,
    size: usize,
}

impl Page {
    /// Reads Limit (1 to `largest`, else `usual`) and Marker.
    pub(crate) fn read(call: &Call<'_>, usual: usize, largest: i64) -> Result<Self, Rejection> {
        let limit = call.integer("Limit", 1..=largest)?;
        let marker = call.text_of("Marker", 1..=1024)?;
        let from = match marker {
            None => 0,
            Some(marker) => read_marker(call, marker).ok_or_else(|| Rejection::invalid_marker("Invalid marker."))?,
        };
        Ok(Self { from, size: limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usual) })
    }

    /// The response: the entries, each with its number, from [`Page::from`] on.
    pub(crate) fn fields<T>(
        self,
        call: &Call<'_>,
        name: &str,
        entries: impl Iterator<Item = (u64, T)>,
        show: impl Fn(T) -> Value,
    ) -> Fields {
        let mut entries = entries.peekable();
        let mut shown = Vec::new();
        while shown.len() < self.size
            && let Some((_, entry)) = entries.next()
        {
            shown.push(show(entry));
        }

        let mut fields = Fields::new();
        fields.insert(name.to_owned(), shown.into());
        let next = entries.peek().map(|(number, _)| *number);
        if let Some(number) = next {
            fields.insert("NextMarker".to_owned(), marker(call, number).into());
        }
        fields.insert("Truncated".to_owned(), next.is_some().into());
        fields
    }
}

/// A marker is good for its operation only, and opaque for clients.
fn marker(call: &Call<'_>, number: u64) -> String {
    STANDARD.encode(format!("{}:{number}", call.operation))
}

fn read_marker(call: &Call<'_>, marker: &str) -> Option<u64> {
    let text = String::from_utf8(STANDARD.decode(marker).ok()?).ok()?;
    let (operation, number) = text.split_once(':')?;
    if operation == call.operation.name() { number.parse().ok() } else { None }
}
