//! The one thread that writes: takes all commits that wait, applies them one after the other, and writes them to disk at once.

use super::codec::{self, RowHeader};
use super::database::{COUNTERS, Database, EXPIRIES, FEED, Failure, NEXT_SEQUENCE, ROWS, RowKey, row_key};
use ports::clock::Clock;
use ports::table::whole_seconds;
use ports::{CommitError, Expect, Key, TableError, Version, Write};
use redb::{ReadableTable as _, WriteTransaction};
use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::{mpsc, oneshot};

/// How many commits share one write to disk at most.
const BATCH_COMMITS: usize = 256;

/// A batch takes no further commits once their bodies have this many bytes, which keeps memory flat.
const BATCH_BYTES: usize = 8 * 1024 * 1024;

/// How long a change stays in the feed: the 24 hours promised, and one more for a clock that is set.
const FEED_RETENTION: Duration = Duration::from_secs(25 * 60 * 60);

/// How many old changes and expired rows a batch removes, besides two for each change it makes: so each commit stays
/// short, and what is to be removed still cannot pile up.
const SWEEP_STEPS: u64 = 16;

/// The version of a commit that put no row: none ever has it.
const NO_VERSION: Version = Version(0);

/// A commit that waits, and who waits for it.
pub(super) struct Job {
    pub(super) writes: Vec<Write>,
    pub(super) answer: oneshot::Sender<Result<Version, CommitError>>,
}

/// Does the commits of one table.
pub(super) struct Writer {
    database: Arc<Database>,
    clock: Arc<dyn Clock>,
}

impl Writer {
    pub(super) fn new(database: Arc<Database>, clock: Arc<dyn Clock>) -> Self {
        Self { database, clock }
    }

    /// Works until nobody can send commits any more.
    pub(super) fn run(self, mut waiting: mpsc::Receiver<Job>) {
        while let Some(first) = waiting.blocking_recv() {
            let mut bytes = body_bytes(&first);
            let mut batch = vec![first];
            while batch.len() < BATCH_COMMITS
                && bytes < BATCH_BYTES
                && let Ok(job) = waiting.try_recv()
            {
                bytes += body_bytes(&job);
                batch.push(job);
            }
            self.commit(batch);
        }
    }

    /// Either all of the batch gets to disk (conflicts aside), or none of it, and then every commit is told so.
    fn commit(&self, batch: Vec<Job>) {
        let now = self.clock.now();
        match self.database.with(|database| apply(database.begin_write()?, &batch, now)) {
            Ok(answers) => {
                for (job, answer) in batch.into_iter().zip(answers) {
                    // A caller that lost interest is no error.
                    let _ = job.answer.send(answer);
                }
            }
            Err(error) => {
                let cause = Arc::new(error);
                for job in batch {
                    let error = match cause.as_ref() {
                        TableError::Damaged(what) => TableError::Damaged(what.clone()),
                        _ => TableError::Unavailable(Box::new(io::Error::other(Arc::clone(&cause)))),
                    };
                    let _ = job.answer.send(Err(error.into()));
                }
            }
        }
    }
}

fn body_bytes(job: &Job) -> usize {
    let length = |write: &Write| if let Write::Put { body, .. } = write { body.len() } else { 0 };
    job.writes.iter().map(length).sum()
}

/// Applies the batch and makes it durable. The answers are true only once this has returned.
fn apply(
    transaction: WriteTransaction,
    batch: &[Job],
    now: SystemTime,
) -> Result<Vec<Result<Version, CommitError>>, Failure> {
    let mut tables = Tables::open(&transaction, now)?;
    let first_sequence = tables.next_sequence;
    let mut answers = Vec::with_capacity(batch.len());
    for job in batch {
        answers.push(tables.commit(&job.writes)?);
    }
    let changes = tables.next_sequence - first_sequence;
    if changes == 0 {
        drop(tables);
        transaction.abort()?;
        return Ok(answers);
    }
    tables.sweep(2 * changes + SWEEP_STEPS)?;
    tables.close()?;
    // The default durability: returns after the file was synced.
    transaction.commit()?;
    Ok(answers)
}

/// The database's tables within one write transaction.
struct Tables<'t> {
    rows: redb::Table<'t, RowKey<'static>, &'static [u8]>,
    expiries: redb::Table<'t, (u64, &'static [u8], &'static [u8]), ()>,
    feed: redb::Table<'t, u64, &'static [u8]>,
    counters: redb::Table<'t, &'static str, u64>,
    next_sequence: u64,
    now: SystemTime,
}

impl<'t> Tables<'t> {
    fn open(transaction: &'t WriteTransaction, now: SystemTime) -> Result<Self, Failure> {
        let counters = transaction.open_table(COUNTERS)?;
        let next_sequence = counters.get(NEXT_SEQUENCE)?.map_or(1, |next| next.value());
        Ok(Self {
            rows: transaction.open_table(ROWS)?,
            expiries: transaction.open_table(EXPIRIES)?,
            feed: transaction.open_table(FEED)?,
            counters,
            next_sequence,
            now,
        })
    }

    fn close(mut self) -> Result<(), Failure> {
        self.counters.insert(NEXT_SEQUENCE, self.next_sequence)?;
        Ok(())
    }

    /// One commit: first all conditions, then all writes. The outer error means that nothing of the batch can be kept.
    fn commit(&mut self, writes: &[Write]) -> Result<Result<Version, CommitError>, Failure> {
        let mut stored = Vec::with_capacity(writes.len());
        let mut conflicts = Vec::new();
        for write in writes {
            let header = match self.header(write.key()) {
                Ok(header) => header,
                Err(Failure::Damaged(what)) => return Ok(Err(TableError::Damaged(what).into())),
                Err(failure) => return Err(failure),
            };
            if !self.holds(header, write.expect()) {
                conflicts.push(write.key().clone());
            }
            stored.push(header);
        }
        if !conflicts.is_empty() {
            return Ok(Err(CommitError::Conflict(conflicts)));
        }
        let version = Version(self.next_sequence);
        for (write, stored) in writes.iter().zip(stored) {
            self.write(write, stored, version)?;
        }
        let changed = version.0 != self.next_sequence;
        Ok(Ok(if changed { version } else { NO_VERSION }))
    }

    fn header(&self, key: &Key) -> Result<Option<RowHeader>, Failure> {
        let value = self.rows.get(row_key(key))?;
        value.map(|value| codec::decode_header(value.value())).transpose()
    }

    fn holds(&self, stored: Option<RowHeader>, expect: Expect) -> bool {
        let there = stored.filter(|header| header.expires_at.is_none_or(|end| end > self.now));
        match expect {
            Expect::Anything => true,
            Expect::Absent => there.is_none(),
            Expect::Present => there.is_some(),
            Expect::Version(version) => there.is_some_and(|header| header.version == version),
        }
    }

    fn write(&mut self, write: &Write, stored: Option<RowHeader>, version: Version) -> Result<(), Failure> {
        match write {
            Write::Check { .. } => Ok(()),
            Write::Delete { key, .. } => {
                let Some(stored) = stored else { return Ok(()) };
                self.forget_expiry(key, stored)?;
                self.rows.remove(row_key(key))?;
                self.tell(key, None)
            }
            Write::Put { key, body, expires_at, .. } => {
                if let Some(stored) = stored {
                    self.forget_expiry(key, stored)?;
                }
                // The port's rules were checked before the commit was queued, so a time that is refused cannot occur here.
                let expires_at = expires_at.and_then(|end| whole_seconds(end).ok());
                if let Some(end) = expires_at {
                    self.expiries.insert((codec::seconds(end), key.partition.as_bytes(), key.sort.as_bytes()), ())?;
                }
                let value = codec::encode_row(RowHeader { version, expires_at }, body);
                self.rows.insert(row_key(key), value.as_slice())?;
                self.tell(key, Some(&value))
            }
        }
    }

    fn forget_expiry(&mut self, key: &Key, stored: RowHeader) -> Result<(), Failure> {
        if let Some(end) = stored.expires_at {
            self.expiries.remove((codec::seconds(end), key.partition.as_bytes(), key.sort.as_bytes()))?;
        }
        Ok(())
    }

    fn tell(&mut self, key: &Key, row: Option<&[u8]>) -> Result<(), Failure> {
        let change = codec::encode_change(self.now, key, row);
        self.feed.insert(self.next_sequence, change.as_slice())?;
        self.next_sequence += 1;
        Ok(())
    }

    /// Removes some of what nobody needs any more. A damaged value stops it, but not the commits.
    fn sweep(&mut self, steps: u64) -> Result<(), Failure> {
        match self.remove_old_changes(steps).and_then(|()| self.remove_expired_rows(steps)) {
            Err(Failure::Damaged(what)) => {
                tracing::error!(what, "the table is damaged; old changes are not removed");
                Ok(())
            }
            swept => swept,
        }
    }

    fn remove_old_changes(&mut self, steps: u64) -> Result<(), Failure> {
        let Some(keep_from) = self.now.checked_sub(FEED_RETENTION) else { return Ok(()) };
        for _ in 0..steps {
            let old = match self.feed.first()? {
                Some((sequence, change)) if codec::decode_committed(change.value())? < keep_from => sequence.value(),
                _ => break,
            };
            self.feed.remove(old)?;
        }
        Ok(())
    }

    /// Rows that have expired read as absent already, so their removal is not told in the feed.
    fn remove_expired_rows(&mut self, steps: u64) -> Result<(), Failure> {
        for _ in 0..steps {
            let Some((key, _)) = self.expiries.first()? else { break };
            let (end, partition, sort) = key.value();
            if end > codec::seconds(self.now) {
                break;
            }
            let (partition, sort) = (partition.to_vec(), sort.to_vec());
            drop(key);
            self.rows.remove((partition.as_slice(), sort.as_slice()))?;
            self.expiries.remove((end, partition.as_slice(), sort.as_slice()))?;
        }
        Ok(())
    }
}
