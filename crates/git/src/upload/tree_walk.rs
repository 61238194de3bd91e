//! Chooses what is new in a tree compared with trees that the client has or gets, entering only what differs.

use super::chosen::Chosen;
use super::sieve::Sieve;
use super::tree_items::{Item, ItemKind, TreeItems};
use crate::error::{Error, Result};
use crate::object::{Kind, Object};
use crate::odb::{Entry, EntrySet, Odb};
use gix::ObjectId;
use std::cmp::Ordering;
use std::collections::HashMap;

/// A tree to compare with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Base {
    pub(super) tree: Entry,
    /// Whether the client has it with everything in it already, rather than gets it in this pack.
    pub(super) had: bool,
}

/// Collects the trees and blobs to send.
///
/// What is equal in a tree and in a base at the same path is left to the base, and a tree met before is not entered again.
/// Both are sound only if the trees of ancestors are added before those of their descendants: then what a tree leaves to
/// others has always been dealt with completely before. (In the other order, a revert makes two trees wait for each other:
/// the newer is met first and leaves a file to its base, which leaves it to the older tree, which was met before.)
pub(super) struct TreeWalk<'a> {
    odb: &'a Odb,
    sieve: Sieve,
    entered: Entered,
    had: EntrySet,
    /// Whether what stands in the bases is known to be with the client; a filtering client may lack any of it.
    client_is_complete: bool,
    pending: Vec<Pending>,
}

/// A tree that is to be read.
struct Pending {
    tree: Entry,
    bases: Vec<Base>,
    /// The depth of what is in it.
    depth_inside: u64,
}

/// The trees that were entered; under a depth filter, at which depth, because less deep means that more of it is sent.
enum Entered {
    Anywhere(EntrySet),
    ByDepth(HashMap<Entry, u64>),
}

impl Entered {
    /// Notes that the tree is entered; `false` when that has happened before, no deeper than now.
    fn insert(&mut self, tree: Entry, depth: u64) -> bool {
        match self {
            Self::Anywhere(trees) => trees.insert(tree),
            Self::ByDepth(depths) => {
                let known = depths.entry(tree).or_insert(u64::MAX);
                let sooner = depth < *known;
                *known = depth.min(*known);
                sooner
            }
        }
    }
}

impl<'a> TreeWalk<'a> {
    pub(super) fn new(odb: &'a Odb, sieve: Sieve) -> Self {
        let entered = if sieve.depends_on_depth() {
            Entered::ByDepth(HashMap::new())
        } else {
            Entered::Anywhere(odb.empty_set())
        };
        Self { odb, sieve, entered, had: odb.empty_set(), client_is_complete: sieve.is_open(), pending: Vec::new() }
    }

    /// The objects next to what was chosen that the client has: bases for deltas. Empty for a client that filters.
    pub(super) fn into_had(self) -> EntrySet {
        self.had
    }

    /// Adds a commit's root tree and what is in it.
    pub(super) fn add_root(&mut self, root: &ObjectId, bases: Vec<Base>, chosen: &mut Chosen) -> Result<()> {
        if !self.sieve.looks_for_trees_at(0) {
            return Ok(());
        }
        let tree = self.odb.locate(root)?.ok_or(Error::Missing(*root))?;
        if bases.iter().any(|base| base.tree == tree) {
            return Ok(());
        }
        for base in bases.iter().filter(|base| base.had && self.client_is_complete) {
            self.had.insert(base.tree);
        }
        self.meet(tree, bases, 0, chosen);
        self.work(chosen)
    }

    /// Adds a tree that the client names itself: it is sent in any case, and what is in it counts as depth 0.
    pub(super) fn add_named(&mut self, tree: Entry, chosen: &mut Chosen) -> Result<()> {
        chosen.insert(tree);
        if (self.sieve.takes_blobs_at(0) || self.sieve.looks_for_trees_at(0)) && self.entered.insert(tree, 0) {
            self.pending.push(Pending { tree, bases: Vec::new(), depth_inside: 0 });
        }
        self.work(chosen)
    }

    fn meet(&mut self, tree: Entry, bases: Vec<Base>, depth: u64, chosen: &mut Chosen) {
        if self.had.contains(tree) {
            return;
        }
        if self.sieve.takes_trees_at(depth) {
            chosen.insert(tree);
        }
        let depth_inside = depth.saturating_add(1);
        if self.sieve.looks_into_trees_at(depth) && self.entered.insert(tree, depth_inside) {
            self.pending.push(Pending { tree, bases, depth_inside });
        }
    }

    /// Reads pending trees until there are none. A list instead of recursion: the nesting of trees has no bound.
    fn work(&mut self, chosen: &mut Chosen) -> Result<()> {
        while let Some(pending) = self.pending.pop() {
            self.read(pending, chosen)?;
        }
        Ok(())
    }

    fn read(&mut self, pending: Pending, chosen: &mut Chosen) -> Result<()> {
        let depth = pending.depth_inside;
        let (trees, blobs) = (self.sieve.looks_for_trees_at(depth), self.sieve.takes_blobs_at(depth));
        let tree = self.tree(pending.tree)?;
        let base_trees = pending.bases.iter().map(|base| self.tree(base.tree)).collect::<Result<Vec<_>>>()?;
        let mut cursors = Vec::with_capacity(base_trees.len());
        for (base, object) in pending.bases.iter().zip(&base_trees) {
            cursors.push(Cursor::at_start(self.odb, *base, &object.data)?);
        }
        let mut items = TreeItems::of(&tree.data);
        while let Some(item) = items.next_item().or_else(|_| malformed(self.odb, pending.tree))? {
            let mut is_in_a_base = false;
            let mut bases = Vec::new();
            for cursor in &mut cursors {
                let Some(old) = self.skip_to(cursor, &item)? else { continue };
                if old.is_same_object(&item) {
                    is_in_a_base = true;
                } else if let Some(base) = self.note_had(cursor, &old)?
                    && old.kind == ItemKind::Tree
                {
                    bases.push(base);
                }
                cursor.advance(self.odb)?;
            }
            if is_in_a_base {
                continue;
            }
            match item.kind {
                ItemKind::Tree if trees => {
                    let tree = self.locate(item.id)?;
                    self.meet(tree, bases, depth, chosen);
                }
                ItemKind::Blob if blobs => self.meet_blob(self.locate(item.id)?, chosen)?,
                ItemKind::Tree | ItemKind::Blob | ItemKind::Gitlink => {}
            }
        }
        for cursor in &mut cursors {
            while let Some(old) = cursor.item {
                self.note_had(cursor, &old)?;
                cursor.advance(self.odb)?;
            }
        }
        Ok(())
    }

    fn meet_blob(&self, blob: Entry, chosen: &mut Chosen) -> Result<()> {
        if self.had.contains(blob) || chosen.contains(blob) {
            return Ok(());
        }
        if let Some(limit) = self.sieve.blob_limit()
            && self.odb.info(blob)?.size >= limit
        {
            return Ok(());
        }
        chosen.insert(blob);
        Ok(())
    }

    /// Moves a base on to where `item` would be, and returns the base's item of the same name if it has one.
    fn skip_to<'c>(&mut self, cursor: &mut Cursor<'c>, item: &Item<'_>) -> Result<Option<Item<'c>>> {
        while let Some(old) = cursor.item {
            match old.order(item) {
                Ordering::Less => {
                    self.note_had(cursor, &old)?;
                    cursor.advance(self.odb)?;
                }
                Ordering::Equal => return Ok(Some(old)),
                Ordering::Greater => return Ok(None),
            }
        }
        Ok(None)
    }

    /// Remembers an object of a base that is gone or different in the tree compared, and tells where it is.
    fn note_had(&mut self, cursor: &Cursor<'_>, old: &Item<'_>) -> Result<Option<Base>> {
        let keep = cursor.base.had && self.client_is_complete;
        if old.kind == ItemKind::Gitlink || (!keep && old.kind == ItemKind::Blob) {
            return Ok(None);
        }
        let tree = self.locate(old.id)?;
        if keep {
            self.had.insert(tree);
        }
        Ok(Some(Base { tree, had: cursor.base.had }))
    }

    fn locate(&self, id: &[u8; 20]) -> Result<Entry> {
        let id = ObjectId::from(*id);
        self.odb.locate(&id)?.ok_or(Error::Missing(id))
    }

    fn tree(&self, entry: Entry) -> Result<Object> {
        let object = self.odb.object(entry)?;
        if object.kind != Kind::Tree {
            let reason = format!("it is a {}, but a tree is expected in its place", object.kind);
            return Err(Error::Malformed { id: self.odb.id(entry)?, reason });
        }
        Ok(object)
    }
}

/// A place in a base.
struct Cursor<'a> {
    base: Base,
    items: TreeItems<'a>,
    item: Option<Item<'a>>,
}

impl<'a> Cursor<'a> {
    fn at_start(odb: &Odb, base: Base, tree: &'a [u8]) -> Result<Self> {
        let mut cursor = Self { base, items: TreeItems::of(tree), item: None };
        cursor.advance(odb)?;
        Ok(cursor)
    }

    fn advance(&mut self, odb: &Odb) -> Result<()> {
        self.item = self.items.next_item().or_else(|_| malformed(odb, self.base.tree))?;
        Ok(())
    }
}

/// The error of a tree that cannot be read.
pub(super) fn malformed<T>(odb: &Odb, tree: Entry) -> Result<T> {
    Err(Error::Malformed { id: odb.id(tree)?, reason: "it is no sequence of tree entries".into() })
}
