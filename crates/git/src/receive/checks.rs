//! Looks into each commit, tree and tag of a pack: is it well-formed, and what does it refer to.

use super::error::ReceiveError;
use super::fsck::{self, Problem, SpecialName, TreeItem};
use super::references::References;
use super::special_blobs::SpecialBlobs;
use crate::graph::CommitLinks;
use crate::object::Kind;
use gix::ObjectId;

/// What was learnt from the objects so far.
#[derive(Default)]
pub(crate) struct Checks {
    pub(crate) references: References,
    pub(crate) commits: Vec<CommitLinks>,
    /// Blobs that Git gives a meaning because of their name.
    pub(crate) special: SpecialBlobs,
}

impl Checks {
    /// Checks the object of row `at` and notes its references. Blobs are opaque here.
    pub(crate) fn object(&mut self, at: u32, id: ObjectId, kind: Kind, content: &[u8]) -> Result<(), ReceiveError> {
        let refused = |problem: Problem| problem.of(id);
        match kind {
            Kind::Blob => {}
            Kind::Tree => {
                let (references, special) = (&mut self.references, &mut self.special);
                fsck::tree(content, |item| note(item, at, id, references, special)).map_err(refused)?;
            }
            Kind::Commit => {
                let commit = fsck::commit(content).map_err(refused)?;
                self.references.note(commit.tree, Kind::Tree, at);
                for parent in &commit.parents {
                    self.references.note(*parent, Kind::Commit, at);
                }
                self.note_commit(id, commit);
            }
            Kind::Tag => {
                let tag = fsck::tag(content).map_err(refused)?;
                self.references.note(tag.target, tag.target_kind, at);
            }
        }
        Ok(())
    }

    /// Notes a commit for the graph part without checking what it refers to.
    pub(crate) fn note_commit(&mut self, id: ObjectId, commit: fsck::CheckedCommit) {
        self.commits.push(CommitLinks { id, tree: commit.tree, parents: commit.parents, time: commit.time });
    }
}

fn note(item: &TreeItem<'_>, at: u32, tree: ObjectId, references: &mut References, special: &mut SpecialBlobs) {
    match item.special {
        Some(SpecialName::GitModules) => special.modules.insert(item.id, tree),
        Some(SpecialName::GitAttributes) => special.attributes.insert(item.id, tree),
        None => None,
    };
    if let Some(kind) = item.kind {
        references.note(item.id, kind, at);
    }
}
