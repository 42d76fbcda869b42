//! What a template is evaluated for.

use std::collections::HashMap;

use crate::suite::name::{ClassName, FixtureName, KeyName};

/// What a template is evaluated for.
#[derive(Debug, Clone, Copy)]
pub(in crate::run) struct Context<'a> {
    /// The key that `key` stands for.
    pub(in crate::run) on: &'a KeyName,
    /// The class that `class` stands for; that of the case if none.
    pub(in crate::run) class: Option<&'a ClassName>,
    /// Values of the fixture that is being made.
    pub(in crate::run) fixture: Option<(&'a FixtureName, &'a HashMap<String, String>)>,
}

impl<'a> Context<'a> {
    pub(in crate::run) fn on(on: &'a KeyName) -> Self {
        Self { on, class: None, fixture: None }
    }
}
