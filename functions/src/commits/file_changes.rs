//! The file changes of one request: checked against each other, then planned against the tree they apply to.

use super::planned_tree::{KEEP_FILE, PlannedFile, PlannedTree};
use crate::files::{content, wire};
use crate::paths::file_path;
use api::{DeleteFileEntry, ErrorCode, FileMetadata, PutFileEntry, SetFileModeEntry};
use git::edit::Edit;
use git::tree::EntryKind;
use git::{ObjectId, Odb};
use service::{Failure, Result};
use std::collections::HashSet;

/// The most files one commit may change (AWS CodeCommit quota "files in a CreateCommit").
const MOST_FILES: usize = 100;

/// The most bytes of content one commit may carry (AWS CodeCommit quota "combined size of files": 7 MB).
const MOST_COMBINED_BYTES: usize = 7 << 20;

/// File changes that do not contradict each other.
pub(crate) struct FileChanges {
    puts: Vec<Put>,
    deletes: Vec<String>,
    modes: Vec<(String, EntryKind)>,
    keep_empty_folders: bool,
}

struct Put {
    path: String,
    kind: Option<EntryKind>,
    source: Source,
}

enum Source {
    Content(Vec<u8>),
    File { path: String, is_move: bool },
}

/// What the changes come to.
pub(crate) struct Planned {
    pub(crate) blobs: Vec<Vec<u8>>,
    pub(crate) edits: Vec<Edit>,
    pub(crate) added: Vec<FileMetadata>,
    pub(crate) updated: Vec<FileMetadata>,
    pub(crate) deleted: Vec<FileMetadata>,
}

/// Checks the entries of a request.
pub(crate) fn parse(
    puts: Vec<PutFileEntry>,
    deletes: Vec<DeleteFileEntry>,
    modes: Vec<SetFileModeEntry>,
    keep_empty_folders: bool,
) -> Result<FileChanges> {
    let entries = puts.len() + deletes.len() + modes.len();
    if entries == 0 {
        return Err(Failure::new(ErrorCode::FileEntryRequiredException, "at least one file change is required"));
    }
    if entries > MOST_FILES {
        return Err(Failure::new(
            ErrorCode::MaximumFileEntriesExceededException,
            format!("one commit changes at most {MOST_FILES} files; larger changes can be pushed with git"),
        ));
    }
    let changes = FileChanges {
        puts: puts.into_iter().map(put).collect::<Result<_>>()?,
        deletes: deletes.into_iter().map(|entry| file_path(entry.file_path)).collect::<Result<_>>()?,
        modes: modes.into_iter().map(mode).collect::<Result<_>>()?,
        keep_empty_folders,
    };
    changes.check_paths()?;
    changes.check_sizes()?;
    Ok(changes)
}

fn put(entry: PutFileEntry) -> Result<Put> {
    let path = file_path(entry.file_path)?;
    let kind = entry.file_mode.as_deref().and_then(wire::entry_kind);
    let source = match (entry.file_content.map(Vec::from), entry.source_file) {
        (Some(_), Some(_)) => {
            return Err(Failure::new(
                ErrorCode::FileContentAndSourceFileSpecifiedException,
                format!("'{}' has both content and a source file", path.escape_debug()),
            ));
        }
        (None, None) => {
            return Err(Failure::new(
                ErrorCode::SourceFileOrContentRequiredException,
                format!("'{}' has neither content nor a source file", path.escape_debug()),
            ));
        }
        (Some(content), None) => Source::Content(content),
        (None, Some(source)) => {
            Source::File { path: file_path(source.file_path)?, is_move: source.is_move.unwrap_or_default() }
        }
    };
    Ok(Put { path, kind, source })
}

fn mode(entry: SetFileModeEntry) -> Result<(String, EntryKind)> {
    let path = file_path(entry.file_path)?;
    let kind = entry.file_mode.as_deref().and_then(wire::entry_kind).ok_or_else(|| {
        Failure::new(ErrorCode::FileModeRequiredException, format!("'{}' has no file mode", path.escape_debug()))
    })?;
    Ok((path, kind))
}

impl FileChanges {
    /// No path may be changed twice, and none may be put both as a file and as a folder. A source that is moved away counts as
    /// changed.
    fn check_paths(&self) -> Result<()> {
        let put = self.puts.iter().map(|put| &put.path);
        let moved = self.puts.iter().filter_map(|put| match &put.source {
            Source::File { path, is_move: true } => Some(path),
            _ => None,
        });
        let mut seen = HashSet::new();
        for path in put.clone().chain(&self.deletes).chain(self.modes.iter().map(|(path, _)| path)).chain(moved) {
            if !seen.insert(path) {
                return Err(Failure::new(
                    ErrorCode::SamePathRequestException,
                    format!("'{}' is changed more than once", path.escape_debug()),
                ));
            }
        }
        let files: HashSet<&str> = put.map(String::as_str).collect();
        for file in &files {
            let mut folders = file.match_indices('/').filter_map(|(end, _)| file.get(..end));
            if let Some(both) = folders.find(|folder| files.contains(folder)) {
                return Err(Failure::new(
                    ErrorCode::PutFileEntryConflictException,
                    format!("'{}' is put both as a file and as a folder", both.escape_debug()),
                ));
            }
        }
        Ok(())
    }

    fn check_sizes(&self) -> Result<()> {
        let sizes = self.puts.iter().map(|put| match &put.source {
            Source::Content(content) => content.len(),
            Source::File { .. } => 0,
        });
        if sizes.sum::<usize>() > MOST_COMBINED_BYTES {
            return Err(Failure::new(
                ErrorCode::FolderContentSizeLimitExceededException,
                format!("one commit carries at most {MOST_COMBINED_BYTES} bytes here; more can be pushed with git"),
            ));
        }
        Ok(())
    }

    /// Applies the changes to the tree `root` in thought. Blocks.
    pub(crate) fn plan(self, odb: &Odb, root: Option<ObjectId>) -> Result<Planned> {
        let base = PlannedTree::new(odb, root);
        let mut tree = PlannedTree::new(odb, root);
        let mut planned = Planned {
            blobs: Vec::new(),
            edits: Vec::new(),
            added: Vec::new(),
            updated: Vec::new(),
            deleted: Vec::new(),
        };
        let mut emptied = Vec::new();

        for path in self.deletes {
            let file = existing(&base, &path)?;
            tree.remove(&path);
            planned.deleted.push(metadata(&path, file));
            emptied.push(path);
        }
        for put in &self.puts {
            if let Source::File { path, is_move: true } = &put.source {
                let file = existing(&base, path)?;
                tree.remove(path);
                planned.deleted.push(metadata(path, file));
                emptied.push(path.clone());
            }
        }
        for put in self.puts {
            let before = base.file(&put.path)?;
            let (id, source_kind) = match put.source {
                Source::Content(bytes) => {
                    let id = content::blob_id(&bytes)?;
                    planned.blobs.push(bytes);
                    (id, before.map(|file| file.kind))
                }
                Source::File { path, .. } => {
                    let file = copied(&base, &path)?;
                    (file.id, Some(file.kind))
                }
            };
            let file = PlannedFile { kind: put.kind.or(source_kind).unwrap_or(EntryKind::Blob), id };
            tree.put(&put.path, file)?;
            let list = if before.is_some() { &mut planned.updated } else { &mut planned.added };
            list.push(metadata(&put.path, file));
        }
        for (path, kind) in self.modes {
            let file = PlannedFile { kind, ..existing(&base, &path)? };
            tree.put(&path, file)?;
            planned.updated.push(metadata(&path, file));
        }
        if self.keep_empty_folders {
            for path in emptied {
                if let Some((keep, file)) = tree.keep_folder(&path)? {
                    planned.blobs.push(Vec::new());
                    planned.added.push(metadata(&keep, file));
                }
            }
        }
        planned.edits = tree.edits();
        Ok(planned)
    }
}

fn existing(tree: &PlannedTree<'_>, path: &str) -> Result<PlannedFile> {
    tree.file(path)?.ok_or_else(|| {
        Failure::new(ErrorCode::FileDoesNotExistException, format!("there is no file '{}'", path.escape_debug()))
    })
}

/// The file to copy or move; the files that keep folders alive may be neither.
fn copied(tree: &PlannedTree<'_>, path: &str) -> Result<PlannedFile> {
    if path.rsplit('/').next() == Some(KEEP_FILE) {
        return Err(Failure::new(
            ErrorCode::RestrictedSourceFileException,
            format!("'{}' only keeps its folder and cannot be copied or moved", path.escape_debug()),
        ));
    }
    existing(tree, path)
}

fn metadata(path: &str, file: PlannedFile) -> FileMetadata {
    FileMetadata {
        absolute_path: Some(path.to_owned()),
        blob_id: Some(file.id.to_string()),
        file_mode: Some(wire::file_mode(file.kind.into())),
    }
}
