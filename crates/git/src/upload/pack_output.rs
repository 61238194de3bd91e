//! Writes chosen entries as a pack, copying what is stored wherever that is possible.
//!
//! A stored delta is kept when the client will be able to resolve it. Every delta that is kept stands on an entry of the
//! same stored pack, or on an object that is sent from a pack searched earlier ([`Odb::packs`]), or on one the client has.
//! So along a chain of deltas the pack never becomes a later one, and within a pack chains are those that were checked when
//! it was received: no circle can form, however often an object is stored.

use super::chosen::Chosen;
use super::entry_reader::{EntryReader, PIECE, Slot};
use super::pack_writer::{DeltaBase, HEADER_BYTES, PackWriter, StoredDelta, TRAILER_BYTES, stored_delta};
use super::selection::{OnProgress, Progress};
use crate::error::{Error, Result};
use crate::odb::{Entry, EntryInfo, EntrySet, Odb};
use crate::pack::PackRecord;
use flate2::{Compress, Compression, FlushCompress, Status, write::ZlibEncoder};
use std::io::Write;
use std::path::Path;

/// How well objects are compressed whose stored form cannot be used. In a shallow clone of a repository of 100 MB, level 6
/// makes the pack 3 % smaller than level 3, for 40 % more processor time.
const LEVEL: u32 = 3;
/// Objects up to this size in bytes are compressed in one go, larger ones as a stream.
const IN_ONE_GO: u64 = 1 << 20;
/// After how many entries progress is reported.
const REPORT_EVERY: u64 = 1024;

/// Writes the file of a pack as it is. It must be all there is to send.
pub(super) fn copy_file(odb: &Odb, pack: &PackRecord, out: &mut dyn Write, progress: OnProgress) -> Result<()> {
    let total = u64::from(pack.objects);
    progress(Progress::Counted { objects: total })?;
    let reader = EntryReader::new(odb, pack);
    let mut at = 0;
    while at < pack.pack_bytes {
        let end = pack.pack_bytes.min(at + PIECE);
        reader.copy(at, end, out)?;
        at = end;
        progress(Progress::Writing { done: share(total, at, pack.pack_bytes), total })?;
    }
    out.flush()?;
    progress(Progress::Done { objects: total, reused: total, bytes: pack.pack_bytes })?;
    Ok(())
}

/// What part of `total` is done when `at` of `end` bytes are.
fn share(total: u64, at: u64, end: u64) -> u64 {
    (u128::from(total) * u128::from(at) / u128::from(end.max(1))) as u64
}

/// What to write, and what may be presumed of the client.
pub(super) struct Output<'a> {
    pub(super) odb: &'a Odb,
    pub(super) scratch: &'a Path,
    pub(super) chosen: &'a Chosen,
    /// Objects of the client on which deltas may stand; without, the pack is to be self-contained.
    pub(super) had: Option<&'a EntrySet>,
    /// Whether the client understands deltas that name their base by distance.
    pub(super) ofs_delta: bool,
}

/// How an entry goes into the pack.
enum Form {
    /// Byte for byte as stored.
    AsStored,
    /// The stored instructions behind a new header.
    Rebased(DeltaBase, StoredDelta),
    /// Decoded and compressed.
    Anew,
}

impl Output<'_> {
    pub(super) fn write(&self, out: &mut dyn Write, progress: OnProgress) -> Result<()> {
        let objects = u32::try_from(self.chosen.len()).map_err(std::io::Error::other)?;
        let mut writing = Writing {
            output: self,
            writer: PackWriter::begin(out, objects)?,
            compress: Compress::new(Compression::new(LEVEL), true),
            done: 0,
            reused: 0,
            progress,
        };
        for pack in 0..self.odb.packs().len() as u32 {
            writing.pack(pack)?;
        }
        let Writing { writer, reused, progress, .. } = writing;
        let bytes = writer.finish()?;
        progress(Progress::Done { objects: u64::from(objects), reused, bytes })?;
        Ok(())
    }
}

/// A pack being written.
struct Writing<'a> {
    output: &'a Output<'a>,
    writer: PackWriter<'a>,
    compress: Compress,
    done: u64,
    reused: u64,
    progress: OnProgress<'a>,
}

impl Writing<'_> {
    /// Writes the entries that are chosen of one stored pack.
    fn pack(&mut self, pack: u32) -> Result<()> {
        let (odb, chosen) = (self.output.odb, self.output.chosen);
        let record = &odb.packs()[pack as usize];
        let count = chosen.count_in(pack);
        if count == 0 {
            return Ok(());
        }
        if count == record.objects && self.output.ofs_delta {
            return self.all_of(record);
        }
        let mut slots = Vec::with_capacity(count as usize);
        chosen.each_in(odb, pack, &mut |position| {
            slots.push(Slot { offset: odb.info(Entry { pack, position })?.offset, position });
            Ok(())
        })?;
        slots.sort_unstable_by_key(|slot| slot.offset);
        let mut reader = EntryReader::new(odb, record);
        let mut moves = Moves::default();
        for (index, slot) in slots.iter().enumerate() {
            let entry = Entry { pack, position: slot.position };
            moves.note(slot.offset, self.writer.offset());
            self.entry(entry, &mut reader, &slots[index + 1..], &moves)?;
            self.report(1)?;
        }
        Ok(())
    }

    /// Writes all entries of a stored pack at once; distances between them stay what they are.
    fn all_of(&mut self, record: &PackRecord) -> Result<()> {
        let reader = EntryReader::new(self.output.odb, record);
        let end = record.pack_bytes - TRAILER_BYTES;
        let before = self.done;
        let mut at = HEADER_BYTES;
        while at < end {
            let next = end.min(at + PIECE);
            reader.copy(at, next, &mut self.writer)?;
            at = next;
            self.done = before + share(u64::from(record.objects), at, end);
            (self.progress)(Progress::Writing { done: self.done, total: self.output.chosen.len() as u64 })?;
        }
        self.reused += u64::from(record.objects);
        Ok(())
    }

    fn entry(&mut self, entry: Entry, reader: &mut EntryReader<'_>, next: &[Slot], moves: &Moves) -> Result<()> {
        let info = self.output.odb.info(entry)?;
        let head = reader.head(info.offset, u64::from(info.length), next)?;
        let body = match self.form(entry, &info, &head, moves)? {
            Form::AsStored => 0,
            Form::Rebased(base, delta) => {
                self.writer.write_delta_header(base, delta.size)?;
                delta.body
            }
            Form::Anew => return self.anew(entry, &info),
        };
        self.writer.write_all(head.get(body..).unwrap_or_default())?;
        reader.copy(info.offset + head.len() as u64, info.offset + u64::from(info.length), &mut self.writer)?;
        self.reused += 1;
        Ok(())
    }

    /// Decides on the form of a delta whose stored bytes begin with `head`.
    fn form(&self, entry: Entry, info: &EntryInfo, head: &[u8], moves: &Moves) -> Result<Form> {
        let Output { odb, chosen, had, ofs_delta, .. } = *self.output;
        let Some(base) = info.base.map(|position| Entry { pack: entry.pack, position }) else {
            return Ok(Form::AsStored);
        };
        let Some(delta) = stored_delta(head) else {
            let reason = format!("the entry at {} is no delta, though its table says so", info.offset);
            return Err(Error::Damaged { pack: odb.packs()[entry.pack as usize].id, reason });
        };
        let is_sent = if chosen.contains(base) {
            if !delta.by_id && ofs_delta {
                let base_offset = odb.info(base)?.offset;
                let distance = self.writer.offset() - moves.target(base_offset);
                return Ok(if distance == info.offset - base_offset {
                    Form::AsStored
                } else {
                    Form::Rebased(DeltaBase::Distance(distance), delta)
                });
            }
            true
        } else {
            match odb.locate(&odb.id(base)?)? {
                Some(elsewhere) if had.is_some_and(|had| had.contains(elsewhere)) => true,
                Some(elsewhere) => elsewhere.pack < entry.pack && chosen.contains(elsewhere),
                None => false,
            }
        };
        Ok(match is_sent {
            true if delta.by_id => Form::AsStored,
            true => Form::Rebased(DeltaBase::Id(odb.id(base)?), delta),
            false => Form::Anew,
        })
    }

    fn anew(&mut self, entry: Entry, info: &EntryInfo) -> Result<()> {
        let Output { odb, scratch, .. } = *self.output;
        self.writer.write_object_header(info.kind, info.size)?;
        if info.size > IN_ONE_GO {
            let mut encoder = ZlibEncoder::new(&mut self.writer, Compression::new(LEVEL));
            odb.copy_content(entry, scratch, &mut encoder)?;
            encoder.finish()?;
            return Ok(());
        }
        let object = odb.object(entry)?;
        self.compress.reset();
        let mut compressed = Vec::with_capacity(object.data.len() + object.data.len() / 1000 + 64);
        loop {
            let consumed = self.compress.total_in() as usize;
            let rest = object.data.get(consumed..).unwrap_or_default();
            let status = self.compress.compress_vec(rest, &mut compressed, FlushCompress::Finish);
            match status.map_err(std::io::Error::other)? {
                Status::StreamEnd => break,
                Status::Ok | Status::BufError => compressed.reserve(compressed.capacity()),
            }
        }
        self.writer.write_all(&compressed)?;
        Ok(())
    }

    fn report(&mut self, entries: u64) -> Result<()> {
        self.done += entries;
        if self.done.is_multiple_of(REPORT_EVERY) {
            (self.progress)(Progress::Writing { done: self.done, total: self.output.chosen.len() as u64 })?;
        }
        Ok(())
    }
}

/// Where entries of a stored pack went: one note for each run of entries that kept their distances.
#[derive(Default)]
struct Moves {
    runs: Vec<(u64, u64)>,
}

impl Moves {
    fn note(&mut self, stored: u64, written: u64) {
        let keeps_distance = self.runs.last().is_some_and(|(from, to)| written.wrapping_sub(*to) == stored - from);
        if !keeps_distance {
            self.runs.push((stored, written));
        }
    }

    /// Where the entry that is stored at `stored` and already written begins.
    fn target(&self, stored: u64) -> u64 {
        let run = self.runs.partition_point(|(from, _)| *from <= stored);
        match run.checked_sub(1).and_then(|run| self.runs.get(run)) {
            Some((from, to)) => to + (stored - from),
            None => 0,
        }
    }
}
