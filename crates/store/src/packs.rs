//! Stored packs: putting their files into the blob store, and reading them in pieces through a cache.

use crate::error::Error;
use crate::keys;
use crate::repository::Repository;
use crate::rows::Millis;
use bytes::Bytes;
use domain::RepositoryId;
use futures_util::future::try_join3;
use git::{PackFiles, PackId, PackRecord, Part, StagedPack};
use ports::{BlobError, Blobs, EncryptionContext};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};
use std::io;
use std::ops::Range;
use std::sync::Arc;
use tokio::runtime::Handle;

/// What the encryption of a repository's blobs is bound to: its id, under this name.
const CONTEXT: &str = "coldforge:repository";

/// How a pack came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PackOrigin {
    /// Received by a push.
    Push,
    /// Made by an API call, such as `PutFile`.
    Api,
    /// Read from elsewhere in bulk.
    Import,
    /// Made from other packs.
    Compaction,
}

/// A pack whose files are stored but which no repository lists yet: see `RepositoryChange::register`.
#[derive(Debug, Clone)]
pub struct StoredPack {
    pub(crate) record: PackRecord,
    pub(crate) origin: PackOrigin,
    pub(crate) created: Millis,
}

impl StoredPack {
    /// What the repository is to remember of it.
    pub fn record(&self) -> &PackRecord {
        &self.record
    }
}

impl Repository {
    /// The blobs, where new ones are encrypted under the repository's key.
    fn blobs(&self) -> Arc<dyn Blobs> {
        let blobs = &self.store().parts.blobs;
        let context = EncryptionContext::from([(CONTEXT.to_owned(), self.id().to_string())]);
        blobs.encrypted_under(self.kms_key_id(), &context).unwrap_or_else(|| blobs.clone())
    }

    /// Puts the files of a pack into the blob store. Nobody sees the pack before a change registers it; without that, the
    /// files are left over, to be collected.
    pub async fn store_pack(&self, staged: StagedPack, origin: PackOrigin) -> Result<StoredPack, Error> {
        let blobs = self.blobs();
        let name = |part| keys::pack_file(self.id(), staged.record.id, part);
        let (pack, index, graph) = (name(Part::Pack)?, name(Part::Index)?, name(Part::Graph)?);
        try_join3(
            blobs.put_file(&pack, &staged.pack),
            blobs.put_file(&index, &staged.index),
            blobs.put_file(&graph, &staged.graph),
        )
        .await?;
        let stored = StoredPack { record: staged.record.clone(), origin, created: self.store().now() };
        // Dropping it removes files, which may take a while for large ones that the blob store copied.
        drop(tokio::task::spawn_blocking(move || drop(staged)));
        Ok(stored)
    }
}

/// How many blocks of a pack are read at once. Reading more costs little beside the call; what is near is mostly wanted next.
const BLOCKS_A_READ: u64 = 16;

/// An index or graph part is read whole when it takes at most this part of the cache (a third): its entries are looked up by hashes, all
/// over the file, so that a walk down a path would read it piece after piece.
const WHOLE_FILE_SHARE: u64 = 3;

/// Pieces of stored packs in memory, shared by all repositories. Packs never change, so pieces never go stale.
pub(crate) struct PackCache {
    block_size: u64,
    bytes: u64,
    pieces: Cache<PieceKey, Bytes, ByBytes>,
}

/// What one read gives: the `number`-th piece of a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct PieceKey {
    pack: PackId,
    part: Part,
    number: u64,
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<PieceKey, Bytes> for ByBytes {
    fn weight(&self, _key: &PieceKey, piece: &Bytes) -> u64 {
        piece.len() as u64
    }
}

impl PackCache {
    /// A cache of at most `bytes` bytes, which hands out blocks of `block_size` bytes.
    pub(crate) fn new(block_size: usize, bytes: u64) -> Self {
        // The cache splits itself, and what it may hold, into parts of at least so many pieces: few are expected, so that large
        // ones fit.
        let expected_pieces = 32;
        Self {
            block_size: block_size.max(1) as u64,
            bytes,
            pieces: Cache::with_weighter(expected_pieces, bytes, ByBytes),
        }
    }

    /// How long the pieces are in which a file of `length` bytes is read.
    fn piece_bytes(&self, part: Part, length: u64) -> u64 {
        match part {
            Part::Index | Part::Graph if length <= self.bytes / WHOLE_FILE_SHARE => length.max(1),
            _ => self.block_size * BLOCKS_A_READ,
        }
    }
}

/// The packs of one repository, read through the shared cache.
///
/// The engine is synchronous and the port is not, so that every read blocks its thread until the runtime has driven the
/// port's future. Call it on threads that may block (`tokio::task::spawn_blocking`) only: on a worker thread of the
/// runtime, tokio panics. An adapter of the port that itself needs a blocking thread for a read competes for one with the
/// threads that wait here, so that fewer of these may run at a time than the runtime has blocking threads.
pub(crate) struct RepositoryPacks {
    repository: RepositoryId,
    blobs: Arc<dyn Blobs>,
    cache: Arc<PackCache>,
    runtime: Handle,
}

impl RepositoryPacks {
    /// The packs of `repository`. Call it within a tokio runtime, which is the one to drive the reads.
    pub(crate) fn new(repository: RepositoryId, blobs: Arc<dyn Blobs>, cache: Arc<PackCache>) -> Result<Self, Error> {
        Ok(Self { repository, blobs, cache, runtime: Handle::try_current()? })
    }

    fn read(&self, pack: PackId, part: Part, range: Range<u64>) -> io::Result<Bytes> {
        let name = keys::pack_file(&self.repository, pack, part).map_err(io_error)?;
        self.runtime.block_on(self.blobs.get_range(&name, range)).map_err(io_error)
    }
}

impl PackFiles for RepositoryPacks {
    fn block_size(&self) -> usize {
        self.cache.block_size as usize
    }

    /// When several threads miss the same piece of a file, one of them reads it and the others wait for that.
    fn block(&self, pack: &PackRecord, part: Part, number: u64) -> io::Result<Bytes> {
        let (size, length) = (self.cache.block_size, pack.part_bytes(part));
        let start = number.checked_mul(size).filter(|start| *start < length).ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidInput, format!("block {number} is behind the end of the file"))
        })?;
        let end = length.min(start.saturating_add(size));
        let piece_bytes = self.cache.piece_bytes(part, length);
        let key = PieceKey { pack: pack.id, part, number: start / piece_bytes };
        let first = key.number * piece_bytes;
        let piece = self.cache.pieces.get_or_insert_with(&key, || {
            self.read(pack.id, part, first..length.min(first.saturating_add(piece_bytes)))
        })?;
        Ok(piece.slice((start - first) as usize..(end - first) as usize))
    }

    fn range(&self, pack: &PackRecord, part: Part, range: Range<u64>) -> io::Result<Bytes> {
        self.read(pack.id, part, range)
    }
}

fn io_error(error: BlobError) -> io::Error {
    let kind = match &error {
        BlobError::NotFound(_) => io::ErrorKind::NotFound,
        BlobError::OutOfRange { .. } => io::ErrorKind::UnexpectedEof,
        BlobError::Key(_) => io::ErrorKind::PermissionDenied,
        BlobError::Exists(_) | BlobError::Invalid(_) | BlobError::Unavailable(_) => io::ErrorKind::Other,
    };
    io::Error::new(kind, error)
}
