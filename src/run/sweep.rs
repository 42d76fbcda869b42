//! FailureText keys whose making was never answered, so that no run leaves a key that nobody knows of.

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::RunContext;
use super::bindings::{Bindings, Context, KeyBinding};
use super::failure::Failure;
use super::inventory::{Inventory, Leak, REMOVAL_ATTEMPTS};
use super::pages::Pages;
use super::requester::{Request, Requester};
use crate::event::Purpose;
use crate::suite::case::Case;
use crate::suite::field_path::text_of;
use crate::suite::name::{ClassName, KeyName};
use crate::suite::service::Sweep;

/// The most keys that are looked at, and how many of them may give no response before the rest is left.
const MOST_KEYS: usize = 10_000;
const MOST_UNANSWERED: usize = 10;

/// The longest id that is taken for one, in bytes.
const LONGEST_ID: usize = 1_000;

/// What a sweep came to.
#[derive(Debug, Default)]
pub(super) struct Swept {
    /// What a person should know.
    pub(super) notices: Vec<String>,
    /// What stays, or may stay.
    pub(super) leaks: Vec<Leak>,
}

/// Removes keys with the run's mark that no case knows of. `case` is one that was run: its name is in the ledger's lines.
pub(super) async fn sweep(run: &RunContext, case: &Case) -> Swept {
    let mut swept = Swept::default();
    let unknown = |what: String| Leak {
        what: "keys whose making was not answered".to_owned(),
        case: String::new(),
        reason: what,
    };
    let Some(how) = &run.suite.service.sweep else {
        swept.leaks.push(unknown("they can't be looked for in this service".to_owned()));
        return swept;
    };

    let mut requester = requester(run, CancellationToken::new());
    let inventory = Inventory::new(run, case);

    let mut ids = Vec::new();
    if let Err(why) = read_list(run, &mut requester, how, &mut ids).await {
        swept.leaks.push(unknown(format!("not all of them could be looked for: {why}")));
    }
    let known = run.key_counts.ids();
    let mut found = 0_u32;
    let mut unanswered = 0;
    for id in ids.into_iter().filter(|id| !known.contains(id)) {
        if unanswered == MOST_UNANSWERED {
            swept.leaks.push(unknown("further ones were not looked for".to_owned()));
            break;
        }
        let what = format!("key {id}");
        // A key that is left behind costs more than a few requests.
        let mut marked = is_marked(run, &mut requester, how, &id).await;
        for _ in 1..REMOVAL_ATTEMPTS {
            let again = marked.as_ref().is_err_and(|failure| failure.repeated.is_none());
            if !again {
                break;
            }
            marked = is_marked(run, &mut requester, how, &id).await;
        }
        match marked {
            Ok(false) => {}
            Ok(true) => {
                run.key_counts.key_found();
                match inventory.remove_key(&mut requester, &KeyName::subject()).await {
                    Ok(()) => found += 1,
                    Err(reason) => {
                        run.key_counts.key_left();
                        let reason = format!("its making was never answered; {reason}");
                        swept.leaks.push(Leak { what, case: String::new(), reason });
                    }
                }
            }
            Err(failure) => {
                unanswered += 1;
                let reason = format!("whether it is of this run could not be found out: {}", failure.reason);
                swept.leaks.push(Leak { what, case: String::new(), reason });
            }
        }
    }
    if found > 0 {
        let keys = if found == 1 { "1 key was".to_owned() } else { format!("{found} keys were") };
        swept.notices.push(format!("{keys} found and removed whose making was never answered"));
    }
    requester.hand_in();
    swept
}

/// Whether the service responds well to a request for the list of keys, which needs no key and changes nothing.
pub(super) async fn lists_keys(run: &RunContext, stop: &CancellationToken) -> bool {
    let Some(how) = &run.suite.service.sweep else { return false };
    let subject = KeyName::subject();
    let mut requester = requester(run, stop.clone());
    requester.send_default(Purpose::Teardown, &how.operation, Context::on(&subject)).await.is_ok()
}

/// Whether a key can be made, and what could not be removed of it.
#[derive(Debug)]
pub(super) struct KeyMade {
    pub(super) well: bool,
    pub(super) leaks: Vec<Leak>,
}

/// Makes a key for a case and removes it, only to see whether the service responds well.
pub(super) async fn makes_key(run: &RunContext, case: &Case, stop: &CancellationToken) -> KeyMade {
    let mut requester = requester(run, stop.clone());
    let mut inventory = Inventory::new(run, case);
    let class = requester.bindings().class.clone();

    let made = inventory.make_key(&mut requester, &KeyName::subject(), &class).await;
    let leaks = inventory.tear_down(&mut requester).await;
    requester.hand_in();
    KeyMade { well: made.is_ok(), leaks }
}

/// Sends requests that belong to no case.
fn requester(run: &RunContext, stop: CancellationToken) -> Requester<'_> {
    let class = run.suite.service.classes.keys().next().cloned().unwrap_or_else(|| ClassName::from(""));
    let secrets = run.client.secrets().clone();
    let mark = &run.options.mark;
    let bindings = Bindings::new(class, None, mark, mark.clone(), fastrand::Rng::new(), secrets);
    Requester::new(run, bindings, stop)
}

/// Reads the ids of all keys; of some, and why those are not all.
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
    let request = Request { purpose: Purpose::Teardown, operation, parameters: &parameters, on: &subject };
    let response = requester.send(request).await.map_err(|failure| failure.reason)?;
    if let Some(code) = &response.content.code {
        return Err(format!("{operation} responded {code}"));
    }

    let mut answer = response.content.fields;
    loop {
        let Some(entries) = sweep.list.find(&answer).and_then(Value::as_array) else {
            return Err(format!("{} of {operation} is not a list", sweep.list));
        };
        let found = entries.iter().filter_map(|entry| sweep.id.find(entry)).map(text_of);
        ids.extend(found.filter(|id| id.len() <= LONGEST_ID));
        if ids.len() > MOST_KEYS {
            ids.truncate(MOST_KEYS);
            return Err(format!("the account has more than {MOST_KEYS} keys"));
        }
        let entries = entries.len();
        match pages.next(run, requester, &answer, entries).await.map_err(|failure| failure.reason)? {
            Some(next) => answer = next,
            None => return Ok(()),
        }
    }
}

/// Whether a key carries the mark of the run. It is the subject of the requester afterwards.
async fn is_marked(run: &RunContext, requester: &mut Requester<'_>, sweep: &Sweep, id: &str) -> Result<bool, Failure> {
    let subject = KeyName::subject();
    let mut key = KeyBinding::new(requester.class_of(&subject), None);
    key.captures.insert("id".to_owned(), id.to_owned());
    requester.bindings_mut().keys.insert(subject.clone(), key);
    let describe = &run.suite.service.observation.describe;
    let response = requester.send_default(Purpose::Teardown, describe, Context::on(&subject)).await?;
    let text = sweep.mark.find(&response.content.fields).map(text_of);
    Ok(text.is_some_and(|text| text == run.options.mark))
}
