//! What can go wrong beneath the stores.

use ports::{BlobError, CommitError, Key, TableError};

/// Why a store gave no answer. None of these is the caller's fault, save that a repository may vanish while it is used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The table failed.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The blob store failed.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// A stored row is not what was written there.
    #[error("row {key} is damaged: {reason}")]
    Damaged {
        /// The row.
        key: Key,
        /// What does not fit.
        reason: String,
    },
    /// The repository was deleted since it was found.
    #[error("the repository has been deleted")]
    RepositoryGone,
    /// Other changes were faster each time. Worth another try.
    #[error("too many changes at the same time; try again")]
    Contended,
    /// The repository exists, so that it cannot be swept.
    #[error("the repository has not been deleted; only what a deleted repository left behind can be swept")]
    NotDeleted,
    /// The store was made without a feed: events are delivered to whoever consumes them, and cannot be asked for.
    #[error("this store has no feed that can be asked for events")]
    NoFeed,
    /// The operating system gives no random numbers.
    #[error("no random numbers are to be had: {0}")]
    Random(#[from] getrandom::Error),
    /// Packs were opened outside of a tokio runtime, which their readers need.
    #[error("packs can be opened only within a tokio runtime: {0}")]
    NoRuntime(#[from] tokio::runtime::TryCurrentError),
    /// An event cannot be written.
    #[error(transparent)]
    Event(#[from] domain::event::EventError),
}

impl Error {
    /// The error of a commit whose conflict, if that is what it is, the caller does not look into.
    pub(crate) fn of_commit(error: CommitError) -> Self {
        match error {
            CommitError::Conflict(_) => Self::Contended,
            CommitError::Table(error) => Self::Table(error),
        }
    }
}
