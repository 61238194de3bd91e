//! The port `Table`: rows under (partition, sort) keys, changed only by conditional all-or-nothing commits.

mod rules;

pub use rules::{
    MAX_COMMIT_BYTES, MAX_PARTITION_BYTES, MAX_ROW_BYTES, MAX_SORT_BYTES, MAX_WRITES_PER_COMMIT, check_key, check_scan,
    check_writes, whole_seconds,
};

use async_trait::async_trait;
use bytes::Bytes;
use std::time::SystemTime;

/// Where a row stands. Rows of one partition are ordered by the UTF-8 bytes of `sort`.
///
/// Neither part is empty; a partition has at most [`MAX_PARTITION_BYTES`], a sort key at most [`MAX_SORT_BYTES`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Groups the rows that one scan can reach.
    pub partition: String,
    /// Orders the rows within the partition.
    pub sort: String,
}

impl Key {
    /// A key from its two parts.
    pub fn new(partition: impl Into<String>, sort: impl Into<String>) -> Self {
        Self { partition: partition.into(), sort: sort.into() }
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} / {}", self.partition, self.sort)
    }
}

/// Tells one state of a row from every other state it ever had. Opaque: only equality means anything, and a version is
/// never used again for the same key, even after the row was deleted and made anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Version(pub u64);

/// A stored row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Where it stands.
    pub key: Key,
    /// Which state of the row this is.
    pub version: Version,
    /// What the typed stores wrote; the table does not look inside.
    pub body: Bytes,
    /// From this moment on the row reads as absent; it is removed some time later. Whole seconds.
    pub expires_at: Option<SystemTime>,
}

impl Row {
    /// Whether the row counts as absent at the time `now`.
    pub fn has_expired(&self, now: SystemTime) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }
}

/// What a write presumes of the row as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Nothing.
    Anything,
    /// There is no such row (an expired one counts as none).
    Absent,
    /// There is such a row, in whatever state.
    Present,
    /// The row is in just this state.
    Version(Version),
}

/// One part of a commit. A key may occur only once in a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// Creates or replaces the row.
    Put {
        /// Where.
        key: Key,
        /// The new body.
        body: Bytes,
        /// When the row ends by itself; a fraction of a second is cut off.
        expires_at: Option<SystemTime>,
        /// The condition.
        expect: Expect,
    },
    /// Removes the row; removing an absent row is no error unless `expect` says so.
    Delete {
        /// Where.
        key: Key,
        /// The condition.
        expect: Expect,
    },
    /// Changes nothing, but the whole commit fails unless the condition holds.
    Check {
        /// Where.
        key: Key,
        /// The condition.
        expect: Expect,
    },
}

impl Write {
    /// The key this write concerns.
    pub fn key(&self) -> &Key {
        match self {
            Self::Put { key, .. } | Self::Delete { key, .. } | Self::Check { key, .. } => key,
        }
    }

    /// The condition this write carries.
    pub fn expect(&self) -> Expect {
        match self {
            Self::Put { expect, .. } | Self::Delete { expect, .. } | Self::Check { expect, .. } => *expect,
        }
    }
}

/// Which sort keys of a partition a scan covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SortRange {
    /// All rows of the partition.
    All,
    /// The rows whose sort key begins with this text.
    Prefix(String),
    /// The rows from `first` to `last`, both included.
    Between {
        /// The smallest sort key.
        first: String,
        /// The largest sort key.
        last: String,
    },
}

impl SortRange {
    /// Whether a row with this sort key is in the range.
    pub fn contains(&self, sort: &str) -> bool {
        match self {
            Self::All => true,
            Self::Prefix(prefix) => sort.starts_with(prefix.as_str()),
            Self::Between { first, last } => (first.as_str()..=last.as_str()).contains(&sort),
        }
    }
}

/// A question for the rows of one partition, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// The partition.
    pub partition: String,
    /// Which of its rows.
    pub range: SortRange,
    /// Go on behind this sort key (in the direction of the scan), which need not exist any more nor be in the range. At most
    /// [`MAX_SORT_BYTES`].
    pub after: Option<String>,
    /// At most this many rows, at least 1. A page may hold fewer even when more rows follow (`DynamoDB`: 1 MB a page).
    pub limit: usize,
    /// From the largest sort key down.
    pub reverse: bool,
}

/// The answer to a [`Scan`].
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// The rows, in the direction of the scan.
    pub rows: Vec<Row>,
    /// Where the next page begins: `Some` goes into [`Scan::after`]; `None` means that the range is exhausted.
    pub next: Option<String>,
}

/// Why the table gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// Worth another try later: throttled, out of reach, timed out.
    #[error("the table is unavailable: {0}")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The call itself breaks a rule of the port (too many writes, a key twice, a row too large, a limit of 0).
    #[error("the table refuses the call: {0}")]
    Invalid(String),
    /// What was read back is not what the adapter wrote.
    #[error("the table is damaged: {0}")]
    Damaged(String),
}

/// Why a commit changed nothing.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// These rows were not as the commit expected. All such rows of the commit are named, in the order of its writes.
    #[error("rows changed meanwhile: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))]
    Conflict(Vec<Key>),
    /// The table failed. After `Unavailable` the commit may or may not have happened.
    #[error(transparent)]
    Table(#[from] TableError),
}

/// Rows that change only by conditional, all-or-nothing commits.
///
/// Every adapter keeps these promises, and `conformance::table` checks them:
/// - *Reads see earlier commits*: `get` and `scan` are strongly consistent. A scan is consistent per page, not across pages.
/// - *All or nothing*: of a commit either all writes happen or none. It is durable when `commit` returns.
/// - *Isolation*: conditions are evaluated and writes applied as if commits happened one after the other.
#[async_trait]
pub trait Table: Send + Sync {
    /// The row at `key`, if there is one that has not expired.
    async fn get(&self, key: &Key) -> Result<Option<Row>, TableError>;

    /// One page of the rows of a partition.
    async fn scan(&self, scan: &Scan) -> Result<Page, TableError>;

    /// Makes all of `writes` happen, or none. Returns the version that every row put by it now has.
    ///
    /// At least one write and at most [`MAX_WRITES_PER_COMMIT`], each key once, each row at most [`MAX_ROW_BYTES`], all
    /// rows together at most [`MAX_COMMIT_BYTES`]. A commit dropped before it returned may or may not happen.
    async fn commit(&self, writes: Vec<Write>) -> Result<Version, CommitError>;
}
