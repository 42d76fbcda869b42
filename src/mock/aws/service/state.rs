//! The states of a key, and what a state means for an operation.

use crate::mock::aws::service::key::{Key, Origin};
use crate::mock::aws::service::rejection::Rejection;
use crate::mock::host::names::wire_names;

wire_names! {
    /// The state of a key, in an order by which the page gives each of its colours to states that are alike. Nothing brings
    /// a key into Unavailable here, for that needs a custom key store; the table has it.
    KeyState {
        Enabled = "Enabled",
        Disabled = "Disabled",
        PendingImport = "PendingImport",
        PendingDeletion = "PendingDeletion",
        Creating = "Creating",
        Updating = "Updating",
        Unavailable = "Unavailable",
        PendingReplicaDeletion = "PendingReplicaDeletion",
    }
}

impl KeyState {
    /// Whether the key waits for its deletion, or for that of its replicas first. The table has one column for both.
    pub(crate) const fn is_pending_deletion(self) -> bool {
        matches!(self, Self::PendingDeletion | Self::PendingReplicaDeletion)
    }

    /// What follows the ARN of a key in the message of an error.
    const fn phrase(self) -> &'static str {
        match self {
            Self::Enabled => "is enabled.",
            Self::Disabled => "is disabled.",
            Self::PendingDeletion => "is pending deletion.",
            Self::PendingReplicaDeletion => "is pending replica deletion.",
            Self::PendingImport => "is pending import.",
            Self::Creating => "is creating.",
            Self::Updating => "is updating.",
            Self::Unavailable => "is unavailable.",
        }
    }
}

impl std::fmt::Display for KeyState {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.wire())
    }
}

/// What one state means for one operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Success,
    /// DisabledException.
    Disabled,
    /// KMSInvalidStateException.
    InvalidState,
}

/// Which keys an operation is not for at all, whatever their state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origins {
    All,
    /// Footnotes 6 and 7: not for imported keys, nor for those of a custom store.
    NotImported,
    /// Footnote 9: only for keys that have imported material, or wait for it.
    OnlyImported,
}

/// What each state means for one operation: a row of the table in the topic "Key states of AWS KMS keys".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) origins: Origins,
    pub(crate) enabled: Outcome,
    pub(crate) disabled: Outcome,
    /// PendingDeletion and PendingReplicaDeletion. Where the table leaves two errors open, it is the one that was recorded.
    pub(crate) pending_deletion: Outcome,
    pub(crate) pending_import: Outcome,
    pub(crate) unavailable: Outcome,
    pub(crate) creating: Outcome,
    pub(crate) updating: Outcome,
}

impl Rule {
    /// Works in every state.
    pub(crate) const ALWAYS: Rule = Rule {
        origins: Origins::All,
        enabled: Outcome::Success,
        disabled: Outcome::Success,
        pending_deletion: Outcome::Success,
        pending_import: Outcome::Success,
        unavailable: Outcome::Success,
        creating: Outcome::Success,
        updating: Outcome::Success,
    };

    /// Uses a key: only an enabled one, or one that is enabled but for an update that is under way.
    pub(crate) const USES: Rule = Rule {
        disabled: Outcome::Disabled,
        pending_deletion: Outcome::InvalidState,
        pending_import: Outcome::InvalidState,
        unavailable: Outcome::InvalidState,
        creating: Outcome::InvalidState,
        ..Rule::ALWAYS
    };

    /// Lets somebody use a key: as [`Rule::USES`], but a custom store need not be there.
    pub(crate) const LENDS: Rule = Rule { unavailable: Outcome::Success, ..Rule::USES };

    /// Makes a replica, which waits for an update that is under way.
    pub(crate) const REPLICATES: Rule = Rule { updating: Outcome::InvalidState, ..Rule::USES };

    /// Writes something about a key, which is too late once it waits for its deletion.
    pub(crate) const DESCRIBES: Rule = Rule { pending_deletion: Outcome::InvalidState, ..Rule::ALWAYS };

    /// Switches a key that has key material.
    pub(crate) const SWITCHES: Rule = Rule {
        pending_import: Outcome::InvalidState,
        creating: Outcome::InvalidState,
        updating: Outcome::InvalidState,
        ..Rule::DESCRIBES
    };

    /// Schedules the deletion of a key, once.
    pub(crate) const SCHEDULES: Rule = Rule { updating: Outcome::InvalidState, ..Rule::DESCRIBES };

    /// Cancels the deletion of a key that waits for it.
    pub(crate) const CANCELS: Rule = Rule {
        origins: Origins::All,
        enabled: Outcome::InvalidState,
        disabled: Outcome::InvalidState,
        pending_deletion: Outcome::Success,
        pending_import: Outcome::InvalidState,
        unavailable: Outcome::InvalidState,
        creating: Outcome::InvalidState,
        updating: Outcome::InvalidState,
    };

    /// Prepares an import.
    pub(crate) const PREPARES_IMPORT: Rule = Rule {
        origins: Origins::OnlyImported,
        pending_deletion: Outcome::InvalidState,
        creating: Outcome::InvalidState,
        updating: Outcome::InvalidState,
        ..Rule::ALWAYS
    };

    /// Imports key material.
    pub(crate) const IMPORTS: Rule = Rule { updating: Outcome::Success, ..Rule::PREPARES_IMPORT };

    /// Deletes imported key material, also of a key that waits for its deletion.
    pub(crate) const DELETES_MATERIAL: Rule = Rule { pending_deletion: Outcome::Success, ..Rule::PREPARES_IMPORT };

    /// Switches the rotation of a key.
    pub(crate) const SWITCHES_ROTATION: Rule = Rule {
        origins: Origins::NotImported,
        disabled: Outcome::Disabled,
        pending_deletion: Outcome::InvalidState,
        creating: Outcome::InvalidState,
        ..Rule::ALWAYS
    };

    /// Reads whether a key is rotated.
    pub(crate) const READS_ROTATION: Rule = Rule { origins: Origins::NotImported, ..Rule::ALWAYS };

    /// The same row with another outcome in `state`.
    #[allow(dead_code, reason = "layers need it")]
    pub(crate) const fn with(mut self, state: KeyState, outcome: Outcome) -> Self {
        match state {
            KeyState::Enabled => self.enabled = outcome,
            KeyState::Disabled => self.disabled = outcome,
            KeyState::PendingDeletion | KeyState::PendingReplicaDeletion => self.pending_deletion = outcome,
            KeyState::PendingImport => self.pending_import = outcome,
            KeyState::Creating => self.creating = outcome,
            KeyState::Updating => self.updating = outcome,
            KeyState::Unavailable => self.unavailable = outcome,
        }
        self
    }

    /// The outcome in `state`.
    pub(crate) const fn outcome(self, state: KeyState) -> Outcome {
        match state {
            KeyState::Enabled => self.enabled,
            KeyState::Disabled => self.disabled,
            KeyState::PendingDeletion | KeyState::PendingReplicaDeletion => self.pending_deletion,
            KeyState::PendingImport => self.pending_import,
            KeyState::Creating => self.creating,
            KeyState::Updating => self.updating,
            KeyState::Unavailable => self.unavailable,
        }
    }

    /// Lets the operation through for a key with this ARN, or rejects it as the table says: by origin first, then by state.
    pub(crate) fn check(self, key: &Key, arn: &str) -> Result<(), Rejection> {
        let is_imported = key.origin == Origin::External;
        match self.origins {
            Origins::NotImported if is_imported => return Err(Rejection::unsupported_origin(arn, key.origin)),
            Origins::OnlyImported if !is_imported => return Err(Rejection::unsupported_origin(arn, key.origin)),
            Origins::All | Origins::NotImported | Origins::OnlyImported => {}
        }

        match self.outcome(key.state) {
            Outcome::Success => Ok(()),
            Outcome::Disabled => Err(Rejection::disabled(format!("{arn} {}", key.state.phrase()))),
            Outcome::InvalidState if self.pending_deletion == Outcome::Success && self.enabled != Outcome::Success => {
                Err(Rejection::invalid_state(format!("{arn} is not pending deletion.")))
            }
            Outcome::InvalidState => Err(Rejection::invalid_state(format!("{arn} {}", key.state.phrase()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;
    use crate::mock::aws::service::api::Operation;

    /// The published table as data: every printed cell was compared by a program with the document.
    #[derive(Deserialize)]
    struct Table {
        operations: BTreeMap<String, BTreeMap<String, Cell>>,
    }

    #[derive(Deserialize)]
    struct Cell {
        /// What the cell means for a kind of key; nothing where the document prints that it does not apply.
        #[serde(default)]
        accept: BTreeMap<String, OneOrMany>,
    }

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMany {
        One(String),
        Many(Vec<String>),
    }

    impl OneOrMany {
        fn has(&self, outcome: &str) -> bool {
            match self {
                Self::One(one) => one == outcome,
                Self::Many(many) => many.iter().any(|one| one == outcome),
            }
        }
    }

    fn outcome(rule: Rule, origin: Origin, state: KeyState) -> &'static str {
        let is_imported = origin == Origin::External;
        match (rule.origins, rule.outcome(state)) {
            (Origins::NotImported, _) if origin != Origin::Kms => "UnsupportedOperationException",
            (Origins::OnlyImported, _) if !is_imported => "UnsupportedOperationException",
            (_, Outcome::Success) => "ok",
            (_, Outcome::Disabled) => "DisabledException",
            (_, Outcome::InvalidState) => "KMSInvalidStateException",
        }
    }

    #[test]
    fn every_row_is_that_of_the_published_table() {
        let text = include_str!("../../../../tests/data/aws-states.yaml");
        let table: Table = serde_yaml::from_str(text).unwrap();
        assert_eq!(table.operations.len(), 40);
        let mut compared = 0;

        for (name, states) in &table.operations {
            let operation: Operation = name.parse().unwrap();
            let rule = operation.definition().rule;
            for (state, cell) in states {
                let state = KeyState::from_wire(state).unwrap();
                for (kind, accepted) in &cell.accept {
                    let origins: &[Origin] = match kind.as_str() {
                        "any" if matches!(state, KeyState::PendingImport) => &[Origin::External],
                        // No key that is being made or updated is in a custom store, and only there is one unavailable.
                        "any" if state == KeyState::Unavailable => &[Origin::CloudHsm],
                        "any" | "alias_would_point_here" => &[Origin::External, Origin::Kms],
                        "native" => &[Origin::Kms],
                        "imported" => &[Origin::External],
                        "store" => &[Origin::CloudHsm],
                        // The state of the key that an alias leaves does not matter, and is not looked at.
                        "alias_now_points_here" => &[],
                        other => panic!("{other}"),
                    };
                    for origin in origins {
                        // Where an operation is not for keys of an origin at all, the document has no cell for that origin in
                        // a state that passes in a moment.
                        let outcome = outcome(rule, *origin, state);
                        let is_passing = matches!(state, KeyState::Creating | KeyState::Updating) && kind == "any";
                        let is_unsupported = outcome == "UnsupportedOperationException";
                        assert!(
                            accepted.has(outcome) || is_passing && is_unsupported,
                            "{name} {state} {kind} {origin:?}: {outcome}"
                        );
                        compared += 1;
                    }
                }
            }
        }
        assert!(compared > 400, "{compared}");
    }
}
