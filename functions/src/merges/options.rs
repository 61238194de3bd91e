//! What the merge operations are told about conflicts: what counts as one, and what to do about it.

use crate::files::wire;
use crate::paths::file_path;
use api::{ConflictResolution, DeleteFileEntry, ErrorCode, ReplaceContentEntry, SetFileModeEntry};
use domain::{ConflictDetailLevel, ConflictResolutionStrategy, MergeOption};
use git::merge::Detail;
use git::tree::EntryKind;
use service::{Failure, Result};
use std::collections::{BTreeMap, BTreeSet};

/// The most entries of a conflict resolution. AWS documents an error for too many, but no number; this one is ours.
const MOST_ENTRIES: usize = 1000;

/// The most bytes of new content in a conflict resolution together (AWS CodeCommit quota "combined size of files": 7 MB).
const MOST_COMBINED_BYTES: usize = 7 << 20;

/// How conflicts are found and resolved.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub(crate) level: ConflictDetailLevel,
    pub(crate) strategy: ConflictResolutionStrategy,
    pub(crate) resolution: Resolution,
    pub(crate) keep_empty_folders: bool,
}

/// What was decided about single files.
#[derive(Debug, Clone, Default)]
pub(crate) struct Resolution {
    pub(crate) replacements: BTreeMap<String, Replacement>,
    pub(crate) deletions: BTreeSet<String>,
    pub(crate) modes: BTreeMap<String, EntryKind>,
}

/// What is to stand at a path in conflict.
#[derive(Debug, Clone)]
pub(crate) struct Replacement {
    pub(crate) with: With,
    pub(crate) kind: Option<EntryKind>,
}

#[derive(Debug, Clone)]
pub(crate) enum With {
    Base,
    Source,
    Destination,
    Content(Vec<u8>),
}

impl Options {
    /// For operations that only look.
    pub(crate) fn to_look(level: Option<String>, strategy: Option<String>) -> Result<Self> {
        Self::parse(level, strategy, None, None)
    }

    /// For operations that merge. The members are those of the requests.
    pub(crate) fn parse(
        level: Option<String>,
        strategy: Option<String>,
        resolution: Option<ConflictResolution>,
        keep_empty_folders: Option<bool>,
    ) -> Result<Self> {
        let strategy = match strategy.as_deref() {
            None | Some("NONE") => ConflictResolutionStrategy::None,
            Some("ACCEPT_SOURCE") => ConflictResolutionStrategy::AcceptSource,
            Some("ACCEPT_DESTINATION") => ConflictResolutionStrategy::AcceptDestination,
            Some("AUTOMERGE") => ConflictResolutionStrategy::Automerge,
            Some(other) => {
                return Err(Failure::new(
                    ErrorCode::InvalidConflictResolutionStrategyException,
                    format!("'{}' is no strategy", other.escape_debug()),
                ));
            }
        };
        let level = match level.as_deref() {
            None | Some("FILE_LEVEL") => ConflictDetailLevel::File,
            Some("LINE_LEVEL") => ConflictDetailLevel::Line,
            Some(other) => {
                return Err(Failure::new(
                    ErrorCode::InvalidConflictDetailLevelException,
                    format!("'{}' is no level of detail", other.escape_debug()),
                ));
            }
        };
        let resolution = Resolution::parse(resolution.unwrap_or_default())?;
        if strategy != ConflictResolutionStrategy::Automerge && !resolution.is_empty() {
            return Err(invalid("a conflict resolution is used with the strategy AUTOMERGE only"));
        }
        Ok(Self { level, strategy, resolution, keep_empty_folders: keep_empty_folders.unwrap_or_default() })
    }

    /// The level at which conflicts are looked for. Merging automatically means merging lines.
    pub(crate) fn detail(&self) -> Detail {
        match (self.strategy, self.level) {
            (ConflictResolutionStrategy::Automerge, _) | (_, ConflictDetailLevel::Line) => Detail::Line,
            (_, ConflictDetailLevel::File) => Detail::File,
        }
    }
}

/// The merge options of requests.
pub(crate) fn merge_option(given: Option<&str>) -> Result<MergeOption> {
    match given {
        Some("FAST_FORWARD_MERGE") => Ok(MergeOption::FastForward),
        Some("SQUASH_MERGE") => Ok(MergeOption::Squash),
        Some("THREE_WAY_MERGE") => Ok(MergeOption::ThreeWay),
        _ => Err(Failure::new(ErrorCode::InvalidMergeOptionException, "that is no way to merge")),
    }
}

impl Resolution {
    fn parse(given: ConflictResolution) -> Result<Self> {
        let replacements = given.replace_contents.unwrap_or_default();
        let deletions = given.delete_files.unwrap_or_default();
        let modes = given.set_file_modes.unwrap_or_default();
        if replacements.len() + deletions.len() + modes.len() > MOST_ENTRIES {
            return Err(Failure::new(
                ErrorCode::MaximumConflictResolutionEntriesExceededException,
                format!("a conflict resolution has at most {MOST_ENTRIES} entries"),
            ));
        }
        let mut resolution = Self::default();
        let mut bytes = 0;
        for ReplaceContentEntry { file_path: path, replacement_type, content, file_mode } in replacements {
            let path = resolution.new_path(path)?;
            let with = replacement(&path, replacement_type.as_deref(), content.map(Vec::from))?;
            if let With::Content(content) = &with {
                bytes += content.len();
            }
            let kind = file_mode.as_deref().and_then(wire::entry_kind);
            resolution.replacements.insert(path, Replacement { with, kind });
        }
        for DeleteFileEntry { file_path: path } in deletions {
            let path = resolution.new_path(path)?;
            resolution.deletions.insert(path);
        }
        for SetFileModeEntry { file_path: path, file_mode } in modes {
            let path = resolution.new_path(path)?;
            let kind = file_mode.as_deref().and_then(wire::entry_kind);
            let kind = kind.ok_or_else(|| invalid(&format!("'{}' has no file mode", path.escape_debug())))?;
            resolution.modes.insert(path, kind);
        }
        if bytes > MOST_COMBINED_BYTES {
            return Err(Failure::new(
                ErrorCode::FolderContentSizeLimitExceededException,
                format!("one merge carries at most {MOST_COMBINED_BYTES} bytes here; more can be pushed with git"),
            ));
        }
        Ok(resolution)
    }

    /// A path that no entry has named yet.
    fn new_path(&self, given: Option<String>) -> Result<String> {
        let path = file_path(given)?;
        if self.paths().any(|known| *known == path) {
            return Err(Failure::new(
                ErrorCode::MultipleConflictResolutionEntriesException,
                format!("'{}' has more than one entry", path.escape_debug()),
            ));
        }
        Ok(path)
    }

    pub(crate) fn paths(&self) -> impl Iterator<Item = &String> {
        self.replacements.keys().chain(&self.deletions).chain(self.modes.keys())
    }

    fn is_empty(&self) -> bool {
        self.paths().next().is_none()
    }
}

fn replacement(path: &str, kind: Option<&str>, content: Option<Vec<u8>>) -> Result<With> {
    match (kind, content) {
        (Some("USE_NEW_CONTENT"), Some(content)) => Ok(With::Content(content)),
        (Some("USE_NEW_CONTENT"), None) => Err(Failure::new(
            ErrorCode::ReplacementContentRequiredException,
            format!("'{}' is to get new content, but there is none", path.escape_debug()),
        )),
        (_, Some(_)) => Err(Failure::new(
            ErrorCode::InvalidReplacementContentException,
            format!("'{}' has content, which only USE_NEW_CONTENT takes", path.escape_debug()),
        )),
        (Some("KEEP_BASE"), None) => Ok(With::Base),
        (Some("KEEP_SOURCE"), None) => Ok(With::Source),
        (Some("KEEP_DESTINATION"), None) => Ok(With::Destination),
        (_, None) => Err(Failure::new(
            ErrorCode::InvalidReplacementTypeException,
            format!("'{}' has no valid replacement type", path.escape_debug()),
        )),
    }
}

pub(crate) fn invalid(reason: &str) -> Failure {
    Failure::new(ErrorCode::InvalidConflictResolutionException, reason)
}
