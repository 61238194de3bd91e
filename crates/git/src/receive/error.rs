//! Why a push or its pack is not accepted, in words for the person who pushes.

use crate::delta::DeltaError;
use crate::error::Error;
use gix::ObjectId;
use std::io;

/// Why something sent by a client is not accepted, or could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// The request does not follow the protocol.
    #[error("protocol error: {0}")]
    Protocol(String),
    /// The client stopped sending, or what it sent ends too early.
    #[error("the pack is incomplete: the connection ended too early")]
    Truncated,
    /// The pack's bytes make no sense.
    #[error("the pack is malformed: {0}")]
    Malformed(String),
    /// The pack was damaged on its way.
    #[error("the pack's checksum does not match: it was damaged on its way; push again")]
    Checksum,
    /// One of the named limits is exceeded.
    #[error("{what} is {actual}, and at most {limit} is allowed here ({name}): {remedy}")]
    Limit {
        /// The limit's name.
        name: &'static str,
        /// What is limited.
        what: String,
        /// How much of it there is.
        actual: u64,
        /// How much of it may be.
        limit: u64,
        /// What the person can do.
        remedy: &'static str,
    },
    /// A delta whose base is neither in the pack nor in the repository.
    #[error("delta base {0} is missing: push again without --thin, or push what it is based on first")]
    MissingBase(ObjectId),
    /// An object refers to one that is neither in the pack nor in the repository.
    #[error("object {missing} is missing: {referrer} refers to it; fetch it, or push what contains it first")]
    Missing {
        /// What is missing.
        missing: ObjectId,
        /// What refers to it.
        referrer: ObjectId,
    },
    /// An object does not pass the checks of `git fsck`.
    #[error("object {id}: {check}: {explanation}")]
    Fsck {
        /// The object.
        id: ObjectId,
        /// Git's name for the check.
        check: &'static str,
        /// What is wrong.
        explanation: String,
    },
    /// Content made to collide with other content.
    #[error("an object is part of a SHA-1 collision attack")]
    Collision,
    /// The scratch directory failed.
    #[error("the scratch directory failed: {0}")]
    Scratch(#[source] io::Error),
    /// The repository could not be read.
    #[error("the repository could not be read: {0}")]
    Repository(#[from] Error),
}

impl ReceiveError {
    /// Whether the fault is the service's, so that its details are for the log and not for the client.
    pub fn is_internal(&self) -> bool {
        matches!(self, Self::Scratch(_) | Self::Repository(_))
    }

    pub(crate) fn malformed(reason: impl Into<String>) -> Self {
        Self::Malformed(reason.into())
    }
}

impl From<DeltaError> for ReceiveError {
    fn from(error: DeltaError) -> Self {
        match error {
            DeltaError::Io(error) => Self::Scratch(error),
            other => Self::Malformed(other.to_string()),
        }
    }
}
