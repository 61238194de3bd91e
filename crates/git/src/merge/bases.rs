//! What two histories have in common: their merge base, or, where there are several, a merge of these.

use super::error::{MergeError, Result};
use super::items::Three;
use super::objects::Objects;
use super::plan::Plan;
use crate::walk::{Side, Walk, merge_bases_between};
use gix::ObjectId;
use std::collections::HashSet;

/// A commit, or a merge of commits that exists for the purpose of a merge only.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// The commit, or the commits that were merged.
    pub(super) tips: Vec<ObjectId>,
    pub(super) tree: ObjectId,
}

/// The best common ancestors of two nodes, the oldest first, and the tree of their merge. Without any, the empty tree.
pub(super) fn base_of(
    objects: &mut Objects<'_>,
    ours: &Node,
    theirs: &Node,
    depth: usize,
) -> Result<(Vec<ObjectId>, Option<ObjectId>)> {
    let mut found = Vec::new();
    for id in merge_bases_between(objects.odb, &ours.tips, &theirs.tips)? {
        let commit = objects.odb.commit(&id)?.ok_or(crate::Error::Missing(id))?;
        found.push((commit.time, commit));
    }
    found.sort_by_key(|(time, _)| std::cmp::Reverse(*time));
    found.reverse();
    let bases: Vec<ObjectId> = found.iter().map(|(_, commit)| commit.id).collect();
    let mut merged: Option<Node> = None;
    for (_, commit) in found {
        let next = Node { tips: vec![commit.id], tree: commit.tree };
        merged = Some(match merged {
            None => next,
            Some(before) => merge_nodes(objects, &before, &next, depth + 1)?,
        });
    }
    Ok((bases, merged.map(|node| node.tree)))
}

/// The merge of two merge bases; conflicts stay in it, with markers.
fn merge_nodes(objects: &mut Objects<'_>, one: &Node, other: &Node, depth: usize) -> Result<Node> {
    objects.count_nested_merge()?;
    let (_, base) = base_of(objects, one, other, depth)?;
    let trees = Three { base, ours: Some(one.tree), theirs: Some(other.tree) };
    let plan = Plan::make(objects, trees, depth)?;
    let tree = plan.write(objects, &Default::default())?;
    Ok(Node { tips: one.tips.iter().chain(&other.tips).copied().collect(), tree })
}

/// Refuses commits that are too far apart.
pub(super) fn check_divergence(objects: &Objects<'_>, ours: &ObjectId, theirs: &ObjectId) -> Result<()> {
    let nowhere = HashSet::new();
    let mut left = objects.limits.divergence;
    for (shown, hidden) in [(ours, theirs), (theirs, ours)] {
        let side = |id: &'_ ObjectId| [*id];
        let (shown, hidden) = (side(shown), side(hidden));
        let walk = Walk::new(objects.odb, Side { tips: &shown, cut: &nowhere }, Side { tips: &hidden, cut: &nowhere })?;
        for step in walk {
            step?;
            left = left.checked_sub(1).ok_or(MergeError::TooFarApart { most: objects.limits.divergence })?;
        }
    }
    Ok(())
}
