//! Which files differ between two trees, found lazily in path order, so that a page costs what the page holds.

use crate::error::Result;
use crate::odb::Odb;
use crate::tree::{EntryMode, TreeEntry, entries};
use gix::ObjectId;
use std::cmp::Ordering;
use std::iter::Peekable;
use std::vec::IntoIter;

/// One side of a difference: a file, symbolic link or submodule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Side {
    /// What it is.
    pub mode: EntryMode,
    /// Its object.
    pub id: ObjectId,
}

/// One path at which two trees differ. At least one side is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The path from the root. Not always UTF-8.
    pub path: Vec<u8>,
    /// What was there before.
    pub before: Option<Side>,
    /// What is there after.
    pub after: Option<Side>,
}

/// The differences between two trees, in the order of their paths' bytes (a folder's files count with the folder's name
/// and a slash). Only folders that differ are read, one level at a time.
pub struct Differences<'a> {
    odb: &'a Odb,
    levels: Vec<Level>,
    resume_behind: Option<Vec<u8>>,
}

/// A pair of folders being compared.
struct Level {
    /// The path of the folder, with a slash at its end; empty for the root.
    prefix: Vec<u8>,
    before: Peekable<IntoIter<TreeEntry>>,
    after: Peekable<IntoIter<TreeEntry>>,
}

impl<'a> Differences<'a> {
    /// Compares two trees; a missing tree counts as empty. With `resume_behind`, only paths greater than it are told,
    /// and folders before it are not read.
    pub fn new(
        odb: &'a Odb,
        before: Option<&ObjectId>,
        after: Option<&ObjectId>,
        resume_behind: Option<Vec<u8>>,
    ) -> Result<Self> {
        let mut differences = Self { odb, levels: Vec::new(), resume_behind };
        if before != after {
            differences.enter(Vec::new(), before, after)?;
        }
        Ok(differences)
    }

    fn enter(&mut self, prefix: Vec<u8>, before: Option<&ObjectId>, after: Option<&ObjectId>) -> Result<()> {
        let read = |id: Option<&ObjectId>| -> Result<_> {
            let entries = id.map(|id| entries(self.odb, id)).transpose()?.unwrap_or_default();
            Ok(entries.into_iter().peekable())
        };
        let level = Level { prefix, before: read(before)?, after: read(after)? };
        self.levels.push(level);
        Ok(())
    }

    fn step(&mut self) -> Result<Option<Difference>> {
        while let Some(level) = self.levels.last_mut() {
            let Some((before, after)) = level.next_pair() else {
                self.levels.pop();
                continue;
            };
            if before.as_ref().map(|entry| (entry.mode, entry.id)) == after.as_ref().map(|entry| (entry.mode, entry.id))
            {
                continue;
            }
            let Some(either) = before.as_ref().or(after.as_ref()) else { continue };
            let mut path = [&level.prefix, &either.name[..]].concat();
            if either.mode.is_tree() {
                path.push(b'/');
                if !self.is_behind_subtree(&path) {
                    let ids = (before.map(|entry| entry.id), after.map(|entry| entry.id));
                    self.enter(path, ids.0.as_ref(), ids.1.as_ref())?;
                }
                continue;
            }
            if self.resume_behind.as_ref().is_some_and(|resume| path <= *resume) {
                continue;
            }
            let side = |entry: TreeEntry| Side { mode: entry.mode, id: entry.id };
            return Ok(Some(Difference { path, before: before.map(side), after: after.map(side) }));
        }
        Ok(None)
    }

    /// Whether every path below this folder comes before the place to resume at.
    fn is_behind_subtree(&self, folder: &[u8]) -> bool {
        self.resume_behind.as_ref().is_some_and(|resume| folder < &resume[..] && !resume.starts_with(folder))
    }
}

impl Level {
    /// The next entries of the same name and sort; an entry that only one side has comes alone. A file and a folder of the
    /// same name are two different things.
    fn next_pair(&mut self) -> Option<(Option<TreeEntry>, Option<TreeEntry>)> {
        let order = match (self.before.peek(), self.after.peek()) {
            (None, None) => return None,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(before), Some(after)) => sort_key(before).cmp(sort_key(after)),
        };
        Some(match order {
            Ordering::Less => (self.before.next(), None),
            Ordering::Greater => (None, self.after.next()),
            Ordering::Equal => (self.before.next(), self.after.next()),
        })
    }
}

/// How trees are sorted: a folder as if its name ended in a slash.
fn sort_key(entry: &TreeEntry) -> impl Iterator<Item = u8> {
    entry.name.iter().copied().chain(entry.mode.is_tree().then_some(b'/'))
}

impl Iterator for Differences<'_> {
    type Item = Result<Difference>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().transpose()
    }
}
