//! Stored packs: what is known of one, and the door through which their bytes are read.

use bytes::Bytes;
use gix::ObjectId;
use std::io;
use std::ops::Range;
use std::path::PathBuf;

/// Names a stored pack: a fresh 128-bit id, written as 32 hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PackId(pub [u8; 16]);

impl PackId {
    /// Reads the 32 lower-case hex digits that `Display` writes.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 32 || text.bytes().any(|b| !matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return None;
        }
        u128::from_str_radix(text, 16).ok().map(|number| Self(number.to_be_bytes()))
    }
}

impl std::fmt::Display for PackId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

/// The three files of a stored pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// The pack itself (gitformat-pack, version 2), self-contained: every delta base is inside.
    Pack,
    /// Its index (gitformat-pack, index version 2).
    Index,
    /// Our table of its entries and commits; see [`crate::graph`].
    Graph,
}

impl Part {
    /// The file name extension.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Pack => "pack",
            Self::Index => "idx",
            Self::Graph => "graph",
        }
    }
}

/// What the repository remembers of a stored pack; enough to open it without a read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackRecord {
    /// Its name.
    pub id: PackId,
    /// How many entries it has.
    pub objects: u32,
    /// The length of the pack file in bytes.
    pub pack_bytes: u64,
    /// The length of the index in bytes.
    pub index_bytes: u64,
    /// The length of the graph part in bytes.
    pub graph_bytes: u64,
    /// Whether every object in it was reachable from the tips it was received with.
    pub closed: bool,
}

/// Reads the bytes of stored packs. Implemented over a blob store with a cache of blocks.
pub trait PackFiles: Send + Sync {
    /// The size of a block in bytes; a power of two.
    fn block_size(&self) -> usize;

    /// Block `number` of a file of `len` bytes, from the cache or the store. Full-size, but for the file's last block.
    fn block(&self, pack: &PackRecord, part: Part, number: u64) -> io::Result<Bytes>;

    /// A range read around the cache, for streaming a large part of a pack once. Exactly the bytes asked for.
    fn range(&self, pack: &PackRecord, part: Part, range: Range<u64>) -> io::Result<Bytes>;
}

impl PackRecord {
    /// The length of one of its files in bytes.
    pub fn part_bytes(&self, part: Part) -> u64 {
        match part {
            Part::Pack => self.pack_bytes,
            Part::Index => self.index_bytes,
            Part::Graph => self.graph_bytes,
        }
    }
}

/// A pack that was received or made, complete with index and graph part, in files that await storing.
///
/// Its files live in a scratch directory that is removed when this is dropped.
#[derive(Debug)]
pub struct StagedPack {
    /// The pack file.
    pub pack: PathBuf,
    /// The index.
    pub index: PathBuf,
    /// The graph part.
    pub graph: PathBuf,
    /// What the repository is to remember of it. The id is fresh.
    pub record: PackRecord,
    /// Ids of the objects that nothing else in the pack refers to: the tips it was sent for, and garbage if there is any.
    /// At most [`StagedPack::MAX_ROOTS`]; with more of them, `None`.
    pub roots: Option<Vec<ObjectId>>,
    /// Keeps the scratch directory alive.
    pub scratch: tempfile::TempDir,
}

impl StagedPack {
    /// How many roots are remembered; a push of more loose ends than this is simply not known to be closed.
    pub const MAX_ROOTS: usize = 65_536;
}
