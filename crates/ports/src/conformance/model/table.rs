//! The table in memory.

use crate::clock::{Clock, SystemClock};
use crate::table::{check_key, check_scan, check_writes, whole_seconds};
use crate::{Change, CommitError, Expect, Feed, Key, Page, Row, Scan, Sequence, Table, TableError, Version, Write};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A table that is gone when it is dropped. One lock, one map, one list of changes, and no cleverness, so that one can
/// see that it keeps the promises of [`Table`] and [`Feed`].
pub struct MemoryTable {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    rows: BTreeMap<Key, Row>,
    feed: Vec<Change>,
    commits: u64,
}

impl MemoryTable {
    /// An empty table that goes by the machine's clock.
    pub fn new() -> Self {
        Self::with_clock(Arc::new(SystemClock))
    }

    /// An empty table whose rows expire by `clock`.
    pub fn with_clock(clock: Arc<dyn Clock>) -> Self {
        Self { clock, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_there(&self, row: &Row) -> bool {
        !row.has_expired(self.clock.now())
    }

    fn holds(&self, row: Option<&Row>, expect: Expect) -> bool {
        let row = row.filter(|row| self.is_there(row));
        match expect {
            Expect::Anything => true,
            Expect::Absent => row.is_none(),
            Expect::Present => row.is_some(),
            Expect::Version(version) => row.is_some_and(|row| row.version == version),
        }
    }
}

impl Default for MemoryTable {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Table for MemoryTable {
    async fn get(&self, key: &Key) -> Result<Option<Row>, TableError> {
        check_key(key)?;
        Ok(self.state().rows.get(key).filter(|row| self.is_there(row)).cloned())
    }

    async fn scan(&self, scan: &Scan) -> Result<Page, TableError> {
        check_scan(scan)?;
        let state = self.state();
        let is_behind = |sort: &str| match &scan.after {
            None => true,
            Some(after) if scan.reverse => sort < after.as_str(),
            Some(after) => sort > after.as_str(),
        };
        let mut rows: Vec<Row> = state
            .rows
            .values()
            .filter(|row| row.key.partition == scan.partition && scan.range.contains(&row.key.sort))
            .filter(|row| is_behind(&row.key.sort) && self.is_there(row))
            .cloned()
            .collect();
        if scan.reverse {
            rows.reverse();
        }
        let has_more = rows.len() > scan.limit;
        rows.truncate(scan.limit);
        let next = rows.last().filter(|_| has_more).map(|row| row.key.sort.clone());
        Ok(Page { rows, next })
    }

    async fn commit(&self, writes: Vec<Write>) -> Result<Version, CommitError> {
        check_writes(&writes)?;
        let mut state = self.state();
        let conflicts: Vec<Key> = writes
            .iter()
            .filter(|write| !self.holds(state.rows.get(write.key()), write.expect()))
            .map(|write| write.key().clone())
            .collect();
        if !conflicts.is_empty() {
            return Err(CommitError::Conflict(conflicts));
        }
        state.commits += 1;
        let version = Version(state.commits);
        for write in writes {
            let (key, row) = match write {
                Write::Check { .. } => continue,
                Write::Delete { key, .. } => (key, None),
                Write::Put { key, body, expires_at, .. } => {
                    let expires_at = expires_at.map(whole_seconds).transpose()?;
                    let row = Row { key: key.clone(), version, body, expires_at };
                    (key, Some(row))
                }
            };
            match row.clone() {
                Some(row) => state.rows.insert(key.clone(), row),
                None => state.rows.remove(&key),
            };
            let sequence = Sequence(state.feed.len() as u64 + 1);
            state.feed.push(Change { sequence, key, row });
        }
        Ok(version)
    }
}

#[async_trait]
impl Feed for MemoryTable {
    async fn changes(&self, after: Option<Sequence>, limit: usize) -> Result<Vec<Change>, TableError> {
        if limit == 0 {
            return Err(TableError::Invalid("the feed needs a limit of at least 1".to_owned()));
        }
        let state = self.state();
        Ok(state.feed.iter().filter(|change| Some(change.sequence) > after).take(limit).cloned().collect())
    }
}
