//! The objects chosen for a pack: one bit for each stored object, and a list while they are few.

use crate::error::Result;
use crate::odb::{Entry, EntrySet, Odb};

/// Up to this many objects are also kept as a list, so that a small fetch does not search the bits of a huge repository.
const FEW: usize = 1 << 16;

/// A set of entries that can be told pack by pack.
pub(super) struct Chosen {
    set: EntrySet,
    few: Vec<Entry>,
    by_pack: Vec<u32>,
}

impl Chosen {
    pub(super) fn none(odb: &Odb) -> Self {
        Self { set: odb.empty_set(), few: Vec::new(), by_pack: vec![0; odb.packs().len()] }
    }

    /// Adds an entry, which must be the one that [`Odb::locate`] answers; tells whether it is new.
    pub(super) fn insert(&mut self, entry: Entry) -> bool {
        let new = self.set.insert(entry);
        if new {
            self.by_pack[entry.pack as usize] += 1;
            if self.few.len() < FEW {
                self.few.push(entry);
            }
        }
        new
    }

    pub(super) fn contains(&self, entry: Entry) -> bool {
        self.set.contains(entry)
    }

    pub(super) fn len(&self) -> usize {
        self.set.len()
    }

    pub(super) fn count_in(&self, pack: u32) -> u32 {
        self.by_pack[pack as usize]
    }

    /// Calls `visit` with the position of every chosen entry of one pack.
    pub(super) fn each_in(&self, odb: &Odb, pack: u32, visit: &mut dyn FnMut(u32) -> Result<()>) -> Result<()> {
        if self.few.len() == self.set.len() {
            return self.few.iter().filter(|entry| entry.pack == pack).try_for_each(|entry| visit(entry.position));
        }
        (0..odb.packs()[pack as usize].objects)
            .filter(|position| self.set.contains(Entry { pack, position: *position }))
            .try_for_each(visit)
    }
}

impl Extend<Entry> for Chosen {
    fn extend<I: IntoIterator<Item = Entry>>(&mut self, entries: I) {
        for entry in entries {
            self.insert(entry);
        }
    }
}
