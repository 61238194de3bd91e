//! Negotiation: finding what client and server have in common, and when enough is known.

use super::roots::{Roots, follow_tags};
use crate::error::{Error, Result};
use crate::object::Kind;
use crate::odb::{EntrySet, Odb};
use gix::ObjectId;

/// How many commits are looked at, at most, to find out whether enough is known. Beyond, the client goes on telling what it
/// has until it has no more to tell, which costs it a few rounds, and nobody anything else.
const MAX_VISITS: u32 = 1 << 16;

/// What is known so far of what both sides have.
pub(super) struct Negotiation<'a> {
    odb: &'a Odb,
    /// The commits the client wants, tags peeled.
    wants: Vec<ObjectId>,
    common: Vec<ObjectId>,
    /// What the client told of, tags peeled, and the parents of that.
    had: EntrySet,
    /// The lowest generation the client told of; nothing below can have what it told of as an ancestor.
    lowest: u32,
    ready: bool,
    /// How many `had` were when `ready` was last found out.
    looked_at: usize,
    visits_left: u32,
}

impl<'a> Negotiation<'a> {
    /// Begins for a client with these wants, which must be here.
    pub(super) fn new(odb: &'a Odb, wants: &[ObjectId]) -> Result<Self> {
        Ok(Self {
            odb,
            wants: Roots::of(odb, wants)?.commits,
            common: Vec::new(),
            had: odb.empty_set(),
            lowest: u32::MAX,
            ready: false,
            looked_at: 0,
            visits_left: MAX_VISITS,
        })
    }

    /// Hears of an object that the client has; tells whether both have it. Trees and blobs are not talked about.
    pub(super) fn have(&mut self, id: &ObjectId) -> Result<bool> {
        let Some(entry) = self.odb.locate(id)? else { return Ok(false) };
        if !matches!(self.odb.info(entry)?.kind, Kind::Commit | Kind::Tag) {
            return Ok(false);
        }
        if self.had.insert(entry) {
            self.common.push(*id);
        }
        let (end, entry, _) = follow_tags(self.odb, *id, &mut |_| {})?;
        if let Some(commit) = self.odb.commit(&end)? {
            self.had.insert(entry);
            self.lowest = self.lowest.min(commit.generation);
            // Clients tell of one commit after the other down a branch; there is no need to list them all.
            for parent in &commit.parents {
                self.had.insert(self.odb.locate(parent)?.ok_or(Error::Missing(*parent))?);
            }
        }
        Ok(true)
    }

    /// Whether both have something, and every wanted commit has an ancestor that the client has (or is one), so that
    /// hearing of more would hardly make the pack smaller.
    pub(super) fn is_ready(&mut self) -> Result<bool> {
        if self.ready || self.looked_at == self.had.len() {
            return Ok(self.ready);
        }
        self.looked_at = self.had.len();
        let mut good = self.had.clone();
        let mut seen = self.odb.empty_set();
        for want in &self.wants {
            let mut search = Search { odb: self.odb, lowest: self.lowest, good: &mut good, seen: &mut seen };
            if !search.finds_good_ancestor(want, &mut self.visits_left)? {
                return Ok(false);
            }
        }
        self.ready = true;
        Ok(true)
    }

    /// The objects both have, in the order they came up, without those that are parents of others before them.
    pub(super) fn common(&self) -> &[ObjectId] {
        &self.common
    }
}

/// A search for ancestors that the client has, depth first, by which no commit is looked at twice.
struct Search<'a> {
    odb: &'a Odb,
    lowest: u32,
    /// What the client has, and commits that have such an ancestor.
    good: &'a mut EntrySet,
    /// Commits that were looked at; unless they are good as well, in vain.
    seen: &'a mut EntrySet,
}

impl Search<'_> {
    fn finds_good_ancestor(&mut self, tip: &ObjectId, visits_left: &mut u32) -> Result<bool> {
        let mut path = Vec::new();
        let mut next = Some(*tip);
        loop {
            if let Some(id) = next {
                let entry = self.odb.locate(&id)?.ok_or(Error::Missing(id))?;
                if self.good.contains(entry) {
                    for (descendant, _) in path {
                        self.good.insert(descendant);
                    }
                    return Ok(true);
                }
                if self.seen.insert(entry) {
                    let Some(left) = visits_left.checked_sub(1) else { return Ok(false) };
                    *visits_left = left;
                    let node = self.odb.commit(&id)?.ok_or(Error::Missing(id))?;
                    let parents = if node.generation > self.lowest { node.parents } else { Vec::new() };
                    path.push((entry, parents.into_iter()));
                }
            }
            let Some((_, parents)) = path.last_mut() else { return Ok(false) };
            next = parents.next();
            if next.is_none() {
                path.pop();
            }
        }
    }
}
