//! Reads stored entries in the order in which they lie in a pack, many with one read where they lie close together.

use crate::error::{Error, Result};
use crate::odb::Odb;
use crate::pack::{PackRecord, Part};
use bytes::Bytes;
use std::io::Write;

/// The most that is read at once, in bytes.
pub(super) const PIECE: u64 = 1 << 20;
/// Entries that are this close together, in bytes, are read with one read: skipping is cheaper than another request.
const GAP: u64 = 64 * 1024;

/// A chosen entry of a pack: 12 bytes, for there may be millions.
#[derive(Debug, Clone, Copy)]
#[repr(C, packed(4))]
pub(super) struct Slot {
    /// Where the entry begins in the pack file.
    pub(super) offset: u64,
    /// Its position in the index.
    pub(super) position: u32,
}

/// Reads the entries of one pack, given in ascending order.
pub(super) struct EntryReader<'a> {
    odb: &'a Odb,
    record: &'a PackRecord,
    window: Bytes,
    window_at: u64,
}

impl<'a> EntryReader<'a> {
    pub(super) fn new(odb: &'a Odb, record: &'a PackRecord) -> Self {
        Self { odb, record, window: Bytes::new(), window_at: 0 }
    }

    /// The beginning of the entry at `offset`: all of its `length` bytes, or the first [`PIECE`] of them. `next` are the
    /// slots behind it, which tell how far reading ahead pays.
    pub(super) fn head(&mut self, offset: u64, length: u64, next: &[Slot]) -> Result<Bytes> {
        let length = length.min(PIECE);
        let end = offset + length;
        if offset < self.window_at || end > self.window_at + self.window.len() as u64 {
            let ahead = read_ahead(end, next, offset + PIECE);
            let ahead = ahead.min(self.record.pack_bytes.max(end));
            self.window = self.read(offset, ahead)?;
            self.window_at = offset;
        }
        let start = (offset - self.window_at) as usize;
        Ok(self.window.slice(start..start + length as usize))
    }

    /// Writes the bytes from `start` to `end` to `out`.
    pub(super) fn copy(&self, start: u64, end: u64, out: &mut dyn Write) -> Result<()> {
        let mut at = start;
        while at < end {
            let piece = self.range(at, end.min(at + PIECE))?;
            out.write_all(&piece)?;
            at += piece.len() as u64;
        }
        Ok(())
    }

    /// A short stretch comes from the cache of blocks, for many will fetch the same new entries; a long one around it.
    fn read(&self, start: u64, end: u64) -> Result<Bytes> {
        let files = self.odb.files();
        let block_size = files.block_size() as u64;
        let (first, last) = (start / block_size, (end - 1) / block_size);
        if last - first > 1 || end - start > block_size {
            return self.range(start, end);
        }
        let mut bytes = Vec::new();
        for number in first..=last {
            let block = files.block(self.record, Part::Pack, number)?;
            let at = number * block_size;
            let from = start.max(at) - at;
            let to = (end.min(at + block_size) - at).min(block.len() as u64);
            if first == last && from <= to {
                return self.checked(block.slice(from as usize..to as usize), end - start);
            }
            bytes.extend_from_slice(block.get(from as usize..to as usize).unwrap_or_default());
        }
        self.checked(Bytes::from(bytes), end - start)
    }

    fn range(&self, start: u64, end: u64) -> Result<Bytes> {
        self.checked(self.odb.files().range(self.record, Part::Pack, start..end)?, end - start)
    }

    fn checked(&self, bytes: Bytes, length: u64) -> Result<Bytes> {
        if bytes.len() as u64 == length {
            return Ok(bytes);
        }
        Err(Error::Damaged { pack: self.record.id, reason: "its pack file is cut short".into() })
    }
}

/// How far to read when the entry at hand ends at `end`: on to the beginning of later entries while they are near, but
/// not beyond `most`. The last of them is then read in part only, and again; that is cheaper than looking up its length.
fn read_ahead(end: u64, next: &[Slot], most: u64) -> u64 {
    let mut ahead = end;
    for slot in next {
        let offset = slot.offset;
        if offset > ahead.saturating_add(GAP) || offset > most {
            break;
        }
        ahead = ahead.max(offset);
    }
    // Small entries dominate: reaching a little into the last one mostly covers it.
    if ahead > end { (ahead + 4096).min(most.max(end)) } else { end }
}
