//! The history of a file: the commits that changed it, simplified as `git log -- <path>` does, and followed through renames.
//!
//! A commit that leaves the file as one of its parents has it is passed by, and of its parents only the first of that kind is
//! followed. So a merge is told only when its file differs from that of every parent. The walk reads the graph parts and
//! the trees on the path; of these only such as differ from the trees of the commit it comes from. Blobs are read only where the
//! file appears, when it may have had another name before.
//!
//! Commits are taken by descending generation, as in [`crate::walk`], so that a commit comes after everything that follows it,
//! whatever the clocks of committers said.

use crate::diff::Side;
use crate::error::{Error, Result};
use crate::odb::{CommitNode, Odb};
use crate::rename;
use crate::tree;
use gix::ObjectId;
use std::collections::BTreeMap;

/// What one commit made of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The commit.
    pub commit: ObjectId,
    /// The path that the file had in it. Not always UTF-8.
    pub path: Vec<u8>,
    /// The file, or `None` when the commit removed it.
    pub file: Option<Side>,
    /// The commits of the versions that followed directly: none for the newest.
    pub children: Vec<ObjectId>,
}

/// A place at which the history goes on. All places together are what is needed to go on later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The commit to look at.
    pub commit: ObjectId,
    /// The path that the file has in it.
    pub path: Vec<u8>,
    /// The versions that came of what will be found there.
    pub children: Vec<ObjectId>,
}

/// What came of looking at one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// It changed the file.
    Version(Version),
    /// It did not.
    Unchanged,
    /// There are no more commits to look at.
    End,
}

/// The order in which commits are looked at, the last one first; the path tells apart two names of the file in one commit.
type Order = (u32, i64, ObjectId, Vec<u8>);

/// A walk over the history of a file.
pub struct FileHistory<'a> {
    odb: &'a Odb,
    queue: BTreeMap<Order, Waiting>,
}

struct Waiting {
    node: CommitNode,
    trail: Trail,
    children: Vec<ObjectId>,
}

/// The trees on the way to the file, from the root, as far as they are there; and the file, if it is there.
#[derive(Clone)]
struct Trail {
    trees: Vec<ObjectId>,
    file: Option<Side>,
}

impl<'a> FileHistory<'a> {
    /// Begins at a commit with the file's path there, or goes on at places that [`FileHistory::places`] told.
    /// [`Error::Missing`] when one of the commits is not here.
    pub fn new(odb: &'a Odb, places: Vec<Place>) -> Result<Self> {
        let mut history = Self { odb, queue: BTreeMap::new() };
        for Place { commit, path, children } in places {
            let node = odb.commit(&commit)?.ok_or(Error::Missing(commit))?;
            let trail = Trail::find(odb, node.tree, &path, None)?;
            history.enqueue(Waiting { node, trail, children }, path);
        }
        Ok(history)
    }

    /// Where the history goes on after the steps so far; empty at its end.
    pub fn places(&self) -> Vec<Place> {
        let place = |((_, _, commit, path), waiting): (&Order, &Waiting)| Place {
            commit: *commit,
            path: path.clone(),
            children: waiting.children.clone(),
        };
        self.queue.iter().map(place).collect()
    }

    /// Looks at the next commit.
    pub fn step(&mut self) -> Result<Step> {
        let Some(((.., path), Waiting { node, trail, children })) = self.queue.pop_last() else { return Ok(Step::End) };
        let mut parents = Vec::with_capacity(node.parents.len());
        for id in &node.parents {
            let parent = self.odb.commit(id)?.ok_or(Error::Missing(*id))?;
            let parent_trail = Trail::find(self.odb, parent.tree, &path, Some(&trail))?;
            if parent_trail.file == trail.file {
                self.enqueue(Waiting { node: parent, trail: parent_trail, children }, path);
                return Ok(Step::Unchanged);
            }
            parents.push((parent, parent_trail));
        }
        if parents.is_empty() && trail.file.is_none() {
            return Ok(Step::Unchanged);
        }
        for (parent, parent_trail) in parents {
            let children = vec![node.id];
            let old_path = match trail.file.filter(|_| parent_trail.file.is_none()) {
                Some(file) => rename::source(self.odb, &parent.tree, &node.tree, &path, file)?,
                None => None,
            };
            match old_path {
                Some(old_path) => {
                    let trail = Trail::find(self.odb, parent.tree, &old_path, None)?;
                    self.enqueue(Waiting { node: parent, trail, children }, old_path);
                }
                None => self.enqueue(Waiting { node: parent, trail: parent_trail, children }, path.clone()),
            }
        }
        Ok(Step::Version(Version { commit: node.id, path, file: trail.file, children }))
    }

    fn enqueue(&mut self, waiting: Waiting, path: Vec<u8>) {
        let order = (waiting.node.generation, waiting.node.time, waiting.node.id, path);
        match self.queue.entry(order) {
            std::collections::btree_map::Entry::Vacant(vacant) => {
                vacant.insert(waiting);
            }
            std::collections::btree_map::Entry::Occupied(mut known) => {
                let known = &mut known.get_mut().children;
                let new = waiting.children.into_iter().filter(|child| !known.contains(child)).collect::<Vec<_>>();
                known.extend(new);
            }
        }
    }
}

impl Trail {
    /// Follows `path` from `root`. Where a tree is that of `like`, which is a trail of the same path, so is what is below.
    fn find(odb: &Odb, root: ObjectId, path: &[u8], like: Option<&Self>) -> Result<Self> {
        let mut trail = Self { trees: Vec::new(), file: None };
        let mut next = Some(root);
        let mut components = path.split(|byte| *byte == b'/').peekable();
        while let (Some(tree), Some(component)) = (next.take(), components.next()) {
            let depth = trail.trees.len();
            if let Some(like) = like.filter(|like| like.trees.get(depth) == Some(&tree)) {
                trail.trees.extend_from_slice(&like.trees[depth..]);
                trail.file = like.file;
                break;
            }
            trail.trees.push(tree);
            let Some(entry) = tree::entry(odb, &tree, component)? else { break };
            if components.peek().is_some() {
                next = Some(entry.id).filter(|_| entry.mode.is_tree());
            } else if entry.mode.is_blob_or_symlink() {
                trail.file = Some(Side { mode: entry.mode, id: entry.id });
            }
        }
        Ok(trail)
    }
}
