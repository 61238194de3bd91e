//! Why a merge cannot be worked out.

use crate::error::Error;

/// Why a merge cannot be worked out. A conflict is no error.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// Stored objects cannot be read.
    #[error(transparent)]
    Git(#[from] Error),
    /// A merged file would be part of a known SHA-1 collision attack.
    #[error("a merged file is part of a known SHA-1 collision attack")]
    Collision,
    /// The tips are too far apart.
    #[error("the two commits are too far apart: more than {most} commits belong to one of them only")]
    TooFarApart {
        /// How many commits there may be.
        most: usize,
    },
    /// Too many paths differ.
    #[error("more than {most} paths differ between the two commits and their merge base")]
    TooManyItems {
        /// How many there may be.
        most: usize,
    },
    /// Too many files have to be looked into.
    #[error("more than {most} files would have to be loaded")]
    TooManyFiles {
        /// How many there may be.
        most: usize,
    },
    /// The files to be looked into are too large.
    #[error("the files to be loaded have more than {most} bytes")]
    TooManyBytes {
        /// How many there may be.
        most: u64,
    },
}

/// The result of a step of a merge.
pub(super) type Result<T> = std::result::Result<T, MergeError>;
