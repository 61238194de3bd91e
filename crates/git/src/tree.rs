//! Reading trees: their entries, and the entry at a path.

use crate::error::{Error, Result};
use crate::object::{Kind, Object};
use crate::odb::Odb;
use bytes::Bytes;
use gix::ObjectId;
pub use gix::objs::tree::{EntryKind, EntryMode};

/// One entry of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeEntry {
    /// What it is, as the tree says.
    pub mode: EntryMode,
    /// The name, without its path. Not always UTF-8.
    pub name: Bytes,
    /// The object; for a submodule, a commit of another repository.
    pub id: ObjectId,
}

/// The entries of the tree `id`, in the order of the tree.
pub fn entries(odb: &Odb, id: &ObjectId) -> Result<Vec<TreeEntry>> {
    entries_of(id, &read(odb, id)?.data)
}

/// The entry with this name in the tree `id`, if there is one.
pub fn entry(odb: &Odb, id: &ObjectId, name: &[u8]) -> Result<Option<TreeEntry>> {
    let object = read(odb, id)?;
    parse(&object.data, *id).find(|entry| !matches!(entry, Ok(entry) if entry.name != name)).transpose()
}

fn read(odb: &Odb, id: &ObjectId) -> Result<Object> {
    let object = odb.find(id)?.ok_or(Error::Missing(*id))?;
    if object.kind != Kind::Tree {
        return Err(Error::Malformed { id: *id, reason: format!("it is a {}, not a tree", object.kind) });
    }
    Ok(object)
}

/// The entries of a tree whose content is at hand.
pub(crate) fn entries_of(id: &ObjectId, content: &Bytes) -> Result<Vec<TreeEntry>> {
    parse(content, *id).collect()
}

fn parse(content: &Bytes, id: ObjectId) -> impl Iterator<Item = Result<TreeEntry>> {
    gix::objs::TreeRefIter::from_bytes(content, gix::hash::Kind::Sha1).map(move |entry| {
        let entry = entry.map_err(|error| Error::Malformed { id, reason: error.to_string() })?;
        let name = content.slice_ref(entry.filename);
        Ok(TreeEntry { mode: entry.mode, name, id: entry.oid.into() })
    })
}

/// The entry at `path` below the tree `root`, or `None` when the path leads nowhere. The path has no slash at its ends
/// and is not empty.
pub fn entry_at(odb: &Odb, root: &ObjectId, path: &[u8]) -> Result<Option<TreeEntry>> {
    let mut tree = *root;
    let mut components = path.split(|byte| *byte == b'/').peekable();
    while let Some(component) = components.next() {
        let Some(entry) = entry(odb, &tree, component)? else { return Ok(None) };
        if components.peek().is_none() {
            return Ok(Some(entry));
        }
        if !entry.mode.is_tree() {
            return Ok(None);
        }
        tree = entry.id;
    }
    Ok(None)
}
