//! Finding keys whose making was never answered, so that no run leaves a key that nobody knows of.

use std::collections::HashSet;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::Shared;
use super::binding::{Context, KeyBinding};
use super::pages::Pages;
use super::walker::Walker;
use crate::event::Purpose;
use crate::suite::case::Case;
use crate::suite::field_path::text_of;
use crate::suite::name::KeyName;
use crate::suite::service::Sweep;

/// The most keys that are looked at, and how many of them may give no answer before the rest is left.
const MOST_KEYS: usize = 10_000;
const MOST_UNANSWERED: usize = 10;

/// The longest id that is taken for one, in bytes.
const LONGEST_ID: usize = 1_000;

/// Removes keys with the run's mark that no case has noted; what was found or failed, a line each. `case` is one that
/// was asked: its name is in the ledger's lines.
pub(super) async fn sweep(shared: &Shared, case: &Case) -> Vec<String> {
    let mut walker =
        Walker::new(shared, case, shared.options.mark.clone(), fastrand::Rng::new(), CancellationToken::new());
    let Some(how) = &shared.suite.service.sweep else {
        return vec!["keys whose making was not answered can't be looked for in this service".to_owned()];
    };
    let (ids, not_all) = listed(&mut walker, how).await;
    let known: HashSet<String> = shared.noted.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let not_all = not_all.map(|why| format!("not all keys whose making was not answered could be looked for: {why}"));
    let mut told: Vec<String> = not_all.into_iter().collect();
    let mut found = 0_u32;
    let mut unanswered = 0;
    for id in ids.into_iter().filter(|id| !known.contains(id)) {
        if unanswered == MOST_UNANSWERED {
            told.push("further keys whose making was not answered were not looked for".to_owned());
            break;
        }
        match marked(&mut walker, how, &id).await {
            Ok(false) => {}
            Ok(true) => {
                shared.keys_created.fetch_add(1, Ordering::Relaxed);
                match walker.remove_key(&KeyName::subject()).await {
                    Ok(()) => found += 1,
                    Err(reason) => {
                        shared.keys_left.fetch_add(1, Ordering::Relaxed);
                        told.push(format!("key {id}, whose making was never answered, was left behind: {reason}"));
                    }
                }
            }
            Err(reason) => {
                unanswered += 1;
                told.push(format!("whether key {id} is of this run could not be found out: {reason}"));
            }
        }
    }
    if found > 0 {
        let keys = if found == 1 { "1 key was".to_owned() } else { format!("{found} keys were") };
        told.push(format!("{keys} found and removed whose making was never answered"));
    }
    walker.hand_in();
    told
}

/// The ids of all keys, or of some and why those are not all.
async fn listed(walker: &mut Walker<'_>, sweep: &Sweep) -> (Vec<String>, Option<String>) {
    let mut ids = Vec::new();
    let read = read_list(walker, sweep, &mut ids).await;
    (ids, read.err())
}

async fn read_list(walker: &mut Walker<'_>, sweep: &Sweep, ids: &mut Vec<String>) -> Result<(), String> {
    let service = &walker.shared.suite.service;
    let Some(request) = service.requests.get(&sweep.operation) else {
        return Err(format!("no request is known for {}", sweep.operation));
    };
    let parameters = walker.parameters(request, Context::on(&KeyName::subject())).map_err(|finding| finding.reason)?;
    let mut pages = Pages::new(&sweep.operation, Purpose::CleanUp, parameters.clone());
    let reply = walker.send(Purpose::CleanUp, &sweep.operation, &parameters).await.map_err(|finding| finding.reason)?;
    if let Some(code) = &reply.answer.code {
        return Err(format!("{} answered {code}", sweep.operation));
    }
    let mut answer = reply.answer.fields;
    loop {
        let entries = sweep.list.find(&answer).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let found = entries.iter().filter_map(|entry| sweep.id.find(entry)).map(text_of);
        ids.extend(found.filter(|id| id.len() <= LONGEST_ID));
        if ids.len() > MOST_KEYS {
            ids.truncate(MOST_KEYS);
            return Err(format!("the account has more than {MOST_KEYS} keys"));
        }
        match walker.next_page(&mut pages, &answer, entries.len()).await.map_err(|finding| finding.reason)? {
            Some(next) => answer = next,
            None => return Ok(()),
        }
    }
}

/// Whether a key carries the mark of the run. It is the subject of the walker afterwards.
async fn marked(walker: &mut Walker<'_>, sweep: &Sweep, id: &str) -> Result<bool, String> {
    let service = &walker.shared.suite.service;
    let subject = KeyName::subject();
    let mut key = KeyBinding::new(walker.bindings.class.clone(), None);
    key.captures.insert("id".to_owned(), id.to_owned());
    walker.bindings.keys.insert(subject.clone(), key);
    let reply = walker.default_call(Purpose::CleanUp, &service.witnesses.describe, Context::on(&subject)).await;
    let reply = reply.map_err(|finding| finding.reason)?;
    let text = sweep.mark.find(&reply.answer.fields).map(text_of);
    Ok(text.is_some_and(|text| text == walker.shared.options.mark))
}
