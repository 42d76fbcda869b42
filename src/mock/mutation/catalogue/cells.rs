//! Cells of the table: each answered otherwise, and some only for one origin or one route.

use super::CatalogueEntry;
use super::Family;
use super::case;
use super::routes::cases_without_it;
use crate::mock::alibaba::service::arrival::Arrival;
use crate::mock::alibaba::service::key::Origin;
use crate::mock::alibaba::service::operation::Operation;
use crate::mock::alibaba::service::state::{KeyState, Outcome};
use crate::mock::mutation::{CellDeviation, DeviantAnswer, Deviation};

/// The operations that have a row in the published table.
pub(super) fn rows() -> impl Iterator<Item = Operation> {
    let rowless = |operation: &Operation| {
        matches!(
            operation,
            Operation::ReEncrypt
                | Operation::SetDeletionProtection
                | Operation::ListAliasesByKeyId
                | Operation::DescribeRegions
        )
    };
    Operation::ALL.iter().copied().filter(move |operation| !rowless(operation))
}

/// Whether a key of an origin can be asked. Only imported keys are given material.
pub(super) const fn asked(operation: Operation, origin: Origin) -> bool {
    match origin {
        Origin::Kms => !matches!(
            operation,
            Operation::GetParametersForImport | Operation::ImportKeyMaterial | Operation::DeleteKeyMaterial
        ),
        Origin::External => true,
    }
}

/// Whether a cell of the table can be asked at all.
pub(super) fn is_asked(operation: Operation, state: KeyState) -> bool {
    state != KeyState::PendingImport || asked(operation, Origin::External)
}

/// The cases of a cell, by whatever route.
pub(super) fn cases(operation: Operation, state: KeyState) -> Vec<String> {
    match operation {
        Operation::UpdateAlias => vec![case(&format!("update-alias/*-to-{state}"))],
        _ => vec![case(&format!("{operation}/{state}/**"))],
    }
}

/// The cases of a cell for keys whose material the service makes.
pub(super) fn of_default_class(operation: Operation, state: KeyState) -> Vec<String> {
    vec![case(&format!("{operation}/{state}")), case(&format!("{operation}/{state}/via-*"))]
}

/// The cells that the table refuses, or those that it lets succeed.
pub(super) fn states(operation: Operation, refused: bool) -> impl Iterator<Item = KeyState> {
    let rule = operation.definition().rule;
    KeyState::ALL
        .into_iter()
        .filter(move |state| is_asked(operation, *state) && (rule.outcome(*state) != Outcome::Success) == refused)
}

fn rejection(code: &str) -> DeviantAnswer {
    DeviantAnswer::Rejection { status: 409, code: code.to_owned() }
}

/// A rejection that the table does not have in this cell.
fn other_rejection(operation: Operation, state: KeyState) -> DeviantAnswer {
    match (operation.definition().rule.outcome(state), state) {
        (Outcome::Rejected, _) => rejection("Rejected.StateModifiedFailed"),
        (Outcome::StateModifiedFailed, _) => rejection(&format!("Rejected.{state}")),
        (Outcome::Success, KeyState::Enabled) => rejection("Rejected.Disabled"),
        (Outcome::Success, _) => rejection(&format!("Rejected.{state}")),
    }
}

/// Every cell: a success where the table refuses, a rejection where it lets succeed, another rejection where it refuses.
pub(super) fn table() -> impl Iterator<Item = CatalogueEntry> {
    rows().flat_map(|operation| {
        KeyState::ALL.into_iter().filter(move |state| is_asked(operation, *state)).flat_map(move |state| {
            let other = other_rejection(operation, state);
            let refuses = operation.definition().rule.outcome(state) != Outcome::Success;
            let deviant = if refuses {
                vec![(Family::Allowed, DeviantAnswer::Success), (Family::OtherRejection, other)]
            } else {
                vec![(Family::Refused, other)]
            };
            deviant.into_iter().map(move |(family, answer)| entry(operation, state, family, answer))
        })
    })
}

fn entry(operation: Operation, state: KeyState, family: Family, answer: DeviantAnswer) -> CatalogueEntry {
    let description = match &answer {
        DeviantAnswer::Success => format!("{operation} succeeds for a key in {state}"),
        DeviantAnswer::Rejection { code, .. } => format!("{operation} is refused with {code} for a key in {state}"),
    };
    let cell = CellDeviation { operation, state, arrival: None, origin: None, answer };
    let caught_by = match family {
        // Where the way to the cell leads through the cell, the way is at its end there.
        Family::Refused => cases_without_it(operation, state, Some(state)),
        _ => cases(operation, state),
    };
    let entry = CatalogueEntry::new(Deviation::Cell(cell), family, description, caught_by);
    CatalogueEntry { account_wide: !operation.has_subject(), ..entry }
}

/// Cells of operations for keys of both origins, answered otherwise for one of the two.
pub(super) fn origins() -> impl Iterator<Item = CatalogueEntry> {
    const OPERATIONS: [Operation; 10] = [
        Operation::Encrypt,
        Operation::Decrypt,
        Operation::GenerateDataKey,
        Operation::GenerateDataKeyWithoutPlaintext,
        Operation::EnableKey,
        Operation::DisableKey,
        Operation::ScheduleKeyDeletion,
        Operation::CreateAlias,
        Operation::TagResource,
        Operation::UpdateKeyDescription,
    ];
    OPERATIONS.into_iter().flat_map(|operation| {
        let refused = states(operation, true).filter(|state| *state != KeyState::PendingImport);
        refused.flat_map(move |state| [Origin::Kms, Origin::External].map(|origin| of_origin(operation, state, origin)))
    })
}

fn of_origin(operation: Operation, state: KeyState, origin: Origin) -> CatalogueEntry {
    let caught_by = match origin {
        Origin::Kms => of_default_class(operation, state),
        Origin::External => vec![case(&format!("{operation}/{state}/{}/**", origin.wire()))],
    };
    let description = format!("{operation} succeeds for a key of Origin {} in {state}", origin.wire());
    let cell = CellDeviation { operation, state, arrival: None, origin: Some(origin), answer: DeviantAnswer::Success };
    CatalogueEntry::new(Deviation::Cell(cell), Family::Origin, description, caught_by)
}

/// Data operations, which remember a way into a state if a service confuses states with what made them.
pub(super) fn routes() -> impl Iterator<Item = CatalogueEntry> {
    const OPERATIONS: [Operation; 4] = [
        Operation::Encrypt,
        Operation::Decrypt,
        Operation::GenerateDataKey,
        Operation::GenerateDataKeyWithoutPlaintext,
    ];
    OPERATIONS.into_iter().flat_map(|operation| {
        let places = [
            (KeyState::Enabled, Arrival::Enable),
            (KeyState::Enabled, Arrival::Cancel),
            (KeyState::Enabled, Arrival::Reimport),
            (KeyState::PendingDeletion, Arrival::Disabled),
            (KeyState::PendingImport, Arrival::DeleteMaterial),
            (KeyState::PendingImport, Arrival::Expiry),
        ];
        places.map(move |(state, arrival)| of_route(operation, state, arrival))
    })
}

/// The scenarios that ask an operation of a key that came into its state some way.
const fn scenarios(operation: Operation, arrival: Arrival) -> Option<&'static str> {
    let without_plaintext = matches!(operation, Operation::GenerateDataKeyWithoutPlaintext);
    match arrival {
        Arrival::Enable | Arrival::Cancel | Arrival::Disabled if without_plaintext => {
            Some("data-keys-without-plaintext-only-while-enabled/**")
        }
        Arrival::Enable | Arrival::Cancel => Some("only-enabled-keys-encrypt/**"),
        Arrival::Disabled => Some("disabled-key-waits-for-its-deletion/**"),
        Arrival::Reimport | Arrival::DeleteMaterial if without_plaintext => {
            Some("data-keys-without-plaintext-need-material/EXTERNAL")
        }
        // The scenario leaves it to the cell, for no shorter way leads a key with a ciphertext into this state.
        Arrival::DeleteMaterial if matches!(operation, Operation::Decrypt) => None,
        Arrival::Reimport | Arrival::DeleteMaterial => Some("keys-without-material-do-not-encrypt/EXTERNAL"),
        Arrival::Expiry if without_plaintext => None,
        Arrival::Expiry => Some("material-expires-while-enabled/EXTERNAL"),
    }
}

fn of_route(operation: Operation, state: KeyState, arrival: Arrival) -> CatalogueEntry {
    let cell = match (operation, arrival) {
        // The shortest way of a key with a ciphertext.
        (Operation::Decrypt, Arrival::DeleteMaterial) => format!("{operation}/{state}/{}", Origin::External.wire()),
        _ => format!("{operation}/{state}/**/{arrival}"),
    };
    let caught_by = std::iter::once(cell.as_str()).chain(scenarios(operation, arrival)).map(case).collect();
    let answer = match state {
        KeyState::Enabled => rejection("Rejected.Disabled"),
        _ => DeviantAnswer::Success,
    };
    let description = match &answer {
        DeviantAnswer::Success => format!("{operation} succeeds for a key in {state} that came there {arrival}"),
        DeviantAnswer::Rejection { code, .. } => {
            format!("{operation} is refused with {code} for a key in {state} that came there {arrival}")
        }
    };
    let cell = CellDeviation { operation, state, arrival: Some(arrival), origin: None, answer };
    // The table's own case comes into the state another way, so what these scenarios meet is theirs.
    let disturbed: &[&str] = match (operation, arrival) {
        (Operation::Decrypt, Arrival::Enable) => &["disabled-key-works-again-once-enabled/**"],
        (Operation::Decrypt, Arrival::Cancel) => {
            &["cancel-deletion-of-an-enabled-key/**", "key-stays-until-its-window-ends/**"]
        }
        (Operation::Decrypt, Arrival::Reimport) => &[
            "material-expires-while-enabled/EXTERNAL",
            "material-is-the-same-however-it-is-wrapped/EXTERNAL",
            "other-material-is-refused/EXTERNAL",
            "reimport-brings-ciphertexts-back/EXTERNAL",
        ],
        _ => &[],
    };
    CatalogueEntry::new(Deviation::Cell(cell), Family::Route, description, caught_by).disturbing(disturbed)
}
