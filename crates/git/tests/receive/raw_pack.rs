//! Packs made byte by byte, to be wrong in just the way a test needs.

use flate2::Compression;
use flate2::write::ZlibEncoder;
use git::{Kind, ObjectId};
use std::io::Write as _;

/// A pack in the making; nothing in it is checked.
pub(crate) struct RawPack {
    bytes: Vec<u8>,
    count: u32,
}

impl RawPack {
    pub(crate) fn new() -> Self {
        Self { bytes: b"PACK\0\0\0\x02\0\0\0\0".to_vec(), count: 0 }
    }

    /// Adds an object and returns its id.
    pub(crate) fn object(&mut self, kind: Kind, content: &[u8]) -> ObjectId {
        self.entry(kind as u8, content.len() as u64, &[], content);
        git::object::id_of(kind, content).unwrap()
    }

    /// Adds a delta on the object `base`.
    pub(crate) fn delta_on(&mut self, base: &ObjectId, delta: &[u8]) {
        self.entry(7, delta.len() as u64, base.as_bytes(), delta);
    }

    /// Adds a delta on the entry that begins `distance` bytes before it.
    pub(crate) fn delta_at(&mut self, distance: u64, delta: &[u8]) {
        let mut rest = distance;
        let mut encoded = vec![(rest & 0x7f) as u8];
        while rest > 0x7f {
            rest = (rest >> 7) - 1;
            encoded.insert(0, 0x80 | (rest & 0x7f) as u8);
        }
        self.entry(6, delta.len() as u64, &encoded, delta);
    }

    /// Adds an entry of any type that claims any size.
    pub(crate) fn entry(&mut self, number: u8, size: u64, base: &[u8], content: &[u8]) {
        self.header(number, size);
        self.bytes.extend_from_slice(base);
        let mut encoder = ZlibEncoder::new(&mut self.bytes, Compression::fast());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap();
    }

    /// Adds an entry whose compressed bytes are given.
    pub(crate) fn compressed_entry(&mut self, number: u8, size: u64, base: &[u8], compressed: &[u8]) {
        self.header(number, size);
        self.bytes.extend_from_slice(base);
        self.bytes.extend_from_slice(compressed);
    }

    fn header(&mut self, number: u8, size: u64) {
        self.count += 1;
        let mut byte = number << 4 | (size & 0x0f) as u8;
        let mut rest = size >> 4;
        while rest > 0 {
            self.bytes.push(byte | 0x80);
            byte = (rest & 0x7f) as u8;
            rest >>= 7;
        }
        self.bytes.push(byte);
    }

    /// How long the pack is so far.
    pub(crate) fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        let count = self.count;
        self.finish_claiming(count)
    }

    pub(crate) fn finish_claiming(mut self, count: u32) -> Vec<u8> {
        self.bytes[8..12].copy_from_slice(&count.to_be_bytes());
        let checksum = sha1(&self.bytes);
        self.bytes.extend_from_slice(&checksum);
        self.bytes
    }
}

pub(crate) fn sha1(bytes: &[u8]) -> Vec<u8> {
    let mut hasher = gix::hash::hasher(gix::hash::Kind::Sha1);
    hasher.update(bytes);
    hasher.try_finalize().unwrap().as_bytes().to_vec()
}

/// A delta that turns `base_size` bytes into `result`, all of it literal.
pub(crate) fn literal_delta(base_size: u64, result: &[u8]) -> Vec<u8> {
    let mut delta = sizes(base_size, result.len() as u64);
    for piece in result.chunks(127) {
        delta.push(piece.len() as u8);
        delta.extend_from_slice(piece);
    }
    delta
}

/// The two sizes at the head of a delta.
pub(crate) fn sizes(base: u64, result: u64) -> Vec<u8> {
    let mut encoded = Vec::new();
    for size in [base, result] {
        let mut rest = size;
        while rest > 0x7f {
            encoded.push(0x80 | (rest & 0x7f) as u8);
            rest >>= 7;
        }
        encoded.push(rest as u8);
    }
    encoded
}

/// An instruction that copies `length` bytes from `offset` of the base.
pub(crate) fn copy(offset: u32, length: u32) -> Vec<u8> {
    let mut instruction = vec![0xff];
    instruction.extend_from_slice(&offset.to_le_bytes());
    instruction.extend_from_slice(&length.to_le_bytes()[..3]);
    instruction
}

/// The content of a commit of a tree.
pub(crate) fn commit_of(tree: &ObjectId, parents: &[ObjectId]) -> Vec<u8> {
    let parents: String = parents.iter().map(|parent| format!("parent {parent}\n")).collect();
    format!("tree {tree}\n{parents}author A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nmessage\n").into_bytes()
}

/// The content of a tree with these modes, names and ids.
pub(crate) fn tree_of(items: &[(&str, &[u8], &ObjectId)]) -> Vec<u8> {
    let mut tree = Vec::new();
    for (mode, name, id) in items {
        tree.extend_from_slice(mode.as_bytes());
        tree.push(b' ');
        tree.extend_from_slice(name);
        tree.push(0);
        tree.extend_from_slice(id.as_bytes());
    }
    tree
}
