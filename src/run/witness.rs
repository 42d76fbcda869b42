//! Finding out the state of a key by several witnesses, since any one of them may be the one that lies.
//!
//! One witness describes the key; the others are operations that the table lets answer differently in each state. When
//! the describing one and the first behaving one agree, that is enough. When they don't, the others are asked too, and
//! the majority counts. So a single wrong cell of the endpoint never makes another cell look wrong.

use serde_json::Value;
use tokio::time::sleep;

use super::binding::Context;
use super::finding::Finding;
use super::walker::Walker;
use crate::event::Purpose;
use crate::suite::field_path::text_of;
use crate::suite::name::{Code, KeyName, OperationName, State};

/// How much of the name of a state is shown, in characters.
const LONGEST_STATE: usize = 60;

/// What the witnesses say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Testimony {
    /// The key is in the expected state.
    Holds,
    /// It is in another one, or gone; what each witness says.
    Otherwise(String),
    /// The witnesses contradict each other; what each says.
    Unclear(String),
}

/// What was seen of a key at one time.
#[derive(Debug)]
pub(super) struct Observation {
    pub(super) testimony: Testimony,
    /// The description, if it names the expected state.
    pub(super) described: Option<Value>,
    /// Whether a description came that names another state: it may be late.
    late: bool,
}

/// One witness's answer: the states that it fits, or none if it says nothing about the state.
struct Vote {
    witness: OperationName,
    says: String,
    states: Option<Vec<State>>,
    /// Whether the answer is that there is no such key.
    gone: bool,
}

impl Walker<'_> {
    /// Waits until a key is in a state, by as many confirmations in a row as are wanted, within the deadline.
    pub(super) async fn settle(
        &mut self,
        purpose: Purpose,
        key: &KeyName,
        expected: &State,
    ) -> Result<Observation, Finding> {
        let confirmations = self.shared.options.settle.confirmations;
        let mut patience = self.shared.options.settle.patience();
        let mut confirmed = 0;
        loop {
            let seen = self.observe(purpose, key, expected).await?;
            let good = seen.testimony == Testimony::Holds && !seen.late;
            confirmed = if good { confirmed + 1 } else { 0 };
            if confirmed >= confirmations || (!good && patience.ends()) {
                return Ok(seen);
            }
            tokio::select! {
                () = self.stop.cancelled() => return Ok(seen),
                () = sleep(patience.pause()) => {}
            }
        }
    }

    async fn observe(&mut self, purpose: Purpose, key: &KeyName, expected: &State) -> Result<Observation, Finding> {
        let witnesses = self.shared.suite.service.witnesses.clone();
        let described = self.describe(purpose, key).await?;
        let late = described.vote.states.as_ref().is_some_and(|states| !states.contains(expected));
        let description = described.answer.filter(|_| described.vote.states.is_some() && !late);
        let mut votes = vec![described.vote];
        for (index, operation) in witnesses.behaviour.iter().enumerate() {
            let agreed = votes.iter().all(|vote| vote.states.as_ref().is_some_and(|states| states.contains(expected)));
            if index > 0 && agreed {
                break;
            }
            votes.push(self.behave(purpose, key, operation).await?);
        }
        let cast: Vec<Option<&[State]>> = votes.iter().map(|vote| vote.states.as_deref()).collect();
        let gone = votes.iter().all(|vote| vote.gone);
        let says = || votes.iter().map(|vote| format!("{} {}", vote.witness, vote.says)).collect::<Vec<_>>().join(", ");
        let testimony = match decide(&cast, expected) {
            // No state fits, but all agree.
            Decision::Unclear if gone => Testimony::Otherwise(says()),
            Decision::Holds => Testimony::Holds,
            Decision::Otherwise => Testimony::Otherwise(says()),
            Decision::Unclear => Testimony::Unclear(says()),
        };
        Ok(Observation { testimony, described: description, late })
    }

    async fn describe(&mut self, purpose: Purpose, key: &KeyName) -> Result<Described, Finding> {
        let witnesses = self.shared.suite.service.witnesses.clone();
        let operation = witnesses.describe;
        let reply = self.default_call(purpose, &operation, Context::on(key)).await?;
        let gone = self.is_gone(reply.answer.code.as_deref());
        let (says, states, answer) = match &reply.answer.code {
            Some(code) => (format!("answers {code}"), None, None),
            None => match witnesses.state.find(&reply.answer.fields).map(text_of) {
                None => (format!("names no {}", witnesses.state), None, None),
                Some(text) => {
                    let state = State::from(text.as_str());
                    let known = self.shared.suite.service.states.contains(&state);
                    (
                        format!("says {}", self.brief(&text, LONGEST_STATE)),
                        known.then(|| vec![state]),
                        Some(reply.answer.fields),
                    )
                }
            },
        };
        Ok(Described { vote: Vote { witness: operation, says, states, gone }, answer })
    }

    async fn behave(&mut self, purpose: Purpose, key: &KeyName, operation: &OperationName) -> Result<Vote, Finding> {
        let reply = self.default_call(purpose, operation, Context::on(key)).await?;
        let code = reply.answer.code.as_deref().unwrap_or(Code::SUCCESS);
        let fits = self.shared.suite.row(operation).map(|row| {
            let cells = row
                .cells
                .iter()
                .filter(|(_, cell)| cell.expect.outcomes.iter().any(|expected| self.same_code(&expected.code, code)));
            cells.map(|(state, _)| state.clone()).collect::<Vec<_>>()
        });
        let states = fits.filter(|states| !states.is_empty());
        let gone = self.is_gone(reply.answer.code.as_deref());
        Ok(Vote { witness: operation.clone(), says: format!("answers {code}"), states, gone })
    }

    /// Whether a code means that there is no such key any more.
    fn is_gone(&self, code: Option<&str>) -> bool {
        let gone = &self.shared.suite.service.remove.gone;
        code.is_some_and(|code| gone.iter().any(|known| self.same_code(known, code)))
    }
}

struct Described {
    vote: Vote,
    answer: Option<Value>,
}

#[derive(Debug, PartialEq, Eq)]
enum Decision {
    Holds,
    Otherwise,
    Unclear,
}

/// The majority of the votes that were cast. A lone vote counts too.
fn decide(votes: &[Option<&[State]>], expected: &State) -> Decision {
    let cast: Vec<&[State]> = votes.iter().flatten().copied().collect();
    let support = |state: &State| cast.iter().filter(|states| states.contains(state)).count();
    let expected_support = support(expected);
    let others = cast.iter().flat_map(|states| states.iter()).filter(|state| *state != expected);
    let other_support = others.map(support).max().unwrap_or(0);
    if expected_support > other_support || (expected_support > 0 && expected_support == cast.len()) {
        Decision::Holds
    } else if other_support > expected_support && (other_support > 1 || cast.len() == 1) {
        Decision::Otherwise
    } else {
        Decision::Unclear
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decision(votes: &[&str]) -> Decision {
        let votes: Vec<Option<Vec<State>>> =
            votes.iter().map(|text| (!text.is_empty()).then(|| text.split('|').map(State::from).collect())).collect();
        let votes: Vec<Option<&[State]>> = votes.iter().map(Option::as_deref).collect();
        decide(&votes, &State::from("Disabled"))
    }

    #[test]
    fn the_majority_counts_and_silence_is_no_vote() {
        for (votes, decided) in [
            (&["Disabled", "Disabled"][..], Decision::Holds),
            (&["Disabled", "Enabled", "Disabled"], Decision::Holds),
            (&["", "Disabled", "Disabled"], Decision::Holds),
            (&["Disabled", "", ""], Decision::Holds),
            (&["Disabled", "Enabled", "Enabled"], Decision::Otherwise),
            (&["Enabled", "Enabled", "Enabled"], Decision::Otherwise),
            (&["Enabled", "", ""], Decision::Otherwise),
            (&["Disabled", "Enabled", ""], Decision::Unclear),
            (&["Disabled|Enabled", "Disabled", "Enabled"], Decision::Unclear),
            (&["Enabled", "PendingImport", ""], Decision::Unclear),
            (&["", "", ""], Decision::Unclear),
        ] {
            assert_eq!(decision(votes), decided, "{votes:?}");
        }
    }

    #[test]
    fn a_vote_for_several_states_counts_for_each() {
        assert_eq!(decision(&["Disabled", "Disabled|PendingDeletion"]), Decision::Holds);
        assert_eq!(decision(&["PendingDeletion", "Disabled|PendingDeletion", "PendingDeletion"]), Decision::Otherwise);
        assert_eq!(decision(&["Disabled|PendingDeletion", "Disabled|PendingDeletion"]), Decision::Holds);
    }
}
