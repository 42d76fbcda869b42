//! Finds keys whose creation got no usable response, so that no run leaves a key that nobody knows of.

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::RunContext;
use super::bindings::{Bindings, Context, KeyBinding};
use super::failure::Failure;
use super::inventory::{Inventory, note_in_ledger};
use super::leak::Leak;
use super::pages::Pages;
use super::requester::{Request, Requester};
use super::teardown::{REMOVAL_ATTEMPTS, Teardown};
use crate::event::Purpose;
use crate::ledger::LedgerEntry;
use crate::provider::ErrorClass;
use crate::suite::case::Case;
use crate::suite::field_path::text_of;
use crate::suite::name::{ClassName, KeyName};
use crate::suite::service::Sweep;
use crate::verdict::Kind;

/// The most keys that are examined.
const MOST_KEYS: usize = 10_000;

/// After so many keys that can't be examined, the rest is not tried.
const MOST_FAILURES: usize = 10;

/// The longest text that is taken for an id, in bytes.
const LONGEST_ID: usize = 1_000;

/// The result of a sweep.
#[derive(Debug, Default)]
pub(super) struct Swept {
    /// What a person should know.
    pub(super) notices: Vec<String>,
    /// What is left behind, or may be.
    pub(super) leaks: Vec<Leak>,
}

/// Removes keys that carry the run's mark and that no case made. `case` is one that was run: the ledger names it.
pub(super) async fn sweep(run: &RunContext, case: &Case) -> Swept {
    let mut swept = Swept::default();
    let Some(how) = &run.suite.service.sweep else {
        swept.leaks.push(unknown_keys("they can't be looked for in this service"));
        return swept;
    };

    let mut requester = requester(run, CancellationToken::new());
    let mut ids = Vec::new();
    if let Err(why) = read_list(run, &mut requester, how, &mut ids).await {
        swept.leaks.push(unknown_keys(&format!("not all of them could be looked for: {why}")));
    }

    // Keys of this run whose ids are known are removed by the teardown of their cases.
    let known = run.key_counts.ids();
    let teardown = Teardown::new(run, case);
    let (mut found, mut removed) = (0_u64, 0_u32);
    let mut failures = 0;
    for id in ids.into_iter().filter(|id| !known.contains(id)) {
        // An endpoint that describes none of its keys would keep the run busy for hours.
        if failures == MOST_FAILURES {
            swept.leaks.push(unknown_keys("further ones were not looked for"));
            break;
        }

        let leak = |reason: String| Leak { what: format!("key {id}"), case: String::new(), reason };
        match is_marked_with_retries(run, &mut requester, how, &id).await {
            Ok(false) => {}
            Ok(true) => {
                found += 1;
                run.key_counts.key_found();
                run.holdings.key_made(&id, "");
                match teardown.remove_key(&mut requester, &KeyName::subject(), None).await {
                    Ok(()) => removed += 1,
                    Err(reason) => swept.leaks.push(leak(format!("its creation got no usable response; {reason}"))),
                }
            }
            Err(failure) => {
                failures += 1;
                let reason = format!("it is not known whether this run made it: {}", failure.reason);
                swept.leaks.push(leak(reason));
            }
        }
    }

    if removed > 0 {
        let keys = if removed == 1 { "1 key".to_owned() } else { format!("{removed} keys") };
        swept.notices.push(format!("{keys} whose creation got no usable response: found and removed"));
    }
    let missing = run.key_counts.unconfirmed().saturating_sub(found);
    if run.options.account && missing > 0 {
        // A list may be late. What is not noted as settled, a later sweep looks for.
        swept.notices.push(format!(
            "keys whose creation got no usable response and that are not listed yet: {missing}, if they were made; `sweep` looks for them \
             again"
        ));
    } else if swept.leaks.is_empty() {
        // All that this leaves undone is one more look at a later sweep.
        let _ = note_in_ledger(run, case, LedgerEntry::Settled, None, &how.operation, None);
    }
    requester.hand_in();
    swept
}

/// A leak of keys whose ids are not known.
pub(super) fn unknown_keys(reason: &str) -> Leak {
    let what = "keys whose creation got no usable response".to_owned();
    Leak { what, case: String::new(), reason: reason.to_owned() }
}

/// Whether a key carries the mark of the run. Several attempts are made: a key that is left behind costs more than a few
/// requests.
async fn is_marked_with_retries(
    run: &RunContext,
    requester: &mut Requester<'_>,
    sweep: &Sweep,
    id: &str,
) -> Result<bool, Failure> {
    let mut marked = is_marked(run, requester, sweep, id).await;
    for _ in 1..REMOVAL_ATTEMPTS {
        // The same unusable response each time will not change.
        if !marked.as_ref().is_err_and(|failure| failure.repeated.is_none()) {
            break;
        }
        marked = is_marked(run, requester, sweep, id).await;
    }
    marked
}

/// Whether the service responds well to a request for the list of keys, which needs no key and changes nothing.
pub(super) async fn lists_keys(run: &RunContext, stop: &CancellationToken) -> bool {
    let Some(how) = &run.suite.service.sweep else { return false };
    let subject = KeyName::subject();
    let mut requester = requester(run, stop.clone());
    requester.send_default(Purpose::Teardown, &how.operation, Context::on(&subject)).await.is_ok()
}

/// Whether a key could be made, and what could not be removed again.
#[derive(Debug)]
pub(super) struct KeyTrial {
    pub(super) succeeded: bool,
    pub(super) leaks: Vec<Leak>,
}

/// Makes a key for a case and removes it, only to find out whether the service responds well.
pub(super) async fn try_to_make_key(run: &RunContext, case: &Case, stop: &CancellationToken) -> KeyTrial {
    let mut requester = requester(run, stop.clone());
    let mut inventory = Inventory::new(run, case);
    let class = requester.bindings().class.clone();

    let made = inventory.make_key(&mut requester, &KeyName::subject(), &class).await;
    let leaks = Teardown::new(run, case).remove_all(&mut requester, &mut inventory).await;
    requester.hand_in();
    KeyTrial { succeeded: made.is_ok(), leaks }
}

/// A requester for requests that belong to no case.
pub(super) fn requester(run: &RunContext, stop: CancellationToken) -> Requester<'_> {
    // Some templates name a class, and any will do.
    let class = run.suite.service.classes.keys().next().cloned().unwrap_or_else(|| ClassName::from(""));
    let secrets = run.client.secrets().clone();
    let mark = run.written_mark();
    let bindings = Bindings::new(class, None, &mark, mark.clone(), fastrand::Rng::new(), secrets);
    let bindings = bindings.with_clock_form(run.clock_form());
    Requester::new(run, "sweep".to_owned(), bindings, stop)
}

/// Reads the ids of all keys into `ids`. On an error, those that were read before it are there.
async fn read_list(
    run: &RunContext,
    requester: &mut Requester<'_>,
    sweep: &Sweep,
    ids: &mut Vec<String>,
) -> Result<(), String> {
    let subject = KeyName::subject();
    let operation = &sweep.operation;
    let parameters =
        requester.default_parameters(operation, Context::on(&subject)).map_err(|failure| failure.reason)?;
    let mut pages = Pages::new(operation, Purpose::Teardown, parameters.clone());

    let request =
        Request { purpose: Purpose::Teardown, operation, parameters: &parameters, on: &subject, region: None };
    let response = requester.send(request).await.map_err(|failure| failure.reason)?;
    if let Some(code) = &response.content.code {
        return Err(format!("{operation} responded {code}"));
    }

    let mut fields = response.content.fields;
    loop {
        let Some(entries) = sweep.list.find(&fields).and_then(Value::as_array) else {
            return Err(format!("{} of {operation} is not a list", sweep.list));
        };
        let found = entries.iter().filter_map(|entry| sweep.id.find(entry)).map(text_of);
        ids.extend(found.filter(|id| id.len() <= LONGEST_ID));
        if ids.len() > MOST_KEYS {
            ids.truncate(MOST_KEYS);
            return Err(format!("the account has more than {MOST_KEYS} keys"));
        }

        let next = pages.next(run, requester, &fields, entries).await;
        match next.map_err(|unread| unread.failure.reason)? {
            Some(next) => fields = next,
            None => return Ok(()),
        }
    }
}

/// Whether a key carries the mark of the run. The key is the requester's subject afterwards.
async fn is_marked(run: &RunContext, requester: &mut Requester<'_>, sweep: &Sweep, id: &str) -> Result<bool, Failure> {
    let subject = KeyName::subject();
    let mut key = KeyBinding::new(requester.class_of(&subject), None);
    key.captures.insert("id".to_owned(), id.to_owned());
    requester.bindings_mut().keys.insert(subject.clone(), key);

    let describe = &run.suite.service.observation.describe;
    let response = requester.send_default(Purpose::Teardown, describe, Context::on(&subject)).await?;
    if let Some(code) = response.content.code.filter(|_| response.class != Some(ErrorClass::NotFound)) {
        let reason = format!("{describe} responded {code} ({})", response.content.status);
        return Err(Failure::inconclusive(Kind::Fixture, reason));
    }
    let text = sweep.mark.find(&response.content.fields).map(text_of);
    Ok(text.is_some_and(|text| text == run.options.mark))
}
