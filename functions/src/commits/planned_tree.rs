//! A tree with the changes a request makes to it so far: what is at a path, and which changes cannot stand together.

use crate::blocking::unreadable;
use crate::files::content;
use api::ErrorCode;
use git::edit::Edit;
use git::tree::{EntryKind, EntryMode, entry_at};
use git::{ObjectId, Odb};
use service::{Failure, Result};
use std::collections::BTreeMap;

/// The name of the file that keeps an otherwise empty folder; Git itself has no empty folders.
pub(crate) const KEEP_FILE: &str = ".gitkeep";

/// A file at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PlannedFile {
    pub(crate) kind: EntryKind,
    pub(crate) id: ObjectId,
}

/// What a path leads to.
enum Found {
    Nothing,
    File(PlannedFile),
    Folder,
    Submodule,
}

/// A root tree and the files put into it and taken out of it. Reads block.
pub(crate) struct PlannedTree<'a> {
    odb: &'a Odb,
    root: Option<ObjectId>,
    /// By path; `None` is a removal.
    changes: BTreeMap<String, Option<PlannedFile>>,
}

impl<'a> PlannedTree<'a> {
    pub(crate) fn new(odb: &'a Odb, root: Option<ObjectId>) -> Self {
        Self { odb, root, changes: BTreeMap::new() }
    }

    /// The file at `path`, if there is one.
    pub(crate) fn file(&self, path: &str) -> Result<Option<PlannedFile>> {
        Ok(match self.find(path)? {
            Found::File(file) => Some(file),
            _ => None,
        })
    }

    /// Puts a file; refused where a folder or submodule is in the way.
    pub(crate) fn put(&mut self, path: &str, file: PlannedFile) -> Result<()> {
        for (end, _) in path.match_indices('/') {
            let ancestor = &path[..end];
            match self.find(ancestor)? {
                Found::File(_) => {
                    return Err(Failure::new(
                        ErrorCode::DirectoryNameConflictsWithFileNameException,
                        format!("'{}' is a file, so there can be nothing below it", ancestor.escape_debug()),
                    ));
                }
                Found::Submodule => return Err(submodule(ancestor)),
                Found::Folder | Found::Nothing => {}
            }
        }
        match self.find(path)? {
            Found::Folder => Err(Failure::new(
                ErrorCode::FileNameConflictsWithDirectoryNameException,
                format!("'{}' is a folder", path.escape_debug()),
            )),
            Found::Submodule => Err(submodule(path)),
            Found::File(_) | Found::Nothing => {
                self.changes.insert(path.to_owned(), Some(file));
                Ok(())
            }
        }
    }

    /// Takes the file at `path` out.
    pub(crate) fn remove(&mut self, path: &str) {
        self.changes.insert(path.to_owned(), None);
    }

    /// Where the folder that held `removed` would vanish with the changes so far, puts an empty file that keeps it.
    pub(crate) fn keep_folder(&mut self, removed: &str) -> Result<Option<(String, PlannedFile)>> {
        let Some(folder) = self.leaves_folder_empty(removed)? else { return Ok(None) };
        let path = format!("{folder}/{KEEP_FILE}");
        let file = PlannedFile { kind: EntryKind::Blob, id: content::blob_id(b"")? };
        self.put(&path, file)?;
        Ok(Some((path, file)))
    }

    /// The folder that holds `path`, if it would vanish with the changes so far.
    fn leaves_folder_empty(&self, path: &str) -> Result<Option<String>> {
        let Some((folder, _)) = path.rsplit_once('/') else { return Ok(None) };
        let below = format!("{folder}/");
        if self.changes_below(&below).any(|(_, change)| change.is_some()) {
            return Ok(None);
        }
        let Some(tree) = self.stored(folder)?.filter(|(mode, _)| mode.is_tree()) else { return Ok(None) };
        for entry in git::tree::entries(self.odb, &tree.1).map_err(unreadable)? {
            let name = String::from_utf8_lossy(&entry.name);
            if entry.mode.is_tree() || !self.changes.contains_key(&format!("{below}{name}")) {
                return Ok(None);
            }
        }
        Ok(Some(folder.to_owned()))
    }

    /// The changes as edits of the tree, removals first, so that a file may take the place of a folder that is emptied.
    pub(crate) fn edits(&self) -> Vec<Edit> {
        let removals = self.changes.iter().filter(|(_, change)| change.is_none());
        let removals = removals.map(|(path, _)| Edit::Remove { path: path.clone() });
        let puts = self.changes.iter().filter_map(|(path, change)| {
            change.map(|file| Edit::Put { path: path.clone(), kind: file.kind, id: file.id })
        });
        removals.chain(puts).collect()
    }

    fn find(&self, path: &str) -> Result<Found> {
        if let Some(Some(file)) = self.changes.get(path) {
            return Ok(Found::File(*file));
        }
        if self.changes_below(&format!("{path}/")).any(|(_, change)| change.is_some()) {
            return Ok(Found::Folder);
        }
        if self.changes.contains_key(path) {
            return Ok(Found::Nothing);
        }
        Ok(match self.stored(path)? {
            None => Found::Nothing,
            Some((mode, _)) if mode.is_tree() => Found::Folder,
            Some((mode, _)) if mode.is_commit() => Found::Submodule,
            Some((mode, id)) => Found::File(PlannedFile { kind: mode.kind(), id }),
        })
    }

    fn changes_below<'b>(&'b self, below: &'b str) -> impl Iterator<Item = (&'b String, &'b Option<PlannedFile>)> {
        self.changes.range(below.to_owned()..).take_while(move |(path, _)| path.starts_with(below))
    }

    fn stored(&self, path: &str) -> Result<Option<(EntryMode, ObjectId)>> {
        let Some(root) = &self.root else { return Ok(None) };
        let entry = entry_at(self.odb, root, path.as_bytes()).map_err(unreadable)?;
        Ok(entry.map(|entry| (entry.mode, entry.id)))
    }
}

fn submodule(path: &str) -> Failure {
    Failure::new(
        ErrorCode::FilePathConflictsWithSubmodulePathException,
        format!("'{}' is a submodule", path.escape_debug()),
    )
}
