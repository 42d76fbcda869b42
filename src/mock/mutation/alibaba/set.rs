//! The deviations of a running mock, as a layer around it.

use jiff::Timestamp;

use super::Deviation;
use super::gate::Gate;
use super::marks::Marks;
use super::material::provide;
use super::named::{Named, Part, TimeStep};
use super::step::{Outcome, Step};
use crate::mock::alibaba::access_key::AccessKey;
use crate::mock::alibaba::service::account::Account;
use crate::mock::alibaba::service::api::Operation;
use crate::mock::alibaba::service::call::Call;
use crate::mock::alibaba::service::key::Tenant;
use crate::mock::alibaba::service::layer::Layer;
use crate::mock::alibaba::wire::gateway::{Claim, Gateway, GatewayError};
use crate::mock::alibaba::wire::layer::{LayerConfig, LayerSettings, WireLayer};
use crate::mock::alibaba::wire::response::ResponseParts;
use crate::mock::host::cloud::DeviationError;
use crate::mock::host::identifier::Identifiers;
use crate::mock::mutation::replaceable::{Ranked, Replaceable, Set, read_all};
use crate::mock::mutation::step::{self, Wraps};
use crate::mock::store::TimeLayer;

/// The deviations of a mock, and what they remember.
#[derive(Debug)]
pub(super) struct Deviations {
    all: Replaceable<Deviation>,
    marks: Marks,
}

/// The settings of a layer: the deviations to begin with.
impl LayerSettings for Vec<Deviation> {
    fn build(&self) -> Box<dyn WireLayer> {
        Box::new(Deviations { all: Replaceable::new(self), marks: Marks::default() })
    }
}

impl From<Vec<Deviation>> for LayerConfig {
    fn from(deviations: Vec<Deviation>) -> Self {
        Self::new(deviations)
    }
}

impl FromIterator<Deviation> for LayerConfig {
    fn from_iter<I: IntoIterator<Item = Deviation>>(deviations: I) -> Self {
        deviations.into_iter().collect::<Vec<_>>().into()
    }
}

/// None, until some are set.
impl Default for LayerConfig {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl LayerConfig {
    /// The layer of deviations that are named.
    ///
    /// # Errors
    /// When a name is not one of a deviation.
    pub(crate) fn read(names: &[String]) -> Result<Self, DeviationError> {
        read_all::<Deviation>(names).map(Self::from).map_err(DeviationError::new)
    }
}

impl Set<Deviation> {
    fn named(&self) -> impl Iterator<Item = &'static Named> {
        self.sorted.iter().filter_map(|deviation| match deviation {
            Deviation::Named(named) => Some(*named),
            _ => None,
        })
    }

    fn gates(&self) -> impl Iterator<Item = Gate> {
        self.named().filter_map(|named| match named.part {
            Part::Gate(gate) => Some(gate),
            _ => None,
        })
    }
}

/// Forms are outermost, then what concerns all operations, and the table is innermost.
impl Ranked for Deviation {
    fn rank(&self) -> (u8, usize) {
        match self {
            Self::Response(..) => (0, 0),
            Self::Responses(_) => (1, 0),
            Self::Named(named) => (2, Named::all().position(|other| other == *named).unwrap_or_default()),
            Self::InState(..) => (3, 0),
            Self::Cell(_) => (4, 0),
        }
    }
}

impl Deviation {
    /// Whether it stands around calls of an operation.
    fn concerns(&self, operation: Operation) -> bool {
        match self {
            Self::Response(of, _) => *of == operation,
            Self::Responses(_) => true,
            Self::Named(Named { part: Part::Call(operations, _), .. }) => {
                // A deviation that names none is one of every operation.
                operations.is_empty() || operations.contains(&operation)
            }
            Self::Named(_) => false,
            Self::InState(effect, _) => effect.operation() == operation,
            Self::Cell(cell) => cell.operation == operation,
        }
    }
}

impl<'c> Wraps<Call<'c>, Marks> for Deviation {
    fn around(&self, step: &step::Step<'_, Call<'c>, Self, Marks>, account: &mut Account<'_>) -> Outcome {
        match self {
            Self::Response(_, fault) => fault.around(step, account),
            Self::Responses(fault) => step.run(account).map_err(|rejection| fault.change_rejection(rejection)),
            Self::Named(Named { part: Part::Call(_, wrap), .. }) => wrap(step, account),
            Self::Named(_) => step.run(account),
            Self::InState(effect, state) => effect.around(*state, step, account),
            Self::Cell(cell) => cell.around(step, account),
        }
    }
}

impl TimeLayer<Tenant> for Deviations {
    fn settle(&self, keys: &mut Tenant, now: Timestamp, identifiers: &Identifiers) {
        let set = self.all.set();
        let rules = set.named().filter_map(|named| match named.part {
            Part::Time(wrap) => Some(wrap),
            _ => None,
        });
        let rest: Vec<_> = rules.collect();
        TimeStep { now, identifiers, rest: &rest }.pass(keys);
    }
}

impl Layer for Deviations {
    fn call(&self, call: &Call<'_>, account: &mut Account<'_>) -> Outcome {
        let set = self.all.set();
        let concerned: Vec<&Deviation> = set.sorted.iter().filter(|one| one.concerns(call.operation)).collect();

        // One transaction: what a deviation takes back must not be seen in between.
        account.alone(|account| {
            let step = Step { call, marks: &self.marks, rest: &concerned };
            // A deviation may let a key be used in a state in which it has no material.
            provide(&step, account);
            step.run(account)
        })
    }
}

impl WireLayer for Deviations {
    fn is_idle(&self) -> bool {
        self.all.is_empty()
    }

    fn names(&self) -> Vec<String> {
        self.all.set().names()
    }

    fn set_names(&self, names: &[String]) -> Result<(), DeviationError> {
        let deviations = read_all(names).map_err(DeviationError::new)?;
        self.all.replace(deviations, || self.marks.clear());
        Ok(())
    }

    fn reset(&self) {
        self.all.reset(|| self.marks.clear());
    }

    fn admit<'g>(&self, gateway: &Gateway<'g>, claim: &Claim<'_>) -> Result<&'g AccessKey, GatewayError> {
        let set = self.all.set();
        let taking = |error: GatewayError| {
            let mut taken = set.gates().filter_map(|gate| match gate {
                Gate::Takes(takes) => takes(gateway, claim, &error),
                _ => None,
            });
            taken.next().ok_or(error)
        };

        // The gateway goes first: a deviation has a say only in what it rejects.
        let key = gateway.identify(claim).or_else(taking)?;

        match gateway.use_nonce(claim, key) {
            Err(GatewayError::NonceUsed) if set.gates().any(|gate| matches!(gate, Gate::TakesNonceAgain)) => Ok(key),
            noted => noted.map(|()| key),
        }
    }

    fn run_rejected<'g>(&self, gateway: &Gateway<'g>, error: &GatewayError) -> Option<&'g AccessKey> {
        let is_meant = |gate| matches!(gate, Gate::HasEffect(is_meant) if is_meant(error));
        // Nobody knows who has sent it, so it acts for the first access key.
        gateway.access_keys.first().filter(|_| self.all.set().gates().any(is_meant))
    }

    fn respond(&self, operation: Option<Operation>, response: &mut ResponseParts) {
        for deviation in &self.all.set().sorted {
            match deviation {
                Deviation::Response(of, fault) if Some(*of) == operation => fault.change_response(response),
                Deviation::Responses(fault) => fault.change_response(response),
                _ => {}
            }
        }
    }
}
