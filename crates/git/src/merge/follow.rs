//! Renames followed: what is merged with what.

use super::error::Result;
use super::file::{self, Mixed};
use super::items::{Item, Items, PathConflict, Three, Which};
use super::objects::Objects;
use super::renames::Renames;
use super::text::Favor;
use std::collections::BTreeSet;

/// Brings the versions of every renamed file together under its new name, or notes why that cannot be.
pub(super) fn follow(
    objects: &mut Objects<'_>,
    items: &mut Items,
    ours: &Renames,
    theirs: &Renames,
    depth: usize,
) -> Result<()> {
    let sources: BTreeSet<&Vec<u8>> = ours.keys().chain(theirs.keys()).collect();
    for source in sources {
        match (ours.get(source), theirs.get(source)) {
            (Some(one), Some(other)) if one == other => same_name(items, source, one),
            (Some(one), Some(other)) => different_names(objects, items, source, one, other, depth)?,
            (Some(target), None) => one_side(objects, items, source, target, Which::Ours, depth)?,
            (None, Some(target)) => one_side(objects, items, source, target, Which::Theirs, depth)?,
            (None, None) => {}
        }
    }
    Ok(())
}

/// Both sides renamed the file alike.
fn same_name(items: &mut Items, source: &[u8], target: &[u8]) {
    let base = items.get_mut(source).and_then(|item| item.files.base.take());
    if let Some(item) = items.get_mut(target) {
        item.files.base = base;
        item.old_names.base = Some(source.to_vec());
    }
}

/// The sides renamed the file differently: its merged content goes to both names.
fn different_names(
    objects: &mut Objects<'_>,
    items: &mut Items,
    source: &[u8],
    our_name: &[u8],
    their_name: &[u8],
    depth: usize,
) -> Result<()> {
    let base = items.get(source).and_then(|item| item.files.base);
    let ours = items.get(our_name).and_then(|item| item.files.ours);
    let theirs = items.get(their_name).and_then(|item| item.files.theirs);
    if let (Some(ours), Some(theirs)) = (ours, theirs) {
        let names = Three { base: source, ours: our_name, theirs: their_name };
        let mixed = file::mix(objects, base, ours, theirs, &markers(&names, depth), depth > 0)?;
        put(items, our_name, Which::Ours, mixed);
        put(items, their_name, Which::Theirs, mixed);
    }
    for path in [source, our_name, their_name] {
        if let Some(item) = items.get_mut(path) {
            item.path_conflict = Some(PathConflict::RenameRename);
        }
    }
    Ok(())
}

fn put(items: &mut Items, path: &[u8], which: Which, mixed: Mixed) {
    if let Some(item) = items.get_mut(path) {
        *item.originals.side_mut(which) = *item.files.side(which);
        *item.files.side_mut(which) = Some(mixed.result);
        item.nested_conflicts += mixed.conflicts();
    }
}

/// One side renamed the file.
fn one_side(
    objects: &mut Objects<'_>,
    items: &mut Items,
    source: &[u8],
    target: &[u8],
    which: Which,
    depth: usize,
) -> Result<()> {
    let other = which.other();
    let (Some(old), Some(new)) = (items.get(source).cloned(), items.get(target).cloned()) else { return Ok(()) };
    let kept = *old.files.side(other);
    let Some(renamed) = *new.files.side(which) else { return Ok(()) };
    let type_changed = kept.is_some_and(|kept| file::is_regular(&kept) != file::is_regular(&renamed));
    // With another type at the old name, the file at the new name on the other side is taken for the renamed one, not for one
    // that is in the way.
    let collision = new.files.side(other).is_some() && !type_changed;
    match kept {
        None if collision => change(items, target, |item| item.path_conflict = Some(PathConflict::RenameDelete)),
        None => change(items, target, |item| {
            item.files.base = old.files.base;
            item.path_conflict = Some(PathConflict::RenameDelete);
        }),
        Some(kept) if collision => {
            let ours_theirs = match which {
                Which::Ours => (renamed, kept),
                Which::Theirs => (kept, renamed),
            };
            let mut names = Three { base: source, ours: source, theirs: source };
            *names.side_mut(which) = target;
            let favor = markers(&names, depth);
            let mixed = file::mix(objects, old.files.base, ours_theirs.0, ours_theirs.1, &favor, depth > 0)?;
            collide(items, target, which, mixed);
        }
        Some(_) if type_changed => change(items, target, |item| {
            item.files.base = old.files.base;
            item.old_names.base = Some(source.to_vec());
            if item.files.side(other).is_none() {
                item.path_conflict = Some(PathConflict::RenameDelete);
            }
        }),
        Some(kept) => change(items, target, |item| {
            item.files.base = old.files.base;
            item.old_names.base = Some(source.to_vec());
            *item.old_names.side_mut(other) = Some(source.to_vec());
            *item.files.side_mut(other) = Some(kept);
        }),
    }
    change(items, source, |item| {
        item.files.base = None;
        if !type_changed {
            item.files = Three::default();
        }
    });
    Ok(())
}

/// Contents that meet by a rename are merged once more where they end, with markers of their own length.
fn markers(names: &Three<&[u8]>, depth: usize) -> Favor {
    file::markers(names, file::marker_width(depth) + 1)
}

/// A renamed file meets one that the other side has at the new name.
fn collide(items: &mut Items, target: &[u8], which: Which, mixed: Mixed) {
    let Some(item) = items.get_mut(target) else { return };
    if item.files.ours == item.files.theirs {
        // Git takes our version then, whatever the renamed file became on the other side.
        match which {
            Which::Theirs => return,
            Which::Ours if mixed.conflicts() == 0 => {
                item.files.ours = Some(mixed.result);
                item.files.theirs = Some(mixed.result);
                return;
            }
            Which::Ours => {}
        }
    }
    if mixed.conflicts() > 0 || *item.files.side(which.other()) != Some(mixed.result) {
        item.path_conflict.get_or_insert(PathConflict::RenameCollision);
    }
    put(items, target, which, mixed);
}

fn change(items: &mut Items, path: &[u8], f: impl FnOnce(&mut Item)) {
    if let Some(item) = items.get_mut(path) {
        f(item);
    }
}
