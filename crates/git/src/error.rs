//! What can go wrong while reading stored packs.

use crate::PackId;
use gix::ObjectId;

/// Why stored objects could not be read. None of these is the client's fault.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The pack store or the scratch directory failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// A stored pack, index or graph part is not what was written.
    #[error("stored pack {pack} is damaged: {reason}")]
    Damaged {
        /// The pack.
        pack: PackId,
        /// What does not fit.
        reason: String,
    },
    /// An object that others refer to is not in any stored pack.
    #[error("object {0} is missing from the repository")]
    Missing(ObjectId),
    /// A stored object does not parse as its kind.
    #[error("object {id} is malformed: {reason}")]
    Malformed {
        /// The object.
        id: ObjectId,
        /// What does not fit.
        reason: String,
    },
    /// The object is too large to be held in memory; read it as a stream.
    #[error("object {id} has {size} bytes, too many to hold in memory")]
    TooLarge {
        /// The object.
        id: ObjectId,
        /// Its size in bytes.
        size: u64,
    },
}

/// The result of reading stored objects.
pub type Result<T> = std::result::Result<T, Error>;
