//! A value of a text, and where it stands.

use std::borrow::Cow;

use super::map::Map;
use super::path::{Path, Step};
use crate::diagnostic::Span;

/// A value with its place. Texts are borrowed from the file wherever it has them as they are.
#[derive(Debug)]
pub(crate) struct Node<'a> {
    pub(crate) span: Span,
    pub(crate) value: Value<'a>,
}

/// What a text says.
#[derive(Debug)]
pub(crate) enum Value<'a> {
    Nothing,
    Flag(bool),
    /// A whole number that is not negative.
    Whole(u64),
    /// Any other number.
    Real(f64),
    Text(Cow<'a, str>),
    List(Vec<Node<'a>>),
    Map(Map<'a>),
    /// Stands in for a part that is mistaken: it becomes whatever type is wanted, so that everything around it can still be
    /// looked at. No text holds one.
    StandIn,
}

/// Where the key and the value of a part stand, or the nearest thing around one that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KeyAndValue {
    /// The key; of an item, and of the document, where it begins.
    pub(super) key: Span,
    pub(super) value: Span,
}

/// How far a path could be followed.
#[derive(Clone, Copy)]
enum Followed<'a> {
    /// To its end: the place of the key, and the value.
    Found(Span, &'a Node<'a>),
    /// To something that does not have the next part.
    Around(KeyAndValue),
}

impl<'a> Node<'a> {
    /// How many values there are in it, itself included.
    pub(super) fn count(&self) -> usize {
        1 + match &self.value {
            Value::List(items) => items.iter().map(Node::count).sum(),
            Value::Map(map) => map.iter().map(|entry| entry.node.count()).sum(),
            _ => 0,
        }
    }

    /// Where a part of this document stands.
    pub(super) fn place(&self, path: &Path<'_>) -> KeyAndValue {
        self.follow(path).place()
    }

    /// Where the part at the end of some steps stands.
    pub(super) fn place_of(&self, steps: &[Step]) -> KeyAndValue {
        let start = Followed::Found(self.span, self);
        let end = steps.iter().fold(start, |followed, step| match step {
            Step::Key(key) => followed.key(key),
            Step::Item(index) => followed.item(*index),
        });
        end.place()
    }

    fn follow(&self, path: &Path<'_>) -> Followed<'_> {
        match path {
            Path::Root => Followed::Found(self.span, self),
            Path::Key(before, key) => self.follow(before).key(key),
            Path::Item(before, index) => self.follow(before).item(*index),
        }
    }

    /// The part at the end of some steps, to be changed.
    pub(super) fn at_mut(&mut self, steps: &[Step]) -> Option<&mut Node<'a>> {
        steps.iter().try_fold(self, |node, step| match (&mut node.value, step) {
            (Value::Map(map), Step::Key(key)) => map.get_mut(key).map(|entry| &mut entry.node),
            (Value::List(items), Step::Item(index)) => items.get_mut(*index),
            _ => None,
        })
    }
}

impl<'a> Followed<'a> {
    fn key(self, key: &str) -> Self {
        let Self::Found(_, Node { value: Value::Map(map), .. }) = self else { return self.ended() };
        map.get(key).map_or_else(|| self.ended(), |entry| Self::Found(entry.place, &entry.node))
    }

    fn item(self, index: usize) -> Self {
        let Self::Found(_, Node { value: Value::List(items), .. }) = self else { return self.ended() };
        items.get(index).map_or_else(|| self.ended(), |item| Self::Found(item.span, item))
    }

    /// There is no such part here. What a map or list lacks is best shown by its key.
    fn ended(self) -> Self {
        match self {
            Self::Found(key, Node { value: Value::List(_) | Value::Map(_), .. }) => {
                Self::Around(KeyAndValue { key, value: key })
            }
            found => Self::Around(found.place()),
        }
    }

    fn place(self) -> KeyAndValue {
        match self {
            Self::Found(key, node) => KeyAndValue { key, value: node.span },
            Self::Around(place) => place,
        }
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
        let document = scan("a: 1\nb:\n  - x\n  - {c: 'two', d: [3]}\n").ok().unwrap();
        let key = |path: &Path<'_>| at(document.place(path).key);
        let value = |path: &Path<'_>| at(document.place(path).value);
        let root = Path::Root;
        assert_eq!(key(&root.key("a")), (1, 1, 1));
        assert_eq!(value(&root.key("a")), (1, 4, 1));
        let list = root.key("b");
        let second = list.item(1);
        assert_eq!(value(&list.item(0)), (3, 5, 1));
        assert_eq!(key(&second.key("c")), (4, 6, 1));
        assert_eq!(value(&second.key("c")), (4, 9, 5));
        assert_eq!(value(&second.key("d").item(0)), (4, 20, 1));
    }

    #[test]
    fn what_is_not_there_stands_where_it_should_be() {
        let document = scan("a:\n  b: 1\n").ok().unwrap();
        for path in [Path::Root.key("a").key("c"), Path::Root.key("a").key("b").item(0)] {
            let steps = path.steps();
            assert_eq!(document.place(&path), document.place_of(&steps));
        }
        assert_eq!(at(document.place(&Path::Root.key("a").key("c")).value), (1, 1, 1));
        assert_eq!(at(document.place(&Path::Root.key("a").key("c").key("d")).value), (1, 1, 1));
        assert_eq!(at(document.place(&Path::Root.key("a").key("b").item(0)).value), (2, 6, 1));
        assert_eq!(at(document.place(&Path::Root.key("a").key("b").item(0)).key), (2, 3, 1));
    }
}
