//! The objects that a client names, sorted by kind, with annotated tags followed to what they tag.

use crate::error::{Error, Result};
use crate::object::Kind;
use crate::odb::{Entry, Odb};
use gix::ObjectId;
use gix::objs::TagRefIter;

/// What a list of ids stands for. A tag contributes itself, the tags behind it, and the object at the end.
#[derive(Debug, Default)]
pub(super) struct Roots {
    pub(super) commits: Vec<ObjectId>,
    pub(super) trees: Vec<Entry>,
    pub(super) blobs: Vec<Entry>,
    pub(super) tags: Vec<Entry>,
}

impl Roots {
    /// Looks the ids up; [`Error::Missing`] when one is not here.
    pub(super) fn of(odb: &Odb, ids: &[ObjectId]) -> Result<Self> {
        let mut roots = Self::default();
        for id in ids {
            let (end, entry, kind) = follow_tags(odb, *id, &mut |tag| roots.tags.push(tag))?;
            match kind {
                Kind::Commit => roots.commits.push(end),
                Kind::Tree => roots.trees.push(entry),
                Kind::Blob | Kind::Tag => roots.blobs.push(entry),
            }
        }
        Ok(roots)
    }
}

/// Follows a chain of annotated tags, if `id` begins one, and returns the first object that is no tag.
pub(super) fn follow_tags(
    odb: &Odb,
    mut id: ObjectId,
    on_tag: &mut dyn FnMut(Entry),
) -> Result<(ObjectId, Entry, Kind)> {
    loop {
        let entry = odb.locate(&id)?.ok_or(Error::Missing(id))?;
        let kind = odb.info(entry)?.kind;
        if kind != Kind::Tag {
            return Ok((id, entry, kind));
        }
        on_tag(entry);
        let tag = odb.object(entry)?;
        id = TagRefIter::from_bytes(&tag.data, gix::hash::Kind::Sha1)
            .target_id()
            .map_err(|error| Error::Malformed { id, reason: error.to_string() })?;
    }
}
