//! Blobs in memory.

use crate::{BlobError, BlobName, Blobs};
use async_trait::async_trait;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Blobs that are gone when this is dropped.
#[derive(Default)]
pub struct MemoryBlobs(Mutex<BTreeMap<BlobName, Bytes>>);

impl MemoryBlobs {
    /// No blobs yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn blobs(&self) -> MutexGuard<'_, BTreeMap<BlobName, Bytes>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Blobs for MemoryBlobs {
    async fn put(&self, name: &BlobName, bytes: Bytes) -> Result<(), BlobError> {
        let mut blobs = self.blobs();
        if blobs.contains_key(name) {
            return Err(BlobError::Exists(name.clone()));
        }
        blobs.insert(name.clone(), bytes);
        Ok(())
    }

    async fn put_file(&self, name: &BlobName, source: &Path) -> Result<(), BlobError> {
        let bytes = std::fs::read(source).map_err(|error| BlobError::Unavailable(Box::new(error)))?;
        self.put(name, bytes.into()).await
    }

    async fn get_range(&self, name: &BlobName, range: Range<u64>) -> Result<Bytes, BlobError> {
        let blob = self.blobs().get(name).cloned().ok_or_else(|| BlobError::NotFound(name.clone()))?;
        if range.start > range.end {
            return Err(BlobError::Invalid(format!("range {}..{} is reversed", range.start, range.end)));
        }
        match (usize::try_from(range.start), usize::try_from(range.end)) {
            (Ok(start), Ok(end)) if end <= blob.len() => Ok(blob.slice(start..end)),
            _ => Err(BlobError::OutOfRange { name: name.clone(), range }),
        }
    }

    async fn head(&self, name: &BlobName) -> Result<Option<u64>, BlobError> {
        Ok(self.blobs().get(name).map(|blob| blob.len() as u64))
    }

    async fn list(&self, prefix: &str, after: Option<&BlobName>, limit: usize) -> Result<Vec<BlobName>, BlobError> {
        if limit == 0 {
            return Err(BlobError::Invalid("a list needs a limit of at least 1".to_owned()));
        }
        let blobs = self.blobs();
        let names =
            blobs.keys().filter(|name| name.as_str().starts_with(prefix) && after.is_none_or(|after| *name > after));
        Ok(names.take(limit).cloned().collect())
    }

    async fn delete(&self, name: &BlobName) -> Result<(), BlobError> {
        self.blobs().remove(name);
        Ok(())
    }
}
