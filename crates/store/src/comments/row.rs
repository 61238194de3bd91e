//! The rows of comments and reactions.

use super::{Comment, CommentReaction, Commented};
use crate::error::Error;
use crate::rows::{self, Millis, damaged};
use domain::{CommentId, CommentLocation, CommentedOn, PullRequestId, Reaction, RepositoryId};
use git::ObjectId;
use ports::Key;
use serde::{Deserialize, Serialize};

/// `COMMENT#<comment id>` / `META`: where the comment is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PlaceRow {
    #[serde(rename = "r")]
    pub(crate) repository: RepositoryId,
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub(crate) pull_request: Option<PullRequestId>,
    /// What follows `COMMENT#` in its sort key.
    #[serde(rename = "s")]
    pub(crate) tail: String,
}

/// A comment, in the partition of its repository or of its pull request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CommentRow {
    #[serde(rename = "a")]
    pub(crate) author: String,
    #[serde(rename = "x", default, skip_serializing_if = "Option::is_none")]
    pub(crate) content: Option<String>,
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    pub(crate) in_reply_to: Option<CommentId>,
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    pub(crate) request_token: Option<String>,
    #[serde(rename = "c")]
    pub(crate) created: Millis,
    #[serde(rename = "m")]
    pub(crate) modified: Millis,
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub(crate) before: Option<String>,
    #[serde(rename = "f")]
    pub(crate) after: String,
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    location: Option<CommentLocation>,
    #[serde(rename = "bb", default, skip_serializing_if = "Option::is_none")]
    before_blob: Option<String>,
    #[serde(rename = "ab", default, skip_serializing_if = "Option::is_none")]
    after_blob: Option<String>,
}

/// A reaction of one principal to a comment, beside the comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReactionRow {
    #[serde(rename = "u")]
    pub(crate) user: String,
    #[serde(rename = "e")]
    pub(crate) reaction: Reaction,
}

impl CommentRow {
    /// The row of a comment that is posted now.
    pub(crate) fn new(author: &str, new: &super::NewComment, now: Millis) -> Self {
        let hex = |id: Option<ObjectId>| id.map(|id| id.to_string());
        let Commented { before, after, location, before_blob, after_blob } = new.on.clone();
        Self {
            author: author.to_owned(),
            content: Some(new.content.clone()),
            in_reply_to: new.in_reply_to.clone(),
            request_token: new.token.as_ref().map(|(token, _)| token.clone()),
            created: now,
            modified: now,
            before: hex(before),
            after: after.to_string(),
            location,
            before_blob: hex(before_blob),
            after_blob: hex(after_blob),
        }
    }

    /// What the comment is about.
    pub(crate) fn commented(&self, key: &Key) -> Result<Commented, Error> {
        let object_id = |hex: &String| ObjectId::from_hex(hex.as_bytes()).map_err(|error| damaged(key, error));
        Ok(Commented {
            before: self.before.as_ref().map(object_id).transpose()?,
            after: object_id(&self.after)?,
            location: self.location.clone(),
            before_blob: self.before_blob.as_ref().map(object_id).transpose()?,
            after_blob: self.after_blob.as_ref().map(object_id).transpose()?,
        })
    }

    /// The comment.
    pub(crate) fn comment(&self, key: &Key, id: CommentId, reactions: Vec<CommentReaction>) -> Result<Comment, Error> {
        Ok(Comment {
            id,
            author: self.author.clone(),
            content: self.content.clone(),
            in_reply_to: self.in_reply_to.clone(),
            request_token: self.request_token.clone(),
            created: rows::time(self.created),
            modified: rows::time(self.modified),
            on: self.commented(key)?,
            reactions,
        })
    }

    /// How events tell of the comment.
    pub(crate) fn told(&self, id: CommentId, pull_request: Option<PullRequestId>) -> CommentedOn {
        CommentedOn {
            comment_id: id,
            in_reply_to: self.in_reply_to.clone(),
            author: self.author.clone(),
            pull_request_id: pull_request,
            before_commit: self.before.clone(),
            after_commit: self.after.clone(),
            location: self.location.clone(),
        }
    }
}
