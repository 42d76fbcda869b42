//! The way from a document to one of its parts.

/// A path into a document; each piece borrows the one before.
#[derive(Debug, Clone, Copy)]
pub enum Path<'a> {
    /// The document.
    Root,
    /// The value of a key.
    Key(&'a Path<'a>, &'a str),
    /// An item of a list, from 0.
    Item(&'a Path<'a>, usize),
}

/// A step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Item(usize),
}

impl<'a> Path<'a> {
    /// The path of the value of a key.
    pub fn key(&'a self, key: &'a str) -> Path<'a> {
        Path::Key(self, key)
    }

    /// The path of an item, from 0.
    pub fn item(&'a self, index: usize) -> Path<'a> {
        Path::Item(self, index)
    }

    pub(super) fn steps(&self) -> Vec<Step> {
        let (mut steps, step) = match self {
            Path::Root => return Vec::new(),
            Path::Key(before, key) => (before.steps(), Step::Key((*key).to_owned())),
            Path::Item(before, index) => (before.steps(), Step::Item(*index)),
        };
        steps.push(step);
        steps
    }
}
