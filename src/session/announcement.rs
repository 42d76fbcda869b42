//! What a run is about to do, said before it is done.

use super::LiveTarget;
use crate::plan::Cost;

/// From so many characters on, both ends of an access key's id are shown.
const LONG_ID: usize = 12;

/// What a run is about to do, if its requests are signed with an access key that is not the example's.
pub(super) fn of(live: &LiveTarget, cost: Cost) -> Option<String> {
    let target = live.target();
    let kind = live.kind().filter(|_| !target.has_example_credentials())?;
    let Cost { requests, keys } = cost;
    let keys = if keys == 1 { "1 key".to_owned() } else { format!("{keys} keys") };
    Some(format!(
        "about to make {keys} with at least {requests} requests at {} ({}), region {}, signed with the access key {}",
        target.endpoint,
        kind.name(),
        target.region,
        shortened(&target.credentials.access_key_id)
    ))
}

/// Enough of an id to tell one's own access keys apart.
pub(crate) fn shortened(id: &str) -> String {
    let characters: Vec<char> = id.chars().collect();
    let part = |part: &[char]| part.iter().collect::<String>();
    if characters.len() >= LONG_ID {
        format!("{}…{}", part(&characters[..4]), part(&characters[characters.len() - 3..]))
    } else {
        format!("{}…", part(&characters[..characters.len().min(2)]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_access_key_is_recognised_and_not_shown() {
        assert_eq!(shortened("LTAI5tExampleKeyId"), "LTAI…yId");
        assert_eq!(shortened("mine"), "mi…");
        assert_eq!(shortened(""), "…");
    }
}
