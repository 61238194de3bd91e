//! Merges in words: how, what counted as a conflict, and what was done about it.

use serde::{Deserialize, Serialize};

/// What was merged, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MergeFacts {
    /// The merge base, in hex; `None` for unrelated histories.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_commit: Option<String>,
    /// The commit that was merged, in hex.
    pub source_commit: String,
    /// The commit that it was merged into, in hex.
    pub destination_commit: String,
    /// How.
    pub option: MergeOption,
    /// What counted as a conflict; nothing for a fast-forward, which has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflict_detail_level: Option<ConflictDetailLevel>,
    /// What was done about conflicts; nothing for a fast-forward, which has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflict_resolution_strategy: Option<ConflictResolutionStrategy>,
}

/// The ways to merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MergeOption {
    /// The destination moves to the source.
    FastForward,
    /// A commit with one parent that makes all changes of the source.
    Squash,
    /// A commit with both sides as its parents.
    ThreeWay,
}

/// What counts as a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConflictDetailLevel {
    /// Both sides changed the same file.
    File,
    /// Both sides changed the same lines.
    Line,
}

/// What is done about conflicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConflictResolutionStrategy {
    /// Nothing: there is no merge then.
    None,
    /// The source's version is taken.
    AcceptSource,
    /// The destination's version is taken.
    AcceptDestination,
    /// What can be merged line by line is; the rest was decided by whoever merged.
    Automerge,
}
