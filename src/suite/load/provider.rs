//! The provider whose files are used.

use super::whole;
use crate::diagnostic::Diagnostic;
use crate::near::nearest;
use crate::provider::registry;
use crate::suite::check::meant;
use crate::suite::files::CaseFile;

/// The provider whose files are used: the one that is wanted, the only one there is, or the program's default one.
pub(super) fn choose<'a>(
    files: &'a [CaseFile],
    wanted: Option<&str>,
    mistakes: &mut Vec<Diagnostic>,
) -> Option<&'a str> {
    let mut providers: Vec<&str> = Vec::new();
    for file in files {
        match file.path.split_once('/') {
            Some((folder, _)) => providers.push(folder),
            None => mistakes.push(whole(&file.path, "case files lie in the folder of their provider".to_owned())),
        }
    }

    providers.sort_unstable();
    providers.dedup();
    let known = || providers.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");

    let found = match (wanted, &providers[..]) {
        (Some(wanted), _) => providers.iter().find(|name| **name == wanted).copied(),
        (None, [only]) => Some(*only),
        (None, several) => several.iter().find(|name| **name == registry::default_provider().name).copied(),
    };

    if found.is_none() {
        let message = match wanted {
            Some(wanted) => format!("there are no case files of the provider `{wanted}`"),
            None if providers.is_empty() => "there are no case files".to_owned(),
            None => format!("there are several providers, and none was chosen: {}", known()),
        };

        let near = wanted.and_then(|wanted| nearest(wanted, providers.iter().copied()));
        let others = || (wanted.is_some() && !providers.is_empty()).then(|| format!("there are {}", known()));
        let help = near.map(meant).or_else(others);
        mistakes.push(Diagnostic { help, ..whole(&".".into(), message) });
    }
    found
}
