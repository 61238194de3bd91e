//! Decides whether a client may have the objects it names: only those that some ref reaches.

use super::View;
use super::roots::{Roots, follow_tags};
use super::tree_items::{ItemKind, TreeItems};
use super::tree_walk::malformed;
use crate::error::{Error, Result};
use crate::object::Kind;
use crate::odb::{Entry, EntrySet, Odb};
use crate::walk::{self, Side, Walk};
use gix::ObjectId;
use std::collections::HashSet;

/// Checks that every want is reachable from a ref; else names one that is not, or is not here at all.
///
/// What a ref points to and what tags on refs peel to costs nothing. Other commits cost a walk over history down to their
/// generation; other objects a walk over trees until they are found, newest history first. Nothing of that is needed
/// while nothing unreachable is stored.
pub fn check_wants(view: &View, wants: &[ObjectId]) -> Result<std::result::Result<(), ObjectId>> {
    let odb = view.odb;
    let tips: HashSet<ObjectId> = view.refs.iter().flat_map(|tip| [Some(tip.target), tip.peeled]).flatten().collect();
    let mut commits = Vec::new();
    let mut others = HashSet::new();
    for id in wants.iter().filter(|id| !tips.contains(*id)) {
        let Some(entry) = odb.locate(id)? else { return Ok(Err(*id)) };
        if view.all_reachable || view.unreferenced.contains(id) {
            continue;
        }
        match odb.info(entry)?.kind {
            Kind::Commit => commits.push(*id),
            Kind::Tree | Kind::Blob | Kind::Tag => {
                others.insert(*id);
            }
        }
    }
    if commits.is_empty() && others.is_empty() {
        return Ok(Ok(()));
    }
    let targets: Vec<ObjectId> = view.refs.iter().map(|tip| tip.target).collect();
    let roots = Roots::of(odb, &targets)?;
    if !commits.is_empty()
        && let Some(id) = walk::unreachable(odb, &roots.commits, &commits)?.into_iter().next()
    {
        return Ok(Err(id));
    }
    if others.is_empty() {
        return Ok(Ok(()));
    }
    Search { odb, missing: others, seen: odb.empty_set(), pending: Vec::new() }.run(view, &roots)
}

/// A search for objects by walking over everything that refs reach.
struct Search<'a> {
    odb: &'a Odb,
    missing: HashSet<ObjectId>,
    seen: EntrySet,
    pending: Vec<Entry>,
}

impl<'a> Search<'a> {
    fn run(mut self, view: &View, roots: &Roots) -> Result<std::result::Result<(), ObjectId>> {
        for tip in view.refs {
            let mut tags = Vec::new();
            let (end, ..) = follow_tags(self.odb, tip.target, &mut |tag| tags.push(tag))?;
            for tag in tags {
                self.missing.remove(&self.odb.id(tag)?);
            }
            self.missing.remove(&end);
        }
        self.pending.extend(&roots.trees);
        self.search_trees()?;
        let nowhere = HashSet::new();
        let mut history =
            Walk::new(self.odb, Side { tips: &roots.commits, cut: &nowhere }, Side { tips: &[], cut: &nowhere })?;
        while !self.missing.is_empty() {
            let Some(step) = history.step()? else { break };
            self.meet_tree(&step.node.tree)?;
            self.search_trees()?;
        }
        Ok(self.missing.into_iter().next().map_or(Ok(()), Err))
    }

    fn meet_tree(&mut self, id: &ObjectId) -> Result<()> {
        self.missing.remove(id);
        let tree = self.odb.locate(id)?.ok_or(Error::Missing(*id))?;
        if self.seen.insert(tree) {
            self.pending.push(tree);
        }
        Ok(())
    }

    fn search_trees(&mut self) -> Result<()> {
        while !self.missing.is_empty()
            && let Some(entry) = self.pending.pop()
        {
            let tree = self.odb.object(entry)?;
            let mut items = TreeItems::of(&tree.data);
            while let Some(item) = items.next_item().or_else(|_| malformed(self.odb, entry))? {
                let id = ObjectId::from(*item.id);
                match item.kind {
                    ItemKind::Tree => self.meet_tree(&id)?,
                    ItemKind::Blob => {
                        self.missing.remove(&id);
                    }
                    ItemKind::Gitlink => {}
                }
            }
        }
        Ok(())
    }
}
