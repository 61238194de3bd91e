//! The paths at which three trees are not all the same.

use super::error::{MergeError, Result};
use super::objects::Objects;
use crate::diff::Side;
use crate::tree::TreeEntry;
use gix::ObjectId;
use std::collections::BTreeMap;

/// Something of the base and of each side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Three<T> {
    /// The merge base's.
    pub base: T,
    /// Ours: the destination's.
    pub ours: T,
    /// Theirs: the source's.
    pub theirs: T,
}

impl<T> Three<T> {
    pub(super) fn map<U>(&self, mut f: impl FnMut(&T) -> U) -> Three<U> {
        Three { base: f(&self.base), ours: f(&self.ours), theirs: f(&self.theirs) }
    }
}

/// One of the two sides of a merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    Ours,
    Theirs,
}

impl Which {
    pub(super) const BOTH: [Self; 2] = [Self::Ours, Self::Theirs];

    pub(super) fn other(self) -> Self {
        match self {
            Self::Ours => Self::Theirs,
            Self::Theirs => Self::Ours,
        }
    }
}

impl<T> Three<T> {
    pub(super) fn side(&self, which: Which) -> &T {
        match which {
            Which::Ours => &self.ours,
            Which::Theirs => &self.theirs,
        }
    }

    pub(super) fn side_mut(&mut self, which: Which) -> &mut T {
        match which {
            Which::Ours => &mut self.ours,
            Which::Theirs => &mut self.theirs,
        }
    }
}

/// What is at a path in three trees: a file, symbolic link or submodule, or nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Item {
    pub(super) files: Three<Option<Side>>,
    /// Where a folder has this name.
    pub(super) folders: Three<bool>,
    /// The object that our tree has here, before renames are followed.
    pub(super) stored: Option<Side>,
    /// The names that versions had before renames brought them here.
    pub(super) old_names: Three<Option<Vec<u8>>>,
    /// What renames have made of the path: a conflict that its files do not show.
    pub(super) path_conflict: Option<PathConflict>,
    /// What a side had here before the content of another name was merged into it.
    pub(super) originals: Three<Option<Side>>,
    /// How many conflicts that merge left in the content.
    pub(super) nested_conflicts: usize,
}

/// Conflicts of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathConflict {
    /// One side renamed the file, the other deleted it.
    RenameDelete,
    /// The sides renamed the same file to different names, one of which is this (or it is the old one).
    RenameRename,
    /// A renamed file meets another one at its new name.
    RenameCollision,
    /// The file was added to a folder that the other side renamed.
    Location,
}

/// Items by path.
pub(super) type Items = BTreeMap<Vec<u8>, Item>;

/// The folders that are not the same in all three trees, and in which trees they are.
pub(super) type Folders = BTreeMap<Vec<u8>, Three<bool>>;

/// Finds all paths at which the trees are not all the same.
pub(super) fn collect(objects: &Objects<'_>, trees: Three<Option<ObjectId>>) -> Result<(Items, Folders)> {
    let (mut items, mut differing) = (Items::new(), Folders::new());
    let mut folders = vec![(Vec::new(), trees)];
    while let Some((prefix, trees)) = folders.pop() {
        for (name, entries) in names(objects, &trees)? {
            let path = [&prefix[..], &name].concat();
            let is_folder = entries.map(|entry| entry.as_ref().is_some_and(|entry| entry.mode.is_tree()));
            let ids = entries.map(|entry| entry.as_ref().filter(|entry| entry.mode.is_tree()).map(|entry| entry.id));
            if ids.base != ids.ours || ids.base != ids.theirs {
                differing.insert(path.clone(), is_folder);
                folders.push(([&path[..], b"/"].concat(), ids));
            }
            let files = entries.map(|entry| {
                entry
                    .as_ref()
                    .filter(|entry| !entry.mode.is_tree())
                    .map(|entry| Side { mode: entry.mode.kind().into(), id: entry.id })
            });
            if files.base != files.ours || files.base != files.theirs {
                let stored = files.ours;
                items.insert(path, Item { files, folders: is_folder, stored, ..Item::default() });
            }
        }
        if items.len() > objects.limits.items_to_compare {
            return Err(MergeError::TooManyItems { most: objects.limits.items_to_compare });
        }
    }
    Ok((items, differing))
}

type Names = BTreeMap<bytes::Bytes, Three<Option<TreeEntry>>>;

/// The entries of three trees by name, without those that are the same in all three.
fn names(objects: &Objects<'_>, trees: &Three<Option<ObjectId>>) -> Result<Names> {
    let mut names = Names::new();
    let read = |tree: &Option<ObjectId>| match tree {
        Some(id) => objects.entries(id),
        None => Ok(Vec::new()),
    };
    for entry in read(&trees.base)? {
        let name = entry.name.clone();
        names.entry(name).or_default().base = Some(entry);
    }
    for entry in read(&trees.ours)? {
        let name = entry.name.clone();
        names.entry(name).or_default().ours = Some(entry);
    }
    for entry in read(&trees.theirs)? {
        let name = entry.name.clone();
        names.entry(name).or_default().theirs = Some(entry);
    }
    names.retain(|_, entries| entries.base != entries.ours || entries.base != entries.theirs);
    Ok(names)
}
