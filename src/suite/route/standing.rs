//! A key that was in use before, and where a case needs it.

use std::collections::BTreeSet;

use super::{Need, Position};
use crate::suite::name::State;

/// So many states of a key's past are remembered; no route in a case file passes as many.
const LONGEST_TRAIL: usize = 12;

/// A key that is in use: where it is, and what of its past counts for a case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Standing {
    /// Where it is.
    pub position: Position,
    /// What it has ever had: a key that lost its material is another than one that never had any.
    pub had: BTreeSet<String>,
    /// The states that it was brought to, the present one last.
    pub trail: Vec<State>,
}

impl Standing {
    /// A new key.
    pub fn new(position: Position) -> Self {
        Self { had: position.has.clone(), trail: vec![position.state.clone()], position }
    }

    /// Notes where the key is after a call, and says whether that moved it: one that left it where it was is not a part of
    /// its past.
    pub fn move_to(&mut self, position: &Position) -> bool {
        if self.position == *position {
            return false;
        }
        self.had.extend(position.has.iter().cloned());
        self.trail.push(position.state.clone());
        if self.trail.len() > LONGEST_TRAIL {
            self.trail.remove(0);
        }
        self.position = position.clone();
        true
    }

    /// Notes where the key is, when it is not certain how it came there.
    pub fn found_at(&mut self, position: &Position) {
        self.had.extend(position.has.iter().cloned());
        self.trail = vec![position.state.clone()];
        self.position = position.clone();
    }

    /// Whether the key is where a case needs it, by the way that it names; fixtures apart.
    pub fn is_at(&self, need: &Need) -> bool {
        let had = need.had.as_ref().is_none_or(|had| self.had == *had);
        let come = need.recent.as_ref().is_none_or(|recent| self.has_come_by(recent.places()));
        had && self.position == need.position && come
    }

    /// Whether the key may still become one that a case needs: what it has had it can never have had not.
    pub fn may_serve(&self, need: &Need) -> bool {
        need.had.as_ref().is_none_or(|had| self.had.is_subset(had))
    }

    /// Whether the key has been at these places last, one after the other.
    pub(super) fn has_come_by(&self, places: &[Position]) -> bool {
        let states = places.iter().rev().map(|place| &place.state);
        places.len() <= self.trail.len() && states.zip(self.trail.iter().rev()).all(|(wanted, own)| wanted == own)
    }
}
