//! The port `Blobs` on plain files: a blob `a/b/c` is the file `c` in the folder `a/b`.

mod listing;
mod open_files;
mod placing;

use crate::data_directory::{empty_folder, make_private_folder};
use crate::open_error::OpenError;
use crate::sync::sync_folder;
use async_trait::async_trait;
use bytes::Bytes;
use open_files::OpenFiles;
use placing::Placing;
use ports::{BlobError, BlobName, Blobs};
use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Blobs as files in a folder. Folders that a deleted blob leaves empty stay; a blob cannot have the name of a folder that
/// other blobs are in.
#[derive(Clone)]
pub struct DirectoryBlobs(Arc<Inner>);

struct Inner {
    root: PathBuf,
    placing: Placing,
    open_files: OpenFiles,
}

impl DirectoryBlobs {
    /// Opens the blobs in the folder `root`, or makes it. `incoming` is a folder on the same file system for files on their
    /// way in; what a crash left there is removed. No other process may use them meanwhile.
    pub fn open(root: impl Into<PathBuf>, incoming: impl Into<PathBuf>) -> Result<Self, OpenError> {
        let (root, incoming) = (root.into(), incoming.into());
        make_private_folder(&root)?;
        make_private_folder(&incoming)?;
        empty_folder(&incoming).map_err(OpenError::io("empty", &incoming))?;
        for folder in [&root, &incoming].into_iter().filter_map(|folder| folder.parent()) {
            sync_folder(folder).map_err(OpenError::io("write to", folder))?;
        }
        let placing = Placing::new(root.clone(), incoming);
        Ok(Self(Arc::new(Inner { root, placing, open_files: OpenFiles::new() })))
    }

    /// Does something on a thread that may wait for the disk.
    async fn blocking<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Inner) -> Result<T, BlobError> + Send + 'static,
    ) -> Result<T, BlobError> {
        let inner = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || act(&inner))
            .await
            .map_err(|error| BlobError::Unavailable(Box::new(error)))?
    }
}

#[async_trait]
impl Blobs for DirectoryBlobs {
    async fn put(&self, name: &BlobName, bytes: Bytes) -> Result<(), BlobError> {
        let name = name.clone();
        self.blocking(move |inner| inner.placing.put(&name, &bytes)).await
    }

    async fn put_file(&self, name: &BlobName, source: &Path) -> Result<(), BlobError> {
        let (name, source) = (name.clone(), source.to_owned());
        self.blocking(move |inner| inner.placing.put_file(&name, &source)).await
    }

    async fn get_range(&self, name: &BlobName, range: Range<u64>) -> Result<Bytes, BlobError> {
        if range.start > range.end {
            return Err(BlobError::Invalid(format!("range {}..{} of '{name}' is reversed", range.start, range.end)));
        }
        let name = name.clone();
        self.blocking(move |inner| inner.open_files.get(&name, &inner.root)?.read(name, range)).await
    }

    async fn head(&self, name: &BlobName) -> Result<Option<u64>, BlobError> {
        let name = name.clone();
        self.blocking(move |inner| match fs::symlink_metadata(inner.root.join(name.as_str())) {
            Ok(metadata) => Ok(metadata.is_file().then_some(metadata.len())),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(unavailable(error)),
        })
        .await
    }

    async fn list(&self, prefix: &str, after: Option<&BlobName>, limit: usize) -> Result<Vec<BlobName>, BlobError> {
        if limit == 0 {
            return Err(BlobError::Invalid("a list needs a limit of at least 1".to_owned()));
        }
        let (prefix, after) = (prefix.to_owned(), after.cloned());
        self.blocking(move |inner| listing::list(&inner.root, &prefix, after.as_ref(), limit).map_err(unavailable))
            .await
    }

    async fn delete(&self, name: &BlobName) -> Result<(), BlobError> {
        let name = name.clone();
        self.blocking(move |inner| {
            let path = inner.root.join(name.as_str());
            match fs::remove_file(&path) {
                Ok(()) => {}
                Err(error) if is_missing(&error) || path.is_dir() => return Ok(()),
                Err(error) => return Err(unavailable(error)),
            }
            inner.open_files.forget(&name);
            path.parent().map_or(Ok(()), sync_folder).map_err(unavailable)
        })
        .await
    }
}

/// Whether there is nothing under a name, be it that a folder on the way is missing or is a blob itself.
fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn unavailable(error: io::Error) -> BlobError {
    BlobError::Unavailable(Box::new(error))
}
