//! The quotas of a push, each with a name, a default and a reason.

/// What a push may contain. Every limit has its own error text for the person who pushes.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The largest object, in bytes. Default 2 GiB (AWS CodeCommit quota "Git blob size").
    pub max_object_bytes: u64,
    /// The largest commit, tree or tag, in bytes; these are parsed in memory. Default 32 MiB.
    pub max_metadata_object_bytes: u64,
    /// All objects of a push together, inflated, in bytes. Default 64 GiB: what a zip bomb may cost.
    pub max_inflated_bytes: u64,
    /// The pack itself as sent, in bytes. Default 16 GiB.
    pub max_pack_bytes: u64,
    /// How many objects a pack may hold. Default 20 million.
    pub max_objects: u32,
    /// How many deltas may stand on top of one another. Default 4,095 (the most that `git pack-objects --depth` makes).
    pub max_delta_depth: u32,
    /// How many refs one push may change. Default 4,000 (AWS CodeCommit quota "references in a single push").
    pub max_refs_per_push: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_object_bytes: 2 << 30,
            max_metadata_object_bytes: 32 << 20,
            max_inflated_bytes: 64 << 30,
            max_pack_bytes: 16 << 30,
            max_objects: 20_000_000,
            max_delta_depth: 4095,
            max_refs_per_push: 4000,
        }
    }
}
