//! The content of an object while others are made from it: in memory, in the spill file, or both.

use super::error::ReceiveError;
use super::spill::Spill;
use crate::object::Kind;
use gix::ObjectId;

/// Blobs up to this size in bytes are held in memory, larger ones go through the spill file.
const IN_MEMORY: u64 = 16 << 20;
/// How much of a spilled object is read at once, in bytes.
const PIECE: u64 = 256 * 1024;

/// What an object consists of.
pub(crate) struct Content {
    memory: Option<Vec<u8>>,
    /// Where it begins in the spill file, if it is there.
    spilled: Option<u64>,
    len: u64,
}

/// Whether an object of this kind and size is held in memory. Commits, trees and tags always are, within their limit.
pub(crate) fn fits_memory(kind: Kind, size: u64) -> bool {
    kind != Kind::Blob || size <= IN_MEMORY
}

impl Content {
    pub(crate) fn in_memory(bytes: Vec<u8>) -> Self {
        Self { len: bytes.len() as u64, memory: Some(bytes), spilled: None }
    }

    pub(crate) fn spilled(start: u64, len: u64) -> Self {
        Self { memory: None, spilled: Some(start), len }
    }

    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// The bytes, if they are in memory.
    pub(crate) fn memory(&self) -> Option<&[u8]> {
        self.memory.as_deref()
    }

    /// Up to where it takes space in the spill file.
    pub(crate) fn spilled_until(&self) -> u64 {
        self.spilled.map_or(0, |start| start + self.len)
    }

    /// Makes sure that it is in the spill file; returns where.
    pub(crate) fn spill(&mut self, spill: &mut Spill) -> Result<u64, ReceiveError> {
        if let Some(start) = self.spilled {
            return Ok(start);
        }
        let bytes = self.memory.as_deref().unwrap_or_default();
        let (start, ..) = spill.append(|_, out| out.write_all(bytes).map_err(ReceiveError::Scratch))?;
        self.spilled = Some(start);
        Ok(start)
    }

    /// How many bytes of memory it takes.
    pub(crate) fn memory_len(&self) -> u64 {
        self.memory.as_ref().map_or(0, |bytes| bytes.len() as u64)
    }

    /// Frees the memory; what was in it is in the spill file afterwards. Returns how many bytes were freed.
    pub(crate) fn evict(&mut self, spill: &mut Spill) -> Result<u64, ReceiveError> {
        let freed = self.memory_len();
        if freed > 0 {
            self.spill(spill)?;
            self.memory = None;
        }
        Ok(freed)
    }

    /// Brings it back to memory. Returns how many bytes of that are taken now and were not before.
    pub(crate) fn load(&mut self, spill: &Spill) -> Result<u64, ReceiveError> {
        let (None, Some(start)) = (&self.memory, self.spilled) else { return Ok(0) };
        let mut bytes = vec![0; self.len as usize];
        spill.read(&mut bytes, start)?;
        self.memory = Some(bytes);
        Ok(self.len)
    }

    /// Gives the buffer away, to be used again.
    pub(crate) fn into_buffer(self) -> Option<Vec<u8>> {
        self.memory
    }

    /// Hands out all bytes in order, in pieces.
    pub(crate) fn each_piece(
        &self,
        spill: &Spill,
        mut sink: impl FnMut(&[u8]) -> Result<(), ReceiveError>,
    ) -> Result<(), ReceiveError> {
        if let Some(bytes) = &self.memory {
            return sink(bytes);
        }
        let start = self.spilled.unwrap_or_default();
        let mut buffer = vec![0; PIECE.min(self.len) as usize];
        let mut done = 0;
        while done < self.len {
            let piece = &mut buffer[..PIECE.min(self.len - done) as usize];
            spill.read(piece, start + done)?;
            done += piece.len() as u64;
            sink(piece)?;
        }
        Ok(())
    }

    /// The id that an object of this kind and content has.
    pub(crate) fn id(&self, kind: Kind, spill: &Spill) -> Result<ObjectId, ReceiveError> {
        let mut hash = ObjectHash::new(kind, self.len);
        self.each_piece(spill, |piece| {
            hash.update(piece);
            Ok(())
        })?;
        hash.finish()
    }
}

/// Computes an object's id from its content in pieces.
pub(crate) struct ObjectHash(gix::hash::Hasher);

impl ObjectHash {
    pub(crate) fn new(kind: Kind, size: u64) -> Self {
        let mut hash = gix::hash::hasher(gix::hash::Kind::Sha1);
        hash.update(&gix::objs::encode::loose_header(kind.to_gix(), size));
        Self(hash)
    }

    pub(crate) fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// [`ReceiveError::Collision`] when the content is part of a collision attack.
    pub(crate) fn finish(self) -> Result<ObjectId, ReceiveError> {
        self.0.try_finalize().map_err(|_| ReceiveError::Collision)
    }
}
