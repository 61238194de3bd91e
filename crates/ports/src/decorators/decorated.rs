//! An adapter with something that acts around each of its calls.

use super::call::{Call, CallKind};
use crate::keys::KeyDescription;
use crate::{
    BlobError, BlobName, Blobs, Change, CommitError, DataKey, EncryptionContext, Feed, Key, KeyError, Keys, Page,
    Presigned, Row, Scan, Sequence, Table, TableError, Version, Write,
};
use async_trait::async_trait;
use bytes::Bytes;
use std::error::Error;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use zeroize::Zeroizing;

/// Acts around the calls of a port: it decides when the real call is made and what becomes of its answer.
pub trait Around: Send + Sync {
    /// Answers `call`; `real` makes it when awaited.
    fn around<T, E>(
        &self,
        call: Call,
        real: impl Future<Output = Result<T, E>> + Send,
    ) -> impl Future<Output = Result<T, E>> + Send
    where
        T: Measure + Send,
        E: Unavailability + Send;
}

/// How much an answer holds.
pub trait Measure {
    /// Rows, names or changes.
    fn rows(&self) -> usize {
        0
    }

    /// Bytes of content, without keys and names.
    fn bytes(&self) -> u64 {
        0
    }
}

/// An error that can say that the service is unavailable.
pub trait Unavailability {
    /// The port's error for "worth another try later".
    fn unavailable(cause: Box<dyn Error + Send + Sync>) -> Self;
}

/// An adapter of a port (`P` may be `dyn Table`, `dyn Feed`, `dyn Blobs`, `dyn Keys`) in a wrapper that is the same port.
pub struct Decorated<P: ?Sized, A> {
    inner: Arc<P>,
    around: A,
}

impl<P: ?Sized, A: Around> Decorated<P, A> {
    /// Wraps `inner`. Handles are cheap to clone and keep their state in common, so one may serve several adapters.
    pub fn new(inner: Arc<P>, around: A) -> Self {
        Self { inner, around }
    }
}

#[async_trait]
impl<P: Table + ?Sized, A: Around> Table for Decorated<P, A> {
    async fn get(&self, key: &Key) -> Result<Option<Row>, TableError> {
        self.around.around(Call::new(CallKind::Get, key.to_string()), self.inner.get(key)).await
    }

    async fn scan(&self, scan: &Scan) -> Result<Page, TableError> {
        self.around.around(Call::scan(scan), self.inner.scan(scan)).await
    }

    async fn commit(&self, writes: Vec<Write>) -> Result<Version, CommitError> {
        self.around.around(Call::commit(&writes), self.inner.commit(writes)).await
    }
}

#[async_trait]
impl<P: Feed + ?Sized, A: Around> Feed for Decorated<P, A> {
    async fn changes(&self, after: Option<Sequence>, limit: usize) -> Result<Vec<Change>, TableError> {
        let name = after.map_or_else(|| "from the oldest".to_owned(), |Sequence(number)| format!("after {number}"));
        self.around.around(Call::new(CallKind::Changes, name), self.inner.changes(after, limit)).await
    }
}

#[async_trait]
impl<P: Blobs + ?Sized, A: Around + Clone + 'static> Blobs for Decorated<P, A> {
    async fn put(&self, name: &BlobName, bytes: Bytes) -> Result<(), BlobError> {
        let call = Call::new(CallKind::Put, name.as_str()).with_bytes(bytes.len() as u64);
        self.around.around(call, self.inner.put(name, bytes)).await
    }

    async fn put_file(&self, name: &BlobName, source: &Path) -> Result<(), BlobError> {
        // A source that cannot be measured is for the adapter to complain about.
        let length = std::fs::metadata(source).map_or(0, |source| source.len());
        let call = Call::new(CallKind::PutFile, name.as_str()).with_bytes(length);
        self.around.around(call, self.inner.put_file(name, source)).await
    }

    async fn get_range(&self, name: &BlobName, range: Range<u64>) -> Result<Bytes, BlobError> {
        let call = Call::new(CallKind::GetRange, format!("{name} {}..{}", range.start, range.end));
        self.around.around(call, self.inner.get_range(name, range)).await
    }

    async fn head(&self, name: &BlobName) -> Result<Option<u64>, BlobError> {
        self.around.around(Call::new(CallKind::Head, name.as_str()), self.inner.head(name)).await
    }

    async fn list(&self, prefix: &str, after: Option<&BlobName>, limit: usize) -> Result<Vec<BlobName>, BlobError> {
        self.around.around(Call::new(CallKind::List, format!("{prefix}*")), self.inner.list(prefix, after, limit)).await
    }

    async fn delete(&self, name: &BlobName) -> Result<(), BlobError> {
        self.around.around(Call::new(CallKind::Delete, name.as_str()), self.inner.delete(name)).await
    }

    fn encrypted_under(&self, key: Option<&str>, context: &EncryptionContext) -> Option<Arc<dyn Blobs>> {
        let inner = self.inner.encrypted_under(key, context)?;
        Some(Arc::new(Decorated { inner, around: self.around.clone() }))
    }

    // Signing makes no call, so there is nothing to act around.
    async fn presign_get(&self, name: &BlobName, valid_for: Duration) -> Result<Option<Presigned>, BlobError> {
        self.inner.presign_get(name, valid_for).await
    }

    async fn presign_put(&self, name: &BlobName, valid_for: Duration) -> Result<Option<Presigned>, BlobError> {
        self.inner.presign_put(name, valid_for).await
    }
}

#[async_trait]
impl<P: Keys + ?Sized, A: Around> Keys for Decorated<P, A> {
    async fn generate_data_key(&self, key: Option<&str>, context: &EncryptionContext) -> Result<DataKey, KeyError> {
        let call = Call::new(CallKind::GenerateDataKey, key_name(key));
        self.around.around(call, self.inner.generate_data_key(key, context)).await
    }

    async fn encrypt(
        &self,
        key: Option<&str>,
        plaintext: &[u8],
        context: &EncryptionContext,
    ) -> Result<Vec<u8>, KeyError> {
        let call = Call::new(CallKind::Encrypt, key_name(key)).with_bytes(plaintext.len() as u64);
        self.around.around(call, self.inner.encrypt(key, plaintext, context)).await
    }

    async fn decrypt(&self, ciphertext: &[u8], context: &EncryptionContext) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let call = Call::new(CallKind::Decrypt, "").with_bytes(ciphertext.len() as u64);
        self.around.around(call, self.inner.decrypt(ciphertext, context)).await
    }

    async fn describe(&self, key: Option<&str>) -> Result<KeyDescription, KeyError> {
        self.around.around(Call::new(CallKind::Describe, key_name(key)), self.inner.describe(key)).await
    }
}

fn key_name(key: Option<&str>) -> &str {
    key.unwrap_or("the default key")
}

impl Measure for Option<Row> {
    fn rows(&self) -> usize {
        usize::from(self.is_some())
    }

    fn bytes(&self) -> u64 {
        self.as_ref().map_or(0, |row| row.body.len() as u64)
    }
}

impl Measure for Page {
    fn rows(&self) -> usize {
        self.rows.len()
    }

    fn bytes(&self) -> u64 {
        self.rows.iter().map(|row| row.body.len() as u64).sum()
    }
}

impl Measure for Vec<Change> {
    fn rows(&self) -> usize {
        self.len()
    }

    fn bytes(&self) -> u64 {
        self.iter().filter_map(|change| change.row.as_ref()).map(|row| row.body.len() as u64).sum()
    }
}

impl Measure for Vec<BlobName> {
    fn rows(&self) -> usize {
        self.len()
    }
}

impl Measure for Bytes {
    fn bytes(&self) -> u64 {
        self.len() as u64
    }
}

impl Measure for Version {}
impl Measure for () {}
impl Measure for Option<u64> {}
impl Measure for DataKey {}
impl Measure for Vec<u8> {}
impl Measure for Zeroizing<Vec<u8>> {}
impl Measure for KeyDescription {}

impl Unavailability for TableError {
    fn unavailable(cause: Box<dyn Error + Send + Sync>) -> Self {
        Self::Unavailable(cause)
    }
}

impl Unavailability for CommitError {
    fn unavailable(cause: Box<dyn Error + Send + Sync>) -> Self {
        Self::Table(TableError::Unavailable(cause))
    }
}

impl Unavailability for BlobError {
    fn unavailable(cause: Box<dyn Error + Send + Sync>) -> Self {
        Self::Unavailable(cause)
    }
}

impl Unavailability for KeyError {
    fn unavailable(cause: Box<dyn Error + Send + Sync>) -> Self {
        Self::Unavailable(cause)
    }
}
