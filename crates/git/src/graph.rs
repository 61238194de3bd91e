//! The graph part of a stored pack: a table of its entries and of its commits, so that finding, sizing and copying
//! entries and walking history never inflate an object.
//!
//! The file is written once when a pack is received and read in blocks. All numbers are big-endian:
//!
//! | section | records | a record |
//! |---|---|---|
//! | header | 1 × 32 bytes | `CFGP`, version u32 = 1, objects u32, commits u32, edges u32, externals u32, zero u64 |
//! | entries | objects × 24, in the order of the index | offset u64; kind u8 and size u56; length u32; base u32 |
//! | commits | commits × 32, by id | position u32; tree u32; first edge u32; parents u32; generation u32; zero u32; time i64 |
//! | edges | edges × 4 | a commit's parents in order: a commit record, or `EXTERNAL` and an external number |
//! | externals | externals × 20 | ids that commits refer to but this pack does not hold |
//!
//! `base` and `position` are positions in the index; `tree` is a position, or `EXTERNAL` and an external number.

use crate::error::{Error, Result};
use crate::object::Kind;
use crate::odb::Odb;
use gix::ObjectId;
use std::collections::HashMap;
use std::io::Write;

const MAGIC: &[u8; 4] = b"CFGP";
const VERSION: u32 = 1;
const EXTERNAL: u32 = 0x8000_0000;
const NO_BASE: u32 = u32::MAX;
const HEADER_BYTES: u64 = 32;
const ENTRY_BYTES: u64 = 24;
const COMMIT_BYTES: u64 = 32;
const EDGE_BYTES: u64 = 4;
const ID_BYTES: u64 = 20;

/// An entry of a pack as its receiver knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackEntry {
    /// The object's id.
    pub id: ObjectId,
    /// What the object is (also for a delta).
    pub kind: Kind,
    /// The object's size in bytes, inflated and with deltas applied; below 2^56.
    pub size: u64,
    /// Where the entry begins in the pack file.
    pub offset: u64,
    /// How long the entry is in the pack file, header and compressed bytes together.
    pub length: u32,
    /// For a delta, the position of its base among the entries sorted by id.
    pub base: Option<u32>,
    /// CRC-32 of the entry's bytes in the pack file, for the index.
    pub crc32: u32,
}

/// What a commit of a pack refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitLinks {
    /// The commit's id.
    pub id: ObjectId,
    /// Its root tree.
    pub tree: ObjectId,
    /// Its parents, in order.
    pub parents: Vec<ObjectId>,
    /// The committer's time in seconds since the epoch.
    pub time: i64,
}

/// Writes the graph part of a pack and returns its length in bytes.
///
/// `entries` and `commits` are sorted by id, and every commit is also an entry. Parents that the pack does not hold must
/// be in `odb`, which knows their generation.
pub fn write(out: &mut dyn Write, entries: &[PackEntry], commits: &[CommitLinks], odb: &Odb) -> Result<u64> {
    let mut externals = Externals::default();
    let links =
        commits.iter().map(|commit| Links::of(commit, entries, commits, &mut externals)).collect::<Result<Vec<_>>>()?;
    let generations = generations(commits, &links, &externals, odb)?;
    let edges: usize = links.iter().map(|link| link.parents.len()).sum();

    out.write_all(MAGIC)?;
    for number in [VERSION, entries.len() as u32, commits.len() as u32, edges as u32, externals.ids.len() as u32, 0, 0]
    {
        out.write_all(&number.to_be_bytes())?;
    }
    for entry in entries {
        out.write_all(&entry.offset.to_be_bytes())?;
        out.write_all(&((entry.kind as u64) << 56 | entry.size).to_be_bytes())?;
        out.write_all(&entry.length.to_be_bytes())?;
        out.write_all(&entry.base.unwrap_or(NO_BASE).to_be_bytes())?;
    }
    let mut first_edge = 0u32;
    for ((commit, link), generation) in commits.iter().zip(&links).zip(&generations) {
        let parents = link.parents.len() as u32;
        for number in [link.position, link.tree, first_edge, parents, *generation, 0] {
            out.write_all(&number.to_be_bytes())?;
        }
        out.write_all(&commit.time.to_be_bytes())?;
        first_edge += parents;
    }
    for parent in links.iter().flat_map(|link| &link.parents) {
        out.write_all(&parent.to_be_bytes())?;
    }
    for id in &externals.ids {
        out.write_all(id.as_bytes())?;
    }
    let layout = Layout {
        objects: entries.len() as u32,
        commits: commits.len() as u32,
        edges: edges as u32,
        externals: externals.ids.len() as u32,
    };
    Ok(layout.len())
}

/// Ids outside the pack, each numbered once.
#[derive(Default)]
struct Externals {
    ids: Vec<ObjectId>,
    numbers: HashMap<ObjectId, u32>,
}

impl Externals {
    fn reference(&mut self, id: ObjectId) -> u32 {
        let number = *self.numbers.entry(id).or_insert_with(|| {
            self.ids.push(id);
            self.ids.len() as u32 - 1
        });
        EXTERNAL | number
    }
}

/// A commit's references in the encoding of the file.
struct Links {
    position: u32,
    tree: u32,
    parents: Vec<u32>,
}

impl Links {
    fn of(
        commit: &CommitLinks,
        entries: &[PackEntry],
        commits: &[CommitLinks],
        externals: &mut Externals,
    ) -> Result<Self> {
        let position_of = |id: &ObjectId| entries.binary_search_by(|entry| entry.id.cmp(id)).ok().map(|at| at as u32);
        let record_of = |id: &ObjectId| commits.binary_search_by(|other| other.id.cmp(id)).ok().map(|at| at as u32);
        let position = position_of(&commit.id).ok_or(Error::Missing(commit.id))?;
        let tree = position_of(&commit.tree).unwrap_or_else(|| externals.reference(commit.tree));
        let parents =
            commit.parents.iter().map(|id| record_of(id).unwrap_or_else(|| externals.reference(*id))).collect();
        Ok(Self { position, tree, parents })
    }
}

/// The topological level of each commit: 1 for a root, else one more than the largest among its parents.
fn generations(commits: &[CommitLinks], links: &[Links], externals: &Externals, odb: &Odb) -> Result<Vec<u32>> {
    let mut outside = HashMap::new();
    for &parent in links.iter().flat_map(|link| &link.parents).filter(|parent| **parent & EXTERNAL != 0) {
        let id = externals.ids[(parent & !EXTERNAL) as usize];
        if let std::collections::hash_map::Entry::Vacant(vacant) = outside.entry(parent) {
            vacant.insert(odb.commit(&id)?.ok_or(Error::Missing(id))?.generation);
        }
    }
    let mut generations = vec![0u32; commits.len()];
    let mut stack = Vec::new();
    for start in 0..commits.len() as u32 {
        stack.push(start);
        while let Some(&record) = stack.last() {
            let mut level = 0;
            let mut waiting = false;
            for parent in &links[record as usize].parents {
                let parent_level = outside.get(parent).copied().unwrap_or_else(|| generations[*parent as usize]);
                if parent_level == 0 {
                    stack.push(*parent);
                    waiting = true;
                }
                level = level.max(parent_level);
            }
            if !waiting {
                generations[record as usize] = level + 1;
                stack.pop();
            }
        }
    }
    Ok(generations)
}

/// Where the sections of a graph part are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout {
    pub(crate) objects: u32,
    pub(crate) commits: u32,
    edges: u32,
    externals: u32,
}

/// One row of the entry table, as stored.
pub(crate) struct EntryRow {
    pub(crate) offset: u64,
    pub(crate) kind: Option<Kind>,
    pub(crate) size: u64,
    pub(crate) length: u32,
    pub(crate) base: Option<u32>,
}

/// One row of the commit table, as stored.
pub(crate) struct CommitRow {
    pub(crate) position: u32,
    pub(crate) tree: Reference,
    pub(crate) first_edge: u32,
    pub(crate) parents: u32,
    pub(crate) generation: u32,
    pub(crate) time: i64,
}

/// A reference of the commit table: inside the pack, or to an id in the external table.
#[derive(Clone, Copy)]
pub(crate) enum Reference {
    Inside(u32),
    External(u32),
}

impl Reference {
    pub(crate) fn decode(number: u32) -> Self {
        if number & EXTERNAL == 0 { Self::Inside(number) } else { Self::External(number & !EXTERNAL) }
    }
}

impl Layout {
    pub(crate) const HEADER_BYTES: usize = HEADER_BYTES as usize;
    pub(crate) const ENTRY_BYTES: usize = ENTRY_BYTES as usize;
    pub(crate) const COMMIT_BYTES: usize = COMMIT_BYTES as usize;

    /// Reads the header; `None` when it is none of ours.
    pub(crate) fn decode(header: &[u8; HEADER_BYTES as usize]) -> Option<Self> {
        if header[..4] != *MAGIC || word(header, 4) != VERSION {
            return None;
        }
        Some(Self {
            objects: word(header, 8),
            commits: word(header, 12),
            edges: word(header, 16),
            externals: word(header, 20),
        })
    }

    /// The length that a file with these counts has.
    pub(crate) fn len(&self) -> u64 {
        self.external_at(self.externals)
    }

    pub(crate) fn entry_at(&self, position: u32) -> u64 {
        HEADER_BYTES + u64::from(position) * ENTRY_BYTES
    }

    pub(crate) fn commit_at(&self, record: u32) -> u64 {
        self.entry_at(self.objects) + u64::from(record) * COMMIT_BYTES
    }

    pub(crate) fn edge_at(&self, edge: u32) -> u64 {
        self.commit_at(self.commits) + u64::from(edge) * EDGE_BYTES
    }

    pub(crate) fn external_at(&self, external: u32) -> u64 {
        self.edge_at(self.edges) + u64::from(external) * ID_BYTES
    }

    pub(crate) fn entry(bytes: &[u8; ENTRY_BYTES as usize]) -> EntryRow {
        let kind_and_size = long(bytes, 8);
        let base = word(bytes, 20);
        EntryRow {
            offset: long(bytes, 0),
            kind: Kind::from_number((kind_and_size >> 56) as u8),
            size: kind_and_size & 0x00ff_ffff_ffff_ffff,
            length: word(bytes, 16),
            base: (base != NO_BASE).then_some(base),
        }
    }

    pub(crate) fn commit(bytes: &[u8; COMMIT_BYTES as usize]) -> CommitRow {
        CommitRow {
            position: word(bytes, 0),
            tree: Reference::decode(word(bytes, 4)),
            first_edge: word(bytes, 8),
            parents: word(bytes, 12),
            generation: word(bytes, 16),
            time: long(bytes, 24) as i64,
        }
    }
}

/// The big-endian u32 at `at`; the record types above are longer than any `at` used.
fn word<const N: usize>(bytes: &[u8; N], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// The big-endian u64 at `at`.
fn long<const N: usize>(bytes: &[u8; N], at: usize) -> u64 {
    u64::from(word(bytes, at)) << 32 | u64::from(word(bytes, at + 4))
}
