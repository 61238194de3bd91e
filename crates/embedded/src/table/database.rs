//! The database file: its tables, its errors, and opening it anew after the disk failed.

use crate::open_error::OpenError;
use crate::sync::sync_folder;
use ports::{Key, TableError};
use redb::TableDefinition;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

/// (partition, sort key) to row. The keys are bytes, so that comparing them checks nothing and a bound need not be text.
pub(super) const ROWS: TableDefinition<'_, RowKey<'static>, &[u8]> = TableDefinition::new("rows");

/// (end in seconds, partition, sort key) of the rows that expire.
pub(super) const EXPIRIES: TableDefinition<'_, (u64, &[u8], &[u8]), ()> = TableDefinition::new("expiries");

/// Sequence number to change.
pub(super) const FEED: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("feed");

/// Numbers by name; the one there is is [`NEXT_SEQUENCE`].
pub(super) const COUNTERS: TableDefinition<'_, &str, u64> = TableDefinition::new("counters");

/// The sequence number of the next change. The first change of a commit also gives the commit its version.
pub(super) const NEXT_SEQUENCE: &str = "next sequence";

pub(super) type RowKey<'a> = (&'a [u8], &'a [u8]);

/// How much of the file the database may keep in memory.
const CACHE_BYTES: usize = 32 * 1024 * 1024;

pub(super) fn row_key(key: &Key) -> RowKey<'_> {
    (key.partition.as_bytes(), key.sort.as_bytes())
}

/// Why something in the database failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// The database says so.
    Database(redb::Error),
    /// A stored value is not what was written.
    Damaged(String),
}

macro_rules! failure_from {
    ($($error:ty),*) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::Database(error.into())
            }
        })*
    };
}

failure_from!(redb::StorageError, redb::TableError, redb::TransactionError, redb::CommitError);

impl Failure {
    /// After such an error the database refuses everything until it is opened anew, although the next attempt may
    /// well succeed: the disk was full, and is not any more.
    fn needs_reopening(&self) -> bool {
        use redb::Error::{DatabaseClosed, Io, PreviousIo};
        matches!(self, Self::Database(Io(_) | PreviousIo | DatabaseClosed))
    }
}

impl From<Failure> for TableError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Damaged(what) | Failure::Database(redb::Error::Corrupted(what)) => Self::Damaged(what),
            Failure::Database(error) => Self::Unavailable(Box::new(error)),
        }
    }
}

type Opener = dyn Fn() -> Result<redb::Database, Failure> + Send + Sync;

/// The open database.
pub(super) struct Database {
    open: Box<Opener>,
    current: RwLock<Current>,
}

struct Current {
    /// `None` while the disk does not let it be opened.
    database: Option<redb::Database>,
    /// How often it was opened anew.
    reopened: u64,
}

impl Database {
    /// Opens the file at `path`, or makes it.
    pub(super) fn open(path: &Path) -> Result<Self, OpenError> {
        if !path.exists() {
            make(path)?;
        }
        let owned: PathBuf = path.to_owned();
        let open = move || builder().open(&owned).map_err(|error| Failure::Database(error.into()));
        Self::with_opener(Box::new(open)).map_err(|failure| open_error(path, failure))
    }

    fn with_opener(open: Box<Opener>) -> Result<Self, Failure> {
        let database = open()?;
        Ok(Self { open, current: RwLock::new(Current { database: Some(database), reopened: 0 }) })
    }

    /// Lets `act` work with the database. When the disk failed, the database is opened anew for the next one.
    pub(super) fn with<T>(&self, act: impl FnOnce(&redb::Database) -> Result<T, Failure>) -> Result<T, TableError> {
        let (outcome, reopened) = {
            let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
            let outcome = match &current.database {
                Some(database) => act(database),
                None => Err(Failure::Database(redb::Error::DatabaseClosed)),
            };
            (outcome, current.reopened)
        };
        outcome.map_err(|failure| {
            if failure.needs_reopening() {
                self.reopen(reopened);
            }
            failure.into()
        })
    }

    /// Closes the database and opens it anew, unless another thread has done so since `seen`.
    fn reopen(&self, seen: u64) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if current.reopened != seen {
            return;
        }
        // The file's lock must be free before it can be taken again.
        current.database = None;
        match (self.open)() {
            Ok(database) => {
                tracing::warn!("the table was opened anew after the disk failed");
                current.database = Some(database);
                current.reopened += 1;
            }
            Err(failure) => tracing::error!(?failure, "the table cannot be opened anew after the disk failed"),
        }
    }
}

fn builder() -> redb::Builder {
    let mut builder = redb::Builder::new();
    builder.set_cache_size(CACHE_BYTES);
    builder
}

/// Makes the file under another name first: redb cannot open one whose making was cut short.
fn make(path: &Path) -> Result<(), OpenError> {
    let new = path.with_added_extension("new");
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(OpenError::io("remove", new)(error)),
        _ => {}
    }
    let make = || -> Result<(), Failure> {
        let database = builder().create(&new).map_err(redb::Error::from).map_err(Failure::Database)?;
        make_tables(&database)?;
        database.close().map_err(|error| Failure::Database(error.into()))
    };
    make().map_err(|failure| open_error(&new, failure))?;
    fs::rename(&new, path).map_err(OpenError::io("make", path))?;
    let folder = path.parent().unwrap_or(path);
    sync_folder(folder).map_err(OpenError::io("write to", folder))
}

fn open_error(path: &Path, failure: Failure) -> OpenError {
    match failure {
        Failure::Database(redb::Error::DatabaseAlreadyOpen) => {
            OpenError::InUse { directory: path.parent().unwrap_or(path).to_owned(), process: None }
        }
        failure => OpenError::Table { path: path.to_owned(), source: Box::new(TableError::from(failure)) },
    }
}

fn make_tables(database: &redb::Database) -> Result<(), Failure> {
    let transaction = database.begin_write()?;
    transaction.open_table(ROWS)?;
    transaction.open_table(EXPIRIES)?;
    transaction.open_table(FEED)?;
    transaction.open_table(COUNTERS)?;
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests;
