//! Where each key and value of a text stands.

use indexmap::IndexMap;

use crate::diagnostic::Span;

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

/// The place of each key and value of a text.
#[derive(Debug)]
pub struct Positions {
    root: Node,
}

/// The place of a value and of what is in it.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) children: Children,
}

/// What is in a value; in a map, each key with its place.
#[derive(Debug)]
pub(crate) enum Children {
    None,
    /// In a box, for most values are not maps.
    Map(Box<IndexMap<Box<str>, (Span, Node)>>),
    List(Vec<Node>),
}

impl Children {
    /// The keys of a map, without room for more.
    pub(crate) fn map(mut entries: IndexMap<Box<str>, (Span, Node)>) -> Self {
        entries.shrink_to_fit();
        Self::Map(Box::new(entries))
    }
}

impl Positions {
    pub(crate) fn new(root: Node) -> Self {
        Self { root }
    }

    /// How many values there are.
    pub(super) fn count(&self) -> usize {
        fn count(node: &Node) -> usize {
            1 + match &node.children {
                Children::None => 0,
                Children::Map(entries) => entries.values().map(|(_, child)| count(child)).sum(),
                Children::List(items) => items.iter().map(count).sum(),
            }
        }
        count(&self.root)
    }

    /// Where a value stands; if it is not there, where the nearest thing around it stands.
    pub fn value(&self, path: &Path<'_>) -> Span {
        self.find(&path.steps()).1
    }

    /// Where the key of a value stands; for an item, where it begins.
    pub fn key(&self, path: &Path<'_>) -> Span {
        self.find(&path.steps()).0
    }

    /// The places of the key and of the value.
    pub(super) fn find(&self, steps: &[Step]) -> (Span, Span) {
        let mut node = &self.root;
        let mut key = node.span;

        for step in steps {
            let found = match (step, &node.children) {
                (Step::Key(name), Children::Map(entries)) => entries.get(&**name).map(|(key, child)| (*key, child)),
                (Step::Item(index), Children::List(items)) => items.get(*index).map(|child| (child.span, child)),
                _ => None,
            };
            let Some((found_key, child)) = found else {
                // What a map or list lacks is best shown by its key.
                let scalar = matches!(node.children, Children::None);
                return (key, if scalar { node.span } else { key });
            };
            (key, node) = (found_key, child);
        }

        (key, node.span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::scan::scan;

    fn at(span: Span) -> (u32, u32, u32) {
        (span.line, span.column, span.length)
    }

    #[test]
    fn keys_and_values_have_places() {
        let text = "a: 1\nb:\n  - x\n  - {c: 'two', d: [3]}\n";
        let (_, positions) = scan(text).ok().unwrap();
        let root = Path::Root;
        assert_eq!(at(positions.key(&root.key("a"))), (1, 1, 1));
        assert_eq!(at(positions.value(&root.key("a"))), (1, 4, 1));
        let list = root.key("b");
        let second = list.item(1);
        assert_eq!(at(positions.value(&list.item(0))), (3, 5, 1));
        assert_eq!(at(positions.key(&second.key("c"))), (4, 6, 1));
        assert_eq!(at(positions.value(&second.key("c"))), (4, 9, 5));
        assert_eq!(at(positions.value(&second.key("d").item(0))), (4, 20, 1));
    }

    #[test]
    fn what_is_not_there_stands_where_it_should_be() {
        let (_, positions) = scan("a:\n  b: 1\n").ok().unwrap();
        assert_eq!(at(positions.value(&Path::Root.key("a").key("c"))), (1, 1, 1));
        assert_eq!(at(positions.value(&Path::Root.key("a").key("b").item(0))), (2, 6, 1));
    }
}
