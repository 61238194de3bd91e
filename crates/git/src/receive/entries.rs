//! Reads a pack's entries as they arrive: whole objects are hashed and checked at once, deltas are noted for later.

use super::budget::Budget;
use super::checks::Checks;
use super::content::ObjectHash;
use super::error::ReceiveError;
use super::pack_stream::PackStream;
use crate::delta;
use crate::object::Kind;
use gix::ObjectId;

/// Stands for "on nothing" in [`Row::base`].
pub(crate) const NO_BASE: u32 = u32::MAX;
/// The most bytes that the two sizes at the head of a delta take.
const LONGEST_SIZES: usize = 20;

/// What is known of one entry; there may be millions of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    /// The object's id; null as long as the delta is not resolved.
    pub(crate) id: ObjectId,
    /// The object's kind; `None` as long as the delta is not resolved.
    pub(crate) kind: Option<Kind>,
    /// The length of the entry's header in bytes.
    pub(crate) header: u8,
    pub(crate) crc32: u32,
    /// The row of the delta's base, or [`NO_BASE`], also for a base that is named by id and not found yet.
    pub(crate) base: u32,
    /// Where the entry begins. Rows are sorted by it; an entry ends where the next one begins.
    pub(crate) offset: u64,
    /// The size of the object (for a delta, of its result) in bytes.
    pub(crate) size: u64,
}

/// All entries of a pack.
#[derive(Default)]
pub(crate) struct Entries {
    pub(crate) rows: Vec<Row>,
    /// The deltas that name their base by id.
    pub(crate) by_id: Vec<(ObjectId, u32)>,
    /// How many deltas there are.
    pub(crate) deltas: u32,
    /// Where the last entry ends.
    pub(crate) end: u64,
}

impl Entries {
    /// Where the entry of a row begins and ends.
    pub(crate) fn range(&self, row: u32) -> (u64, u64) {
        let at = row as usize;
        (self.rows[at].offset, self.rows.get(at + 1).map_or(self.end, |next| next.offset))
    }

    fn at_offset(&self, offset: u64) -> Option<u32> {
        self.rows.binary_search_by_key(&offset, |row| row.offset).ok().map(|row| row as u32)
    }
}

/// Reads the pack's header: how many entries follow.
pub(crate) fn read_header(stream: &mut PackStream<'_>, most: u32) -> Result<u32, ReceiveError> {
    let header: [u8; 12] = stream.bytes()?;
    let [b'P', b'A', b'C', b'K', 0, 0, 0, 2 | 3, counts @ ..] = header else {
        return Err(ReceiveError::malformed("it does not begin with the header of pack version 2 or 3"));
    };
    let count = u32::from_be_bytes(counts);
    if count > most {
        return Err(ReceiveError::Limit {
            name: "max_objects",
            what: "the number of objects in the pack".to_owned(),
            actual: u64::from(count),
            limit: u64::from(most),
            remedy: "push the history in several parts",
        });
    }
    Ok(count)
}

/// Reads entries one after the other.
pub(crate) struct EntryReader<'s, 'a, 'b> {
    pub(crate) stream: PackStream<'s>,
    pub(crate) entries: Entries,
    pub(crate) checks: &'a mut Checks,
    pub(crate) budget: &'a mut Budget<'b>,
    /// The content of the commit, tree or tag at hand.
    content: Vec<u8>,
}

impl<'s, 'a, 'b> EntryReader<'s, 'a, 'b> {
    pub(crate) fn new(stream: PackStream<'s>, checks: &'a mut Checks, budget: &'a mut Budget<'b>) -> Self {
        Self { stream, entries: Entries::default(), checks, budget, content: Vec::new() }
    }

    /// Reads the next entry. `tell` is called for every piece of it, so that the client hears of us during a large one.
    pub(crate) fn read(&mut self, tell: &mut dyn FnMut() -> Result<(), ReceiveError>) -> Result<(), ReceiveError> {
        let offset = self.stream.pack.len();
        self.stream.pack.begin_entry();
        let (number, size) = self.type_and_size()?;
        let null = ObjectId::null(gix::hash::Kind::Sha1);
        let mut row = Row { id: null, kind: None, header: 0, crc32: 0, base: NO_BASE, offset, size };
        let at = self.entries.rows.len() as u32;
        match number {
            1..=4 => {
                let kind = Kind::from_number(number);
                row.kind = kind;
                row.header = (self.stream.pack.len() - offset) as u8;
                row.id = self.whole(at, kind.unwrap_or(Kind::Blob), size, tell)?;
            }
            6 => {
                let base = self.base_offset(offset)?;
                row.base = self
                    .entries
                    .at_offset(base)
                    .ok_or_else(|| ReceiveError::malformed("a delta's base is not at the offset it names"))?;
                row.header = (self.stream.pack.len() - offset) as u8;
                row.size = self.delta(size, tell)?;
            }
            7 => {
                let base = ObjectId::from(self.stream.bytes::<20>()?);
                self.entries.by_id.push((base, at));
                row.header = (self.stream.pack.len() - offset) as u8;
                row.size = self.delta(size, tell)?;
            }
            other => return Err(ReceiveError::malformed(format!("an entry has the unknown type {other}"))),
        }
        row.crc32 = self.stream.pack.entry_crc();
        self.entries.end = self.stream.pack.len();
        if self.entries.end - offset > u64::from(u32::MAX) {
            return Err(ReceiveError::malformed("an entry has 4 GiB or more of compressed bytes"));
        }
        self.entries.rows.push(row);
        Ok(())
    }

    /// Takes the trailing checksum and ends.
    pub(crate) fn finish(self) -> Result<Entries, ReceiveError> {
        self.stream.finish()?;
        Ok(self.entries)
    }

    /// Reads an object that is no delta; returns its id.
    fn whole(
        &mut self,
        at: u32,
        kind: Kind,
        size: u64,
        tell: &mut dyn FnMut() -> Result<(), ReceiveError>,
    ) -> Result<ObjectId, ReceiveError> {
        self.budget.object(kind, size)?;
        let mut hash = ObjectHash::new(kind, size);
        if kind == Kind::Blob {
            self.stream.inflate(size, |piece| {
                hash.update(piece);
                tell()
            })?;
            return hash.finish();
        }
        let content = &mut self.content;
        content.clear();
        self.stream.inflate(size, |piece| {
            content.extend_from_slice(piece);
            Ok(())
        })?;
        hash.update(content);
        let id = hash.finish()?;
        self.checks.object(at, id, kind, content)?;
        Ok(id)
    }

    /// Reads a delta of `size` bytes; returns the size of its result.
    fn delta(&mut self, size: u64, tell: &mut dyn FnMut() -> Result<(), ReceiveError>) -> Result<u64, ReceiveError> {
        self.entries.deltas += 1;
        self.budget.delta(size)?;
        let mut head = [0; LONGEST_SIZES];
        let mut filled = 0;
        self.stream.inflate(size, |piece| {
            let length = piece.len().min(LONGEST_SIZES - filled);
            head[filled..filled + length].copy_from_slice(&piece[..length]);
            filled += length;
            tell()
        })?;
        let (sizes, _) = delta::sizes(&head[..filled])?;
        self.budget.result(sizes.result)?;
        Ok(sizes.result)
    }

    /// The entry's type and inflated size (gitformat-pack, "Size encoding").
    fn type_and_size(&mut self) -> Result<(u8, u64), ReceiveError> {
        let first = self.stream.byte()?;
        let mut size = u64::from(first & 0x0f);
        let mut shift = 4;
        let mut byte = first;
        while byte & 0x80 != 0 {
            byte = self.stream.byte()?;
            let part = u64::from(byte & 0x7f);
            if shift > 60 || (part << shift) >> shift != part {
                return Err(ReceiveError::malformed("an entry's size is beyond 64 bits"));
            }
            size |= part << shift;
            shift += 7;
        }
        Ok(((first >> 4) & 7, size))
    }

    /// The offset of the base of an entry at `offset` (gitformat-pack, "Offset encoding").
    fn base_offset(&mut self, offset: u64) -> Result<u64, ReceiveError> {
        let mut byte = self.stream.byte()?;
        let mut distance = u64::from(byte & 0x7f);
        while byte & 0x80 != 0 {
            byte = self.stream.byte()?;
            distance = distance
                .checked_add(1)
                .and_then(|distance| distance.checked_mul(128))
                .ok_or_else(|| ReceiveError::malformed("a delta's distance to its base is beyond 64 bits"))?
                | u64::from(byte & 0x7f);
        }
        offset
            .checked_sub(distance)
            .filter(|base| *base < offset)
            .ok_or_else(|| ReceiveError::malformed("a delta's base is outside the pack"))
    }
}
