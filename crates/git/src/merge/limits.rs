//! How large a merge may be. Whatever is larger can be merged with git and pushed.

/// The limits of one merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MergeLimits {
    /// How many commits the tips may have that are not common to both, and how many pairs of merge bases may have to be
    /// merged before. AWS documents an error for tips that are too far apart, but no number; this one is ours.
    pub divergence: usize,
    /// How many paths may differ between the merge base and the two sides. AWS documents an error, but no number; this one
    /// is ours.
    pub items_to_compare: usize,
    /// How many files may have to be looked into, to merge them line by line or to find renames. AWS documents an error, but
    /// no number; this one is ours.
    pub files_to_load: usize,
    /// How many bytes those files may have together.
    pub bytes_to_load: u64,
    /// How many pairs of a deleted and an added file are compared to find renames. Above it only exact renames, and renames
    /// that keep a file's name, are found, as with Git's `merge.renameLimit`.
    pub rename_pairs: usize,
}

impl Default for MergeLimits {
    fn default() -> Self {
        Self {
            divergence: 10_000,
            items_to_compare: 50_000,
            files_to_load: 5_000,
            bytes_to_load: 512 << 20,
            rename_pairs: 1_000_000,
        }
    }
}
