//! The port `Blobs`: immutable byte sequences under names.

use crate::{EncryptionContext, KeyError};
use async_trait::async_trait;
use bytes::Bytes;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// The name of a blob: segments of 1 to 255 of `[A-Za-z0-9._-]` joined by `/`, none of them `.` or `..`, at most 512 bytes
/// in all.
///
/// A name should not continue another blob's name with a `/` (`a/b` beside `a`): not every adapter can store both.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobName(String);

impl BlobName {
    /// Checks the form of a name.
    pub fn parse(name: impl Into<String>) -> Result<Self, BlobError> {
        let name = name.into();
        let good_segment = |segment: &str| {
            !matches!(segment, "" | "." | "..")
                && segment.len() <= 255
                && segment.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
        };
        if name.len() <= 512 && name.split('/').all(good_segment) {
            Ok(Self(name))
        } else {
            Err(BlobError::Invalid(format!("'{}' is no blob name", name.escape_debug())))
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for BlobName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a blob call failed.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// There is no blob of that name.
    #[error("there is no blob '{0}'")]
    NotFound(BlobName),
    /// A blob of that name is there already; it was not changed.
    #[error("blob '{0}' exists already")]
    Exists(BlobName),
    /// The range reaches past the end of the blob. A short read is never returned.
    #[error("range {}..{} reaches past the end of blob '{name}'", .range.start, .range.end)]
    OutOfRange {
        /// The blob.
        name: BlobName,
        /// What was asked for.
        range: Range<u64>,
    },
    /// The call breaks a rule of the port (a reversed range, a limit of 0).
    #[error("{0}")]
    Invalid(String),
    /// The key that the blob is encrypted under, or was to be, cannot be used.
    #[error("a blob cannot be reached without its key: {0}")]
    Key(#[source] KeyError),
    /// Worth another try later: throttled, out of reach, disk full.
    #[error("the blob store is unavailable: {0}")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// An HTTP request that whoever has it may send for a while without credentials of their own. Keep it as secret as a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Presigned {
    /// Where to send it.
    pub url: String,
    /// The headers that must be sent along, besides `host`.
    pub headers: Vec<(String, String)>,
}

/// Immutable byte sequences under names, as S3 keeps objects.
///
/// Every adapter keeps these promises, and `conformance::blobs` checks them:
/// - A blob is there whole or not at all, and is durable when `put` or `put_file` returns.
/// - A blob is never changed: a second put under the same name is refused with [`BlobError::Exists`], also when two race.
/// - A ranged read returns just the bytes asked for, or an error.
#[async_trait]
pub trait Blobs: Send + Sync {
    /// Stores a small blob (at most a few MiB) from memory.
    async fn put(&self, name: &BlobName, bytes: Bytes) -> Result<(), BlobError>;

    /// Stores the content of the local file `source` without holding it in memory (S3: multipart upload). The adapter may
    /// consume the file: after the call, whatever its result, the caller must not rely on it being there.
    async fn put_file(&self, name: &BlobName, source: &Path) -> Result<(), BlobError>;

    /// The bytes of `range` (start included, end excluded). An empty range gives no bytes, but the blob must exist and
    /// `start` must not be past its end.
    async fn get_range(&self, name: &BlobName, range: Range<u64>) -> Result<Bytes, BlobError>;

    /// The length in bytes, or `None` when there is no such blob.
    async fn head(&self, name: &BlobName) -> Result<Option<u64>, BlobError>;

    /// Names that begin with `prefix`, in byte order, behind `after`, at most `limit` (at least 1). Fewer than `limit`
    /// names means that there are no more.
    async fn list(&self, prefix: &str, after: Option<&BlobName>, limit: usize) -> Result<Vec<BlobName>, BlobError>;

    /// Removes a blob; a missing one is no error.
    async fn delete(&self, name: &BlobName) -> Result<(), BlobError>;

    /// The same blobs, where those put through it are encrypted under `key` (`None`: the one that is used anyway) and bound to
    /// `context`, which shows in the log of the key's use. Reading needs neither. `None`: these blobs have no keys of their own.
    fn encrypted_under(&self, key: Option<&str>, context: &EncryptionContext) -> Option<Arc<dyn Blobs>> {
        let _ = (key, context);
        None
    }

    /// A GET request that reads the blob, for `valid_for` at most (S3: 7 days, and no longer than the credentials it is signed
    /// with). Whether there is such a blob is not looked at. `None`: these blobs cannot be reached by HTTP.
    async fn presign_get(&self, name: &BlobName, valid_for: Duration) -> Result<Option<Presigned>, BlobError> {
        let _ = (name, valid_for);
        Ok(None)
    }

    /// A PUT request that stores the blob, as [`presign_get`](Self::presign_get) otherwise. It never replaces a blob.
    async fn presign_put(&self, name: &BlobName, valid_for: Duration) -> Result<Option<Presigned>, BlobError> {
        let _ = (name, valid_for);
        Ok(None)
    }
}
