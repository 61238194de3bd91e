//! The ports `Table` and `Feed` on the embedded database redb.

mod bounds;
mod codec;
mod database;
mod writer;

use crate::open_error::OpenError;
use async_trait::async_trait;
use database::{Database, FEED, ROWS};
use ports::clock::Clock;
use ports::table::{check_key, check_scan, check_writes};
use ports::{Change, CommitError, Feed, Key, Page, Row, Scan, Sequence, Table, TableError, Version, Write};
use redb::ReadableDatabase as _;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::sync::{mpsc, oneshot};
use writer::{Job, Writer};

/// How many bytes of rows or changes one page holds; the row that reaches it is the last. `DynamoDB` pages alike (1 MB), so
/// that counts of pages mean the same here and there.
const PAGE_BYTES: usize = 1024 * 1024;

/// How many commits wait for the writer before the next has to wait for a place.
const QUEUE_LENGTH: usize = 256;

/// Rows in one database file. A commit is on disk before it is acknowledged; commits that arrive while the disk is busy
/// share the next write to it.
///
/// Reads are done on the caller's thread: they come from memory or the file system's cache and take microseconds.
pub struct EmbeddedTable {
    database: Arc<Database>,
    clock: Arc<dyn Clock>,
    jobs: Option<mpsc::Sender<Job>>,
    writer: Option<JoinHandle<()>>,
}

impl EmbeddedTable {
    /// Opens the database file at `path`, or makes it. Rows expire by `clock`.
    pub fn open(path: impl Into<PathBuf>, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let path = path.into();
        let database = Arc::new(Database::open(&path)?);
        let (jobs, waiting) = mpsc::channel(QUEUE_LENGTH);
        let writer = Writer::new(Arc::clone(&database), Arc::clone(&clock));
        let writer = std::thread::Builder::new()
            .name("table-writer".to_owned())
            .spawn(move || writer.run(waiting))
            .map_err(OpenError::io("start the writer of", path))?;
        Ok(Self { database, clock, jobs: Some(jobs), writer: Some(writer) })
    }
}

impl Drop for EmbeddedTable {
    /// Waits for the commits under way, so that the file is closed and free when the table is gone.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(writer) = self.writer.take()
            && writer.join().is_err()
        {
            tracing::error!("the table's writer had panicked");
        }
    }
}

#[async_trait]
impl Table for EmbeddedTable {
    async fn get(&self, key: &Key) -> Result<Option<Row>, TableError> {
        check_key(key)?;
        let row = self.database.with(|database| {
            let rows = database.begin_read()?.open_table(ROWS)?;
            let value = rows.get(database::row_key(key))?;
            value.map(|value| codec::decode_row(key.clone(), value.value())).transpose()
        })?;
        Ok(row.filter(|row| !row.has_expired(self.clock.now())))
    }

    async fn scan(&self, scan: &Scan) -> Result<Page, TableError> {
        check_scan(scan)?;
        let bounds = bounds::of_scan(scan);
        if bounds.are_empty() {
            return Ok(Page::default());
        }
        let now = self.clock.now();
        self.database.with(|database| {
            let rows = database.begin_read()?.open_table(ROWS)?;
            let mut range = rows.range(bounds.borrowed())?;
            let mut page = Page::default();
            let mut bytes = 0;
            while let Some(entry) = if scan.reverse { range.next_back() } else { range.next() } {
                let (key, value) = entry?;
                let (partition, sort) = key.value();
                let row = codec::decode_row(codec::decode_key(partition, sort)?, value.value())?;
                if row.has_expired(now) {
                    continue;
                }
                if page.rows.len() == scan.limit || bytes >= PAGE_BYTES {
                    page.next = page.rows.last().map(|row| row.key.sort.clone());
                    break;
                }
                bytes += partition.len() + sort.len() + row.body.len();
                page.rows.push(row);
            }
            Ok(page)
        })
    }

    async fn commit(&self, writes: Vec<Write>) -> Result<Version, CommitError> {
        check_writes(&writes)?;
        let (answer, answered) = oneshot::channel();
        let jobs = self.jobs.as_ref().ok_or_else(stopped)?;
        jobs.send(Job { writes, answer }).await.map_err(|_| stopped())?;
        answered.await.map_err(|_| stopped())?
    }
}

#[async_trait]
impl Feed for EmbeddedTable {
    async fn changes(&self, after: Option<Sequence>, limit: usize) -> Result<Vec<Change>, TableError> {
        if limit == 0 {
            return Err(TableError::Invalid("the feed needs a limit of at least 1".to_owned()));
        }
        let first = match after {
            None => 0,
            Some(Sequence(u64::MAX)) => return Ok(Vec::new()),
            Some(Sequence(after)) => after + 1,
        };
        self.database.with(|database| {
            let feed = database.begin_read()?.open_table(FEED)?;
            let mut changes = Vec::new();
            let mut bytes = 0;
            for entry in feed.range(first..)? {
                let (sequence, value) = entry?;
                changes.push(codec::decode_change(Sequence(sequence.value()), value.value())?);
                bytes += value.value().len();
                if changes.len() == limit || bytes >= PAGE_BYTES {
                    break;
                }
            }
            Ok(changes)
        })
    }
}

fn stopped() -> TableError {
    TableError::Unavailable(Box::new(io::Error::other("the table's writer has stopped; restart the process")))
}
