//! Keeps count of what a pack costs to unpack, and holds it against the limits.

use super::error::ReceiveError;
use crate::limits::Limits;
use crate::object::Kind;

/// What was spent so far.
pub(crate) struct Budget<'a> {
    limits: &'a Limits,
    inflated: u64,
}

impl<'a> Budget<'a> {
    pub(crate) fn new(limits: &'a Limits) -> Self {
        Self { limits, inflated: 0 }
    }

    /// Accounts for an object of a known kind.
    pub(crate) fn object(&mut self, kind: Kind, size: u64) -> Result<(), ReceiveError> {
        self.kind(kind, size)?;
        self.result(size)
    }

    /// Checks the size of an object whose kind has become known; commits, trees and tags are to fit into memory.
    pub(crate) fn kind(&self, kind: Kind, size: u64) -> Result<(), ReceiveError> {
        let limit = self.limits.max_metadata_object_bytes;
        if kind == Kind::Blob || size <= limit {
            return Ok(());
        }
        Err(ReceiveError::Limit {
            name: "max_metadata_object_bytes",
            what: format!("the size of a {kind} in bytes"),
            actual: size,
            limit,
            remedy: "split folders with very many files, and shorten messages",
        })
    }

    /// Accounts for the instructions of a delta. They may be longer than their result, but not without end.
    pub(crate) fn delta(&mut self, size: u64) -> Result<(), ReceiveError> {
        self.single("the size of a delta in bytes", size)?;
        self.spend(size)
    }

    /// Accounts for an object of any kind, such as the result of a delta.
    pub(crate) fn result(&mut self, size: u64) -> Result<(), ReceiveError> {
        self.single("the size of an object in bytes", size)?;
        self.spend(size)
    }

    /// Checks how many deltas stand on top of one another.
    pub(crate) fn depth(&self, depth: u32) -> Result<(), ReceiveError> {
        let limit = self.limits.max_delta_depth;
        if depth <= limit {
            return Ok(());
        }
        Err(ReceiveError::Limit {
            name: "max_delta_depth",
            what: "the length of a chain of deltas".to_owned(),
            actual: u64::from(depth),
            limit: u64::from(limit),
            remedy: "repack with 'git repack -adf --depth=50' and push again",
        })
    }

    fn single(&self, what: &str, size: u64) -> Result<(), ReceiveError> {
        let limit = self.limits.max_object_bytes;
        if size <= limit {
            return Ok(());
        }
        Err(ReceiveError::Limit {
            name: "max_object_bytes",
            what: what.to_owned(),
            actual: size,
            limit,
            remedy: "keep such files out of the history, for example with Git LFS",
        })
    }

    fn spend(&mut self, bytes: u64) -> Result<(), ReceiveError> {
        self.inflated = self.inflated.saturating_add(bytes);
        let limit = self.limits.max_inflated_bytes;
        if self.inflated <= limit {
            return Ok(());
        }
        Err(ReceiveError::Limit {
            name: "max_inflated_bytes",
            what: "the size of all objects together in bytes".to_owned(),
            actual: self.inflated,
            limit,
            remedy: "push the history in several parts",
        })
    }
}
