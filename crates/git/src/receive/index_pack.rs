//! Takes a pack from a client: copies it to a scratch directory, checks every object in it, completes it if it is thin, and
//! writes its index and graph part. See ARCHITECTURE.md, "A stored pack".

use super::budget::Budget;
use super::checks::Checks;
use super::content::Content;
use super::deltas::Deltas;
use super::entries::{Entries, EntryReader, NO_BASE, read_header};
use super::error::ReceiveError;
use super::pack_stream::PackStream;
use super::resolver::{Resolver, Visitor};
use super::scratch_pack::ScratchPack;
use super::spill::Spill;
use super::staging::{PACK_FILE, stage};
use super::thin::append_base;
use crate::limits::Limits;
use crate::object::Kind;
use crate::odb::Odb;
use crate::pack::StagedPack;
use std::io::{self, BufRead};
use std::path::Path;

/// How far a pack has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// So many of all entries have arrived.
    Receiving(u32, u32),
    /// So many of all deltas are resolved.
    Resolving(u32, u32),
}

/// Called now and then; an error ends the work.
type OnProgress<'a> = &'a mut dyn FnMut(Progress) -> io::Result<()>;

/// Takes a pack from `input` and returns it ready to be stored. Nothing behind the pack's end is read.
///
/// Memory is bounded whatever the pack holds, but for about 150 bytes an object and 40 an object it refers to. The pack is
/// not registered anywhere, and on failure nothing is left of it. An object that is stored already is taken as it is
/// named: contents made to collide are recognised by the hash, so that they need not be compared.
pub fn index_pack(
    input: &mut dyn BufRead,
    odb: &Odb,
    scratch_parent: &Path,
    limits: &Limits,
    progress: OnProgress<'_>,
) -> Result<StagedPack, ReceiveError> {
    let scratch = tempfile::Builder::new().prefix("pack-").tempdir_in(scratch_parent).map_err(ReceiveError::Scratch)?;
    let mut pack = ScratchPack::create(&scratch.path().join(PACK_FILE))?;
    let mut budget = Budget::new(limits);
    let mut checks = Checks::default();
    let stream = PackStream::new(input, &mut pack, limits);
    let mut entries = arrive(stream, limits, &mut checks, &mut budget, progress)?;
    let mut resolver = Resolver::new(pack.reader()?, scratch.path(), limits.max_inflated_bytes);
    resolve(&mut pack, &mut entries, &mut resolver, odb, scratch.path(), &mut checks, &mut budget, progress)?;
    stage(pack, entries, resolver, checks, odb, scratch)
}

/// Reads the whole pack.
fn arrive(
    mut stream: PackStream<'_>,
    limits: &Limits,
    checks: &mut Checks,
    budget: &mut Budget<'_>,
    progress: OnProgress<'_>,
) -> Result<Entries, ReceiveError> {
    let count = read_header(&mut stream, limits.max_objects)?;
    let mut reader = EntryReader::new(stream, checks, budget);
    for arrived in 0..count {
        reader.read(&mut || tell(progress, Progress::Receiving(arrived, count)))?;
    }
    tell(progress, Progress::Receiving(count, count))?;
    reader.finish()
}

fn tell(progress: OnProgress<'_>, event: Progress) -> Result<(), ReceiveError> {
    progress(event).map_err(|_client_is_gone| ReceiveError::Truncated)
}

/// Makes the objects of all deltas.
#[expect(clippy::too_many_arguments, reason = "each is a separate concern of the caller, borrowed for this step only")]
fn resolve(
    pack: &mut ScratchPack,
    entries: &mut Entries,
    resolver: &mut Resolver,
    odb: &Odb,
    scratch: &Path,
    checks: &mut Checks,
    budget: &mut Budget<'_>,
    progress: OnProgress<'_>,
) -> Result<(), ReceiveError> {
    if entries.deltas == 0 {
        return Ok(());
    }
    let deltas = Deltas::of(entries);
    let mut made = 0;
    for row in (0u32..).take(entries.rows.len()) {
        if entries.rows[row as usize].kind.is_some() && entries.rows[row as usize].base == NO_BASE {
            let mut look = FirstLook { checks, budget, progress, made: &mut made };
            resolver.make_all_on(row, entries, &deltas, &mut look)?;
        }
    }
    for (delta, base) in deltas.unfounded(entries) {
        if entries.rows[delta as usize].base != NO_BASE {
            continue;
        }
        if let Some(row) = append_base(base, odb, scratch, pack, entries, checks, budget)? {
            let mut look = FirstLook { checks, budget, progress, made: &mut made };
            resolver.make_all_on(row, entries, &deltas, &mut look)?;
        }
    }
    match deltas.unfounded(entries).first() {
        Some((_, base)) => Err(ReceiveError::MissingBase(*base)),
        None => Ok(()),
    }
}

/// Names and checks objects when they are made.
struct FirstLook<'a, 'b> {
    checks: &'a mut Checks,
    budget: &'a mut Budget<'b>,
    progress: OnProgress<'a>,
    made: &'a mut u32,
}

impl Visitor for FirstLook<'_, '_> {
    fn admit(&mut self, row: u32, kind: Kind, depth: u32, entries: &Entries) -> Result<(), ReceiveError> {
        self.budget.depth(depth)?;
        self.budget.kind(kind, entries.rows[row as usize].size)
    }

    fn made(
        &mut self,
        row: u32,
        kind: Kind,
        content: &Content,
        spill: &Spill,
        entries: &mut Entries,
    ) -> Result<(), ReceiveError> {
        let id = content.id(kind, spill)?;
        entries.rows[row as usize].id = id;
        if let (true, Some(content)) = (kind != Kind::Blob, content.memory()) {
            self.checks.object(row, id, kind, content)?;
        }
        *self.made += 1;
        tell(self.progress, Progress::Resolving(*self.made, entries.deltas))
    }
}
