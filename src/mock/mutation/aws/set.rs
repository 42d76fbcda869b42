//! The deviations of a running mock, as a layer around it.

use jiff::Timestamp;

use super::named::{Named, Part};
use super::step::{Outcome, Step};
use super::{AwsDeviation, Kind};
use crate::mock::aws::service::account::Account;
use crate::mock::aws::service::api::Operation;
use crate::mock::aws::service::call::Call;
use crate::mock::aws::service::layer::Layer;
use crate::mock::aws::service::regions::Regions;
use crate::mock::aws::wire::gateway::{Admitted, Claim, Gateway, GatewayError};
use crate::mock::aws::wire::layer::{AwsLayerConfig, LayerSettings, WireLayer};
use crate::mock::aws::wire::response::ResponseParts;
use crate::mock::host::cloud::DeviationError;
use crate::mock::host::identifier::Identifiers;
use crate::mock::mutation::replaceable::{Ranked, Replaceable, Set, read_all};
use crate::mock::mutation::step::{self, Wraps};
use crate::mock::store::{Holding as _, TimeLayer};

/// The deviations of a mock.
#[derive(Debug)]
struct Deviations(Replaceable<AwsDeviation>);

/// The settings of a layer: the deviations to begin with.
impl LayerSettings for Vec<AwsDeviation> {
    fn build(&self) -> Box<dyn WireLayer> {
        Box::new(Deviations(Replaceable::new(self)))
    }
}

impl From<Vec<AwsDeviation>> for AwsLayerConfig {
    fn from(deviations: Vec<AwsDeviation>) -> Self {
        Self::new(deviations)
    }
}

impl FromIterator<AwsDeviation> for AwsLayerConfig {
    fn from_iter<I: IntoIterator<Item = AwsDeviation>>(deviations: I) -> Self {
        deviations.into_iter().collect::<Vec<_>>().into()
    }
}

/// None, until some are set.
impl Default for AwsLayerConfig {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl AwsLayerConfig {
    /// The layer of deviations that are named.
    ///
    /// # Errors
    /// When a name is not one of a deviation.
    pub(crate) fn read(names: &[String]) -> Result<Self, DeviationError> {
        read_all::<AwsDeviation>(names).map(Self::from).map_err(DeviationError::new)
    }
}

impl Set<AwsDeviation> {
    fn parts(&self) -> impl Iterator<Item = Part> {
        self.sorted.iter().filter_map(|deviation| match &deviation.0 {
            Kind::Named(named) => Some(named.part),
            _ => None,
        })
    }
}

/// Forms are outermost, then what concerns all operations, and the table is innermost.
impl Ranked for AwsDeviation {
    fn rank(&self) -> (u8, usize) {
        match &self.0 {
            Kind::Response(..) => (0, 0),
            Kind::Responses(_) => (1, 0),
            Kind::Named(named) => (2, Named::all().position(|other| other == *named).unwrap_or_default()),
            Kind::Cell(_) => (3, 0),
        }
    }
}

impl Kind {
    /// Whether it stands around calls of an operation.
    fn concerns(&self, operation: Operation) -> bool {
        match self {
            Self::Response(of, _) => *of == operation,
            Self::Responses(_) => true,
            Self::Named(Named { part: Part::Call(operations, _), .. }) => operations.contains(&operation),
            Self::Named(_) => false,
            Self::Cell(cell) => cell.operation == operation,
        }
    }
}

impl<'c> Wraps<Call<'c>, ()> for Kind {
    fn around(&self, step: &step::Step<'_, Call<'c>, Self>, account: &mut Account<'_>) -> Outcome {
        match self {
            Self::Response(_, fault) => fault.around(step, account),
            Self::Responses(fault) => step.run(account).map_err(|rejection| fault.change_rejection(rejection)),
            Self::Named(Named { part: Part::Call(_, wrap), .. }) => wrap(step, account),
            Self::Named(_) => step.run(account),
            Self::Cell(cell) => cell.around(step, account),
        }
    }
}

impl TimeLayer<Regions> for Deviations {
    fn settle(&self, regions: &mut Regions, now: Timestamp, identifiers: &Identifiers) {
        for part in self.0.set().parts() {
            if let Part::Time(change) = part {
                change(regions, now);
            }
        }
        regions.settle(now, identifiers);
    }
}

impl Layer for Deviations {
    fn call(&self, call: &Call<'_>, account: &mut Account<'_>) -> Outcome {
        let set = self.0.set();
        let concerned = set.sorted.iter().map(|deviation| &deviation.0).filter(|one| one.concerns(call.operation));
        let rest: Vec<&Kind> = concerned.collect();

        // One transaction: what a deviation takes back must not be seen in between.
        account.alone(|account| Step { call, marks: &(), rest: &rest }.run(account))
    }
}

impl WireLayer for Deviations {
    fn is_idle(&self) -> bool {
        self.0.is_empty()
    }

    fn names(&self) -> Vec<String> {
        self.0.set().names()
    }

    fn set_names(&self, names: &[String]) -> Result<(), DeviationError> {
        self.0.replace(read_all(names).map_err(DeviationError::new)?, || {});
        Ok(())
    }

    fn reset(&self) {
        self.0.reset(|| {});
    }

    fn admit<'g>(&self, gateway: &Gateway<'g>, claim: &Claim<'_>) -> Result<Admitted<'g>, GatewayError> {
        // The gateway goes first: a deviation has a say only in what it rejects.
        gateway.admit(claim).or_else(|error| {
            let set = self.0.set();
            let mut taken = set.parts().filter_map(|part| match part {
                Part::Takes(takes) => takes(gateway, claim, &error),
                _ => None,
            });
            taken.next().ok_or(error)
        })
    }

    fn run_rejected<'g>(&self, gateway: &Gateway<'g>, claim: &Claim<'_>, error: &GatewayError) -> Option<Admitted<'g>> {
        let is_meant = |part| matches!(part, Part::HasEffect(is_meant) if is_meant(error));
        // Nobody knows who has sent it, so it acts for the first access key.
        super::gateway::first(gateway, claim).filter(|_| self.0.set().parts().any(is_meant))
    }

    fn respond(&self, operation: Option<Operation>, response: &mut ResponseParts) {
        for deviation in &self.0.set().sorted {
            match &deviation.0 {
                Kind::Response(of, fault) if Some(*of) == operation => fault.change_response(response),
                Kind::Responses(fault) => fault.change_response(response),
                _ => {}
            }
        }
    }
}
