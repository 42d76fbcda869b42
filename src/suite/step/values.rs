//! Values that are computed once per case.

use crate::suite::map::IndexMap;

use crate::suite::Map;
use crate::suite::check::{FileChecker, TemplateScope};
use crate::suite::template::Template;
use crate::yaml::Path;

/// Values that are computed once per case.
pub type Values = IndexMap<String, Template>;

/// The names of the values of a file, which templates know as `values.name`.
pub(in crate::suite) fn check_values(
    checker: &mut FileChecker<'_>,
    at: &Path<'_>,
    file: &Map<String>,
    scope: &mut TemplateScope,
) -> IndexMap<String, Template> {
    let mut values = IndexMap::default();

    // Each may use those above it.
    for (name, text) in file {
        let place = at.key(name);
        checker.name(&place, name);
        values.insert(name.clone(), checker.template(&place, text, scope));
        scope.values.insert(name.clone());
    }

    values
}
