//! Why a change did not happen, in words for the person who wanted it.

use crate::error::Error;
use domain::{BrokenRule, ProtectionName, PullRequestId, RefName};
use git::ObjectId;

/// Why a change did not happen. Nothing of it did.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// These refs are not as the change expects, or may not be changed like this. All refs at fault are named, so that
    /// the rest can be committed without them.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Refused(Vec<Refusal>),
    /// The repository was deleted.
    #[error("the repository has been deleted")]
    RepositoryGone,
    /// A pull request that was to be closed is not any more as it was when it was found. Look at it again.
    #[error("pull request {0} has been changed meanwhile")]
    PullRequestChanged(PullRequestId),
    /// The change does not fit into one commit.
    #[error("the change needs {needed} writes, but a commit takes at most {most}; make it in several steps")]
    TooManyChanges {
        /// How many writes it needs.
        needed: usize,
        /// How many there may be.
        most: usize,
    },
    /// Other changes were faster each time. Worth another try.
    #[error("too many changes at the same time; try again")]
    Contended,
    /// The store failed.
    #[error(transparent)]
    Store(Error),
}

impl From<Error> for ChangeError {
    fn from(error: Error) -> Self {
        match error {
            Error::RepositoryGone => Self::RepositoryGone,
            Error::Contended => Self::Contended,
            error => Self::Store(error),
        }
    }
}

/// A ref that cannot be changed as wanted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} {reason}")]
pub struct Refusal {
    /// The ref.
    pub name: RefName,
    /// What is in the way.
    pub reason: RefusalReason,
}

/// What is in the way of a change to a ref.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RefusalReason {
    /// It was to be created.
    #[error("exists already and points to {current}")]
    Exists {
        /// What it points to.
        current: ObjectId,
    },
    /// It was to be moved or deleted from another value.
    #[error("points to {actual}, not to {expected} as expected")]
    Moved {
        /// What it was expected to point to.
        expected: ObjectId,
        /// What it points to.
        actual: ObjectId,
    },
    /// It was to be moved, deleted or made the default branch.
    #[error("does not exist")]
    Missing,
    /// A name cannot be that of a ref and that of a directory of refs.
    #[error("cannot exist beside {with}: one name is a directory of the other")]
    Conflict {
        /// The ref in the way.
        with: RefName,
    },
    /// The default branch cannot be deleted.
    #[error("is the default branch and cannot be deleted; make another branch the default first")]
    DefaultBranch,
    /// A protection of the repository forbids it.
    #[error("is protected by '{protection}', which {rule}")]
    Protected {
        /// The protection.
        protection: ProtectionName,
        /// What it demands.
        rule: BrokenRule,
    },
    /// A change can change a ref only once.
    #[error("is named more than once")]
    Repeated,
}
