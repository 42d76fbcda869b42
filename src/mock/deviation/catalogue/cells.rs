//! Cells of the table: each answered otherwise, and some only for one origin or one route.

use super::{CatalogueEntry, Family, case};
use crate::mock::deviation::{CellDeviation, DeviantAnswer, Deviation};
use crate::mock::operation::Operation;
use crate::mock::state::{KeyState, Outcome};
use crate::mock::store::{Arrival, Origin};

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

/// Whether a key of an origin can be asked. Imported keys do not rotate, and only they are given material.
pub(super) const fn asked(operation: Operation, origin: Origin) -> bool {
    match origin {
        Origin::Kms => !matches!(
            operation,
            Operation::GetParametersForImport | Operation::ImportKeyMaterial | Operation::DeleteKeyMaterial
        ),
        Origin::External => !matches!(operation, Operation::CreateKeyVersion | Operation::UpdateRotationPolicy),
    }
}

/// Whether a cell of the table can be asked at all.
pub(super) fn is_asked(operation: Operation, state: KeyState) -> bool {
    state != KeyState::PendingImport || asked(operation, Origin::External)
}

/// The cases of a cell.
pub(super) fn cases(operation: Operation, state: KeyState) -> String {
    match operation {
        Operation::UpdateAlias => case(&format!("update-alias/*-to-{state}")),
        _ if !asked(operation, Origin::External) => case(&format!("{operation}/{state}")),
        _ => case(&format!("{operation}/{state}/**")),
    }
}

/// The cells that the table refuses, or those that it lets succeed.
pub(super) fn states(operation: Operation, refused: bool) -> impl Iterator<Item = KeyState> {
    let rule = operation.definition().rule;
    KeyState::ALL
        .into_iter()
        .filter(move |state| is_asked(operation, *state) && (rule.outcome(*state) != Outcome::Success) == refused)
}

fn refusal(code: &str) -> DeviantAnswer {
    DeviantAnswer::Refusal { status: 409, code: code.to_owned() }
}

/// A refusal that the table does not have in this cell.
fn other_refusal(operation: Operation, state: KeyState) -> DeviantAnswer {
    match (operation.definition().rule.outcome(state), state) {
        (Outcome::Rejected, _) => refusal("Rejected.StateModifiedFailed"),
        (Outcome::StateModifiedFailed, _) => refusal(&format!("Rejected.{state}")),
        (Outcome::Success, KeyState::Enabled) => refusal("Rejected.Disabled"),
        (Outcome::Success, _) => refusal(&format!("Rejected.{state}")),
    }
}

/// Every cell: a success where the table refuses, a refusal where it lets succeed, another refusal where it refuses.
pub(super) fn table() -> impl Iterator<Item = CatalogueEntry> {
    rows().flat_map(|operation| {
        KeyState::ALL.into_iter().filter(move |state| is_asked(operation, *state)).flat_map(move |state| {
            let other = other_refusal(operation, state);
            let refuses = operation.definition().rule.outcome(state) != Outcome::Success;
            let deviant = if refuses {
                vec![(Family::Allowed, DeviantAnswer::Success), (Family::OtherRefusal, other)]
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
        DeviantAnswer::Refusal { code, .. } => format!("{operation} is refused with {code} for a key in {state}"),
    };
    let cell = CellDeviation { operation, state, arrival: None, origin: None, answer };
    let entry = CatalogueEntry::new(Deviation::Cell(cell), family, description, vec![cases(operation, state)]);
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
    let pattern = match origin {
        Origin::Kms => format!("{operation}/{state}"),
        Origin::External => format!("{operation}/{state}/{}", origin.wire()),
    };
    let description = format!("{operation} succeeds for a key of Origin {} in {state}", origin.wire());
    let cell = CellDeviation { operation, state, arrival: None, origin: Some(origin), answer: DeviantAnswer::Success };
    CatalogueEntry::new(Deviation::Cell(cell), Family::Origin, description, vec![case(&pattern)])
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
            (KeyState::Enabled, Arrival::Enable, "only-enabled-keys-encrypt/**"),
            (KeyState::Enabled, Arrival::Cancel, "only-enabled-keys-encrypt/**"),
            (KeyState::Enabled, Arrival::Reimport, "keys-without-material-do-not-encrypt/EXTERNAL"),
            (KeyState::PendingDeletion, Arrival::Disabled, "disabled-key-waits-for-its-deletion/**"),
            (KeyState::PendingImport, Arrival::DeleteMaterial, "keys-without-material-do-not-encrypt/EXTERNAL"),
            (KeyState::PendingImport, Arrival::Expiry, "material-expires-while-enabled/EXTERNAL"),
        ];
        places.into_iter().filter_map(move |(state, arrival, scenario)| {
            let without_plaintext = operation == Operation::GenerateDataKeyWithoutPlaintext;
            let scenario = match arrival {
                // The only way that leads a key with a ciphertext into this state, so the cell itself is asked so.
                Arrival::DeleteMaterial if operation == Operation::Decrypt => "Decrypt/PendingImport/EXTERNAL",
                _ if !without_plaintext => scenario,
                Arrival::Enable | Arrival::Cancel | Arrival::Disabled => {
                    "data-keys-without-plaintext-only-while-enabled/**"
                }
                Arrival::Reimport | Arrival::DeleteMaterial => "data-keys-without-plaintext-need-material/EXTERNAL",
                Arrival::Expiry => return None,
            };
            Some(of_route(operation, state, arrival, scenario))
        })
    })
}

fn of_route(operation: Operation, state: KeyState, arrival: Arrival, scenario: &str) -> CatalogueEntry {
    let answer = match state {
        KeyState::Enabled => refusal("Rejected.Disabled"),
        _ => DeviantAnswer::Success,
    };
    let description = match &answer {
        DeviantAnswer::Success => format!("{operation} succeeds for a key in {state} that came there {arrival}"),
        DeviantAnswer::Refusal { code, .. } => {
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
    CatalogueEntry::new(Deviation::Cell(cell), Family::Route, description, vec![case(scenario)]).disturbing(disturbed)
}
