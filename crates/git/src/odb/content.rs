//! Reading objects that are too large for memory: non-deltas are inflated as a stream, deltas are resolved in files.

use super::EntryInfo;
use super::open_pack::{OpenPack, parse_entry_header};
use crate::delta;
use crate::error::Result;
use crate::pack::Part;
use bytes::Bytes;
use flate2::read::ZlibDecoder;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

/// How much of a pack is read at once, in bytes.
const PIECE: u64 = 1 << 20;

/// The longest entry header: a 10-byte size and a 20-byte base id.
const HEADER: u64 = 32;

/// Writes the content of the object at `position` to `out`.
pub(super) fn copy(pack: &OpenPack, position: u32, scratch: &Path, out: &mut dyn Write) -> Result<()> {
    let mut deltas = Vec::new();
    let mut info = pack.info(position)?;
    while let Some(base) = info.base {
        if deltas.len() as u32 >= pack.record().objects {
            return Err(pack.damaged("its deltas form a circle".into()));
        }
        deltas.push(info);
        info = pack.info(base)?;
    }
    let Some(last) = deltas.first().copied() else {
        io::copy(&mut inflated(pack, &info)?, out)?;
        return Ok(());
    };
    let mut base = tempfile::tempfile_in(scratch)?;
    io::copy(&mut inflated(pack, &info)?, &mut base)?;
    let mut base_len = info.size;
    while let Some(info) = deltas.pop() {
        if info.offset == last.offset {
            apply(pack, &base, base_len, &info, out)?;
            break;
        }
        let result = tempfile::tempfile_in(scratch)?;
        let mut writer = BufWriter::new(&result);
        base_len = apply(pack, &base, base_len, &info, &mut writer)?;
        writer.flush()?;
        drop(writer);
        base = result;
    }
    Ok(())
}

fn apply(pack: &OpenPack, base: &File, base_len: u64, info: &EntryInfo, out: &mut dyn Write) -> Result<u64> {
    let mut instructions = BufReader::new(inflated(pack, info)?);
    delta::apply_streaming(base, base_len, &mut instructions, out)
        .map_err(|error| pack.damaged(format!("the delta at {}: {error}", info.offset)))
}

/// What the entry's compressed bytes inflate to: the object, or the delta instructions.
fn inflated<'a>(pack: &'a OpenPack, info: &EntryInfo) -> Result<ZlibDecoder<PackReader<'a>>> {
    let end = info.offset + u64::from(info.length);
    let head = pack.files().range(pack.record(), Part::Pack, info.offset..end.min(info.offset + HEADER))?;
    let Some((_, compressed)) = parse_entry_header(&head) else {
        return Err(pack.damaged(format!("the entry header at {} is malformed", info.offset)));
    };
    let start = info.offset + (head.len() - compressed.len()) as u64;
    Ok(ZlibDecoder::new(PackReader { pack, next: start, end, piece: Bytes::new() }))
}

/// A range of the pack file as a stream.
struct PackReader<'a> {
    pack: &'a OpenPack,
    next: u64,
    end: u64,
    piece: Bytes,
}

impl Read for PackReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.piece.is_empty() && self.next < self.end {
            let until = self.end.min(self.next + PIECE);
            self.piece = self.pack.files().range(self.pack.record(), Part::Pack, self.next..until)?;
            self.next = until;
        }
        let length = buffer.len().min(self.piece.len());
        buffer[..length].copy_from_slice(&self.piece.split_to(length));
        Ok(length)
    }
}
