//! The memory table with pages as small as a test wants, and with ways to look and reach behind the store.

use async_trait::async_trait;
use bytes::Bytes;
use ports::clock::Clock;
use ports::conformance::model::MemoryTable;
use ports::{Change, CommitError, Expect, Feed, Key, Page, Row, Scan, Sequence, Table, TableError, Version, Write};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

pub(crate) struct TestTable {
    inner: MemoryTable,
    /// A page has at most so many rows, whatever the scan asks for.
    pub(crate) page: AtomicUsize,
}

impl TestTable {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { inner: MemoryTable::with_clock(clock), page: AtomicUsize::new(usize::MAX) }
    }

    /// All rows, as the feed tells of them.
    pub(crate) async fn rows(&self) -> Vec<Row> {
        let mut rows = BTreeMap::new();
        for change in self.inner.changes(None, usize::MAX).await.unwrap() {
            match change.row {
                Some(row) => rows.insert(change.key, row),
                None => rows.remove(&change.key),
            };
        }
        rows.into_values().collect()
    }

    /// All keys, as text.
    pub(crate) async fn keys(&self) -> Vec<String> {
        self.rows().await.iter().map(|row| row.key.to_string()).collect()
    }

    /// The rest of the sort keys that begin with `prefix`.
    pub(crate) async fn behind(&self, prefix: &str) -> BTreeSet<String> {
        self.rows().await.iter().filter_map(|row| row.key.sort.strip_prefix(prefix)).map(str::to_owned).collect()
    }

    /// Replaces the body of the rows whose keys, as text, contain `part`.
    pub(crate) async fn damage(&self, part: &str, body: &'static str) {
        for row in self.rows().await.into_iter().filter(|row| row.key.to_string().contains(part)) {
            let Row { key, expires_at, .. } = row;
            let body = Bytes::from_static(body.as_bytes());
            self.inner.commit(vec![Write::Put { key, body, expires_at, expect: Expect::Present }]).await.unwrap();
        }
    }
}

#[async_trait]
impl Table for TestTable {
    async fn get(&self, key: &Key) -> Result<Option<Row>, TableError> {
        self.inner.get(key).await
    }

    async fn scan(&self, scan: &Scan) -> Result<Page, TableError> {
        let limit = scan.limit.min(self.page.load(Ordering::Relaxed));
        self.inner.scan(&Scan { limit, ..scan.clone() }).await
    }

    async fn commit(&self, writes: Vec<Write>) -> Result<Version, CommitError> {
        self.inner.commit(writes).await
    }
}

#[async_trait]
impl Feed for TestTable {
    async fn changes(&self, after: Option<Sequence>, limit: usize) -> Result<Vec<Change>, TableError> {
        self.inner.changes(after, limit).await
    }
}
