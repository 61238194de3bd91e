//! Blobs that were read lately, kept open so that the next read of them is one system call.

use super::{is_missing, unavailable};
use bytes::Bytes;
use ports::{BlobError, BlobName};
use quick_cache::sync::Cache;
use rustix::buffer::spare_capacity;
use rustix::io::{Errno, pread};
use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many files are kept open, far below the usual limit of 1,024 a process.
const OPEN_FILES: usize = 128;

/// The files that are open.
pub(super) struct OpenFiles {
    files: Cache<BlobName, Arc<OpenFile>>,
    /// How many blobs were deleted, see [`OpenFiles::get`].
    deletions: AtomicU64,
}

/// A blob's file. A blob never changes, so its length is known once and for all.
pub(super) struct OpenFile {
    file: File,
    length: u64,
}

impl OpenFiles {
    pub(super) fn new() -> Self {
        Self { files: Cache::new(OPEN_FILES), deletions: AtomicU64::new(0) }
    }

    /// The file of a blob below `root`.
    pub(super) fn get(&self, name: &BlobName, root: &Path) -> Result<Arc<OpenFile>, BlobError> {
        if let Some(file) = self.files.get(name) {
            return Ok(file);
        }
        let deletions = self.deletions.load(Ordering::SeqCst);
        let file = Arc::new(OpenFile::open(name, root)?);
        self.files.insert(name.clone(), Arc::clone(&file));
        // A blob deleted between opening it and keeping it would be kept for ever: `forget` came too early for it.
        if self.deletions.load(Ordering::SeqCst) != deletions {
            self.files.remove(name);
        }
        Ok(file)
    }

    /// Closes the file of a blob that was removed from the folder.
    pub(super) fn forget(&self, name: &BlobName) {
        self.deletions.fetch_add(1, Ordering::SeqCst);
        self.files.remove(name);
    }
}

impl OpenFile {
    fn open(name: &BlobName, root: &Path) -> Result<Self, BlobError> {
        let file = File::open(root.join(name.as_str()))
            .map_err(|error| if is_missing(&error) { BlobError::NotFound(name.clone()) } else { unavailable(error) })?;
        let metadata = file.metadata().map_err(unavailable)?;
        if !metadata.is_file() {
            return Err(BlobError::NotFound(name.clone()));
        }
        Ok(Self { file, length: metadata.len() })
    }

    /// The bytes of `range`, which is not reversed.
    pub(super) fn read(&self, name: BlobName, range: Range<u64>) -> Result<Bytes, BlobError> {
        if range.end > self.length {
            return Err(BlobError::OutOfRange { name, range });
        }
        let Ok(length) = usize::try_from(range.end - range.start) else {
            return Err(BlobError::Invalid(format!(
                "{} bytes of '{name}' do not fit into memory",
                range.end - range.start
            )));
        };
        self.read_at(range.start, length).map(Bytes::from).map_err(unavailable)
    }

    /// Reads into memory that was not cleared first: for a fetch that looks here and there, clearing costs as much as reading.
    fn read_at(&self, start: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(length);
        while bytes.len() < length {
            let left = length - bytes.len();
            let before = bytes.len();
            // The vector may have got more room than was asked for; what is read into that is cut off.
            match pread(&self.file, spare_capacity(&mut bytes), start + before as u64) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(read) => bytes.truncate(before + read.min(left)),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(bytes)
    }
}
