//! What is wrong in many places at once, as it is where a whole family of operations or of responses is missing.

use super::CatalogueEntry;
use super::Family;
use super::answers::disturbed;
use super::answers::is_refused_beside_the_table;
use super::answers::is_refused_for_a_key;
use super::answers::kebab;
use super::answers::without_it;
use super::case;
use super::cells::cases;
use super::cells::rows;
use super::cells::states;
use crate::mock::mutation::{AnswerFault, Deviation, Effect, GeneralFault};

/// The effects that stand here.
const EFFECTS: [Effect; 3] = [Effect::ExternalKeysUnknown, Effect::ExternalKeysCrash, Effect::DescribeHidesState];

/// Whether an effect stands here and not with the others.
pub(super) fn has(effect: Effect) -> bool {
    EFFECTS.contains(&effect)
}

/// Everything that is wrong in many places.
pub(super) fn entries() -> impl Iterator<Item = CatalogueEntry> {
    let missing = rows().flat_map(|operation| {
        [AnswerFault::NotImplementedIs501, AnswerFault::Crashes].map(|fault| {
            let deviation = Deviation::Answer(operation, fault);
            let description = fault.description(operation);
            let mut entry = CatalogueEntry::new(deviation, Family::General, description, without_it(operation))
                .disturbing(disturbed(operation, AnswerFault::NotImplemented));
            // Cases of it that the table has no cell for. What fails in the table too is the table's.
            if is_refused_beside_the_table(operation) && !is_refused_for_a_key(operation) {
                entry.may_disturb.push(case(&format!("*-in-{}/**", kebab(operation))));
            }
            entry
        })
    });
    missing.chain(GeneralFault::ALL.iter().filter_map(|fault| of_all(*fault))).chain(EFFECTS.map(of_effect))
}

/// A fault of every rejection, or of every error for something that is not there.
fn of_all(fault: GeneralFault) -> Option<CatalogueEntry> {
    let not_found = || {
        let scenarios = [
            "pending-deletion-ends-in-deletion/**",
            "deleted-alias-stands-for-nothing",
            "unknown-key-in-*/**",
            "unknown-alias-in-*",
            "request-ids-never-repeat",
            "responses-come-in-*-when-requested",
        ];
        scenarios.map(case).to_vec()
    };
    let caught_by = match fault {
        // In one state they are right.
        GeneralFault::RejectionIsDisabled => rejecting("Rejected.Disabled"),
        GeneralFault::RejectionIsInvalidParameter | GeneralFault::RejectionIs200 | GeneralFault::RejectionCrashes => {
            rejecting("")
        }
        GeneralFault::NotFoundCrashes => not_found(),
        GeneralFault::AwsErrorCodes => rejecting("").into_iter().chain(not_found()).collect(),
        _ => return None,
    };
    let description = fault.description().to_owned();
    let entry = CatalogueEntry::new(Deviation::Answers(fault), Family::General, description, caught_by);
    Some(match fault {
        GeneralFault::RejectionIsDisabled
        | GeneralFault::RejectionIs200
        | GeneralFault::RejectionCrashes
        | GeneralFault::AwsErrorCodes => entry.disturbing(&["protected-key-in-schedule-key-deletion"]),
        _ => entry,
    })
}

/// The cases of every cell that rejects, but those that reject with this code.
fn rejecting(except: &str) -> Vec<String> {
    let cells = rows().flat_map(|operation| states(operation, true).map(move |state| (operation, state)));
    let wanted = cells.filter(|(operation, state)| {
        let rejection = operation.definition().rule.check(*state).err();
        rejection.is_none_or(|rejection| rejection.code != except)
    });
    wanted.flat_map(|(operation, state)| cases(operation, state)).collect()
}

fn of_effect(effect: Effect) -> CatalogueEntry {
    let caught_by = match effect {
        Effect::DescribeHidesState => "DescribeKey/**",
        _ => "new-external-key-is-pending-import/EXTERNAL",
    };
    let description = effect.description().to_owned();
    CatalogueEntry::new(Deviation::Effect(effect), Family::General, description, vec![case(caught_by)])
}
