//! Completes a thin pack: delta bases that the client left out because they are stored already are appended as whole objects,
//! so that every stored pack can be read without another one.

use super::budget::Budget;
use super::checks::Checks;
use super::entries::{Entries, NO_BASE, Row};
use super::error::ReceiveError;
use super::scratch_pack::ScratchPack;
use crate::graph::CommitLinks;
use crate::object::Kind;
use crate::odb::Odb;
use flate2::Compression;
use gix::ObjectId;
use std::path::Path;

/// Appends the object `id` of the repository to the pack and returns its row; `None` when it is not there.
pub(crate) fn append_base(
    id: ObjectId,
    odb: &Odb,
    scratch: &Path,
    pack: &mut ScratchPack,
    entries: &mut Entries,
    checks: &mut Checks,
    budget: &mut Budget<'_>,
) -> Result<Option<u32>, ReceiveError> {
    let Some(stored) = odb.locate(&id)? else { return Ok(None) };
    let info = odb.info(stored)?;
    budget.object(info.kind, info.size)?;
    if info.kind == Kind::Commit
        && let Some(node) = odb.commit(&id)?
    {
        // The graph part lists every commit of its pack.
        checks.commits.push(CommitLinks { id, tree: node.tree, parents: node.parents, time: node.time });
    }
    // It is stored well compressed elsewhere; here speed counts, as a client may name many large bases in few bytes.
    let level = Compression::fast();
    let placed = pack.append_object(info.kind, info.size, level, |out| Ok(odb.copy_content(stored, scratch, out)?))?;
    pack.flush()?;
    entries.rows.push(Row {
        id,
        kind: Some(info.kind),
        header: placed.header,
        crc32: placed.crc32,
        base: NO_BASE,
        offset: placed.offset,
        size: info.size,
    });
    entries.end = pack.len();
    Ok(Some(entries.rows.len() as u32 - 1))
}
