//! Comments on the difference between two commits.

use crate::id::CommentId;
use crate::pull_request::PullRequestId;
use serde::{Deserialize, Serialize};

/// The most characters of a comment (AWS CodeCommit API reference, `CommentContentSizeLimitExceededException`).
pub const MOST_COMMENT_CHARACTERS: usize = 10_240;

/// Which of the two versions of a file a comment is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FileVersion {
    /// The file as it is in the commit before.
    Before,
    /// The file as it is in the commit after.
    After,
}

/// Where in a difference a comment stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CommentLocation {
    /// The path of the file.
    pub file_path: String,
    /// The number of the line, from 1; `None` for the file as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The version of the file.
    pub version: FileVersion,
}

/// What is told of a comment when something happens to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CommentedOn {
    /// The comment.
    pub comment_id: CommentId,
    /// The comment that it replies to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<CommentId>,
    /// The ARN of who wrote it.
    pub author: String,
    /// The pull request it belongs to; `None` when it is about two commits and nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pull_request_id: Option<PullRequestId>,
    /// The object id of the commit before, in hex; `None` when the commit after is compared with nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before_commit: Option<String>,
    /// The object id of the commit after, in hex.
    pub after_commit: String,
    /// Where in the difference; `None` when it is about all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<CommentLocation>,
}
