//! Writes the outer form of a pack: header, entry headers, trailer (gitformat-pack, version 2).

use crate::error::Result;
use crate::object::Kind;
use gix::ObjectId;
use gix::hash::Hasher;
use std::io::{self, Write};

/// How many bytes are gathered before they are hashed and passed on.
const GATHER: usize = 64 * 1024;
/// The longest entry header: a type and 64-bit size, and a base id.
const MAX_HEADER: usize = 10 + 20;

/// The first 12 bytes of a pack of `objects` entries.
pub(super) const HEADER_BYTES: u64 = 12;
/// The length of the hash a pack ends with, in bytes.
pub(super) const TRAILER_BYTES: u64 = 20;

/// What an entry's compressed bytes are applied to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DeltaBase {
    /// An entry that begins this many bytes earlier in the pack.
    Distance(u64),
    /// An object, anywhere in the pack or with the client.
    Id(ObjectId),
}

/// A pack on its way out; counts and hashes what is written.
pub(super) struct PackWriter<'a> {
    out: &'a mut dyn Write,
    hasher: Hasher,
    gathered: Vec<u8>,
    written: u64,
}

impl<'a> PackWriter<'a> {
    /// Begins a pack of so many objects.
    pub(super) fn begin(out: &'a mut dyn Write, objects: u32) -> Result<Self> {
        let hasher = gix::hash::hasher(gix::hash::Kind::Sha1);
        let mut writer = Self { out, hasher, gathered: Vec::with_capacity(GATHER + MAX_HEADER), written: 0 };
        writer.write_all(b"PACK\0\0\0\x02")?;
        writer.write_all(&objects.to_be_bytes())?;
        Ok(writer)
    }

    /// The offset in the pack at which the next byte will stand.
    pub(super) fn offset(&self) -> u64 {
        self.written
    }

    /// Writes the header of an undeltified entry.
    pub(super) fn write_object_header(&mut self, kind: Kind, size: u64) -> io::Result<()> {
        self.write_type_and_size(kind as u8, size)
    }

    /// Writes the header of a delta; `size` is that of the inflated instructions.
    pub(super) fn write_delta_header(&mut self, base: DeltaBase, size: u64) -> io::Result<()> {
        match base {
            DeltaBase::Distance(distance) => {
                self.write_type_and_size(OFS_DELTA, size)?;
                self.write_distance(distance)
            }
            DeltaBase::Id(id) => {
                self.write_type_and_size(REF_DELTA, size)?;
                self.write_all(id.as_bytes())
            }
        }
    }

    fn write_type_and_size(&mut self, type_number: u8, size: u64) -> io::Result<()> {
        let mut header = [0; 10];
        header[0] = type_number << 4 | (size & 0x0f) as u8;
        let mut rest = size >> 4;
        let mut length = 1;
        while rest > 0 {
            header[length - 1] |= 0x80;
            header[length] = (rest & 0x7f) as u8;
            rest >>= 7;
            length += 1;
        }
        self.write_all(&header[..length])
    }

    /// Writes the distance to a base: seven bits a byte, highest first, where a longer form begins counting at one
    /// behind what the shorter forms can express.
    fn write_distance(&mut self, distance: u64) -> io::Result<()> {
        let mut bytes = [0; 10];
        let mut first = bytes.len() - 1;
        bytes[first] = (distance & 0x7f) as u8;
        let mut rest = distance >> 7;
        while rest > 0 {
            rest -= 1;
            first -= 1;
            bytes[first] = 0x80 | (rest & 0x7f) as u8;
            rest >>= 7;
        }
        self.write_all(&bytes[first..])
    }

    /// Writes the trailer and returns the length of the whole pack in bytes.
    pub(super) fn finish(mut self) -> Result<u64> {
        self.pass_on()?;
        let hash = self.hasher.try_finalize().map_err(io::Error::other)?;
        self.out.write_all(hash.as_bytes())?;
        self.out.flush()?;
        Ok(self.written + TRAILER_BYTES)
    }

    fn pass_on(&mut self) -> io::Result<()> {
        self.hasher.update(&self.gathered);
        self.out.write_all(&self.gathered)?;
        self.gathered.clear();
        Ok(())
    }
}

impl Write for PackWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.gathered.len() + bytes.len() > GATHER {
            self.pass_on()?;
        }
        if bytes.len() >= GATHER {
            self.hasher.update(bytes);
            self.out.write_all(bytes)?;
        } else {
            self.gathered.extend_from_slice(bytes);
        }
        self.written += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pass_on()?;
        self.out.flush()
    }
}

const OFS_DELTA: u8 = 6;
const REF_DELTA: u8 = 7;

/// The header of a stored delta, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StoredDelta {
    /// Whether the base is named by its id.
    pub(super) by_id: bool,
    /// The size of the inflated instructions in bytes.
    pub(super) size: u64,
    /// Where the compressed bytes begin.
    pub(super) body: usize,
}

/// Reads the header of a stored delta; `None` when it is not one.
pub(super) fn stored_delta(entry: &[u8]) -> Option<StoredDelta> {
    let first = *entry.first()?;
    let mut size = u64::from(first & 0x0f);
    let (mut at, mut shift, mut byte) = (1, 4, first);
    while byte & 0x80 != 0 {
        byte = *entry.get(at)?;
        size |= u64::from(byte & 0x7f).checked_shl(shift)?;
        at += 1;
        shift += 7;
    }
    match first >> 4 & 7 {
        OFS_DELTA => {
            let distance = entry.get(at..)?.iter().position(|byte| byte & 0x80 == 0)? + 1;
            Some(StoredDelta { by_id: false, size, body: at + distance })
        }
        REF_DELTA => Some(StoredDelta { by_id: true, size, body: at + 20 }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn delta_header(base: DeltaBase, size: u64) -> Vec<u8> {
        let mut out = Vec::new();
        let mut writer = PackWriter::begin(&mut out, 1).unwrap();
        writer.write_delta_header(base, size).unwrap();
        writer.finish().unwrap();
        out[12..out.len() - 20].to_vec()
    }

    #[test]
    fn distances_are_written_in_the_form_git_reads() {
        assert_eq!(delta_header(DeltaBase::Distance(127), 5), [0x65, 127]);
        assert_eq!(delta_header(DeltaBase::Distance(128), 5), [0x65, 0x80, 0]);
        assert_eq!(delta_header(DeltaBase::Distance(16_512), 16), [0xe0, 1, 0x80, 0x80, 0]);
    }

    proptest! {
        #[test]
        fn a_delta_header_reads_back(size in any::<u64>(), distance in 1u64.., by_id in any::<bool>()) {
            let base = if by_id { DeltaBase::Id(ObjectId::from([7; 20])) } else { DeltaBase::Distance(distance) };
            let header = delta_header(base, size);
            prop_assert_eq!(stored_delta(&header), Some(StoredDelta { by_id, size, body: header.len() }));
        }

        #[test]
        fn arbitrary_bytes_are_no_delta_or_one(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            if let Some(delta) = stored_delta(&bytes) {
                prop_assert!(delta.body >= 2);
            }
        }
    }
}
