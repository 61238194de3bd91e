//! The checks of `git fsck` with the severities of `receive.fsckObjects`: is an object well-formed, and free of names and
//! settings that harm those who check it out. Checks are named as Git names them (git-fsck, "FSCK MESSAGES").
//!
//! What Git only warns of without any effect (such as `missingTaggerEntry`) passes. So do three mistakes of early tools that
//! published histories are full of and that harm nobody: `zeroPaddedFilemode`, `missingSpaceBeforeDate` and `badTimezone`; a
//! service that refused them could not take those projects in. In two points these checks are stricter
//! than Git's: a tree entry's mode must be one of those that all tools read alike (`badFilemode`), and a submodule's URL
//! must not name the `ext` transport (`gitmodulesUrl`), which runs commands.

mod attributes;
mod commit;
mod config;
mod gitmodules;
mod header;
mod ident;
mod special_name;
mod submodule_url;
mod tag;
mod tree;

pub use attributes::AttributeLines;
pub use commit::{CheckedCommit, commit};
pub use gitmodules::gitmodules;
pub use special_name::SpecialName;
pub use tag::{CheckedTag, tag};
pub use tree::{TreeItem, tree};

use super::error::ReceiveError;
use gix::ObjectId;

/// What is wrong with an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Git's name for the check.
    pub check: &'static str,
    /// What is wrong.
    pub explanation: String,
}

impl Problem {
    pub(crate) fn new(check: &'static str, explanation: &str) -> Self {
        Self { check, explanation: explanation.to_owned() }
    }

    /// The problem as one of the object with this id.
    pub(crate) fn of(self, id: ObjectId) -> ReceiveError {
        ReceiveError::Fsck { id, check: self.check, explanation: self.explanation }
    }
}
