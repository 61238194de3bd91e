//! A fetch's filter, reduced to what decides over one object (`git rev-list --filter`, "filter-spec").

use super::Filter;
use crate::object::Kind;

/// Which objects a filter lets through. Parts of a combined filter must all agree, so each keeps the strictest bound.
///
/// Objects that the client names itself are never put to the sieve.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sieve {
    /// Trees and blobs this deep or deeper are left out; a commit's root tree is at depth 0.
    depth: u64,
    /// Blobs of this size or larger are left out.
    blob_limit: Option<u64>,
    /// One bit for each kind that is let through.
    kinds: u8,
}

impl Sieve {
    pub(super) fn of(filter: &Filter) -> Self {
        let mut sieve = Self { depth: u64::MAX, blob_limit: None, kinds: u8::MAX };
        let mut parts = vec![filter];
        while let Some(part) = parts.pop() {
            match part {
                Filter::None => {}
                Filter::BlobNone => sieve.blob_limit = Some(0),
                Filter::BlobLimit(size) => {
                    sieve.blob_limit = Some(sieve.blob_limit.map_or(*size, |limit| limit.min(*size)));
                }
                Filter::TreeDepth(depth) => sieve.depth = sieve.depth.min(*depth),
                Filter::Combine(more) => parts.extend(more),
                Filter::ObjectType(kind) => sieve.kinds &= bit(*kind),
            }
        }
        sieve
    }

    /// Whether everything is let through.
    pub(super) fn is_open(&self) -> bool {
        self.depth == u64::MAX && self.blob_limit.is_none() && self.kinds == u8::MAX
    }

    /// Whether an object's kind and size decide alone, its place in the tree does not matter.
    pub(super) fn ignores_depth(&self) -> bool {
        self.depth == u64::MAX || self.depth == 0
    }

    /// Whether the depth bound lets anything but root trees through, so that the same tree at another depth may differ.
    pub(super) fn depends_on_depth(&self) -> bool {
        self.depth != u64::MAX && self.depth > 1
    }

    pub(super) fn takes_commits(&self) -> bool {
        self.takes_kind(Kind::Commit)
    }

    pub(super) fn takes_trees_at(&self, depth: u64) -> bool {
        self.takes_kind(Kind::Tree) && depth < self.depth
    }

    pub(super) fn takes_blobs_at(&self, depth: u64) -> bool {
        self.takes_kind(Kind::Blob) && depth < self.depth && self.blob_limit != Some(0)
    }

    /// Whether trees at this depth need to be found, to be sent themselves or for what is in them.
    pub(super) fn looks_for_trees_at(&self, depth: u64) -> bool {
        self.takes_trees_at(depth) || self.looks_into_trees_at(depth)
    }

    /// Whether there can be anything to send in a tree at this depth.
    pub(super) fn looks_into_trees_at(&self, depth: u64) -> bool {
        let inside = depth.saturating_add(1);
        self.takes_trees_at(inside) || self.takes_blobs_at(inside)
    }

    /// The size from which blobs are left out.
    pub(super) fn blob_limit(&self) -> Option<u64> {
        self.blob_limit
    }

    /// Whether an object that is not looked at in its place is let through, when [`Sieve::ignores_depth`].
    pub(super) fn takes(&self, kind: Kind, size: u64) -> bool {
        match kind {
            Kind::Commit | Kind::Tag => self.takes_kind(kind),
            Kind::Tree => self.takes_trees_at(0),
            Kind::Blob => self.takes_blobs_at(0) && self.blob_limit.is_none_or(|limit| size < limit),
        }
    }

    fn takes_kind(&self, kind: Kind) -> bool {
        self.kinds & bit(kind) != 0
    }
}

fn bit(kind: Kind) -> u8 {
    1 << kind as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_depth_of_one_takes_root_trees_only() {
        let sieve = Sieve::of(&Filter::TreeDepth(1));
        assert!(sieve.takes_trees_at(0) && !sieve.looks_into_trees_at(0) && !sieve.takes_blobs_at(1));
    }

    #[test]
    fn the_parts_of_a_combined_filter_must_all_agree() {
        let sieve = Sieve::of(&Filter::Combine(vec![
            Filter::BlobLimit(10),
            Filter::Combine(vec![Filter::BlobLimit(5), Filter::TreeDepth(2)]),
        ]));
        assert_eq!(sieve.blob_limit(), Some(5));
        assert!(sieve.takes_blobs_at(1) && !sieve.takes_blobs_at(2));
        let nothing = Sieve::of(&Filter::Combine(vec![Filter::ObjectType(Kind::Tag), Filter::ObjectType(Kind::Tree)]));
        assert!(!nothing.takes(Kind::Tag, 1) && !nothing.takes_trees_at(0));
    }
}
