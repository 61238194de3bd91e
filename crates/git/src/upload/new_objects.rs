//! Chooses the objects of a fetch by walking: the commits the client lacks, and what their trees have that others do not.

use super::chosen::Chosen;
use super::roots::{Roots, follow_tags};
use super::selection::Counter;
use super::sieve::Sieve;
use super::tree_walk::{Base, TreeWalk};
use super::{View, Wanted};
use crate::error::{Error, Result};
use crate::odb::{CommitNode, Entry, EntrySet, Odb};
use crate::walk::{Side, Walk};
use gix::ObjectId;
use std::collections::HashSet;

/// With how many of the client's commits the tree of a commit is compared when none of its parents can serve.
const STAND_IN_BASES: usize = 3;

/// What a walk chose.
pub(super) struct NewObjects {
    pub(super) chosen: Chosen,
    /// Objects that the client has for sure and that are likely bases of deltas.
    pub(super) had: EntrySet,
}

/// Walks from the wants to what the client has. Never leaves out an object that the client lacks; may choose some that it
/// has, where knowing better would mean to walk whole trees.
pub(super) fn new_objects(view: &View, wanted: &Wanted, sieve: Sieve, counter: &mut Counter) -> Result<NewObjects> {
    let odb = view.odb;
    let wants = Roots::of(odb, wanted.wants)?;
    let haves = Roots::of(odb, wanted.common)?;
    let mut chosen = Chosen::none(odb);
    let mut trees = TreeWalk::new(odb, sieve);

    for blob in &wants.blobs {
        chosen.insert(*blob);
    }
    for tree in &wants.trees {
        trees.add_named(*tree, &mut chosen)?;
    }
    let client_tags: HashSet<Entry> = haves.tags.iter().copied().collect();
    for tag in wants.tags.iter().filter(|tag| !client_tags.contains(tag)) {
        chosen.insert(*tag);
    }
    add_commits(odb, wanted, &wants, &haves, sieve, &mut chosen, &mut trees, counter)?;
    if wanted.include_tags {
        include_tags(view, wanted, &client_tags, &mut chosen)?;
    }
    Ok(NewObjects { chosen, had: trees.into_had() })
}

#[expect(clippy::too_many_arguments, reason = "one step of new_objects, split off for its length")]
fn add_commits(
    odb: &Odb,
    wanted: &Wanted,
    wants: &Roots,
    haves: &Roots,
    sieve: Sieve,
    chosen: &mut Chosen,
    trees: &mut TreeWalk<'_>,
    counter: &mut Counter,
) -> Result<()> {
    // Where the client's history stays cut off, following it would send what the client asked not to get.
    let mut cut = wanted.client_shallow.clone();
    let mut tips = wants.commits.clone();
    for id in wanted.unshallowed {
        cut.remove(id);
        tips.extend(commit(odb, id)?.parents);
    }
    cut.extend(wanted.boundary);
    let shown = Side { tips: &tips, cut: &cut };
    let hidden = Side { tips: &haves.commits, cut: wanted.client_shallow };

    let mut walk = Walk::new(odb, shown, hidden)?;
    let mut commits = Vec::new();
    while let Some(step) = walk.step()? {
        commits.push(step.entry);
        counter.reached(commits.len())?;
    }
    let named: HashSet<&ObjectId> = wants.commits.iter().collect();
    let mut stand_ins = None;
    // Ancestors first, as `TreeWalk` needs it.
    for entry in commits.into_iter().rev() {
        let id = odb.id(entry)?;
        if sieve.takes_commits() || named.contains(&id) {
            chosen.insert(entry);
        }
        if sieve.looks_for_trees_at(0) {
            let node = commit(odb, &id)?;
            let mut bases = parent_trees(odb, &walk, &node)?;
            if bases.is_empty() {
                if stand_ins.is_none() {
                    stand_ins = Some(newest_trees(odb, &haves.commits)?);
                }
                bases.extend(stand_ins.iter().flatten());
            }
            trees.add_root(&node.tree, bases, chosen)?;
        }
        counter.reached(chosen.len())?;
    }
    Ok(())
}

/// The trees of those parents that the client gets or has.
fn parent_trees(odb: &Odb, walk: &Walk<'_>, node: &CommitNode) -> Result<Vec<Base>> {
    let mut bases = Vec::with_capacity(node.parents.len());
    for parent in &node.parents {
        let entry = odb.locate(parent)?.ok_or(Error::Missing(*parent))?;
        let had = walk.hides(entry);
        if had || walk.shows(entry) {
            bases.push(Base { tree: root_of(odb, parent)?, had });
        }
    }
    Ok(bases)
}

/// The trees of the newest of the commits that the client has.
fn newest_trees(odb: &Odb, commits: &[ObjectId]) -> Result<Vec<Base>> {
    let mut nodes = commits.iter().map(|id| commit(odb, id)).collect::<Result<Vec<_>>>()?;
    nodes.sort_by_key(|node| std::cmp::Reverse((node.generation, node.time)));
    nodes.truncate(STAND_IN_BASES);
    nodes.iter().map(|node| Ok(Base { tree: root_of(odb, &node.id)?, had: true })).collect()
}

fn root_of(odb: &Odb, id: &ObjectId) -> Result<Entry> {
    let tree = commit(odb, id)?.tree;
    odb.locate(&tree)?.ok_or(Error::Missing(tree))
}

fn commit(odb: &Odb, id: &ObjectId) -> Result<CommitNode> {
    odb.commit(id)?.ok_or(Error::Missing(*id))
}

/// Adds the annotated tags among the refs whose peeled target is sent or wanted (`include-tag`).
pub(super) fn include_tags(
    view: &View,
    wanted: &Wanted,
    client_tags: &HashSet<Entry>,
    chosen: &mut Chosen,
) -> Result<()> {
    let odb = view.odb;
    let wants: HashSet<&ObjectId> = wanted.wants.iter().collect();
    for tag in view.refs {
        let Some(peeled) = &tag.peeled else { continue };
        let is_sent = match odb.locate(peeled)? {
            Some(entry) => chosen.contains(entry),
            None => return Err(Error::Missing(*peeled)),
        };
        if is_sent || wants.contains(peeled) {
            follow_tags(odb, tag.target, &mut |entry| {
                if !client_tags.contains(&entry) {
                    chosen.insert(entry);
                }
            })?;
        }
    }
    Ok(())
}
