//! The rows of pull requests.

use crate::rows::{self, Millis};
use domain::{PullRequestId, PullRequestMerge, PullRequestState, PullRequestStatus, RefName, RepositoryId, RevisionId};
use serde::{Deserialize, Serialize};

/// `PR#<id>` / `META`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PullRequestRow {
    #[serde(rename = "r")]
    pub(crate) repository: RepositoryId,
    #[serde(rename = "t")]
    pub(crate) title: String,
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    #[serde(rename = "a")]
    pub(crate) author: String,
    #[serde(rename = "st")]
    pub(crate) status: PullRequestStatus,
    #[serde(rename = "rv")]
    pub(crate) revision: RevisionId,
    #[serde(rename = "s")]
    pub(crate) source: RefName,
    #[serde(rename = "sc")]
    pub(crate) source_commit: String,
    #[serde(rename = "e")]
    pub(crate) destination: RefName,
    /// Where the destination was right before the pull request was closed.
    #[serde(rename = "ec", default, skip_serializing_if = "Option::is_none")]
    pub(crate) closed_at: Option<String>,
    #[serde(rename = "g", default, skip_serializing_if = "Option::is_none")]
    pub(crate) merge: Option<PullRequestMerge>,
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    pub(crate) request_token: Option<String>,
    #[serde(rename = "c")]
    pub(crate) created: Millis,
    /// When it last changed. Its events happen at these times, so that each is later than the one before.
    #[serde(rename = "m")]
    pub(crate) active: Millis,
}

impl PullRequestRow {
    /// How events tell of the pull request.
    pub(crate) fn state(&self, id: PullRequestId, destination_commit: Option<String>) -> PullRequestState {
        PullRequestState {
            id,
            title: self.title.clone(),
            author: self.author.clone(),
            created: rows::time(self.created),
            status: self.status,
            revision: self.revision.clone(),
            source: self.source.clone(),
            source_commit: self.source_commit.clone(),
            destination: self.destination.clone(),
            destination_commit,
            merge: self.merge.clone(),
        }
    }
}

/// `REPO#<id>` / `INDEX#PR#<pull request id>`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ListedRow {
    #[serde(rename = "a")]
    pub(crate) author: String,
}

/// `REPO#<id>` / `INDEX#PROPEN#<pull request id>`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct OpenRow {
    #[serde(rename = "a")]
    pub(crate) author: String,
    #[serde(rename = "e")]
    pub(crate) destination: RefName,
    #[serde(rename = "sc")]
    pub(crate) source_commit: String,
}

impl OpenRow {
    pub(crate) fn of(row: &PullRequestRow) -> Self {
        Self {
            author: row.author.clone(),
            destination: row.destination.clone(),
            source_commit: row.source_commit.clone(),
        }
    }
}

/// `ACCOUNT` / `COUNTER#PR`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CounterRow {
    #[serde(rename = "n")]
    pub(crate) newest: PullRequestId,
}
