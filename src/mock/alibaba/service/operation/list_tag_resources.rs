//! ListTagResources: tags with the resources that have them, by the creation of the resource and the name of the tag.
//!
//! Without a resource it lists those of all. With tags it lists only resources that have every one of them, and of each
//! resource only these tags; the help page does not say whether that is meant.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::Definition;
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::call::{Call, KeyReference};
use crate::mock::alibaba::service::key::Key;
use crate::mock::alibaba::service::rejection::Rejection;
use crate::mock::alibaba::service::resources::{check_type, find_keys, read_ids, read_tags};
use crate::mock::alibaba::service::state::Rule;
use crate::mock::host::response::{Fields, fields};

pub(super) const DEFINITION: Definition = Definition {
    parameters: &["RegionId", "ResourceType", "ResourceId.N", "Tag.N.Key", "Tag.N.Value", "NextToken"],
    rule: Rule::ALWAYS,
    run,
};

/// The most rows of a page.
const PAGE: usize = 200;

struct Request<'a> {
    keys: Vec<KeyReference<'a>>,
    tags: Vec<(&'a str, Option<&'a str>)>,
    after: Option<Place>,
}

/// The last row of a page: the number of its key and the name of its tag.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Place(u64, String);

impl Place {
    /// What a client sends to get the next page.
    fn token(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{} {}", self.0, self.1))
    }

    fn read(token: &str) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
        let (number, name) = text.split_once(' ')?;
        Some(Self(number.parse().ok()?, name.to_owned()))
    }
}

fn parse<'a>(call: &'a Call<'_>) -> Result<Request<'a>, Rejection> {
    check_type(call)?;
    let token = call.optional("NextToken");
    let after = token.map(|token| Place::read(token).ok_or_else(|| Rejection::invalid_parameter("NextToken")));
    Ok(Request { keys: read_ids(call)?, tags: read_tags(call)?, after: after.transpose()? })
}

impl Request<'_> {
    /// Whether a key has every tag that is named.
    fn fits(&self, key: &Key) -> bool {
        self.tags
            .iter()
            .all(|(name, value)| key.tags.get(*name).is_some_and(|held| value.is_none_or(|value| value == held)))
    }

    /// Whether a tag of such a key is listed.
    fn lists(&self, name: &str) -> bool {
        self.tags.is_empty() || self.tags.iter().any(|(named, _)| *named == name)
    }
}

fn run(call: &Call<'_>, account: &mut Account<'_>) -> Result<Fields, Rejection> {
    let request = parse(call)?;
    call.authorize()?;

    account.read(|keys| {
        let chosen =
            if request.keys.is_empty() { keys.keys().collect() } else { find_keys(call, keys, &request.keys)? };
        let fitting = chosen.into_iter().filter(|key| request.fits(key));
        let mut rows = fitting
            .flat_map(|key| key.tags.iter().map(move |(name, value)| (key, name, value)))
            .filter(|(_, name, _)| request.lists(name))
            .filter(|(key, name, _)| {
                request.after.as_ref().is_none_or(|after| *after < Place(key.number, (*name).clone()))
            })
            .peekable();

        let mut page = Vec::new();
        let mut last = None;
        while let Some((key, name, value)) = rows.next_if(|_| page.len() < PAGE) {
            page.push(json!({ "ResourceId": key.id, "ResourceType": "key", "TagKey": name, "TagValue": value }));
            last = Some(Place(key.number, name.clone()));
        }
        let next = last.filter(|_| rows.peek().is_some()).map(|last| last.token()).unwrap_or_default();
        Ok(fields([("TagResources", json!({ "TagResource": Value::Array(page) })), ("NextToken", next.into())]))
    })
}
