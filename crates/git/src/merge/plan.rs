//! A merge of three trees, worked out: what is at each path that differs, and the tree that comes of it.

use super::directories;
use super::error::Result;
use super::follow::follow;
use super::items::{Three, Which, collect};
use super::objects::Objects;
use super::renames::{self, Renames};
use super::settle::{Settled, settle};
use crate::diff::Side;
use crate::error::Error;
use crate::object::{Kind, id_of};
use gix::ObjectId;
use gix::objs::{Tree, WriteTo};
use std::collections::BTreeMap;

/// Decisions about paths: what is to be there, `None` for nothing.
pub type Decisions = BTreeMap<Vec<u8>, Option<Side>>;

/// What a merge does to our tree.
pub(super) struct Plan {
    ours: Option<ObjectId>,
    /// What our tree has at each path that differs.
    stored: BTreeMap<Vec<u8>, Option<Side>>,
    pub(super) settled: Settled,
}

impl Plan {
    pub(super) fn make(objects: &mut Objects<'_>, trees: Three<Option<ObjectId>>, depth: usize) -> Result<Self> {
        let (mut items, folders) = collect(objects, trees)?;
        let stored = items.iter().map(|(path, item)| (path.clone(), item.stored)).collect();
        let mut found = Three::<Renames>::default();
        for which in Which::BOTH {
            let asked_for = directories::that_matter(&items, &folders, which);
            let matters = |path: &[u8]| directories::is_below(&asked_for, path);
            *found.side_mut(which) = renames::find(objects, &items, which, &matters)?;
        }
        if depth == 0 {
            directories::apply(objects, &trees, &mut items, &folders, &mut found)?;
        }
        follow(objects, &mut items, &found.ours, &found.theirs, depth)?;
        let settled = settle(objects, &items, depth)?;
        Ok(Self { ours: trees.ours, stored, settled })
    }

    /// The files of our tree that are not in the tree `merged`.
    pub(super) fn lost_files<'p>(
        &'p self,
        objects: &'p Objects<'_>,
        merged: &'p ObjectId,
    ) -> impl Iterator<Item = Result<&'p [u8]>> {
        let stored = self.stored.iter().filter(|(_, side)| side.is_some());
        stored.filter_map(move |(path, _)| match objects.entry_at(merged, path) {
            Ok(Some(_)) => None,
            Ok(None) => Some(Ok(&path[..])),
            Err(error) => Some(Err(error)),
        })
    }

    /// Writes the merged tree. `decisions` say what is to be at paths in conflict; without one, the provisional result stays.
    pub(super) fn write(&self, objects: &mut Objects<'_>, decisions: &Decisions) -> Result<ObjectId> {
        let mut results = self.settled.results.clone();
        for (path, decision) in decisions {
            if let Some(aside) = self.settled.moved_aside.get(path) {
                results.remove(aside);
            }
            if decision.is_some() {
                make_room(&mut results, path, decisions);
            }
            results.insert(path.clone(), *decision);
        }
        let unreadable = |error: gix::Error| Error::Io(std::io::Error::other(error.to_string()));
        let base = match &self.ours {
            Some(id) => {
                let mut buffer = Vec::new();
                let data = gix::objs::Find::try_find(&*objects, id, &mut buffer).map_err(unreadable)?;
                let data = data.ok_or(Error::Missing(*id))?.data;
                let tree = gix::objs::TreeRef::from_bytes(data, gix::hash::Kind::Sha1);
                tree.map_err(|error| Error::Malformed { id: *id, reason: error.to_string() })?.into()
            }
            None => Tree::empty(),
        };
        let mut made = Vec::new();
        let root = {
            let mut editor = gix::objs::tree::Editor::new(base, &*objects, gix::hash::Kind::Sha1);
            let changed = results.iter().filter(|(path, result)| self.stored.get(*path) != Some(*result));
            let (removed, put): (Vec<_>, Vec<_>) = changed.partition(|(_, result)| result.is_none());
            for (path, _) in removed {
                editor.remove(components(path)).map_err(unreadable)?;
            }
            for (path, result) in put {
                if let Some(side) = result {
                    editor.upsert(components(path), side.mode.kind(), side.id).map_err(unreadable)?;
                }
            }
            editor.write(|tree| -> Result<ObjectId> {
                let mut content = Vec::new();
                tree.write_to(&mut content).map_err(Error::Io)?;
                let id = id_of(Kind::Tree, &content).ok_or(super::MergeError::Collision)?;
                made.push(content);
                Ok(id)
            })?
        };
        for content in made {
            objects.add(Kind::Tree, content)?;
        }
        Ok(root)
    }
}

/// Takes away what is below a path at which a file is to stand, unless it was decided on too.
fn make_room(results: &mut BTreeMap<Vec<u8>, Option<Side>>, path: &[u8], decisions: &Decisions) {
    let below = [path, b"/"].concat();
    let inside = results.range_mut(below.clone()..).take_while(|(path, _)| path.starts_with(&below));
    for (_, result) in inside.filter(|(path, _)| !decisions.contains_key(*path)) {
        *result = None;
    }
}

fn components(path: &[u8]) -> impl Iterator<Item = &gix::bstr::BStr> {
    path.split(|byte| *byte == b'/').map(Into::into)
}
