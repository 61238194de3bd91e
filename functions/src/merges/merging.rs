//! Merging one commit into another: the part that the merges of branches and of pull requests share.
//!
//! An operation that merges
//! 1. reads what it was told with [`Options::parse`] and `commits::new_commit::words`;
//! 2. calls [`merge`] (squash, three-way) or [`fast_forward`], which fail with the model's errors (`ManualMergeRequiredException`,
//!    `TipsDivergenceExceededException`, …), or give a [`Merged`];
//! 3. begins a change of the repository, calls [`Merged::record`] on it, which stores and registers the pack and notes for the
//!    event what was merged, moves the destination's ref from the destination commit to [`Merged::commit`] (not forced: the
//!    destination is an ancestor of it, or it is the same), adds what else belongs to it, and commits.
//!
//! When the source is part of the destination already, there is nothing to merge: [`Merged::commit`] is the destination then, and
//! [`Merged::is_new`] says so; the ref need not move.

use super::options::Options;
use super::resolving::{self, decide, manual};
use crate::blocking::{blocking, unreadable};
use crate::commits::new_commit::Words;
use domain::{MergeFacts, MergeOption};
use git::merge::{Decisions, Merge, MergeLimits};
use git::receive::{PackBuilder, ReceiveError};
use git::{Kind, ObjectId, Odb, StagedPack, walk};
use service::{Context, Failure, Result};
use std::sync::Arc;
use std::time::UNIX_EPOCH;
use store::{PackOrigin, Repository, RepositoryChange};

/// The file that keeps an otherwise empty folder.
const KEEP_FILE: &[u8] = b"/.gitkeep";

/// A commit and the one it is merged into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sides {
    pub(crate) source: ObjectId,
    pub(crate) destination: ObjectId,
}

/// What came of a merge.
pub(crate) struct Merged {
    /// The commit that the destination is to point to.
    pub(crate) commit: ObjectId,
    /// Its tree.
    pub(crate) tree: ObjectId,
    pub(crate) facts: MergeFacts,
    /// The new objects, if any.
    pack: Option<StagedPack>,
    destination: ObjectId,
}

impl Merged {
    /// Whether the destination is to move.
    pub(crate) fn is_new(&self) -> bool {
        self.commit != self.destination
    }

    /// Stores the new objects, and makes the change register them and tell of the merge.
    pub(crate) async fn record(&mut self, repository: &Repository, change: &mut RepositoryChange) -> Result<()> {
        if let Some(pack) = self.pack.take() {
            change.register(repository.store_pack(pack, PackOrigin::Api).await?);
        }
        change.merged(self.facts.clone());
        Ok(())
    }
}

/// Merges the source into the destination without a commit of its own: possible only when the source contains the destination.
pub(crate) async fn fast_forward(odb: Arc<Odb>, sides: Sides) -> Result<Merged> {
    blocking(move || {
        let Sides { source, destination } = sides;
        let ahead = walk::is_ancestor(&odb, &destination, &source).map_err(unreadable)?;
        if !ahead && !walk::is_ancestor(&odb, &source, &destination).map_err(unreadable)? {
            return Err(manual("the destination has commits that the source lacks, so it cannot be fast-forwarded"));
        }
        let (commit, base) = if ahead { (source, destination) } else { (destination, source) };
        let facts = MergeFacts {
            base_commit: Some(base.to_string()),
            source_commit: source.to_string(),
            destination_commit: destination.to_string(),
            option: MergeOption::FastForward,
            conflict_detail_level: None,
            conflict_resolution_strategy: None,
        };
        Ok(Merged { commit, tree: tree_of(&odb, &commit)?, facts, pack: None, destination })
    })
    .await
}

/// Merges the source into the destination with a new commit, which has one parent for a squash and two for a three-way merge.
/// There is no new commit when the source is part of the destination already.
pub(crate) async fn merge(
    cx: &Context,
    odb: Arc<Odb>,
    sides: Sides,
    option: MergeOption,
    options: Options,
    words: Words,
) -> Result<Merged> {
    let scratch = cx.store.scratch().to_owned();
    let time = cx.now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64);
    blocking(move || {
        let Sides { source, destination } = sides;
        if walk::is_ancestor(&odb, &source, &destination).map_err(unreadable)? {
            let facts = facts(sides, Some(source), option, &options);
            return Ok(Merged {
                commit: destination,
                tree: tree_of(&odb, &destination)?,
                facts,
                pack: None,
                destination,
            });
        }
        let mut merge = Merge::new(&odb, &destination, &source, MergeLimits::default()).map_err(resolving::failure)?;
        let tree = write_tree(&mut merge, &options)?;
        let mut pack = PackBuilder::new(&scratch).map_err(rejected)?;
        for (kind, content) in merge.new_objects(&tree).map_err(resolving::failure)? {
            pack.add(kind, &content).map_err(rejected)?;
        }
        let parents = match option {
            MergeOption::Squash | MergeOption::FastForward => vec![destination],
            MergeOption::ThreeWay => vec![destination, source],
        };
        let commit = words.commit(tree, &parents, time);
        let commit = pack.add(Kind::Commit, &commit.encode()).map_err(rejected)?;
        let mut staged = pack.finish(&odb).map_err(rejected)?;
        staged.record.closed = staged.roots.as_ref().is_some_and(|roots| roots[..] == [commit]);
        let facts = facts(sides, merge.bases().last().copied(), option, &options);
        Ok(Merged { commit, tree, facts, pack: Some(staged), destination })
    })
    .await
}

/// Whether the destination can be moved to the source, or contains it already.
pub(crate) fn is_fast_forward(merge: &Merge<'_>, sides: Sides) -> bool {
    let base = merge.bases().last();
    base == Some(&sides.destination) || base == Some(&sides.source)
}

/// Decides about all conflicts and writes the tree that comes of it.
fn write_tree(merge: &mut Merge<'_>, options: &Options) -> Result<ObjectId> {
    let mut decisions: Decisions = decide(merge, options)?;
    let tree = merge.write_tree(&decisions).map_err(resolving::failure)?;
    if !options.keep_empty_folders {
        return Ok(tree);
    }
    let emptied = merge.emptied_folders(&tree).map_err(resolving::failure)?;
    if emptied.is_empty() {
        return Ok(tree);
    }
    let id = merge.add_blob(Vec::new()).map_err(resolving::failure)?;
    for folder in emptied {
        let side = git::diff::Side { mode: git::tree::EntryKind::Blob.into(), id };
        decisions.insert([&folder[..], KEEP_FILE].concat(), Some(side));
    }
    merge.write_tree(&decisions).map_err(resolving::failure)
}

fn facts(sides: Sides, base: Option<ObjectId>, option: MergeOption, options: &Options) -> MergeFacts {
    MergeFacts {
        base_commit: base.map(|base| base.to_string()),
        source_commit: sides.source.to_string(),
        destination_commit: sides.destination.to_string(),
        option,
        conflict_detail_level: Some(options.level),
        conflict_resolution_strategy: Some(options.strategy),
    }
}

fn tree_of(odb: &Odb, commit: &ObjectId) -> Result<ObjectId> {
    let node = odb.commit(commit).map_err(unreadable)?;
    node.map(|node| node.tree).ok_or_else(|| unreadable(git::Error::Missing(*commit)))
}

/// A merge can make what neither side was, such as a submodule configuration that Git refuses.
fn rejected(error: ReceiveError) -> Failure {
    if error.is_internal() { Failure::internal(error) } else { manual(&error.to_string()) }
}

/// The message of a merge that came without one.
pub(crate) fn default_message(option: MergeOption, source: &Option<String>) -> String {
    let source = source.as_deref().unwrap_or_default();
    match option {
        MergeOption::Squash => format!("Squash {source}"),
        MergeOption::ThreeWay | MergeOption::FastForward => format!("Merge {source}"),
    }
}
