//! The grammar of the case files: what a person writes, as it is written.
//!
//! These types are the source of the JSON Schemas in `cases/schemas/`. They say nothing about whether a file makes
//! sense; [`super::load`] does.

mod clauses;
mod one_or_many;
mod row;
mod scenario;
mod service;
mod step;

use indexmap::IndexMap;

pub use self::clauses::{ClauseFile, ClausesFile, DocumentFile};
pub use self::one_or_many::OneOrMany;
pub use self::row::{FromFile, RowFile};
pub use self::scenario::{KeyFile, ScenarioFile};
pub use self::service::{
    AcceptedStateFile, Basis, CreateFile, DescribeFile, FixtureFile, KeyClassFile, ObservationFile, OtherOperationFile,
    OutcomeFile, PagingFile, RemoveFile, RouteFile, ServiceFile, StageFile, SweepFile, TransitionFile, UndoFile,
};
pub use self::step::{AcceptFile, BetweenFile, EntryFile, MakesFile, StepFile};

/// A map that keeps the order of the file.
pub type Map<T> = IndexMap<String, T>;
