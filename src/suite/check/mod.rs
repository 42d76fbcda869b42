//! What every check of a case file uses: the file that is checked, the words it may use, the names that templates know.

mod file_checker;
mod template_scope;
mod vocabulary;

pub(super) use self::file_checker::{FileChecker, Message, is_kebab};
pub(super) use self::template_scope::{TemplateScope, for_key, meant};
pub(super) use self::vocabulary::Vocabulary;
