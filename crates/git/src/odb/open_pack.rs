//! One stored pack, read in blocks: its index (which object), its graph part (how stored, which commit) and its entries.

use super::{EntryInfo, Odb};
use crate::delta;
use crate::error::{Error, Result};
use crate::graph::{CommitRow, Layout, Reference};
use crate::pack::{PackFiles, PackRecord, Part};
use bytes::Bytes;
use flate2::{Decompress, FlushDecompress, Status};
use gix::ObjectId;
use std::cell::RefCell;
use std::sync::{Arc, OnceLock};

/// Where the fan-out table of an index begins (gitformat-pack, index version 2).
const FANOUT_AT: u64 = 8;
/// Where the sorted object ids of an index begin.
const IDS_AT: u64 = FANOUT_AT + 256 * 4;
const ID_BYTES: usize = 20;

thread_local! {
    /// Setting a decompressor up costs as much as inflating a small object, so each thread keeps one.
    static INFLATE: RefCell<Decompress> = RefCell::new(Decompress::new(true));
}

pub(super) struct OpenPack {
    record: PackRecord,
    files: Arc<dyn PackFiles>,
    fanout: OnceLock<Vec<u32>>,
    layout: OnceLock<Layout>,
}

impl OpenPack {
    pub(super) fn new(record: PackRecord, files: Arc<dyn PackFiles>) -> Self {
        Self { record, files, fanout: OnceLock::new(), layout: OnceLock::new() }
    }

    pub(super) fn record(&self) -> &PackRecord {
        &self.record
    }

    pub(super) fn files(&self) -> &dyn PackFiles {
        &*self.files
    }

    pub(super) fn damaged(&self, reason: String) -> Error {
        Error::Damaged { pack: self.record.id, reason }
    }

    /// The position of an object in the index, if the pack has it.
    pub(super) fn position(&self, id: &ObjectId) -> Result<Option<u32>> {
        let fanout = self.fanout()?;
        let first = usize::from(id.as_bytes()[0]);
        let mut low = if first == 0 { 0 } else { fanout[first - 1] };
        let mut high = fanout[first];
        let mut ids = Window::new(self, Part::Index);
        // Ids are evenly spread, so the place can be guessed, and half of all objects are within ±√n/2 of the guess.
        // Looking there first keeps the search of a huge pack within one or two blocks.
        if high - low > 64 {
            let count = u64::from(high - low);
            let fraction = u64::from(u32::from_be_bytes(first_bytes(&id.as_bytes()[1..])));
            let guess = low + ((count * fraction) >> 32) as u32;
            let reach = 2 * count.isqrt() as u32 + 8;
            let lower = guess.saturating_sub(reach).max(low);
            let upper = (guess + reach).min(high - 1);
            if ids.id(lower)? <= *id {
                low = lower;
            } else {
                high = lower;
            }
            if lower < high && ids.id(upper)? >= *id {
                high = upper + 1;
            } else if lower < high {
                low = upper + 1;
            }
        }
        while low < high {
            let middle = low + (high - low) / 2;
            match ids.id(middle)?.cmp(id) {
                std::cmp::Ordering::Equal => return Ok(Some(middle)),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        Ok(None)
    }

    /// The id at a position of the index.
    pub(super) fn id(&self, position: u32) -> Result<ObjectId> {
        Window::new(self, Part::Index).id(position)
    }

    /// A row of the entry table.
    pub(super) fn info(&self, position: u32) -> Result<EntryInfo> {
        let at = self.layout()?.entry_at(position);
        let row = Layout::entry(&Window::new(self, Part::Graph).read::<{ Layout::ENTRY_BYTES }>(at)?);
        let kind = row.kind.ok_or_else(|| self.damaged(format!("entry {position} has no object kind")))?;
        Ok(EntryInfo { kind, size: row.size, offset: row.offset, length: row.length, base: row.base })
    }

    /// The commit row whose object stands at `position`, if that is a commit.
    pub(super) fn commit_at_position(&self, position: u32) -> Result<Option<CommitRow>> {
        let layout = *self.layout()?;
        let mut rows = Window::new(self, Part::Graph);
        let (mut low, mut high) = (0, layout.commits);
        while low < high {
            let middle = low + (high - low) / 2;
            let row = Layout::commit(&rows.read::<{ Layout::COMMIT_BYTES }>(layout.commit_at(middle))?);
            match row.position.cmp(&position) {
                std::cmp::Ordering::Equal => return Ok(Some(row)),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        Ok(None)
    }

    /// A row of the commit table.
    pub(super) fn commit(&self, record: u32) -> Result<CommitRow> {
        let at = self.layout()?.commit_at(record);
        Ok(Layout::commit(&Window::new(self, Part::Graph).read::<{ Layout::COMMIT_BYTES }>(at)?))
    }

    /// One parent of a commit.
    pub(super) fn edge(&self, edge: u32) -> Result<Reference> {
        let at = self.layout()?.edge_at(edge);
        Ok(Reference::decode(u32::from_be_bytes(Window::new(self, Part::Graph).read::<4>(at)?)))
    }

    /// An id of the external table.
    pub(super) fn external(&self, number: u32) -> Result<ObjectId> {
        let at = self.layout()?.external_at(number);
        Ok(ObjectId::from(Window::new(self, Part::Graph).read::<ID_BYTES>(at)?))
    }

    /// The content of a non-delta entry.
    pub(super) fn inflate(&self, entry: &EntryInfo) -> Result<Bytes> {
        let raw = self.raw(entry)?;
        let (size, compressed) = self.entry_header(&raw, entry)?;
        if size != entry.size {
            return Err(self.damaged(format!("the entry at {} has another size than its table says", entry.offset)));
        }
        Ok(Bytes::from(self.inflate_bytes(compressed, size, entry.offset)?))
    }

    /// The content of a delta entry, given its base's.
    pub(super) fn apply_delta(&self, base: &[u8], position: u32, entry: &EntryInfo) -> Result<Bytes> {
        let raw = self.raw(entry)?;
        let (size, compressed) = self.entry_header(&raw, entry)?;
        // Every instruction has at most 8 bytes and makes at least one, so a delta can be larger than its result.
        if size > Odb::MAX_OBJECT_IN_MEMORY {
            return Err(Error::TooLarge { id: self.id(position)?, size });
        }
        let instructions = self.inflate_bytes(compressed, size, entry.offset)?;
        let result = delta::sizes(&instructions).map(|(sizes, _)| sizes.result);
        if !matches!(result, Ok(result) if result == entry.size) {
            return Err(self.damaged(format!("the delta at {} has another size than its table says", entry.offset)));
        }
        let mut content = Vec::new();
        delta::apply(base, &instructions, &mut content)
            .map_err(|error| self.damaged(format!("the delta at {}: {error}", entry.offset)))?;
        Ok(Bytes::from(content))
    }

    /// The entry's bytes as stored: header and compressed content.
    fn raw(&self, entry: &EntryInfo) -> Result<Bytes> {
        let length = entry.length as usize;
        let block_size = self.files.block_size() as u64;
        let (number, skip) = (entry.offset / block_size, (entry.offset % block_size) as usize);
        let block = self.block(Part::Pack, number)?;
        if skip + length <= block.len() {
            return Ok(block.slice(skip..skip + length));
        }
        let mut raw = Vec::with_capacity(length);
        raw.extend_from_slice(block.get(skip..).unwrap_or_default());
        let mut number = number + 1;
        while raw.len() < length {
            let block = self.block(Part::Pack, number)?;
            raw.extend_from_slice(&block[..block.len().min(length - raw.len())]);
            number += 1;
        }
        Ok(Bytes::from(raw))
    }

    /// Splits an entry into the size its header names and the compressed bytes (gitformat-pack, "Object entries").
    pub(super) fn entry_header<'a>(&self, raw: &'a [u8], entry: &EntryInfo) -> Result<(u64, &'a [u8])> {
        parse_entry_header(raw)
            .ok_or_else(|| self.damaged(format!("the entry header at {} is malformed", entry.offset)))
    }

    fn inflate_bytes(&self, compressed: &[u8], size: u64, offset: u64) -> Result<Vec<u8>> {
        let mut content = Vec::with_capacity(size as usize);
        let status = INFLATE.with_borrow_mut(|inflate| {
            inflate.reset(true);
            inflate.decompress_vec(compressed, &mut content, FlushDecompress::Finish)
        });
        if !matches!(status, Ok(Status::StreamEnd)) || content.len() as u64 != size {
            return Err(self.damaged(format!("the entry at {offset} does not inflate")));
        }
        Ok(content)
    }

    fn block(&self, part: Part, number: u64) -> Result<Bytes> {
        let block = self.files.block(&self.record, part, number)?;
        if block.is_empty() {
            return Err(self.damaged(format!("block {number} of its {part:?} file is empty")));
        }
        Ok(block)
    }

    fn fanout(&self) -> Result<&[u32]> {
        if let Some(fanout) = self.fanout.get() {
            return Ok(fanout);
        }
        let bytes = Window::new(self, Part::Index).read::<{ 256 * 4 }>(FANOUT_AT)?;
        let fanout: Vec<u32> = bytes.chunks_exact(4).map(|word| u32::from_be_bytes(first_bytes(word))).collect();
        if !fanout.is_sorted() || fanout[255] != self.record.objects {
            return Err(self.damaged("the fan-out table of its index is malformed".into()));
        }
        Ok(self.fanout.get_or_init(|| fanout))
    }

    fn layout(&self) -> Result<&Layout> {
        if let Some(layout) = self.layout.get() {
            return Ok(layout);
        }
        let header = Window::new(self, Part::Graph).read::<{ Layout::HEADER_BYTES }>(0)?;
        let layout = Layout::decode(&header).ok_or_else(|| self.damaged("its graph part has no header".into()))?;
        if layout.objects != self.record.objects || layout.len() != self.record.graph_bytes {
            return Err(self.damaged("its graph part belongs to another pack or is cut short".into()));
        }
        Ok(self.layout.get_or_init(|| layout))
    }
}

/// Reads an entry's header: the size it names and where its compressed bytes begin.
pub(super) fn parse_entry_header(raw: &[u8]) -> Option<(u64, &[u8])> {
    let (&first, mut rest) = raw.split_first()?;
    let mut size = u64::from(first & 0x0f);
    let mut shift = 4;
    let mut byte = first;
    while byte & 0x80 != 0 {
        (byte, rest) = rest.split_first().map(|(byte, rest)| (*byte, rest))?;
        size |= u64::from(byte & 0x7f).checked_shl(shift)?;
        shift += 7;
    }
    match (first >> 4) & 7 {
        6 => {
            let distance = rest.iter().position(|byte| byte & 0x80 == 0)?;
            rest.get(distance + 1..)
        }
        7 => rest.get(ID_BYTES..),
        _ => Some(rest),
    }
    .map(|compressed| (size, compressed))
}

/// The first `N` bytes of a slice that is known to have them; zeroes where it has not.
fn first_bytes<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut first = [0; N];
    let length = bytes.len().min(N);
    first[..length].copy_from_slice(&bytes[..length]);
    first
}

/// Reads small records of one file, holding on to the block it used last.
struct Window<'a> {
    pack: &'a OpenPack,
    part: Part,
    block: Option<(u64, Bytes)>,
}

impl<'a> Window<'a> {
    fn new(pack: &'a OpenPack, part: Part) -> Self {
        Self { pack, part, block: None }
    }

    fn id(&mut self, position: u32) -> Result<ObjectId> {
        if position >= self.pack.record.objects {
            return Err(self.pack.damaged(format!("it has no object at position {position}")));
        }
        Ok(ObjectId::from(self.read::<ID_BYTES>(IDS_AT + u64::from(position) * ID_BYTES as u64)?))
    }

    fn read<const N: usize>(&mut self, at: u64) -> Result<[u8; N]> {
        if at + N as u64 > self.pack.record.part_bytes(self.part) {
            return Err(self.pack.damaged(format!("its {:?} file is too short for what it refers to", self.part)));
        }
        let mut record = [0; N];
        let mut filled = 0;
        let block_size = self.pack.files.block_size() as u64;
        while filled < N {
            let at = at + filled as u64;
            let skip = (at % block_size) as usize;
            let block = self.block(at / block_size)?;
            let piece = block.get(skip..).unwrap_or_default();
            let length = piece.len().min(N - filled);
            if length == 0 {
                return Err(self.pack.damaged(format!("a block of its {:?} file is cut short", self.part)));
            }
            record[filled..filled + length].copy_from_slice(&piece[..length]);
            filled += length;
        }
        Ok(record)
    }

    fn block(&mut self, number: u64) -> Result<&Bytes> {
        let held = match self.block.take() {
            Some((held, bytes)) if held == number => bytes,
            _ => self.pack.block(self.part, number)?,
        };
        Ok(&self.block.insert((number, held)).1)
    }
}
