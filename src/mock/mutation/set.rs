//! The deviations of a running mock.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};

use super::AnswerFault;
use super::CellDeviation;
use super::DeviantAnswer;
use super::Deviation;
use super::Effect;
use super::GeneralFault;
use super::StateEffect;
use crate::mock::alibaba::service::key::Key;
use crate::mock::alibaba::service::operation::Operation;
use crate::mock::alibaba::service::state::KeyState;

/// The deviations of a mock, which can be replaced while it runs. A mock without any pays one atomic read a question.
#[derive(Debug)]
pub(crate) struct Deviations {
    any: AtomicBool,
    all: RwLock<Vec<Deviation>>,
}

impl Deviations {
    pub(crate) fn new(deviations: Vec<Deviation>) -> Self {
        Self { any: AtomicBool::new(!deviations.is_empty()), all: RwLock::new(deviations) }
    }

    pub(crate) fn replace(&self, deviations: Vec<Deviation>) {
        let mut all = self.all.write().unwrap_or_else(PoisonError::into_inner);
        self.any.store(!deviations.is_empty(), Ordering::Release);
        *all = deviations;
    }

    pub(crate) fn all(&self) -> Vec<Deviation> {
        self.all.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn is_empty(&self) -> bool {
        !self.any.load(Ordering::Acquire)
    }

    fn find<T>(&self, fits: impl Fn(&Deviation) -> Option<T>) -> Option<T> {
        if self.is_empty() {
            return None;
        }
        self.all.read().unwrap_or_else(PoisonError::into_inner).iter().find_map(fits)
    }

    /// What is answered in the cell that a call on this key is in, if it deviates.
    pub(crate) fn of_key(&self, operation: Operation, key: &Key) -> Option<DeviantAnswer> {
        self.of_cell(|cell| cell.is_met(operation, key))
    }

    /// The same for an operation without a subject, when the account holds a key in this state.
    pub(crate) fn of_state(&self, operation: Operation, state: KeyState) -> Option<DeviantAnswer> {
        self.of_cell(|cell| cell.operation == operation && cell.state == state)
    }

    fn of_cell(&self, is_met: impl Fn(&CellDeviation) -> bool) -> Option<DeviantAnswer> {
        self.find(|deviation| match deviation {
            Deviation::Cell(cell) if is_met(cell) => Some(cell.answer.clone()),
            _ => None,
        })
    }

    pub(crate) fn has(&self, effect: Effect) -> bool {
        self.find(|deviation| (*deviation == Deviation::Effect(effect)).then_some(())).is_some()
    }

    pub(crate) fn has_in_state(&self, effect: StateEffect, state: KeyState) -> bool {
        self.find(|deviation| (*deviation == Deviation::InState(effect, state)).then_some(())).is_some()
    }

    /// What is wrong with the form of all answers.
    pub(crate) fn general_faults(&self) -> Vec<GeneralFault> {
        if self.is_empty() {
            return Vec::new();
        }
        let all = self.all.read().unwrap_or_else(PoisonError::into_inner);
        let general = all.iter().filter_map(|deviation| match deviation {
            Deviation::Answers(fault) => Some(*fault),
            _ => None,
        });
        general.collect()
    }

    /// What is wrong with the form of an operation's answers.
    pub(crate) fn faults(&self, operation: Operation) -> (Vec<AnswerFault>, Vec<GeneralFault>) {
        let (mut own, mut general) = (Vec::new(), Vec::new());
        if self.is_empty() {
            return (own, general);
        }
        for deviation in self.all.read().unwrap_or_else(PoisonError::into_inner).iter() {
            match deviation {
                Deviation::Answer(of, fault) if *of == operation => own.push(*fault),
                Deviation::Answers(fault) => general.push(*fault),
                _ => {}
            }
        }
        (own, general)
    }
}
