//! Turns a pack whose objects are all known into one that can be stored: references checked, index and graph part written.

use super::checks::Checks;
use super::entries::{Entries, NO_BASE};
use super::error::ReceiveError;
use super::index_file;
use super::resolver::Resolver;
use super::scratch_pack::ScratchPack;
use crate::graph::{self, PackEntry};
use crate::object::Kind;
use crate::odb::Odb;
use crate::pack::{PackId, PackRecord, StagedPack};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use tempfile::TempDir;

/// The name of the pack file in its scratch directory.
pub(crate) const PACK_FILE: &str = "pack";

/// Checks and writes what is left to be checked and written.
pub(crate) fn stage(
    pack: ScratchPack,
    mut entries: Entries,
    mut resolver: Resolver,
    checks: Checks,
    odb: &Odb,
    scratch: TempDir,
) -> Result<StagedPack, ReceiveError> {
    checks.special.check(&mut entries, &mut resolver, odb, scratch.path())?;
    drop(resolver);
    let order = by_id(&entries)?;
    let sorted = sorted(&entries, &order);
    let id_of = |row: u32| entries.rows[row as usize].id;
    let roots = checks.references.check(&sorted, odb, id_of, StagedPack::MAX_ROOTS)?;
    drop(entries);

    let mut commits = checks.commits;
    commits.sort_unstable_by_key(|commit| commit.id);
    let (checksum, pack_bytes) = pack.seal(sorted.len() as u32)?;
    let (index, graph) = (scratch.path().join("idx"), scratch.path().join("graph"));
    let index_bytes =
        write_file(&index, |out| index_file::write(out, &sorted, &checksum).map_err(ReceiveError::Scratch))?;
    let graph_bytes = write_file(&graph, |out| Ok(graph::write(out, &sorted, &commits, odb)?))?;
    let record = PackRecord {
        id: fresh_id()?,
        objects: sorted.len() as u32,
        pack_bytes,
        index_bytes,
        graph_bytes,
        closed: false,
    };
    Ok(StagedPack { pack: scratch.path().join(PACK_FILE), index, graph, record, roots, scratch })
}

fn write_file(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<u64, ReceiveError>,
) -> Result<u64, ReceiveError> {
    let mut out = BufWriter::with_capacity(256 * 1024, File::create_new(path).map_err(ReceiveError::Scratch)?);
    let length = write(&mut out)?;
    out.flush().map_err(ReceiveError::Scratch)?;
    Ok(length)
}

/// The rows in the order of their ids. An object that is there twice is refused, as `git index-pack --strict` does: with it the
/// pack would hold more entries than its index, and could no longer be sent on as it is.
fn by_id(entries: &Entries) -> Result<Vec<u32>, ReceiveError> {
    let mut order: Vec<u32> = (0u32..).take(entries.rows.len()).collect();
    let id = |row: &u32| entries.rows[*row as usize].id;
    order.sort_unstable_by_key(id);
    if let Some(twice) = order.windows(2).find(|pair| id(&pair[0]) == id(&pair[1])) {
        return Err(ReceiveError::malformed(format!("object {} appears twice in it", id(&twice[0]))));
    }
    Ok(order)
}

fn sorted(entries: &Entries, order: &[u32]) -> Vec<PackEntry> {
    let mut position = vec![0u32; order.len()];
    for (at, row) in (0u32..).zip(order) {
        position[*row as usize] = at;
    }
    let entry = |row: &u32| {
        let entry = &entries.rows[*row as usize];
        let (offset, end) = entries.range(*row);
        PackEntry {
            id: entry.id,
            kind: entry.kind.unwrap_or(Kind::Blob),
            size: entry.size,
            offset,
            length: (end - offset) as u32,
            base: (entry.base != NO_BASE).then(|| position[entry.base as usize]),
            crc32: entry.crc32,
        }
    };
    order.iter().map(entry).collect()
}

fn fresh_id() -> Result<PackId, ReceiveError> {
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(|error| ReceiveError::Scratch(io::Error::other(error.to_string())))?;
    Ok(PackId(id))
}
