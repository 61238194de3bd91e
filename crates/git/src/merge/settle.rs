//! What becomes of each path, once renames are followed.

use super::error::Result;
use super::file::{self, Content};
use super::items::{Item, Items, PathConflict, Three};
use super::objects::Objects;
use crate::diff::Side;
use crate::tree::{EntryKind, EntryMode};
use std::collections::BTreeMap;

/// A path that both sides had a hand in, so that it took more than taking one side's version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contested {
    /// The path. Not always UTF-8.
    pub path: Vec<u8>,
    /// The versions that meet here; those of a renamed file are here under its new name.
    pub files: Three<Option<Side>>,
    /// Where a folder has this name.
    pub folders: Three<bool>,
    /// How the contents came together.
    pub content: Content,
    /// Both sides changed whether the file is executable, differently.
    pub mode_conflict: bool,
    /// The sides have things of different types here: a file, a symbolic link, a submodule, a folder.
    pub type_conflict: bool,
    /// One side changed the file and the other deleted it.
    pub delete_conflict: bool,
    /// What renames have to do with it.
    pub path_conflict: Option<PathConflict>,
    /// What stands here in the provisional result: for a conflict, one of the sides, or a file with conflict markers.
    pub result: Option<Side>,
}

/// How much a path must have in common on both sides to be a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Both sides changed the same file.
    File,
    /// Both sides changed the same lines of a file.
    Line,
}

impl Contested {
    /// A path about which nothing is known but what the result has there.
    pub(super) fn uncontested(path: &[u8], result: Option<Side>) -> Self {
        Self {
            path: path.to_vec(),
            files: Three::default(),
            folders: Three::default(),
            content: Content::Clean,
            mode_conflict: false,
            type_conflict: false,
            delete_conflict: false,
            path_conflict: None,
            result,
        }
    }

    /// Whether it is a conflict.
    pub fn is_conflict(&self, detail: Detail) -> bool {
        self.conflicts(detail) > 0
    }

    /// Whether the contents are in conflict.
    pub fn content_conflict(&self, detail: Detail) -> bool {
        let content = match self.content {
            Content::Clean => false,
            Content::Merged => detail == Detail::File,
            Content::Conflict(_) | Content::Whole => true,
        };
        content || self.delete_conflict
    }

    /// How many conflicts it has: in its content, and in what is told of it.
    pub fn conflicts(&self, detail: Detail) -> usize {
        let content = match (self.content, detail) {
            (Content::Clean, _) | (Content::Merged, Detail::Line) => 0,
            (Content::Conflict(count), Detail::Line) => count,
            _ => 1,
        };
        let others = [self.mode_conflict, self.type_conflict, self.delete_conflict];
        let count = content + others.into_iter().filter(|is| *is).count();
        if count == 0 { usize::from(self.path_conflict.is_some()) } else { count }
    }
}

/// What the merge makes of all paths that differ.
pub(super) struct Settled {
    /// What is at each path; `None` for nothing.
    pub(super) results: BTreeMap<Vec<u8>, Option<Side>>,
    pub(super) contested: BTreeMap<Vec<u8>, Contested>,
    /// Where files provisionally stand that a folder has taken the name of.
    pub(super) moved_aside: BTreeMap<Vec<u8>, Vec<u8>>,
}

/// Settles every path.
pub(super) fn settle(objects: &mut Objects<'_>, items: &Items, depth: usize) -> Result<Settled> {
    let mut settled = Settled { results: BTreeMap::new(), contested: BTreeMap::new(), moved_aside: BTreeMap::new() };
    for (path, item) in items {
        let contested = settle_item(objects, path, item, depth)?;
        settled.results.insert(path.clone(), contested.result);
        if contested.content != Content::Clean || contested.conflicts(Detail::Line) > 0 {
            settled.contested.insert(path.clone(), contested);
        }
    }
    settled.part_files_and_folders(items);
    Ok(settled)
}

fn settle_item(objects: &mut Objects<'_>, path: &[u8], item: &Item, depth: usize) -> Result<Contested> {
    let mut contested = Contested {
        files: Three {
            base: item.files.base,
            ours: item.originals.ours.or(item.files.ours),
            theirs: item.originals.theirs.or(item.files.theirs),
        },
        folders: item.folders,
        path_conflict: item.path_conflict,
        ..Contested::uncontested(path, None)
    };
    let nested = depth > 0;
    let is_followed = item.old_names.ours.is_some() || item.old_names.theirs.is_some();
    let Three { base, ours, theirs } = item.files;
    match (ours, theirs) {
        (None, None) => {}
        (Some(only), None) | (None, Some(only)) => match base {
            None => contested.result = Some(only),
            Some(base) if base == only && item.path_conflict.is_none() => {}
            Some(base) => {
                contested.delete_conflict = true;
                contested.result = Some(if nested { base } else { only });
            }
        },
        // Where a file was renamed, the one that replaced it with another type did not mean the new name.
        (Some(ours), Some(theirs)) if is_followed && !same_type(ours.mode, theirs.mode) => {
            contested.type_conflict = true;
            contested.result = if nested { base } else { Some(ours) };
        }
        (Some(ours), Some(theirs)) if ours == theirs || base == Some(theirs) => contested.result = Some(ours),
        (Some(ours), Some(theirs)) if base == Some(ours) => contested.result = Some(theirs),
        (Some(ours), Some(theirs)) if !same_type(ours.mode, theirs.mode) => {
            contested.type_conflict = true;
            contested.result = if nested { base } else { Some(ours) };
        }
        (Some(ours), Some(theirs)) => {
            let Three { base: base_name, ours: our_name, theirs: their_name } = &item.old_names;
            let names = Three {
                base: base_name.as_deref().unwrap_or(path),
                ours: our_name.as_deref().unwrap_or(path),
                theirs: their_name.as_deref().unwrap_or(path),
            };
            let favor = file::markers(&names, file::marker_width(depth));
            let mixed = file::mix(objects, base, ours, theirs, &favor, nested)?;
            contested.content = mixed.content;
            contested.mode_conflict = mixed.mode_conflict;
            let unmerged = nested && mixed.content == Content::Whole && base.is_none() && !file::is_regular(&ours);
            contested.result = if unmerged { None } else { Some(mixed.result) };
        }
    }
    if item.nested_conflicts > 0 && contested.content == Content::Clean {
        contested.content = Content::Conflict(item.nested_conflicts);
    }
    // Files that met by a rename and turned out to merge are no conflict.
    let is_settled = contested.content == Content::Merged || contested.conflicts(Detail::Line) == 0;
    if contested.path_conflict == Some(PathConflict::RenameCollision) && is_settled {
        contested.path_conflict = None;
    }
    Ok(contested)
}

/// Whether two modes are of the same type: two files, two symbolic links, two submodules.
fn same_type(one: EntryMode, other: EntryMode) -> bool {
    let class = |mode: EntryMode| match mode.kind() {
        EntryKind::BlobExecutable => EntryKind::Blob,
        kind => kind,
    };
    class(one) == class(other)
}

impl Settled {
    /// A file cannot stay where the result has a folder: it is a conflict, and provisionally stands beside the folder.
    fn part_files_and_folders(&mut self, items: &Items) {
        // The old name of a file that was renamed twice is no conflict of its own where a folder took it.
        let gone = self.contested.iter().filter(|(path, contested)| contested.result.is_none() && self.is_folder(path));
        for path in gone.map(|(path, _)| path.clone()).collect::<Vec<_>>() {
            self.contested.remove(&path);
        }
        let files: Vec<Vec<u8>> =
            self.results.iter().filter(|(_, result)| result.is_some()).map(|(path, _)| path.clone()).collect();
        for path in files {
            if !self.is_folder(&path) {
                continue;
            }
            let (Some(item), Some(result)) = (items.get(&path), self.results.insert(path.clone(), None)) else {
                continue;
            };
            let contested = self.contested.entry(path.clone()).or_insert_with(|| Contested {
                files: item.files,
                folders: item.folders,
                path_conflict: item.path_conflict,
                ..Contested::uncontested(&path, result)
            });
            contested.type_conflict = true;
            let mut beside = [&path[..], b"~file"].concat();
            while self.results.contains_key(&beside) {
                beside.push(b'_');
            }
            self.results.insert(beside.clone(), result);
            self.moved_aside.insert(path, beside);
        }
    }

    /// Whether the result has something below the path.
    fn is_folder(&self, path: &[u8]) -> bool {
        let below = [path, b"/"].concat();
        let mut results = self.results.range(below.clone()..).take_while(|(path, _)| path.starts_with(&below));
        results.any(|(_, result)| result.is_some())
    }
}
