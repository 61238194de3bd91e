//! Which deltas stand on which entry of a pack.

use super::entries::{Entries, NO_BASE};
use gix::ObjectId;

/// The deltas of a pack by their base.
pub(crate) struct Deltas {
    /// Base and delta, as rows, for deltas whose base is known by its place.
    by_row: Vec<(u32, u32)>,
    /// Base and delta, for deltas that name their base by id.
    by_id: Vec<(ObjectId, u32)>,
}

impl Deltas {
    /// All deltas. Those that name their base by id are taken out of `entries`.
    pub(crate) fn of(entries: &mut Entries) -> Self {
        let mut by_id = std::mem::take(&mut entries.by_id);
        by_id.sort_unstable();
        Self { by_row: by_row(entries, |_| true), by_id }
    }

    /// Those among the deltas that `wanted` accepts, after all bases have become known.
    pub(crate) fn among(entries: &Entries, wanted: impl Fn(u32) -> bool) -> Self {
        Self { by_row: by_row(entries, wanted), by_id: Vec::new() }
    }

    /// The deltas that stand on the object `id` of row `base`, which they are told. Nobody gets a delta twice.
    pub(crate) fn on(&self, base: u32, id: &ObjectId, entries: &mut Entries) -> Vec<u32> {
        let first = self.by_row.partition_point(|(other, _)| *other < base);
        let mut found: Vec<u32> =
            self.by_row[first..].iter().take_while(|(other, _)| *other == base).map(|(_, delta)| *delta).collect();
        if !self.by_id.is_empty() {
            let first = self.by_id.partition_point(|(other, _)| other < id);
            for (_, delta) in self.by_id[first..].iter().take_while(|(other, _)| other == id) {
                let row = &mut entries.rows[*delta as usize];
                if row.base == NO_BASE {
                    row.base = base;
                    found.push(*delta);
                }
            }
        }
        found
    }

    /// The deltas whose base was not found yet, in the order of the pack, so that a delta on which others stand comes first.
    pub(crate) fn unfounded(&self, entries: &Entries) -> Vec<(u32, ObjectId)> {
        let mut unfounded: Vec<_> = self
            .by_id
            .iter()
            .filter(|(_, delta)| entries.rows[*delta as usize].base == NO_BASE)
            .map(|(base, delta)| (*delta, *base))
            .collect();
        unfounded.sort_unstable();
        unfounded
    }
}

fn by_row(entries: &Entries, wanted: impl Fn(u32) -> bool) -> Vec<(u32, u32)> {
    let with_base = (0u32..).zip(&entries.rows).filter(|(_, row)| row.base != NO_BASE);
    let mut pairs: Vec<_> =
        with_base.filter(|(delta, _)| wanted(*delta)).map(|(delta, row)| (row.base, delta)).collect();
    pairs.sort_unstable();
    pairs
}
