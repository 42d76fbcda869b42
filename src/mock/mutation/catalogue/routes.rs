//! The routes by which cases bring keys into their states, for what is wrong along them.

use super::case;
use super::cells::asked;
use super::cells::cases;
use crate::mock::alibaba::service::key::Origin;
use crate::mock::alibaba::service::operation::Operation;
use crate::mock::alibaba::service::operation::Operation::{
    CancelKeyDeletion, DeleteKeyMaterial, DisableKey, EnableKey, GetParametersForImport, ImportKeyMaterial,
    ScheduleKeyDeletion,
};
use crate::mock::alibaba::service::state::KeyState;
use crate::mock::alibaba::service::state::KeyState::{Disabled, Enabled, PendingDeletion, PendingImport};

/// A route into a state.
struct Route {
    to: KeyState,
    /// The end of the ids of its cases.
    pattern: &'static str,
    /// The operations on the way, each with the state that it is called in. Imports go without saying.
    calls: &'static [(Operation, KeyState)],
}

/// The routes that no case with a fixture lacks, besides the shortest.
const ROUTES: [Route; 12] = [
    Route { to: Enabled, pattern: "**/via-enable", calls: &[(DisableKey, Enabled), (EnableKey, Disabled)] },
    Route {
        to: Enabled,
        pattern: "**/via-cancel",
        calls: &[(ScheduleKeyDeletion, Enabled), (CancelKeyDeletion, PendingDeletion)],
    },
    Route { to: Enabled, pattern: "EXTERNAL/via-reimport", calls: &[(DeleteKeyMaterial, Enabled)] },
    Route { to: Disabled, pattern: "**/via-enable", calls: &[(DisableKey, Enabled), (EnableKey, Disabled)] },
    Route {
        to: Disabled,
        pattern: "**/via-cancel",
        calls: &[(ScheduleKeyDeletion, Enabled), (CancelKeyDeletion, PendingDeletion), (DisableKey, Enabled)],
    },
    Route {
        to: Disabled,
        pattern: "EXTERNAL/via-reimport",
        calls: &[(DeleteKeyMaterial, Enabled), (DisableKey, Enabled)],
    },
    Route {
        to: PendingDeletion,
        pattern: "**/via-disabled",
        calls: &[(DisableKey, Enabled), (ScheduleKeyDeletion, Disabled)],
    },
    Route { to: PendingDeletion, pattern: "EXTERNAL/via-import", calls: &[(ScheduleKeyDeletion, Enabled)] },
    Route {
        to: PendingDeletion,
        pattern: "EXTERNAL/via-delete-material",
        calls: &[(DeleteKeyMaterial, Enabled), (ScheduleKeyDeletion, PendingImport)],
    },
    Route {
        to: PendingDeletion,
        pattern: "EXTERNAL/via-delete-material-while-pending",
        calls: &[(ScheduleKeyDeletion, Enabled), (DeleteKeyMaterial, PendingDeletion)],
    },
    Route { to: PendingImport, pattern: "EXTERNAL/via-delete-material", calls: &[(DeleteKeyMaterial, Enabled)] },
    Route { to: PendingImport, pattern: "EXTERNAL/via-expiry", calls: &[] },
];

/// The cases of a cell whose keys come into their states without the operation itself: without it in one state, or in
/// any. On the others' way it has failed already.
pub(super) fn cases_without_it(operation: Operation, state: KeyState, on_the_way: Option<KeyState>) -> Vec<String> {
    let meets = |calls: &[(Operation, KeyState)]| {
        calls.iter().any(|(other, at)| *other == operation && on_the_way.is_none_or(|wanted| wanted == *at))
    };
    let imports = [(GetParametersForImport, PendingImport), (ImportKeyMaterial, PendingImport)];
    // Only keys that are imported are asked these, and further routes all lead through an import.
    let is_import = meets(&imports);
    if !is_import && !ROUTES.iter().any(|route| route.to == state && meets(route.calls)) {
        return cases(operation, state);
    }
    let origins = [(Origin::Kms, String::new()), (Origin::External, format!("/{}", Origin::External.wire()))];
    let possible = |origin| asked(operation, origin) && (origin == Origin::External || state != PendingImport);
    let shortest = origins.into_iter().filter(|(origin, _)| possible(*origin));
    let shortest = shortest.map(|(_, class)| case(&format!("{operation}/{state}{class}")));
    let further = ROUTES.iter().filter(|route| route.to == state && !is_import && !meets(route.calls));
    shortest.chain(further.map(|route| case(&format!("{operation}/{state}/{}", route.pattern)))).collect()
}
