//! Reads a tree object entry by entry without allocating: the inner loop of choosing what to send.

use std::cmp::Ordering;

/// What a tree entry refers to, as far as a walk cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ItemKind {
    Tree,
    /// A file or a symbolic link.
    Blob,
    /// A submodule: a commit of another repository, never sent.
    Gitlink,
}

/// One entry of a tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item<'a> {
    pub(super) kind: ItemKind,
    name: &'a [u8],
    pub(super) id: &'a [u8; 20],
}

impl Item<'_> {
    /// Git's order of tree entries: by name, where a tree's name counts as if it ended with a slash. Entries are equal
    /// only when both name and sort of kind (tree or not) are.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        let common = self.name.len().min(other.name.len());
        let (ours, theirs) = (self.name.split_at(common), other.name.split_at(common));
        ours.0.cmp(theirs.0).then_with(|| self.byte_after(ours.1).cmp(&other.byte_after(theirs.1))).then_with(|| {
            // Names that differ only behind a slash or zero byte do not occur in checked trees, yet must not be equal.
            ours.1.len().cmp(&theirs.1.len())
        })
    }

    fn byte_after(&self, rest: &[u8]) -> u8 {
        rest.first().copied().unwrap_or(if self.kind == ItemKind::Tree { b'/' } else { 0 })
    }

    /// Whether both refer to the same object in the same way.
    pub(super) fn is_same_object(&self, other: &Self) -> bool {
        self.id == other.id && self.kind == other.kind
    }
}

/// The tree ends in the middle of an entry, or an entry has no mode or name.
#[derive(Debug)]
pub(super) struct MalformedTree;

/// The entries of a tree object, in its order.
#[derive(Debug, Clone)]
pub(super) struct TreeItems<'a> {
    rest: &'a [u8],
}

impl<'a> TreeItems<'a> {
    pub(super) fn of(tree: &'a [u8]) -> Self {
        Self { rest: tree }
    }

    pub(super) fn next_item(&mut self) -> Result<Option<Item<'a>>, MalformedTree> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let space = self.rest.iter().take(8).position(|byte| *byte == b' ').ok_or(MalformedTree)?;
        let (mode, rest) = (&self.rest[..space], &self.rest[space + 1..]);
        let end = rest.iter().position(|byte| *byte == 0).ok_or(MalformedTree)?;
        let (name, rest) = (&rest[..end], &rest[end + 1..]);
        let (id, rest) = rest.split_first_chunk().ok_or(MalformedTree)?;
        self.rest = rest;
        let kind = match mode {
            b"40000" | b"040000" => ItemKind::Tree,
            b"160000" => ItemKind::Gitlink,
            _ => ItemKind::Blob,
        };
        Ok(Some(Item { kind, name, id }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_directory_sorts_as_if_its_name_ended_with_a_slash() {
        let id = &[0; 20];
        let file = |name| Item { kind: ItemKind::Blob, name, id };
        let tree = |name| Item { kind: ItemKind::Tree, name, id };
        assert_eq!(file(b"a.c").order(&tree(b"a")), Ordering::Less);
        assert_eq!(tree(b"a").order(&file(b"a0")), Ordering::Less);
        assert_eq!(file(b"a").order(&tree(b"a")), Ordering::Less);
        assert_eq!(tree(b"a").order(&tree(b"a")), Ordering::Equal);
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_are_read_to_an_end_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut items = TreeItems::of(&bytes);
            let mut read = 0;
            while let Ok(Some(item)) = items.next_item() {
                read += item.name.len() + 20;
            }
            prop_assert!(read <= bytes.len());
        }
    }
}
