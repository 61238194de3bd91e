//! Objects as a merge sees them: those that are stored, and those that it has made.

use super::error::{MergeError, Result};
use super::limits::MergeLimits;
use crate::error::Error;
use crate::object::{Kind, id_of};
use crate::odb::Odb;
use crate::tree::{TreeEntry, entries_of};
use bytes::Bytes;
use gix::ObjectId;
use gix::objs::Data;
use std::collections::BTreeMap;

/// The stored objects, those made here, and what may still be read.
pub(super) struct Objects<'a> {
    pub(super) odb: &'a Odb,
    pub(super) limits: MergeLimits,
    made: BTreeMap<ObjectId, (Kind, Bytes)>,
    files_loaded: usize,
    bytes_loaded: u64,
    nested_merges: usize,
}

impl<'a> Objects<'a> {
    pub(super) fn new(odb: &'a Odb, limits: MergeLimits) -> Self {
        Self { odb, limits, made: BTreeMap::new(), files_loaded: 0, bytes_loaded: 0, nested_merges: 0 }
    }

    /// Keeps an object that the merge made.
    pub(super) fn add(&mut self, kind: Kind, content: Vec<u8>) -> Result<ObjectId> {
        let id = id_of(kind, &content).ok_or(MergeError::Collision)?;
        self.made.insert(id, (kind, content.into()));
        Ok(id)
    }

    /// The content of an object that the merge made.
    pub(super) fn made(&self, id: &ObjectId) -> Option<&(Kind, Bytes)> {
        self.made.get(id)
    }

    /// The entries of a tree.
    pub(super) fn entries(&self, id: &ObjectId) -> Result<Vec<TreeEntry>> {
        let data = match self.made.get(id) {
            Some((_, data)) => data.clone(),
            None => self.odb.find(id)?.ok_or(Error::Missing(*id))?.data,
        };
        Ok(entries_of(id, &data)?)
    }

    /// The entry at a path below a tree.
    pub(super) fn entry_at(&self, root: &ObjectId, path: &[u8]) -> Result<Option<TreeEntry>> {
        let mut tree = *root;
        let mut names = path.split(|byte| *byte == b'/').peekable();
        while let Some(name) = names.next() {
            let found = self.entries(&tree)?.into_iter().find(|entry| entry.name == name);
            match found {
                Some(entry) if names.peek().is_none() => return Ok(Some(entry)),
                Some(entry) if entry.mode.is_tree() => tree = entry.id,
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    /// Notes that another pair of merge bases has to be merged.
    pub(super) fn count_nested_merge(&mut self) -> Result<()> {
        self.nested_merges += 1;
        if self.nested_merges > self.limits.divergence {
            return Err(MergeError::TooFarApart { most: self.limits.divergence });
        }
        Ok(())
    }

    /// The size of a blob, in bytes.
    pub(super) fn size(&self, id: &ObjectId) -> Result<u64> {
        if let Some((_, data)) = self.made.get(id) {
            return Ok(data.len() as u64);
        }
        let entry = self.odb.locate(id)?.ok_or(Error::Missing(*id))?;
        Ok(self.odb.info(entry)?.size)
    }

    /// Notes that another file has to be looked into.
    pub(super) fn count_file(&mut self) -> Result<()> {
        self.files_loaded += 1;
        if self.files_loaded > self.limits.files_to_load {
            return Err(MergeError::TooManyFiles { most: self.limits.files_to_load });
        }
        Ok(())
    }

    /// The content of a blob; `None` when it is too large to be held in memory.
    pub(super) fn blob(&mut self, id: &ObjectId) -> Result<Option<Bytes>> {
        let size = self.size(id)?;
        if size > Odb::MAX_OBJECT_IN_MEMORY {
            return Ok(None);
        }
        self.bytes_loaded += size;
        if self.bytes_loaded > self.limits.bytes_to_load {
            return Err(MergeError::TooManyBytes { most: self.limits.bytes_to_load });
        }
        match self.made.get(id) {
            Some((_, data)) => Ok(Some(data.clone())),
            None => match self.odb.find(id) {
                Ok(found) => Ok(Some(found.ok_or(Error::Missing(*id))?.data)),
                // A delta base may be larger than the object itself.
                Err(Error::TooLarge { .. }) => Ok(None),
                Err(error) => Err(error.into()),
            },
        }
    }
}

impl gix::objs::Find for Objects<'_> {
    fn try_find<'b>(&self, id: &gix::oid, buffer: &'b mut Vec<u8>) -> gix::Result<Option<Data<'b>>> {
        match self.made.get(id) {
            None => gix::objs::Find::try_find(self.odb, id, buffer),
            Some((kind, data)) => {
                buffer.clear();
                buffer.extend_from_slice(data);
                Ok(Some(Data::new(buffer, kind.to_gix(), gix::hash::Kind::Sha1)))
            }
        }
    }
}
