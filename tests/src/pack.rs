//! Packs made byte by byte, right or wrong (gitformat-pack).

use flate2::Compression;
use flate2::write::ZlibEncoder;
use sha1::{Digest, Sha1};
use std::io::Read;

/// The type numbers of pack entries.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "the words of gitformat-pack")]
pub enum EntryType {
    Commit = 1,
    Tree = 2,
    Blob = 3,
    Tag = 4,
    OfsDelta = 6,
    RefDelta = 7,
}

/// A pack in the making.
#[derive(Debug, Clone)]
pub struct PackBytes {
    bytes: Vec<u8>,
    count: u32,
}

impl Default for PackBytes {
    fn default() -> Self {
        Self { bytes: b"PACK\0\0\0\x02\0\0\0\0".to_vec(), count: 0 }
    }
}

impl PackBytes {
    /// Adds a whole object; gives its offset.
    pub fn object(&mut self, kind: EntryType, content: &[u8]) -> u64 {
        self.entry(kind, content.len() as u64, &[], &mut &content[..])
    }

    /// Adds a delta upon the entry at `base`; gives its offset.
    pub fn ofs_delta(&mut self, base: u64, delta: &[u8]) -> u64 {
        let distance = offset_distance(self.bytes.len() as u64 - base);
        self.entry(EntryType::OfsDelta, delta.len() as u64, &distance, &mut &delta[..])
    }

    /// Adds a delta upon an object by id; gives its offset.
    pub fn ref_delta(&mut self, base: [u8; 20], delta: &[u8]) -> u64 {
        self.entry(EntryType::RefDelta, delta.len() as u64, &base, &mut &delta[..])
    }

    /// Adds an entry that says it has `size` bytes and contains what `content` gives, whether that is true or not.
    pub fn entry(&mut self, kind: EntryType, size: u64, base: &[u8], content: &mut dyn Read) -> u64 {
        let offset = self.bytes.len() as u64;
        let mut rest = size >> 4;
        let mut byte = (kind as u8) << 4 | (size & 0x0f) as u8;
        while rest > 0 {
            self.bytes.push(byte | 0x80);
            byte = (rest & 0x7f) as u8;
            rest >>= 7;
        }
        self.bytes.push(byte);
        self.bytes.extend_from_slice(base);
        let mut encoder = ZlibEncoder::new(&mut self.bytes, Compression::fast());
        std::io::copy(content, &mut encoder).unwrap();
        encoder.finish().unwrap();
        self.count += 1;
        offset
    }

    /// The pack with the right number of entries and the right checksum.
    pub fn finish(self) -> Vec<u8> {
        let count = self.count;
        self.finish_claiming(count)
    }

    /// The pack with another number of entries in its header.
    pub fn finish_claiming(mut self, count: u32) -> Vec<u8> {
        self.bytes[8..12].copy_from_slice(&count.to_be_bytes());
        seal(&mut self.bytes);
        self.bytes
    }
}

/// Appends the checksum.
pub fn seal(pack: &mut Vec<u8>) {
    let checksum = Sha1::digest(&pack[..]);
    pack.extend_from_slice(&checksum);
}

/// The id that an object has.
pub fn object_id(kind: &str, content: &[u8]) -> [u8; 20] {
    let mut hash = Sha1::new();
    hash.update(format!("{kind} {}\0", content.len()));
    hash.update(content);
    hash.finalize().into()
}

/// The id that an object has, in hexadecimal digits.
pub fn object_hex(kind: &str, content: &[u8]) -> String {
    hex(&object_id(kind, content))
}

/// Hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A tree of these entries, in the order given.
pub fn tree(entries: &[(&str, &[u8], [u8; 20])]) -> Vec<u8> {
    let mut tree = Vec::new();
    for (mode, name, id) in entries {
        tree.extend_from_slice(mode.as_bytes());
        tree.push(b' ');
        tree.extend_from_slice(name);
        tree.push(0);
        tree.extend_from_slice(id);
    }
    tree
}

/// A commit of a tree without parents.
pub fn commit(tree: [u8; 20]) -> Vec<u8> {
    let who = "A U Thor <author@example.com> 1700000000 +0000";
    format!("tree {}\nauthor {who}\ncommitter {who}\n\nmade by hand\n", hex(&tree)).into_bytes()
}

/// The sizes at the start of a delta.
pub fn delta_header(base_size: u64, result_size: u64) -> Vec<u8> {
    let mut delta = Vec::new();
    for mut size in [base_size, result_size] {
        while size >= 0x80 {
            delta.push((size & 0x7f) as u8 | 0x80);
            size >>= 7;
        }
        delta.push(size as u8);
    }
    delta
}

/// The delta instruction that inserts these 1 to 127 bytes.
pub fn insert(bytes: &[u8]) -> Vec<u8> {
    assert!((1..128).contains(&bytes.len()));
    [&[bytes.len() as u8], bytes].concat()
}

/// The delta instruction that copies from the base.
pub fn copy(offset: u32, size: u32) -> Vec<u8> {
    let mut instruction = vec![0x80];
    for (bit, byte) in offset.to_le_bytes().into_iter().chain(size.to_le_bytes().into_iter().take(3)).enumerate() {
        if byte != 0 {
            instruction[0] |= 1 << bit;
            instruction.push(byte);
        }
    }
    instruction
}

/// How far back the base is, as an ofs-delta says it.
fn offset_distance(mut distance: u64) -> Vec<u8> {
    let mut bytes = vec![(distance & 0x7f) as u8];
    distance >>= 7;
    while distance > 0 {
        distance -= 1;
        bytes.insert(0, (distance & 0x7f) as u8 | 0x80);
        distance >>= 7;
    }
    bytes
}
