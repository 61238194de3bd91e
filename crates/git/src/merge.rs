//! Merging two commits, with the results of Git's `ort` strategy.
//!
//! "Ours" is the side that is merged into (the destination), "theirs" the one that is merged (the source). Three trees are
//! compared: both sides' and the merge base's; where histories have several merge bases, these are merged first. Renamed files
//! are found and followed. What comes of it is a provisional tree and the paths that both sides had a hand in, among them the
//! conflicts, about which the caller decides.

mod bases;
mod directories;
mod error;
mod file;
mod follow;
mod items;
mod limits;
mod objects;
mod plan;
mod renames;
mod settle;
pub mod text;

pub use error::MergeError;
pub use file::Content;
pub use items::{PathConflict, Three};
pub use limits::MergeLimits;
pub use plan::Decisions;
pub use settle::{Contested, Detail};

use crate::blob_diff::is_binary;
use crate::diff::Side;
use crate::error::Error;
use crate::object::Kind;
use crate::odb::Odb;
use crate::tree::{self, EntryMode};
use bases::Node;
use bytes::Bytes;
use error::Result;
use gix::ObjectId;
use objects::Objects;
use plan::Plan;
use std::collections::{BTreeSet, HashSet};
use text::{Favor, Versions};

/// A merge that was worked out. Nothing is stored by it.
pub struct Merge<'a> {
    objects: Objects<'a>,
    plan: Plan,
    bases: Vec<ObjectId>,
    trees: Three<Option<ObjectId>>,
}

impl<'a> Merge<'a> {
    /// Works out the merge of the commit `theirs` into the commit `ours`.
    pub fn new(odb: &'a Odb, ours: &ObjectId, theirs: &ObjectId, limits: MergeLimits) -> Result<Self> {
        let mut objects = Objects::new(odb, limits);
        let node = |id: &ObjectId| -> Result<Node> {
            let commit = odb.commit(id)?.ok_or(Error::Missing(*id))?;
            Ok(Node { tips: vec![*id], tree: commit.tree })
        };
        let (our_node, their_node) = (node(ours)?, node(theirs)?);
        bases::check_divergence(&objects, ours, theirs)?;
        let (bases, base) = bases::base_of(&mut objects, &our_node, &their_node, 0)?;
        let trees = Three { base, ours: Some(our_node.tree), theirs: Some(their_node.tree) };
        let plan = Plan::make(&mut objects, trees, 0)?;
        Ok(Self { objects, plan, bases, trees })
    }

    /// The best common ancestors of the two commits, the oldest first; none for unrelated histories.
    pub fn bases(&self) -> &[ObjectId] {
        &self.bases
    }

    /// The paths that both sides had a hand in, in the order of their bytes.
    pub fn contested(&self) -> impl Iterator<Item = &Contested> {
        self.plan.settled.contested.values()
    }

    /// What both sides made of a path, if both had a hand in it.
    pub fn contested_at(&self, path: &[u8]) -> Option<&Contested> {
        self.plan.settled.contested.get(path)
    }

    /// What is at a path, whether both sides had a hand in it or not; `None` when none of the three trees has a file there.
    pub fn look_at(&self, path: &[u8]) -> Result<Option<Contested>> {
        if let Some(contested) = self.contested_at(path) {
            return Ok(Some(contested.clone()));
        }
        let mut contested = Contested::uncontested(path, self.result_at(path)?);
        let folders = &mut contested.folders;
        let slots = [
            (self.trees.base, &mut contested.files.base, &mut folders.base),
            (self.trees.ours, &mut contested.files.ours, &mut folders.ours),
            (self.trees.theirs, &mut contested.files.theirs, &mut folders.theirs),
        ];
        for (tree, file, folder) in slots {
            let entry = tree.map(|tree| self.objects.entry_at(&tree, path)).transpose()?.flatten();
            *folder = entry.as_ref().is_some_and(|entry| entry.mode.is_tree());
            *file = entry.filter(|entry| !entry.mode.is_tree()).map(|entry| Side { mode: entry.mode, id: entry.id });
        }
        let Three { base, ours, theirs } = contested.files;
        let is_there = [base, ours, theirs].iter().any(Option::is_some);
        Ok(is_there.then_some(contested))
    }

    /// What the provisional result has at a path.
    pub fn result_at(&self, path: &[u8]) -> Result<Option<Side>> {
        if let Some(result) = self.plan.settled.results.get(path) {
            return Ok(*result);
        }
        let Some(ours) = self.trees.ours else { return Ok(None) };
        let entry = self.objects.entry_at(&ours, path)?.filter(|entry| !entry.mode.is_tree());
        Ok(entry.map(|entry| Side { mode: entry.mode, id: entry.id }))
    }

    /// The size of a blob, in bytes.
    pub fn size(&self, id: &ObjectId) -> Result<u64> {
        self.objects.size(id)
    }

    /// Whether a blob is binary, by Git's rule. One that is too large to be held in memory is taken for binary.
    pub fn is_binary(&mut self, id: &ObjectId) -> Result<bool> {
        Ok(self.objects.blob(id)?.is_none_or(|content| is_binary(&content)))
    }

    /// The contents of the three versions of a path, if they can be merged line by line.
    pub fn versions(&mut self, contested: &Contested) -> Result<Option<Three<Bytes>>> {
        let Three { base, ours, theirs } = contested.files;
        let (Some(ours), Some(theirs)) = (ours, theirs) else { return Ok(None) };
        let versions = file::lines_of(&mut self.objects, base, ours, theirs)?;
        Ok(versions.map(|[base, ours, theirs]| Three { base, ours, theirs }))
    }

    /// The file at a path with all conflicting lines taken from one side; `None` when it cannot be merged line by line.
    pub fn merged_in_favor(&mut self, contested: &Contested, favor: &Favor) -> Result<Option<ObjectId>> {
        let Some(versions) = self.versions(contested)? else { return Ok(None) };
        let (merged, _) = Versions::new(&versions.base, &versions.ours, &versions.theirs).merge(favor);
        Ok(Some(self.objects.add(Kind::Blob, merged)?))
    }

    /// Adds a file with this content.
    pub fn add_blob(&mut self, content: Vec<u8>) -> Result<ObjectId> {
        self.objects.add(Kind::Blob, content)
    }

    /// Writes the merged tree. `decisions` say what is to be at paths in conflict; where they say nothing, the provisional result
    /// stays. Returns the tree's id.
    pub fn write_tree(&mut self, decisions: &Decisions) -> Result<ObjectId> {
        self.plan.write(&mut self.objects, decisions)
    }

    /// The innermost folders of our tree that the merge leaves without any file, so that they are not in the tree `merged`.
    pub fn emptied_folders(&self, merged: &ObjectId) -> Result<BTreeSet<Vec<u8>>> {
        let mut folders = BTreeSet::new();
        for path in self.plan.lost_files(&self.objects, merged) {
            let path = path?;
            let Some(slash) = path.iter().rposition(|byte| *byte == b'/') else { continue };
            if self.objects.entry_at(merged, &path[..slash])?.is_none() {
                folders.insert(path[..slash].to_vec());
            }
        }
        Ok(folders)
    }

    /// The objects that `tree` needs and that are not stored yet; what an object refers to comes before it.
    pub fn new_objects(&self, tree: &ObjectId) -> Result<Vec<(Kind, Bytes)>> {
        let mut found = Vec::new();
        self.gather(tree, EntryMode::from(tree::EntryKind::Tree), &mut HashSet::new(), &mut found)?;
        Ok(found)
    }

    fn gather(
        &self,
        id: &ObjectId,
        mode: EntryMode,
        seen: &mut HashSet<ObjectId>,
        found: &mut Vec<(Kind, Bytes)>,
    ) -> Result<()> {
        let Some((kind, content)) = self.objects.made(id) else { return Ok(()) };
        if mode.is_commit() || !seen.insert(*id) || self.objects.odb.contains(id)? {
            return Ok(());
        }
        if *kind == Kind::Tree {
            for entry in tree::entries_of(id, content)? {
                self.gather(&entry.id, entry.mode, seen, found)?;
            }
        }
        found.push((*kind, content.clone()));
        Ok(())
    }
}
