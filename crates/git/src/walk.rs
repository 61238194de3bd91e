//! Walks over history: what one side has and the other lacks, merge bases, ancestry, and the cuts of shallow clones.
//!
//! All walks take commits by descending generation, so a commit is looked at only after all its descendants, and what is
//! known of it by then is final. Clock skew between committers therefore cannot mislead them. They read the graph parts
//! only; no commit object is decoded.

use crate::error::{Error, Result};
use crate::odb::{CommitNode, Entry, EntrySet, Odb};
use gix::ObjectId;
use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashSet};

/// A commit and where it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Where the commit is.
    pub entry: Entry,
    /// What the graph tells of it.
    pub node: CommitNode,
}

impl Step {
    fn at(odb: &Odb, entry: Entry, id: &ObjectId) -> Result<Self> {
        let node = odb.commit(id)?.ok_or(Error::Missing(*id))?;
        Ok(Self { entry, node })
    }
}

/// Later generations come first; among equals, which cannot be each other's ancestors, the newest.
impl Ord for Step {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.node.generation, self.node.time, self.entry).cmp(&(other.node.generation, other.node.time, other.entry))
    }
}

impl PartialOrd for Step {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// One side of a walk: where it starts, and the commits at which it ends because their parents are not followed.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The commits it starts at.
    pub tips: &'a [ObjectId],
    /// Commits that belong to the side but whose parents do not (by this way), as in a shallow repository.
    pub cut: &'a HashSet<ObjectId>,
}

/// The commits reachable from one side and not from the other (`git rev-list A ^B`), each after all its descendants.
///
/// Where the hidden side is cut, what lies below is not hidden; but it is found only by ways that are not hidden
/// themselves, or by tips below the cut.
pub struct Walk<'a> {
    odb: &'a Odb,
    queue: BinaryHeap<Step>,
    shown: EntrySet,
    hidden: EntrySet,
    /// How many queued commits are shown and not hidden; without any, the walk is over.
    open: usize,
    cut_shown: &'a HashSet<ObjectId>,
    cut_hidden: &'a HashSet<ObjectId>,
    since: i64,
}

impl<'a> Walk<'a> {
    /// Starts a walk. [`Error::Missing`] when one of the tips is not a commit of this repository.
    pub fn new(odb: &'a Odb, shown: Side<'a>, hidden: Side<'a>) -> Result<Self> {
        let mut walk = Self {
            odb,
            queue: BinaryHeap::new(),
            shown: odb.empty_set(),
            hidden: odb.empty_set(),
            open: 0,
            cut_shown: shown.cut,
            cut_hidden: hidden.cut,
            since: i64::MIN,
        };
        for id in shown.tips {
            walk.paint(id, true, false)?;
        }
        for id in hidden.tips {
            walk.paint(id, false, true)?;
        }
        Ok(walk)
    }

    /// Leaves out commits older than `time` (seconds since the epoch), and what is only reachable through them.
    pub fn since(mut self, time: i64) -> Self {
        self.since = time;
        self
    }

    /// Whether the walk has found the commit to be reachable from the hidden side. Once the walk is over this is certain
    /// for parents of commits it yielded, unless they were cut off; for others `false` may mean "not looked at".
    pub fn hides(&self, entry: Entry) -> bool {
        self.hidden.contains(entry)
    }

    /// Whether the commit is among those the walk yields. Certain once the walk is over (and was not limited by time).
    pub fn shows(&self, entry: Entry) -> bool {
        self.shown.contains(entry) && !self.hidden.contains(entry)
    }

    /// The next commit, or `None` at the end.
    pub fn step(&mut self) -> Result<Option<Step>> {
        while self.open > 0 {
            let Some(step) = self.queue.pop() else { break };
            let hidden = self.hidden.contains(step.entry);
            let mut shown = self.shown.contains(step.entry);
            if shown && !hidden {
                self.open -= 1;
            }
            shown &= step.node.time >= self.since;
            let follow_shown = shown && !self.cut_shown.contains(&step.node.id);
            let follow_hidden = hidden && !self.cut_hidden.contains(&step.node.id);
            if follow_shown || follow_hidden {
                for parent in &step.node.parents {
                    self.paint(parent, follow_shown, follow_hidden)?;
                }
            }
            if shown && !hidden {
                return Ok(Some(step));
            }
        }
        Ok(None)
    }

    /// Notes that a commit is reachable from one side or both. Only its descendants do so, hence always before its turn.
    fn paint(&mut self, id: &ObjectId, shown: bool, hidden: bool) -> Result<()> {
        let entry = self.odb.locate(id)?.ok_or(Error::Missing(*id))?;
        let (was_shown, was_hidden) = (self.shown.contains(entry), self.hidden.contains(entry));
        if !was_shown && !was_hidden {
            self.queue.push(Step::at(self.odb, entry, id)?);
        }
        if shown {
            self.shown.insert(entry);
        }
        if hidden {
            self.hidden.insert(entry);
        }
        let was_open = was_shown && !was_hidden;
        let is_open = (was_shown || shown) && !(was_hidden || hidden);
        match (was_open, is_open) {
            (false, true) => self.open += 1,
            (true, false) => self.open -= 1,
            _ => {}
        }
        Ok(())
    }
}

impl Iterator for Walk<'_> {
    type Item = Result<Step>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().transpose()
    }
}

/// Those of `targets` that are not reachable from `tips`; a commit is reachable from itself. All must be commits here.
pub fn unreachable(odb: &Odb, tips: &[ObjectId], targets: &[ObjectId]) -> Result<Vec<ObjectId>> {
    let mut missing: HashSet<ObjectId> = targets.iter().copied().collect();
    let mut lowest = u32::MAX;
    for target in targets {
        lowest = lowest.min(odb.commit(target)?.ok_or(Error::Missing(*target))?.generation);
    }
    let mut seen = odb.empty_set();
    let mut queue = BinaryHeap::new();
    let mut enqueue = |id: &ObjectId, queue: &mut BinaryHeap<Step>| -> Result<()> {
        let entry = odb.locate(id)?.ok_or(Error::Missing(*id))?;
        if seen.insert(entry) {
            queue.push(Step::at(odb, entry, id)?);
        }
        Ok(())
    };
    for id in tips {
        enqueue(id, &mut queue)?;
    }
    while let Some(step) = queue.pop() {
        missing.remove(&step.node.id);
        if missing.is_empty() || step.node.generation < lowest {
            break;
        }
        for parent in &step.node.parents {
            enqueue(parent, &mut queue)?;
        }
    }
    Ok(missing.into_iter().collect())
}

/// Whether `ancestor` is `descendant` or reachable from it (`git merge-base --is-ancestor`). Both must be commits here.
pub fn is_ancestor(odb: &Odb, ancestor: &ObjectId, descendant: &ObjectId) -> Result<bool> {
    Ok(unreachable(odb, &[*descendant], &[*ancestor])?.is_empty())
}

/// All best common ancestors of two commits (`git merge-base --all`): common ancestors that are not an ancestor of another
/// one. The newest come first; none for unrelated histories.
pub fn merge_bases(odb: &Odb, one: &ObjectId, other: &ObjectId) -> Result<Vec<ObjectId>> {
    merge_bases_between(odb, &[*one], &[*other])
}

/// All best common ancestors of two commits that may not exist: each stands for a merge of the given ones.
pub fn merge_bases_between(odb: &Odb, one: &[ObjectId], other: &[ObjectId]) -> Result<Vec<ObjectId>> {
    let mut painter = Painter {
        odb,
        queue: BinaryHeap::new(),
        sides: [odb.empty_set(), odb.empty_set()],
        stale: odb.empty_set(),
        fresh: 0,
    };
    for id in one {
        painter.paint(id, [true, false], false)?;
    }
    for id in other {
        painter.paint(id, [false, true], false)?;
    }
    let mut bases = Vec::new();
    while painter.fresh > 0 {
        let Some(step) = painter.queue.pop() else { break };
        let sides = [0, 1].map(|side| painter.sides[side].contains(step.entry));
        let mut stale = painter.stale.contains(step.entry);
        if !stale {
            painter.fresh -= 1;
            if sides == [true, true] {
                bases.push(step.node.id);
                stale = true;
            }
        }
        for parent in &step.node.parents {
            painter.paint(parent, sides, stale)?;
        }
    }
    Ok(bases)
}

/// Colours commits by the sides they are reachable from; `stale` are those below a common ancestor already found.
struct Painter<'a> {
    odb: &'a Odb,
    queue: BinaryHeap<Step>,
    sides: [EntrySet; 2],
    stale: EntrySet,
    /// How many queued commits are not stale.
    fresh: usize,
}

impl Painter<'_> {
    fn paint(&mut self, id: &ObjectId, sides: [bool; 2], stale: bool) -> Result<()> {
        let entry = self.odb.locate(id)?.ok_or(Error::Missing(*id))?;
        let known = self.sides.iter().any(|side| side.contains(entry));
        if !known {
            self.queue.push(Step::at(self.odb, entry, id)?);
            self.fresh += 1;
        }
        for (side, paint) in self.sides.iter_mut().zip(sides) {
            if paint {
                side.insert(entry);
            }
        }
        if stale && self.stale.insert(entry) {
            self.fresh -= 1;
        }
        Ok(())
    }
}

/// A part of history as a shallow clone sees it.
#[derive(Debug, Clone)]
pub struct Shallow {
    within: EntrySet,
    /// The commits in it with parents outside of it: those the client is to treat as having none.
    pub boundary: Vec<ObjectId>,
}

impl Shallow {
    /// Whether the commit belongs to the part.
    pub fn contains(&self, odb: &Odb, id: &ObjectId) -> Result<bool> {
        Ok(odb.locate(id)?.is_some_and(|entry| self.within.contains(entry)))
    }

    /// How many commits belong to it.
    pub fn len(&self) -> usize {
        self.within.len()
    }

    /// Whether no commit belongs to it.
    pub fn is_empty(&self) -> bool {
        self.within.is_empty()
    }
}

/// The commits at most `depth` steps deep, where the tips are at depth 1 (`deepen <depth>`). The boundary are those at
/// exactly that depth that have parents.
pub fn to_depth(odb: &Odb, tips: &[ObjectId], depth: u32) -> Result<Shallow> {
    let mut within = odb.empty_set();
    let mut boundary = Vec::new();
    let mut level = tips.to_vec();
    for level_depth in 1..=depth {
        let mut next = Vec::new();
        for id in level {
            let entry = odb.locate(&id)?.ok_or(Error::Missing(id))?;
            if !within.insert(entry) {
                continue;
            }
            let node = odb.commit(&id)?.ok_or(Error::Missing(id))?;
            if node.parents.is_empty() {
                continue;
            }
            if level_depth == depth {
                boundary.push(id);
            } else {
                next.extend(node.parents);
            }
        }
        if next.is_empty() {
            break;
        }
        level = next;
    }
    Ok(Shallow { within, boundary })
}

/// The commits that are reachable from `tips`, not older than `since` (`deepen-since`, seconds since the epoch) and not
/// reachable from `excluded` (`deepen-not`). It is empty when the tips themselves are too old or excluded.
pub fn bounded(odb: &Odb, tips: &[ObjectId], since: Option<i64>, excluded: &[ObjectId]) -> Result<Shallow> {
    let nowhere = HashSet::new();
    let walk = Walk::new(odb, Side { tips, cut: &nowhere }, Side { tips: excluded, cut: &nowhere })?;
    let mut within = odb.empty_set();
    let mut with_parents = Vec::new();
    for step in walk.since(since.unwrap_or(i64::MIN)) {
        let step = step?;
        within.insert(step.entry);
        if !step.node.parents.is_empty() {
            with_parents.push(step.entry);
        }
    }
    let mut boundary = Vec::new();
    for entry in with_parents {
        let id = odb.id(entry)?;
        let node = odb.commit(&id)?.ok_or(Error::Missing(id))?;
        for parent in &node.parents {
            let parent_entry = odb.locate(parent)?.ok_or(Error::Missing(*parent))?;
            if !within.contains(parent_entry) {
                boundary.push(id);
                break;
            }
        }
    }
    Ok(Shallow { within, boundary })
}
