//! Makes the objects of a pack from its deltas, base before delta, in bounded memory whatever the deltas look like.
//!
//! Bases are held on a stack while the deltas on them are visited; a base is dropped as soon as its last delta is made, so an
//! unbranched chain holds one at a time. Beyond [`MOST_LIVE`] bytes the bases deepest in the stack, which are needed last,
//! go to the spill file; they are never made a second time.

use super::content::{Content, fits_memory};
use super::deltas::Deltas;
use super::entries::Entries;
use super::error::ReceiveError;
use super::scratch_pack::section;
use super::spill::Spill;
use crate::delta;
use crate::object::Kind;
use flate2::bufread::ZlibDecoder;
use flate2::{Decompress, FlushDecompress, Status};
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;

/// How many bytes of bases may be in memory at once.
const MOST_LIVE: u64 = 64 << 20;
/// Deltas up to this size, compressed or not, are read in one go, larger ones as a stream.
const IN_ONE_GO: u64 = 4 << 20;
/// What the smallest piece that is made as a stream counts for, in bytes.
const LEAST_PIECE: u64 = 1024;
/// The longest encoding of an entry's type and size in bytes.
const LONGEST_SIZE: u64 = 10;
/// Buffers up to this size in bytes are kept for the next object.
const KEPT_BUFFER: usize = 1 << 20;

/// Is told of every object that was made.
pub(crate) trait Visitor {
    /// Whether the delta of row `row` may be applied; called with how many deltas then stand on top of one another.
    fn admit(&mut self, row: u32, kind: Kind, depth: u32, entries: &Entries) -> Result<(), ReceiveError>;

    /// Takes the object of row `row`.
    fn made(
        &mut self,
        row: u32,
        kind: Kind,
        content: &Content,
        spill: &Spill,
        entries: &mut Entries,
    ) -> Result<(), ReceiveError>;
}

/// Makes objects from the entries of a pack file.
pub(crate) struct Resolver {
    file: File,
    spill: Spill,
    inflate: Decompress,
    /// The compressed entry at hand.
    entry: Vec<u8>,
    instructions: Vec<u8>,
    spare: Vec<u8>,
    /// How many bytes of bases are in memory.
    live: u64,
    allowance: Allowance,
}

/// A base some of whose deltas are still to be made.
struct Base {
    content: Content,
    depth: u32,
    deltas: std::vec::IntoIter<u32>,
}

impl Resolver {
    /// Reads entries from `file` at their places; spills to a file in `scratch`. What deltas make as a stream is held
    /// against `most_inflated`, the limit of that name, piece by piece.
    pub(crate) fn new(file: File, scratch: &Path, most_inflated: u64) -> Self {
        Self {
            file,
            spill: Spill::new(scratch),
            inflate: Decompress::new(true),
            entry: Vec::new(),
            instructions: Vec::new(),
            spare: Vec::new(),
            live: 0,
            allowance: Allowance { left: most_inflated, limit: most_inflated },
        }
    }

    /// Makes everything that stands on the entry of `row`, which is no delta, directly or through other deltas.
    pub(crate) fn make_all_on(
        &mut self,
        row: u32,
        entries: &mut Entries,
        deltas: &Deltas,
        visitor: &mut dyn Visitor,
    ) -> Result<(), ReceiveError> {
        let (Some(kind), id) = (entries.rows[row as usize].kind, entries.rows[row as usize].id) else { return Ok(()) };
        let on_it = deltas.on(row, &id, entries);
        if on_it.is_empty() {
            return Ok(());
        }
        let content = self.whole(row, kind, entries)?;
        let mut stack = Vec::new();
        self.push(&mut stack, Base { content, depth: 0, deltas: on_it.into_iter() })?;
        while let Some(base) = stack.last_mut() {
            let Some(delta) = base.deltas.next() else {
                self.pop(&mut stack, 0);
                continue;
            };
            let depth = base.depth + 1;
            visitor.admit(delta, kind, depth, entries)?;
            let content = self.apply(&mut base.content, delta, kind, entries)?;
            if base.deltas.as_slice().is_empty() {
                self.pop(&mut stack, content.spilled_until());
            }
            entries.rows[delta as usize].kind = Some(kind);
            visitor.made(delta, kind, &content, &self.spill, entries)?;
            let id = entries.rows[delta as usize].id;
            let on_it = deltas.on(delta, &id, entries);
            if on_it.is_empty() {
                self.drop_content(content, &stack, 0);
            } else {
                self.push(&mut stack, Base { content, depth, deltas: on_it.into_iter() })?;
            }
        }
        Ok(())
    }

    /// The content of an entry that is no delta.
    pub(crate) fn whole(&mut self, row: u32, kind: Kind, entries: &Entries) -> Result<Content, ReceiveError> {
        let size = entries.rows[row as usize].size;
        if fits_memory(kind, size) {
            let mut bytes = std::mem::take(&mut self.spare);
            self.read_header(row, entries)?;
            self.inflate(&mut bytes, row, size, entries)?;
            return Ok(Content::in_memory(bytes));
        }
        let mut inflated = stream(&self.file, row, entries);
        let (start, length, ()) =
            self.spill.append(|_, out| io::copy(&mut inflated, out).map(drop).map_err(ReceiveError::Scratch))?;
        Ok(Content::spilled(start, length))
    }

    /// Applies the delta of a row to its base.
    fn apply(&mut self, base: &mut Content, row: u32, kind: Kind, entries: &Entries) -> Result<Content, ReceiveError> {
        let size = entries.rows[row as usize].size;
        let delta_size = self.read_header(row, entries)?;
        if fits_memory(kind, base.len()) && fits_memory(kind, size) && delta_size <= IN_ONE_GO {
            self.live += base.load(&self.spill)?;
            let mut instructions = std::mem::take(&mut self.instructions);
            self.inflate(&mut instructions, row, delta_size, entries)?;
            let mut result = std::mem::take(&mut self.spare);
            delta::apply(base.memory().unwrap_or_default(), &instructions, &mut result)?;
            self.instructions = instructions;
            return Ok(Content::in_memory(result));
        }
        let base_at = base.spill(&mut self.spill)?;
        let mut instructions = BufReader::new(stream(&self.file, row, entries));
        let allowance = &mut self.allowance;
        let (start, length, _) = self.spill.append(|file, out| {
            let mut metered = Metered { out, allowance };
            let applied = delta::apply_streaming_at(file, base_at, base.len(), &mut instructions, &mut metered);
            applied.map_err(|error| allowance.exceeded().unwrap_or_else(|| error.into()))
        })?;
        let mut content = Content::spilled(start, length);
        if fits_memory(kind, length) {
            content.load(&self.spill)?;
        }
        Ok(content)
    }

    /// The file in which content lies that is not in memory.
    pub(crate) fn spill(&self) -> &Spill {
        &self.spill
    }

    /// Takes content back that [`Resolver::whole`] gave, so that its space is used again.
    pub(crate) fn reuse(&mut self, content: Content) {
        self.drop_content(content, &[], 0);
    }

    fn push(&mut self, stack: &mut Vec<Base>, base: Base) -> Result<(), ReceiveError> {
        self.live += base.content.memory_len();
        stack.push(base);
        let Some((_, below)) = stack.split_last_mut() else { return Ok(()) };
        for base in below {
            if self.live <= MOST_LIVE {
                break;
            }
            self.live -= base.content.evict(&mut self.spill)?;
        }
        Ok(())
    }

    /// Takes the top base, whose last delta was made, from the stack. Besides what is still on it, what lies before `needed` in
    /// the spill file is needed.
    fn pop(&mut self, stack: &mut Vec<Base>, needed: u64) {
        if let Some(done) = stack.pop() {
            self.live -= done.content.memory_len();
            self.drop_content(done.content, stack, needed);
        }
    }

    /// Lets content go: its buffer is kept, and its space in the spill file is free if nothing needed lies behind it.
    fn drop_content(&mut self, content: Content, stack: &[Base], needed: u64) {
        if content.spilled_until() > 0 {
            let end = stack.iter().map(|base| base.content.spilled_until()).fold(needed, u64::max);
            self.spill.truncate(end);
        }
        if let Some(buffer) = content.into_buffer().filter(|buffer| buffer.capacity() <= KEPT_BUFFER) {
            self.spare = buffer;
        }
    }

    /// Reads an entry, unless it is large, in which case its header is read only. Returns the size that the header names.
    fn read_header(&mut self, row: u32, entries: &Entries) -> Result<u64, ReceiveError> {
        let (offset, end) = entries.range(row);
        let length = if end - offset <= IN_ONE_GO { end - offset } else { LONGEST_SIZE };
        self.entry.resize(length as usize, 0);
        self.file.read_exact_at(&mut self.entry, offset).map_err(ReceiveError::Scratch)?;
        let mut size = 0;
        let mut shift = 0;
        for (at, byte) in self.entry.iter().enumerate() {
            let bits = if at == 0 { 4 } else { 7 };
            size |= u64::from(byte & ((1 << bits) - 1)) << shift;
            shift += bits;
            if byte & 0x80 == 0 {
                break;
            }
        }
        Ok(size)
    }

    /// Inflates the entry that was read last into memory. That it has `size` bytes was seen when it arrived.
    fn inflate(&mut self, out: &mut Vec<u8>, row: u32, size: u64, entries: &Entries) -> Result<(), ReceiveError> {
        out.clear();
        out.reserve(size as usize);
        let (offset, end) = entries.range(row);
        if end - offset > IN_ONE_GO {
            stream(&self.file, row, entries).read_to_end(out).map_err(ReceiveError::Scratch)?;
            return Ok(());
        }
        let compressed = self.entry.get(usize::from(entries.rows[row as usize].header)..).unwrap_or_default();
        self.inflate.reset(true);
        let status = self.inflate.decompress_vec(compressed, out, FlushDecompress::Finish);
        if !matches!(status, Ok(Status::StreamEnd)) || out.len() as u64 != size {
            return Err(ReceiveError::Scratch(io::Error::other("the scratch copy of the pack was changed")));
        }
        Ok(())
    }
}

/// How much may still be made as a stream.
struct Allowance {
    left: u64,
    limit: u64,
}

impl Allowance {
    fn exceeded(&self) -> Option<ReceiveError> {
        (self.left == 0).then_some(ReceiveError::Limit {
            name: "max_inflated_bytes",
            what: "the work of applying deltas to large objects, at a KiB for each instruction, in bytes".to_owned(),
            actual: self.limit,
            limit: self.limit,
            remedy: "repack with 'git -c core.bigFileThreshold=10m repack -adf' and push again",
        })
    }
}

/// Counts what a delta writes. Each instruction costs a read from a file, however little it copies.
struct Metered<'a> {
    out: &'a mut dyn Write,
    allowance: &'a mut Allowance,
}

impl Write for Metered<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.allowance.left = self.allowance.left.saturating_sub((bytes.len() as u64).max(LEAST_PIECE));
        if self.allowance.left == 0 {
            return Err(io::ErrorKind::QuotaExceeded.into());
        }
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// What an entry inflates to, as a stream.
fn stream<'a>(file: &'a File, row: u32, entries: &Entries) -> impl Read + use<'a> {
    let (offset, end) = entries.range(row);
    ZlibDecoder::new(section(file, offset + u64::from(entries.rows[row as usize].header), end))
}
