//! Makes a pack out of objects that were made here, such as those of an API commit.

use super::checks::Checks;
use super::entries::{Entries, NO_BASE, Row};
use super::error::ReceiveError;
use super::resolver::Resolver;
use super::scratch_pack::ScratchPack;
use super::staging::{PACK_FILE, stage};
use crate::limits::Limits;
use crate::object::{Kind, id_of};
use crate::odb::Odb;
use crate::pack::StagedPack;
use flate2::Compression;
use gix::ObjectId;
use std::collections::HashSet;
use std::path::Path;
use tempfile::TempDir;

/// A pack in the making.
pub struct PackBuilder {
    scratch: TempDir,
    pack: ScratchPack,
    entries: Entries,
    known: HashSet<ObjectId>,
    checks: Checks,
}

impl PackBuilder {
    /// An empty pack in a scratch directory below `scratch_parent`.
    pub fn new(scratch_parent: &Path) -> Result<Self, ReceiveError> {
        let scratch =
            tempfile::Builder::new().prefix("made-").tempdir_in(scratch_parent).map_err(ReceiveError::Scratch)?;
        let mut pack = ScratchPack::create(&scratch.path().join(PACK_FILE))?;
        pack.begin()?;
        Ok(Self { scratch, pack, entries: Entries::default(), known: HashSet::new(), checks: Checks::default() })
    }

    /// Adds an object, unless it is there already, and returns its id. It passes the same checks as a received one.
    pub fn add(&mut self, kind: Kind, content: &[u8]) -> Result<ObjectId, ReceiveError> {
        let id = id_of(kind, content).ok_or(ReceiveError::Collision)?;
        if self.known.contains(&id) {
            return Ok(id);
        }
        self.checks.object(self.entries.rows.len() as u32, id, kind, content)?;
        let size = content.len() as u64;
        let placed = self.pack.append_object(kind, size, Compression::default(), |out| {
            out.write_all(content).map_err(ReceiveError::Scratch)
        })?;
        self.entries.rows.push(Row {
            id,
            kind: Some(kind),
            header: placed.header,
            crc32: placed.crc32,
            base: NO_BASE,
            offset: placed.offset,
            size,
        });
        self.entries.end = self.pack.len();
        self.known.insert(id);
        Ok(id)
    }

    /// Completes the pack. What its objects refer to must be in it or in `odb`.
    pub fn finish(mut self, odb: &Odb) -> Result<StagedPack, ReceiveError> {
        let resolver = Resolver::new(self.pack.reader()?, self.scratch.path(), Limits::default().max_inflated_bytes);
        stage(self.pack, self.entries, resolver, self.checks, odb, self.scratch)
    }
}
