//! Writes the index of a pack (gitformat-pack, "Version 2 pack-*.idx files").

use crate::graph::PackEntry;
use gix::ObjectId;
use std::io::{self, Write};

/// Offsets from here on do not fit into the table of 31-bit offsets.
const LARGE: u64 = 0x8000_0000;

/// Writes the index for `entries`, which are sorted by id, of the pack with this checksum. Returns its length in bytes.
pub(crate) fn write(out: &mut dyn Write, entries: &[PackEntry], pack_checksum: &ObjectId) -> io::Result<u64> {
    let mut hashed = gix::hash::io::Write::new(out, gix::hash::Kind::Sha1);
    let length = write_tables(&mut hashed, entries, pack_checksum)?;
    let checksum = hashed.hash.try_finalize().map_err(io::Error::other)?;
    hashed.inner.write_all(checksum.as_bytes())?;
    Ok(length + 20)
}

fn write_tables(out: &mut dyn Write, entries: &[PackEntry], pack_checksum: &ObjectId) -> io::Result<u64> {
    out.write_all(&[0xff, b't', b'O', b'c', 0, 0, 0, 2])?;
    let mut counted = 0;
    for first in 0..=255u8 {
        while entries.get(counted).is_some_and(|entry| entry.id.as_bytes()[0] <= first) {
            counted += 1;
        }
        out.write_all(&(counted as u32).to_be_bytes())?;
    }
    for entry in entries {
        out.write_all(entry.id.as_bytes())?;
    }
    for entry in entries {
        out.write_all(&entry.crc32.to_be_bytes())?;
    }
    let mut large = Vec::new();
    for entry in entries {
        let offset = if entry.offset < LARGE {
            entry.offset as u32
        } else {
            large.push(entry.offset);
            LARGE as u32 | (large.len() as u32 - 1)
        };
        out.write_all(&offset.to_be_bytes())?;
    }
    for offset in &large {
        out.write_all(&offset.to_be_bytes())?;
    }
    out.write_all(pack_checksum.as_bytes())?;
    Ok(8 + 256 * 4 + entries.len() as u64 * 28 + large.len() as u64 * 8 + 20)
}
