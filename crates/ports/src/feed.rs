//! The port `Feed`: what changed in a table, in order.

use crate::{Key, Row, TableError};
use async_trait::async_trait;

/// A place in a [`Feed`]. Later changes have larger sequence numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sequence(pub u64);

impl std::fmt::Display for Sequence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// One row change. `P` names its place: a [`Sequence`] where a [`Feed`] is asked, something else where changes are delivered
/// (a `DynamoDB` stream names its records by numbers of up to 40 digits, which a consumer answers with).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change<P = Sequence> {
    /// Where in the feed.
    pub sequence: P,
    /// Which row.
    pub key: Key,
    /// The row as the commit left it; `None` when it was deleted.
    pub row: Option<Row>,
}

/// Tells every change of a table to whoever asks.
///
/// A table has a feed of its changes always, but not always one that can be asked: in AWS a function is called with the changes
/// instead (`DynamoDB` Streams). Both keep these promises, and `conformance::feed` checks them where there is this port:
/// - Every put and delete of a commit appears at least once, in commit order for a key, and stays there for at least 24 hours
///   (`DynamoDB` Streams' retention).
/// - Deleting an absent row may go untold, and so may the removal of an expired row.
#[async_trait]
pub trait Feed: Send + Sync {
    /// The changes behind `after` (from the oldest kept when `None`), oldest first, at most `limit` (at least 1). May be
    /// fewer although more follow; empty when there is nothing new; does not wait.
    async fn changes(&self, after: Option<Sequence>, limit: usize) -> Result<Vec<Change>, TableError>;
}
