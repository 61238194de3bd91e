//! The scratch copy of a pack: every byte is counted, hashed and written once, and can be read again.

use super::error::ReceiveError;
use crate::object::Kind;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use gix::ObjectId;
use gix::hash::Hasher;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;

/// The length of a pack's header in bytes.
pub(crate) const HEADER_BYTES: u64 = 12;
/// The length of a pack's trailing checksum in bytes.
const TRAILER_BYTES: u64 = 20;
/// How many bytes are gathered before they are hashed and written.
const GATHERED: usize = 256 * 1024;
/// How much of an entry is read at once when it is streamed, in bytes.
const PIECE: usize = 64 * 1024;

/// A pack that grows at its end.
pub(crate) struct ScratchPack {
    file: File,
    /// What was written but is neither hashed nor in the file yet.
    gathered: Vec<u8>,
    /// From where on `gathered` is still to be counted into `crc`.
    uncounted: usize,
    crc: crc32fast::Hasher,
    hash: Hasher,
    written: u64,
}

/// Where an entry went.
pub(crate) struct Placed {
    /// Where it begins.
    pub(crate) offset: u64,
    /// The length of its header in bytes.
    pub(crate) header: u8,
    /// The CRC-32 of its bytes.
    pub(crate) crc32: u32,
}

impl ScratchPack {
    /// An empty file, which must not exist yet.
    pub(crate) fn create(path: &Path) -> Result<Self, ReceiveError> {
        let file = File::options().read(true).write(true).create_new(true).open(path).map_err(ReceiveError::Scratch)?;
        Ok(Self {
            file,
            gathered: Vec::with_capacity(GATHERED),
            uncounted: 0,
            crc: crc32fast::Hasher::new(),
            hash: gix::hash::hasher(gix::hash::Kind::Sha1),
            written: 0,
        })
    }

    /// How long the pack is so far, in bytes.
    pub(crate) fn len(&self) -> u64 {
        self.written + self.gathered.len() as u64
    }

    /// Adds bytes at the end.
    pub(crate) fn append(&mut self, bytes: &[u8]) -> Result<(), ReceiveError> {
        if self.gathered.len() + bytes.len() > GATHERED {
            self.flush()?;
        }
        self.gathered.extend_from_slice(bytes);
        Ok(())
    }

    /// Begins an entry: its checksum counts from here.
    pub(crate) fn begin_entry(&mut self) {
        self.crc = crc32fast::Hasher::new();
        self.uncounted = self.gathered.len();
    }

    /// The CRC-32 of what was added since the entry began.
    pub(crate) fn entry_crc(&mut self) -> u32 {
        self.count();
        self.crc.clone().finalize()
    }

    fn count(&mut self) {
        self.crc.update(&self.gathered[self.uncounted..]);
        self.uncounted = self.gathered.len();
    }

    /// Makes sure that everything added can be read from [`ScratchPack::file`].
    pub(crate) fn flush(&mut self) -> Result<(), ReceiveError> {
        self.count();
        self.hash.update(&self.gathered);
        self.file.write_all_at(&self.gathered, self.written).map_err(ReceiveError::Scratch)?;
        self.written += self.gathered.len() as u64;
        self.gathered.clear();
        self.uncounted = 0;
        Ok(())
    }

    /// The file with everything added so far, to be read at any place. Later additions appear in it when they are flushed.
    pub(crate) fn reader(&mut self) -> Result<File, ReceiveError> {
        self.flush()?;
        self.file.try_clone().map_err(ReceiveError::Scratch)
    }

    /// The SHA-1 of everything added so far.
    pub(crate) fn checksum(&mut self) -> Result<ObjectId, ReceiveError> {
        self.flush()?;
        self.hash.clone().try_finalize().map_err(|_| ReceiveError::Collision)
    }

    /// Adds the header of a pack whose number of objects [`ScratchPack::seal`] will set.
    pub(crate) fn begin(&mut self) -> Result<(), ReceiveError> {
        self.append(&header(0))
    }

    /// Adds an entry that is no delta, compressed at `level`; `content` writes the object's `size` bytes.
    pub(crate) fn append_object(
        &mut self,
        kind: Kind,
        size: u64,
        level: Compression,
        content: impl FnOnce(&mut dyn Write) -> Result<(), ReceiveError>,
    ) -> Result<Placed, ReceiveError> {
        let offset = self.len();
        self.begin_entry();
        let (bytes, length) = entry_header(kind, size);
        self.append(&bytes[..length])?;
        let mut compressed = ZlibEncoder::new(Appending(self), level);
        content(&mut compressed)?;
        compressed.finish().map_err(ReceiveError::Scratch)?;
        Ok(Placed { offset, header: length as u8, crc32: self.entry_crc() })
    }

    /// Sets the number of objects, adds the trailing checksum, and returns that checksum and the file's length in bytes.
    ///
    /// The hash covers the header, so when that was not right from the start the file is hashed anew.
    pub(crate) fn seal(mut self, objects: u32) -> Result<(ObjectId, u64), ReceiveError> {
        let mut checksum = self.checksum()?;
        let scratch = ReceiveError::Scratch;
        let mut before = [0; HEADER_BYTES as usize];
        self.file.read_exact_at(&mut before, 0).map_err(scratch)?;
        if before != header(objects) {
            self.file.write_all_at(&header(objects), 0).map_err(scratch)?;
            let mut hash = gix::hash::hasher(gix::hash::Kind::Sha1);
            let mut section = Section { file: &self.file, next: 0, end: self.written };
            let mut piece = vec![0; GATHERED];
            loop {
                let length = section.read(&mut piece).map_err(scratch)?;
                if length == 0 {
                    break;
                }
                hash.update(&piece[..length]);
            }
            checksum = hash.try_finalize().map_err(|_| ReceiveError::Collision)?;
        }
        self.file.write_all_at(checksum.as_bytes(), self.written).map_err(scratch)?;
        Ok((checksum, self.written + TRAILER_BYTES))
    }
}

/// The header of a pack (gitformat-pack, "pack-*.pack files have the following format").
fn header(objects: u32) -> [u8; HEADER_BYTES as usize] {
    let mut header = *b"PACK\0\0\0\x02\0\0\0\0";
    header[8..].copy_from_slice(&objects.to_be_bytes());
    header
}

/// The header of an entry that is no delta, and its length: 4 bits of size beside the kind, then 7 in each further byte.
fn entry_header(kind: Kind, size: u64) -> ([u8; 10], usize) {
    let mut bytes = [0; 10];
    bytes[0] = (kind as u8) << 4 | (size & 0x0f) as u8;
    let (mut rest, mut last) = (size >> 4, 0);
    while rest > 0 {
        bytes[last] |= 0x80;
        last += 1;
        bytes[last] = (rest & 0x7f) as u8;
        rest >>= 7;
    }
    (bytes, last + 1)
}

/// Lets a compressor write into a pack.
struct Appending<'a>(&'a mut ScratchPack);

impl Write for Appending<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.append(bytes) {
            Ok(()) => Ok(bytes.len()),
            Err(ReceiveError::Scratch(error)) => Err(error),
            Err(other) => Err(io::Error::other(other.to_string())),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The bytes between two places of a file, as a stream.
pub(crate) fn section(file: &File, start: u64, end: u64) -> BufReader<Section<'_>> {
    BufReader::with_capacity(PIECE, Section { file, next: start, end })
}

/// A part of a file, read without moving the file's position.
pub(crate) struct Section<'a> {
    file: &'a File,
    next: u64,
    end: u64,
}

impl Read for Section<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.end.saturating_sub(self.next).min(buffer.len() as u64) as usize;
        let read = self.file.read_at(&mut buffer[..length], self.next)?;
        self.next += read as u64;
        Ok(read)
    }
}
