//! How lists are paged.

use schemars::JsonSchema;
use serde::Deserialize;

use super::ServiceFile;
use crate::suite::check::FileChecker;
use crate::suite::name::OperationName;
use crate::yaml::Path;

/// How lists are paged.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PagingFile {
    /// The parameter with the number of the page, from 1.
    pub number: String,
    /// The field with the number of all entries.
    pub total: String,
    /// The field with the number of entries on a full page, and the parameter that sets it.
    pub size: String,
    /// The most entries of a page that may be requested.
    #[schemars(range(min = 1))]
    pub largest: std::num::NonZeroU64,
    /// Operations whose lists come whole, without a counter.
    #[serde(default)]
    pub unpaged: Vec<String>,
}

/// How lists are paged.
#[derive(Debug, Clone)]
pub struct Paging {
    /// The parameter with the number of the page, from 1.
    pub number: String,
    /// The field with the number of all entries.
    pub total: String,
    /// The field with the number of entries on a full page, and the parameter that sets it.
    pub size: String,
    /// The most entries of a page that may be requested.
    pub largest: u64,
    /// Operations whose lists come whole.
    pub unpaged: Vec<OperationName>,
}

pub(super) fn check_paging(checker: &mut FileChecker<'_>, file: &ServiceFile) -> Paging {
    let root = Path::Root;
    let at = root.key("paging");
    let at = at.key("unpaged");
    checker.once(&at, &file.paging.unpaged);
    let unpaged = file.paging.unpaged.iter().enumerate();
    Paging {
        number: file.paging.number.clone(),
        total: file.paging.total.clone(),
        size: file.paging.size.clone(),
        largest: file.paging.largest.get(),
        unpaged: unpaged.map(|(index, name)| checker.operation(&at.item(index), name)).collect(),
    }
}
