//! The object database of one repository: all its stored packs, looked at as one set of objects.

mod cache;
mod content;
mod entry_set;
mod open_pack;

pub use cache::ObjectCache;
pub use entry_set::EntrySet;

use crate::error::{Error, Result};
use crate::graph::Reference;
use crate::object::{Kind, Object};
use crate::pack::{PackFiles, PackRecord};
use gix::ObjectId;
use open_pack::OpenPack;
use std::sync::Arc;

/// Where an object is: the `position`-th object, in the order of the index, of the `pack`-th pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Entry {
    /// Which of [`Odb::packs`].
    pub pack: u32,
    /// Its position in that pack's index.
    pub position: u32,
}

/// How an object is stored; read from the graph part, nothing is inflated for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryInfo {
    /// What the object is (also for a delta).
    pub kind: Kind,
    /// The object's size in bytes, inflated and with deltas applied.
    pub size: u64,
    /// Where the entry begins in the pack file.
    pub offset: u64,
    /// How long the entry is in the pack file, header and compressed bytes together.
    pub length: u32,
    /// For a delta, the position of its base in the same pack.
    pub base: Option<u32>,
}

/// A commit as the graph part tells it; the commit object itself is not decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitNode {
    /// Its id.
    pub id: ObjectId,
    /// Its root tree.
    pub tree: ObjectId,
    /// Its parents, in order.
    pub parents: Vec<ObjectId>,
    /// The committer's time in seconds since the epoch.
    pub time: i64,
    /// 1 for a root commit, else one more than the largest among its parents (topological level).
    pub generation: u32,
}

/// All objects of one repository, as of one moment.
pub struct Odb {
    packs: Vec<PackRecord>,
    open: Vec<OpenPack>,
    files: Arc<dyn PackFiles>,
    cache: Arc<ObjectCache>,
}

impl Odb {
    /// The largest object that [`Odb::object`] decodes into memory, in bytes.
    pub const MAX_OBJECT_IN_MEMORY: u64 = 32 << 20;

    /// Opens the packs; reads nothing yet. Packs are searched largest first, so that the same object is always taken
    /// from the same pack and bases and deltas can never form a circle.
    pub fn new(mut packs: Vec<PackRecord>, files: Arc<dyn PackFiles>, cache: Arc<ObjectCache>) -> Self {
        packs.sort_by_key(|pack| (std::cmp::Reverse(pack.objects), pack.id));
        let open = packs.iter().map(|record| OpenPack::new(record.clone(), files.clone())).collect();
        Self { packs, open, files, cache }
    }

    /// The packs, in the order in which they are searched.
    pub fn packs(&self) -> &[PackRecord] {
        &self.packs
    }

    /// The door to the packs' bytes.
    pub fn files(&self) -> &Arc<dyn PackFiles> {
        &self.files
    }

    /// An empty set of this database's entries.
    pub fn empty_set(&self) -> EntrySet {
        EntrySet::for_packs(&self.packs)
    }

    /// Where the object is, if it is here.
    pub fn locate(&self, id: &ObjectId) -> Result<Option<Entry>> {
        for (pack, open) in self.open.iter().enumerate() {
            if let Some(position) = open.position(id)? {
                return Ok(Some(Entry { pack: pack as u32, position }));
            }
        }
        Ok(None)
    }

    /// Whether the object is here.
    pub fn contains(&self, id: &ObjectId) -> Result<bool> {
        Ok(self.locate(id)?.is_some())
    }

    /// The id of the object at an entry.
    pub fn id(&self, entry: Entry) -> Result<ObjectId> {
        self.open[entry.pack as usize].id(entry.position)
    }

    /// How the object at an entry is stored.
    pub fn info(&self, entry: Entry) -> Result<EntryInfo> {
        self.open[entry.pack as usize].info(entry.position)
    }

    /// The decoded object at an entry. [`Error::TooLarge`] when it, or a delta base it needs, is above
    /// [`Odb::MAX_OBJECT_IN_MEMORY`]; then [`Odb::copy_content`] is the way.
    pub fn object(&self, entry: Entry) -> Result<Object> {
        let pack = &self.open[entry.pack as usize];
        let mut deltas = Vec::new();
        let mut position = entry.position;
        let mut object = loop {
            if let Some(cached) = self.cache.get(pack.record().id, position) {
                break cached;
            }
            let info = pack.info(position)?;
            if info.size > Self::MAX_OBJECT_IN_MEMORY {
                return Err(Error::TooLarge { id: self.id(entry)?, size: info.size });
            }
            let Some(base) = info.base else {
                let object = Object { kind: info.kind, data: pack.inflate(&info)? };
                self.cache.insert(pack.record().id, position, &object);
                break object;
            };
            if deltas.len() as u32 >= pack.record().objects {
                return Err(pack.damaged("its deltas form a circle".into()));
            }
            deltas.push((position, info));
            position = base;
        };
        while let Some((position, info)) = deltas.pop() {
            object = Object { kind: info.kind, data: pack.apply_delta(&object.data, position, &info)? };
            self.cache.insert(pack.record().id, position, &object);
        }
        Ok(object)
    }

    /// The decoded object with this id, if it is here.
    pub fn find(&self, id: &ObjectId) -> Result<Option<Object>> {
        self.locate(id)?.map(|entry| self.object(entry)).transpose()
    }

    /// Writes the content of the object to `out`, whatever its size; deltas of large objects are resolved in files
    /// below `scratch`.
    pub fn copy_content(&self, entry: Entry, scratch: &std::path::Path, out: &mut dyn std::io::Write) -> Result<()> {
        match self.object(entry) {
            Ok(object) => Ok(out.write_all(&object.data)?),
            Err(Error::TooLarge { .. }) => content::copy(&self.open[entry.pack as usize], entry.position, scratch, out),
            Err(other) => Err(other),
        }
    }

    /// The commit with this id as a node of the graph, or `None` when there is no such *commit* here.
    pub fn commit(&self, id: &ObjectId) -> Result<Option<CommitNode>> {
        let Some(entry) = self.locate(id)? else { return Ok(None) };
        let pack = &self.open[entry.pack as usize];
        let Some(row) = pack.commit_at_position(entry.position)? else { return Ok(None) };
        let tree = match row.tree {
            Reference::Inside(position) => pack.id(position)?,
            Reference::External(number) => pack.external(number)?,
        };
        let mut parents = Vec::with_capacity(row.parents as usize);
        for edge in 0..row.parents {
            parents.push(match pack.edge(row.first_edge + edge)? {
                Reference::Inside(record) => pack.id(pack.commit(record)?.position)?,
                Reference::External(number) => pack.external(number)?,
            });
        }
        Ok(Some(CommitNode { id: *id, tree, parents, time: row.time, generation: row.generation }))
    }

    /// The decoded-object cache.
    pub fn cache(&self) -> &Arc<ObjectCache> {
        &self.cache
    }
}
