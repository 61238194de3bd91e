//! Merging three versions of one file: its mode and its content.

use super::error::Result;
use super::items::Three;
use super::objects::Objects;
use super::text::{Favor, Markers, Versions};
use crate::blob_diff::is_binary;
use crate::diff::Side;
use crate::object::Kind;
use crate::tree::EntryKind;
use bytes::Bytes;

/// How the contents of the two sides came together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// At most one side changed the content, or both did it alike.
    Clean,
    /// Both sides changed the content, in different lines.
    Merged,
    /// Both sides changed the same lines, in so many places.
    Conflict(usize),
    /// Both sides changed something that has no lines to be merged: a binary file, a very large one, a symbolic link, a
    /// submodule.
    Whole,
}

/// A merged file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mixed {
    pub(super) content: Content,
    pub(super) mode_conflict: bool,
    /// The merged file; where there are conflicts, one with markers, or one side's.
    pub(super) result: Side,
}

impl Mixed {
    pub(super) fn conflicts(&self) -> usize {
        let content = match self.content {
            Content::Clean | Content::Merged => 0,
            Content::Conflict(count) => count,
            Content::Whole => 1,
        };
        content + usize::from(self.mode_conflict)
    }
}

/// What the versions are called between markers. Git writes merges of merge bases so, and what it writes decides which files it
/// later finds alike.
pub(super) fn markers(names: &Three<&[u8]>, width: usize) -> Favor {
    let same = names.base == names.ours && names.ours == names.theirs;
    let label = |number: u8, name: &[u8]| {
        let mut label = format!("Temporary merge branch {number}").into_bytes();
        if !same {
            label.push(b':');
            label.extend_from_slice(name);
        }
        label
    };
    Favor::Neither(Markers { width, ours: label(1, names.ours), theirs: label(2, names.theirs) })
}

/// How long markers are: the longer, the deeper a merge of merge bases is nested, so that they can be told apart.
pub(super) fn marker_width(depth: usize) -> usize {
    7 + 2 * depth
}

/// Merges two versions of the same type.
pub(super) fn mix(
    objects: &mut Objects<'_>,
    base: Option<Side>,
    ours: Side,
    theirs: Side,
    favor: &Favor,
    nested: bool,
) -> Result<Mixed> {
    let base_mode = base.map(|base| base.mode);
    let (mode, mode_conflict) = if ours.mode == theirs.mode || Some(ours.mode) == base_mode {
        (theirs.mode, false)
    } else {
        (ours.mode, Some(theirs.mode) != base_mode)
    };
    let base_id = base.map(|base| base.id);
    let (content, id) = if ours.id == theirs.id || Some(theirs.id) == base_id {
        (Content::Clean, ours.id)
    } else if Some(ours.id) == base_id {
        (Content::Clean, theirs.id)
    } else {
        match (lines_of(objects, base, ours, theirs)?, base) {
            (Some([base, ours, theirs]), _) => {
                let (merged, conflicts) = Versions::new(&base, &ours, &theirs).merge(favor);
                let content = if conflicts == 0 { Content::Merged } else { Content::Conflict(conflicts) };
                (content, objects.add(Kind::Blob, merged)?)
            }
            (None, Some(base)) if nested => (Content::Whole, base.id),
            // A merge base takes no side.
            (None, None) if nested => (Content::Whole, objects.add(Kind::Blob, Vec::new())?),
            (None, _) => (Content::Whole, ours.id),
        }
    };
    Ok(Mixed { content, mode_conflict, result: Side { mode, id } })
}

/// The contents of three versions, if they can be merged line by line. A base of another type, or none, counts as empty.
pub(super) fn lines_of(
    objects: &mut Objects<'_>,
    base: Option<Side>,
    ours: Side,
    theirs: Side,
) -> Result<Option<[Bytes; 3]>> {
    if !is_regular(&ours) || !is_regular(&theirs) {
        return Ok(None);
    }
    objects.count_file()?;
    let base = match base.filter(is_regular) {
        Some(base) => objects.blob(&base.id)?,
        None => Some(Bytes::new()),
    };
    let versions = [base, objects.blob(&ours.id)?, objects.blob(&theirs.id)?];
    Ok(match versions {
        [Some(base), Some(ours), Some(theirs)] => {
            Some([base, ours, theirs]).filter(|versions| !versions.iter().any(|content| is_binary(content)))
        }
        _ => None,
    })
}

pub(super) fn is_regular(side: &Side) -> bool {
    matches!(side.mode.kind(), EntryKind::Blob | EntryKind::BlobExecutable)
}
