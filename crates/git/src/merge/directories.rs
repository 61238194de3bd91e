//! Folders that one side renamed, and what the other side added to them.
//!
//! Such a file probably belongs into the renamed folder. It is put there, but as a conflict, so that somebody looks at it: Git's
//! default (`merge.directoryRenames=conflict`), with Git's rules for when a folder counts as renamed.

use super::error::Result;
use super::items::{Folders, Items, PathConflict, Three, Which};
use super::objects::Objects;
use super::renames::Renames;
use gix::ObjectId;
use std::collections::{BTreeMap, BTreeSet};

/// The folders that `which` removed and the other side added a file to, whose new name is therefore asked for.
pub(super) fn that_matter(items: &Items, folders: &Folders, which: Which) -> BTreeSet<Vec<u8>> {
    let other = which.other();
    let added = items.iter().filter(|(_, item)| {
        item.files.base.is_none() && item.files.side(other).is_some() && item.files.side(which).is_none()
    });
    let parents = added.filter_map(|(path, _)| parent(path));
    parents.filter(|folder| is_removed(folders, folder, which)).map(<[u8]>::to_vec).collect()
}

/// Whether the path is below one of the folders.
pub(super) fn is_below(set: &BTreeSet<Vec<u8>>, path: &[u8]) -> bool {
    !set.is_empty() && ancestors(path).any(|folder| set.contains(folder))
}

/// Moves what one side added to folders that the other side renamed. `renames` are those of both sides; they follow.
pub(super) fn apply(
    objects: &Objects<'_>,
    trees: &Three<Option<ObjectId>>,
    items: &mut Items,
    folders: &Folders,
    renames: &mut Three<Renames>,
) -> Result<()> {
    let mut new_names = Three { base: (), ours: (), theirs: () }.map(|()| NewNames::default());
    for which in Which::BOTH {
        *new_names.side_mut(which) = NewNames::find(items, folders, renames.side(which), which);
    }
    let renamed_by_both: Vec<Vec<u8>> = new_names
        .ours
        .renamed
        .keys()
        .filter(|folder| new_names.theirs.renamed.contains_key(*folder))
        .cloned()
        .collect();
    for folder in renamed_by_both {
        new_names.ours.renamed.remove(&folder);
        new_names.theirs.renamed.remove(&folder);
    }
    for which in Which::BOTH {
        let (own, others) = (new_names.side(which), new_names.side(which.other()));
        if others.renamed.is_empty() && others.unclear.is_empty() {
            continue;
        }
        let moves = moves(items, which, own, others);
        let mut targets: BTreeMap<&[u8], usize> = BTreeMap::new();
        for to in moves.iter().filter_map(|(_, to)| to.as_deref()) {
            *targets.entry(to).or_default() += 1;
        }
        for (from, to) in &moves {
            let free = match to {
                Some(to) if targets.get(&to[..]) == Some(&1) => {
                    let there = trees.side(which).map(|tree| objects.entry_at(&tree, to)).transpose()?;
                    there.flatten().is_none()
                }
                _ => false,
            };
            match to {
                Some(to) if free => move_file(items, renames.side_mut(which), which, from, to),
                _ => {
                    if let Some(item) = items.get_mut(from) {
                        item.path_conflict = Some(PathConflict::Location);
                    }
                }
            }
        }
    }
    Ok(())
}

/// The files that one side added to folders the other side renamed, with their new names; `None` where that is unclear.
fn moves(items: &Items, which: Which, own: &NewNames, others: &NewNames) -> Vec<(Vec<u8>, Option<Vec<u8>>)> {
    let mut moves = Vec::new();
    for (path, item) in items {
        if item.files.base.is_some() || item.files.side(which).is_none() {
            continue;
        }
        let mut to = None;
        let mut is_unclear = false;
        for folder in ancestors(path) {
            is_unclear |= others.unclear.contains(folder);
            if let Some(new_folder) = others.renamed.get(folder) {
                // Into a folder that the same side renamed itself nothing is moved: that would be two renames of one file.
                if !own.renamed.contains_key(new_folder) {
                    let new_path = [new_folder, &path[folder.len()..]].concat();
                    to = Some(new_path.strip_prefix(b"/").map_or(new_path.clone(), <[u8]>::to_vec));
                }
                break;
            }
        }
        if to.is_some() || is_unclear {
            moves.push((path.clone(), to));
        }
    }
    moves
}

fn move_file(items: &mut Items, renames: &mut Renames, which: Which, from: &[u8], to: &[u8]) {
    let Some(file) = items.get_mut(from).and_then(|item| item.files.side_mut(which).take()) else { return };
    let item = items.entry(to.to_vec()).or_default();
    *item.files.side_mut(which) = Some(file);
    item.path_conflict = Some(PathConflict::Location);
    // A file that was taken out of a folder may come back to where it was.
    renames.retain(|source, target| target != from || source != to);
    for target in renames.values_mut().filter(|target| *target == from) {
        *target = to.to_vec();
    }
}

/// What became of the folders that one side removed.
#[derive(Default)]
struct NewNames {
    renamed: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Their files went to several folders, none of which got the most.
    unclear: BTreeSet<Vec<u8>>,
}

impl NewNames {
    fn find(items: &Items, folders: &Folders, renames: &Renames, which: Which) -> Self {
        let asked_for = that_matter(items, folders, which);
        let mut found = Self::default();
        if asked_for.is_empty() {
            return found;
        }
        let counts_for = |folder: &[u8]| {
            is_removed(folders, folder, which) && (asked_for.contains(folder) || is_below(&asked_for, folder))
        };
        let mut counts: BTreeMap<Vec<u8>, BTreeMap<Vec<u8>, usize>> = BTreeMap::new();
        for (from, to) in renames {
            for (old, new) in suggested(from, to, counts_for) {
                *counts.entry(old.to_vec()).or_default().entry(new.to_vec()).or_default() += 1;
            }
        }
        for (old, news) in counts.into_iter().filter(|(old, _)| counts_for(old)) {
            let most = news.values().copied().max().unwrap_or_default();
            let mut best = news.into_iter().filter(|(_, count)| *count == most);
            match (best.next(), best.next()) {
                (Some((new, _)), None) => drop(found.renamed.insert(old, new)),
                _ => drop(found.unclear.insert(old)),
            }
        }
        found
    }
}

/// The renames of folders that the rename of a file speaks for: of its own folder, and of folders above as long as the names
/// below them stayed the same.
fn suggested<'a>(from: &'a [u8], to: &'a [u8], goes_on: impl Fn(&[u8]) -> bool) -> Vec<(&'a [u8], &'a [u8])> {
    let (mut from, mut to) = (from, to);
    let mut suggestions = Vec::new();
    loop {
        let (old, old_name) = split(from);
        let (new, new_name) = split(to);
        if !suggestions.is_empty() && old_name != new_name {
            break;
        }
        suggestions.push((old, new));
        if !goes_on(old) || old.is_empty() || new.is_empty() {
            break;
        }
        (from, to) = (old, new);
    }
    suggestions
}

fn is_removed(folders: &Folders, folder: &[u8], which: Which) -> bool {
    folders.get(folder).is_some_and(|there| there.base && !there.side(which))
}

fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().rposition(|byte| *byte == b'/') {
        Some(slash) => (&path[..slash], &path[slash + 1..]),
        None => (&[], path),
    }
}

fn parent(path: &[u8]) -> Option<&[u8]> {
    path.iter().rposition(|byte| *byte == b'/').map(|slash| &path[..slash])
}

/// The folders a path is in, the innermost first; not the root.
fn ancestors(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::successors(parent(path), |folder| parent(folder))
}
