//! Conflicts as the API shows them.

use super::resolving::failure;
use crate::files::content::MOST_BYTES;
use crate::files::wire::file_mode;
use api::{
    ConflictMetadata, ErrorCode, FileModes, FileSizes, IsBinaryFile, MergeHunk, MergeHunkDetail, MergeOperations,
    ObjectTypes,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use git::diff::Side;
use git::merge::text::{Change, Versions};
use git::merge::{Contested, Detail, Merge, Three};
use git::tree::EntryKind;
use service::{Failure, Result};
use std::ops::Range;

/// What is told of a path in conflict. Blocks.
pub(crate) fn metadata(merge: &mut Merge<'_>, contested: &Contested, detail: Detail) -> Result<ConflictMetadata> {
    let files = &contested.files;
    let sizes = each(files, |side| merge.size(&side.id).map(|size| i64::try_from(size).ok()))?;
    let binary = each(files, |side| merge.is_binary(&side.id).map(Some))?;
    let modes = each(files, |side| Ok(Some(file_mode(side.mode))))?;
    let types = object_types(contested);
    Ok(ConflictMetadata {
        file_path: Some(String::from_utf8_lossy(&contested.path).into_owned()),
        file_sizes: Some(FileSizes { source: sizes.theirs, destination: sizes.ours, base: sizes.base }),
        file_modes: Some(FileModes { source: modes.theirs, destination: modes.ours, base: modes.base }),
        object_types: Some(ObjectTypes { source: types.theirs, destination: types.ours, base: types.base }),
        number_of_conflicts: i32::try_from(contested.conflicts(detail)).ok(),
        is_binary_file: Some(IsBinaryFile { source: binary.theirs, destination: binary.ours, base: binary.base }),
        content_conflict: Some(contested.content_conflict(detail)),
        file_mode_conflict: Some(contested.mode_conflict),
        object_type_conflict: Some(contested.type_conflict),
        merge_operations: Some(MergeOperations {
            source: operation(files.base, files.theirs),
            destination: operation(files.base, files.ours),
        }),
    })
}

/// Asks about each version that is a file or a symbolic link of this repository.
fn each<T>(
    files: &Three<Option<Side>>,
    mut ask: impl FnMut(Side) -> std::result::Result<Option<T>, git::merge::MergeError>,
) -> Result<Three<Option<T>>> {
    let mut ask = |side: Option<Side>| match side {
        Some(side) if !side.mode.is_commit() => ask(side).map_err(failure),
        _ => Ok(None),
    };
    Ok(Three { base: ask(files.base)?, ours: ask(files.ours)?, theirs: ask(files.theirs)? })
}

fn object_types(contested: &Contested) -> Three<Option<String>> {
    let word = |side: Option<Side>, is_folder: bool| {
        let word = match side {
            Some(side) => match side.mode.kind() {
                EntryKind::Link => "SYMBOLIC_LINK",
                EntryKind::Commit => "GIT_LINK",
                _ => "FILE",
            },
            None if is_folder => "DIRECTORY",
            None => return None,
        };
        Some(word.to_owned())
    };
    let Contested { files, folders, .. } = contested;
    Three {
        base: word(files.base, folders.base),
        ours: word(files.ours, folders.ours),
        theirs: word(files.theirs, folders.theirs),
    }
}

/// What a side did to the file, in the words of `ChangeTypeEnum`.
fn operation(base: Option<Side>, side: Option<Side>) -> Option<String> {
    let word = match (base, side) {
        (None, Some(_)) => "A",
        (Some(_), None) => "D",
        (Some(base), Some(side)) if base != side => "M",
        _ => return None,
    };
    Some(word.to_owned())
}

/// The stretches of lines that one side or both changed, from top to bottom. Lines count from 0; the end line is the first behind
/// the hunk. Files without lines have none. Blocks.
pub(crate) fn hunks(merge: &mut Merge<'_>, contested: &Contested) -> Result<Vec<MergeHunk>> {
    for side in [contested.files.base, contested.files.ours, contested.files.theirs].into_iter().flatten() {
        if !side.mode.is_commit() && merge.size(&side.id).map_err(failure)? > MOST_BYTES {
            return Err(Failure::new(
                ErrorCode::MaximumFileContentToLoadExceededException,
                format!("a version of the file has more than {MOST_BYTES} bytes: compare them with git"),
            ));
        }
    }
    let Some(versions) = merge.versions(contested).map_err(failure)? else { return Ok(Vec::new()) };
    let versions = Versions::new(&versions.base, &versions.ours, &versions.theirs);
    let hunks = versions.hunks().into_iter().map(|hunk| MergeHunk {
        is_conflict: Some(hunk.change == Change::Conflict),
        source: Some(lines(&versions.theirs, hunk.theirs)),
        destination: Some(lines(&versions.ours, hunk.ours)),
        base: Some(lines(&versions.base, hunk.base)),
    });
    Ok(hunks.collect())
}

fn lines(lines: &[&[u8]], range: Range<usize>) -> MergeHunkDetail {
    let content = lines.get(range.clone()).unwrap_or_default().concat();
    MergeHunkDetail {
        start_line: i32::try_from(range.start).ok(),
        end_line: i32::try_from(range.end).ok(),
        hunk_content: Some(STANDARD.encode(content)),
    }
}
