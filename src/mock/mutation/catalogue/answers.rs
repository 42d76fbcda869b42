//! Answers of a wrong form: of each operation, and of all.

use super::CatalogueEntry;
use super::Family;
use super::case;
use super::cells::cases;
use super::cells::of_default_class;
use super::cells::rows;
use super::cells::states;
use super::routes::cases_without_it;
use crate::mock::alibaba::service::operation::Operation;
use crate::mock::alibaba::service::state::KeyState;
use crate::mock::mutation::{AnswerFault, Deviation, GeneralFault};

/// Every fault of every operation that can show it, and the faults of all.
pub(super) fn entries() -> impl Iterator<Item = CatalogueEntry> {
    let own = rows().flat_map(|operation| {
        AnswerFault::ALL.iter().filter(move |fault| shows(operation, **fault)).map(move |fault| of(operation, *fault))
    });
    own.chain(GeneralFault::ALL.iter().filter_map(|fault| of_all(*fault)))
}

/// Whether an answer of the operation can have the fault.
fn shows(operation: Operation, fault: AnswerFault) -> bool {
    match fault {
        AnswerFault::ErrorIs200 | AnswerFault::CodeInLowerCase => states(operation, true).next().is_some(),
        AnswerFault::WrongTypes | AnswerFault::MissingFields => has_fields(operation),
        AnswerFault::SuccessIs201 | AnswerFault::NotImplemented => true,
        // These stand with what is wrong in many places.
        AnswerFault::NotImplementedIs501 | AnswerFault::Crashes => false,
        AnswerFault::ListIsNull => has_list(operation) || matches!(operation, Operation::ListResourceTags),
        AnswerFault::CountIsText | AnswerFault::TotalCountOff => has_list(operation),
        AnswerFault::DateIsNumber => matches!(
            operation,
            Operation::CreateKey
                | Operation::DescribeKey
                | Operation::GetParametersForImport
                | Operation::CreateKeyVersion
                | Operation::DescribeKeyVersion
                | Operation::ListKeyVersions
        ),
    }
}

/// Whether it answers with pages of a list.
const fn has_list(operation: Operation) -> bool {
    matches!(operation, Operation::ListKeys | Operation::ListAliases | Operation::ListKeyVersions)
}

/// The cells that succeed for keys of every origin: no imported key has a second version, whatever its state.
fn successes(operation: Operation) -> Vec<String> {
    match operation {
        Operation::CreateKeyVersion | Operation::UpdateRotationPolicy => of_default_class(operation, KeyState::Enabled),
        _ => states(operation, false).flat_map(|state| cases(operation, state)).collect(),
    }
}

/// Whether the answer to a success has fields beside RequestId.
const fn has_fields(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::CreateKey
            | Operation::DescribeKey
            | Operation::ListKeys
            | Operation::Encrypt
            | Operation::Decrypt
            | Operation::GenerateDataKey
            | Operation::GenerateDataKeyWithoutPlaintext
            | Operation::ListAliases
            | Operation::GetParametersForImport
            | Operation::ListResourceTags
            | Operation::CreateKeyVersion
            | Operation::DescribeKeyVersion
            | Operation::ListKeyVersions
    )
}

/// Whether a key comes into the state by this operation only, so that nothing can be asked there without it.
const fn leads_to(operation: Operation, state: KeyState) -> bool {
    match operation {
        Operation::DisableKey => matches!(state, KeyState::Disabled),
        Operation::ScheduleKeyDeletion => matches!(state, KeyState::PendingDeletion),
        Operation::GetParametersForImport | Operation::ImportKeyMaterial => {
            matches!(state, KeyState::Enabled | KeyState::Disabled)
        }
        _ => false,
    }
}

/// The cases that must fail when the operation can't be had.
pub(super) fn without_it(operation: Operation) -> Vec<String> {
    // Without the id of a key there is nothing to ask but how keys are made.
    if operation == Operation::CreateKey {
        return vec![case("new-key-is-enabled"), case("defaults-of-a-new-key")];
    }
    let all = states(operation, true).chain(states(operation, false));
    let all = all.filter(|state| !leads_to(operation, *state));
    all.flat_map(|state| cases_without_it(operation, state, None)).collect()
}

fn of(operation: Operation, fault: AnswerFault) -> CatalogueEntry {
    let caught_by = match (operation, fault) {
        (Operation::CreateKey, AnswerFault::WrongTypes | AnswerFault::MissingFields) => without_it(operation),
        (_, AnswerFault::ErrorIs200 | AnswerFault::CodeInLowerCase) => {
            let refused = states(operation, true).flat_map(|state| cases(operation, state));
            refused.chain(beside_the_table(operation)).collect()
        }
        (_, AnswerFault::NotImplemented | AnswerFault::NotImplementedIs501 | AnswerFault::Crashes) => {
            without_it(operation)
        }
        (
            _,
            AnswerFault::SuccessIs201
            | AnswerFault::ListIsNull
            | AnswerFault::CountIsText
            | AnswerFault::TotalCountOff
            | AnswerFault::DateIsNumber,
        )
        | (Operation::CreateKeyVersion, AnswerFault::WrongTypes | AnswerFault::MissingFields) => successes(operation),
        (_, AnswerFault::WrongTypes | AnswerFault::MissingFields) => states(operation, false)
            .filter(|state| !leads_to(operation, *state))
            .flat_map(|state| cases_without_it(operation, state, None))
            .collect(),
    };
    let description = fault.description(operation);
    let mut entry = CatalogueEntry::new(Deviation::Answer(operation, fault), Family::Answer, description, caught_by)
        .disturbing(disturbed(operation, fault));
    let is_told_apart = match fault {
        AnswerFault::ErrorIs200 | AnswerFault::CodeInLowerCase => is_refused_beside_the_table(operation),
        // What fails in the table too is the table's.
        AnswerFault::NotImplemented => is_refused_beside_the_table(operation) && !is_refused_for_a_key(operation),
        _ => false,
    };
    if is_told_apart {
        entry.may_disturb.push(case(&format!("*-in-{}/**", kebab(operation))));
    }
    entry
}

/// The cases of an operation that imported keys refuse by a code of their own where the table lets it succeed.
fn beside_the_table(operation: Operation) -> Option<String> {
    let has = matches!(operation, Operation::CreateKeyVersion | Operation::UpdateRotationPolicy);
    has.then(|| case(&format!("{operation}/{}/EXTERNAL/**", KeyState::Enabled)))
}

/// Whether there are cases of a rejection that has nothing to do with the state of the key. Their names end with that of
/// the operation.
pub(super) const fn is_refused_beside_the_table(operation: Operation) -> bool {
    !matches!(operation, Operation::CreateKey | Operation::ListAliases | Operation::DescribeKeyVersion)
}

/// Whether all of those cases have a key in a state that the table has a cell for.
pub(super) const fn is_refused_for_a_key(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::EnableKey
            | Operation::DisableKey
            | Operation::ScheduleKeyDeletion
            | Operation::CancelKeyDeletion
            | Operation::UpdateAlias
            | Operation::DeleteAlias
    )
}

/// The name of an operation as it stands in the names of cases: `create-alias`.
pub(super) fn kebab(operation: Operation) -> String {
    let mut name = String::new();
    for letter in operation.name().chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

/// Cases that meet the fault where the table has no cell for what they ask, or that look with the operation.
pub(super) const fn disturbed(operation: Operation, fault: AnswerFault) -> &'static [&'static str] {
    const GONE: &str = "pending-deletion-ends-in-deletion/**";
    match (operation, fault) {
        (Operation::CreateKey, AnswerFault::DateIsNumber) => &["defaults-of-a-new-key"],
        (Operation::CreateKey, _) => &["default*-of-a-new-key", "new-*key-is-*/**"],
        (Operation::ListKeys, AnswerFault::SuccessIs201 | AnswerFault::NotImplemented)
        | (Operation::DescribeKey, AnswerFault::NotImplemented) => &[GONE],
        (Operation::Decrypt, AnswerFault::MissingFields) => &["Encrypt/Enabled/**", "GenerateDataKey*/Enabled/**"],
        (Operation::ListAliases, AnswerFault::MissingFields) => &[
            "CreateAlias/**",
            "update-alias/*",
            "alias-outlives-scheduled-deletion/**",
            "deleting-one-alias-keeps-the-others",
            "*-in-update-alias",
            "*-in-delete-alias",
            "same-alias-in-create-alias",
        ],
        (Operation::ListResourceTags, AnswerFault::MissingFields) => {
            &["TagResource/**", "UntagResource/PendingDeletion/**", "missing-tag-keys-in-untag-resource"]
        }
        (Operation::ListKeyVersions, AnswerFault::MissingFields) => &["CreateKeyVersion/Enabled/**"],
        (Operation::CreateKeyVersion, AnswerFault::WrongTypes) => &["new-version-is-the-primary-one"],
        (Operation::GetParametersForImport, AnswerFault::NotImplemented) => &["import-parameters-*/**"],
        (Operation::EnableKey | Operation::CancelKeyDeletion | Operation::Decrypt, AnswerFault::NotImplemented) => {
            &[GONE]
        }
        (Operation::Encrypt, AnswerFault::ErrorIs200) => {
            &[GONE, "plaintext-has-at-most-6-kb", "request-ids-never-repeat"]
        }
        (_, AnswerFault::ErrorIs200 | AnswerFault::CodeInLowerCase) => match operation {
            Operation::EnableKey | Operation::CancelKeyDeletion => &[GONE],
            Operation::Encrypt => &[GONE, "plaintext-has-at-most-6-kb"],
            Operation::Decrypt => &[GONE, "encryption-context-must-be-the-same/**"],
            Operation::DisableKey | Operation::ScheduleKeyDeletion => &["alias-does-not-stand-for-a-key-everywhere"],
            Operation::CreateAlias => &["alias-belongs-to-one-key"],
            Operation::ImportKeyMaterial => &["damaged-*/**", "import-token-*/**", "other-material-is-refused/**"],
            _ => &[],
        },
        _ => &[],
    }
}

fn of_all(fault: GeneralFault) -> Option<CatalogueEntry> {
    let caught_by = match fault {
        GeneralFault::Status400For409 | GeneralFault::RejectionMisspelt => {
            let refused = rows().flat_map(|operation| states(operation, true).map(move |state| (operation, state)));
            refused.flat_map(|(operation, state)| cases(operation, state)).collect()
        }
        GeneralFault::NotFoundIs400 | GeneralFault::NotFoundIs500 | GeneralFault::NotFoundByAnotherName => vec![
            case("pending-deletion-ends-in-deletion/**"),
            case("deleted-alias-stands-for-nothing"),
            case("unknown-key-in-*/**"),
            case("unknown-alias-in-*"),
            case("request-ids-never-repeat"),
            case("responses-come-in-*-when-requested"),
        ],
        GeneralFault::EmptyRequestId | GeneralFault::NoRequestId => {
            vec![case("answers-carry-a-request-id"), case("request-ids-never-repeat")]
        }
        GeneralFault::NoRequestIdInErrors | GeneralFault::RequestIdRepeats => vec![case("request-ids-never-repeat")],
        GeneralFault::FormatIgnored | GeneralFault::ErrorsInJson => vec![case("responses-come-in-xml-when-requested")],
        GeneralFault::ContentTypeIsText => vec![case("responses-come-in-*-when-requested")],
        _ => return None,
    };
    let entry =
        CatalogueEntry::new(Deviation::Answers(fault), Family::Answer, fault.description().to_owned(), caught_by);
    Some(match fault {
        GeneralFault::Status400For409 | GeneralFault::RejectionMisspelt => {
            entry.disturbing(&["protected-key-in-schedule-key-deletion"])
        }
        _ => entry,
    })
}
