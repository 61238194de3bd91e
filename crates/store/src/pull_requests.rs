//! Pull requests: finding one, and what is known of it. How branches change them is told in `change::pull_requests`.

mod approvals;
mod create;
mod edit;
mod history;
mod list;
mod planned;
mod row;
mod rules;

pub use approvals::ApprovalError;
pub use create::{CreatePullRequestError, NewPullRequest};
pub use edit::PullRequestError;
pub use history::HistoryPage;
pub use list::{PullRequestFilter, PullRequestPage};
pub use rules::{ApprovalRule, ApprovalRuleError};

pub(crate) use list::id_of;
pub(crate) use row::{OpenRow, PullRequestRow};

use crate::error::Error;
use crate::repository::Repository;
use crate::rows;
use crate::stores::Store;
use crate::{keys, rows::damaged};
use domain::{PullRequestId, PullRequestMerge, PullRequestStatus, RefName, RevisionId};
use git::ObjectId;
use ports::Version;
use std::sync::Arc;
use std::time::SystemTime;

/// How many open pull requests may have the same branch as their source. When the branch moves, each of them changes in the same
/// commit, by four writes; a commit takes 100 (see [`ports::table::MAX_WRITES_PER_COMMIT`]).
pub const MOST_FROM_ONE_BRANCH: usize = 20;

/// A pull request that was found, with its repository. Cheap to clone.
///
/// As long as it is open, its source branch exists and points to its source commit, and its destination branch exists.
#[derive(Clone)]
pub struct PullRequest {
    repository: Repository,
    id: PullRequestId,
    row: Arc<PullRequestRow>,
    version: Version,
    source_commit: ObjectId,
    closed_at: Option<ObjectId>,
}

impl PullRequest {
    /// The pull request that a `META` row tells of.
    pub(crate) fn of(
        repository: Repository,
        id: PullRequestId,
        row: PullRequestRow,
        version: Version,
    ) -> Result<Self, Error> {
        let object_id =
            |hex: &str| ObjectId::from_hex(hex.as_bytes()).map_err(|error| damaged(&keys::pull_request(id), error));
        let source_commit = object_id(&row.source_commit)?;
        let closed_at = row.closed_at.as_deref().map(object_id).transpose()?;
        Ok(Self { repository, id, row: Arc::new(row), version, source_commit, closed_at })
    }

    pub(crate) fn row(&self) -> &PullRequestRow {
        &self.row
    }

    /// The version of the row that [`PullRequest::row`] is of. It changes with everything that may influence a merge.
    pub(crate) fn version(&self) -> Version {
        self.version
    }

    /// Its id.
    pub fn id(&self) -> PullRequestId {
        self.id
    }

    /// The repository it is in.
    pub fn repository(&self) -> &Repository {
        &self.repository
    }

    /// Its title.
    pub fn title(&self) -> &str {
        &self.row.title
    }

    /// Its description, if it has one.
    pub fn description(&self) -> Option<&str> {
        self.row.description.as_deref()
    }

    /// The ARN of the principal that made it.
    pub fn author(&self) -> &str {
        &self.row.author
    }

    /// Whether it is open.
    pub fn status(&self) -> PullRequestStatus {
        self.row.status
    }

    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        self.row.status == PullRequestStatus::Open
    }

    /// The branch whose changes are to be merged.
    pub fn source(&self) -> &RefName {
        &self.row.source
    }

    /// The commit that the source branch points to; of a closed one, the commit it pointed to then.
    pub fn source_commit(&self) -> ObjectId {
        self.source_commit
    }

    /// The branch that they are to be merged into.
    pub fn destination(&self) -> &RefName {
        &self.row.destination
    }

    /// The commit that the destination branch pointed to right before the pull request was closed; `None` while it is open.
    pub fn closed_at(&self) -> Option<ObjectId> {
        self.closed_at
    }

    /// Which state of its source this is.
    pub fn revision(&self) -> &RevisionId {
        &self.row.revision
    }

    /// That, and how, it was merged.
    pub fn merge(&self) -> Option<&PullRequestMerge> {
        self.row.merge.as_ref()
    }

    /// The token that the request which made it carried.
    pub fn request_token(&self) -> Option<&str> {
        self.row.request_token.as_deref()
    }

    /// When it was made, to the millisecond.
    pub fn created(&self) -> SystemTime {
        rows::time(self.row.created)
    }

    /// When it last changed, to the millisecond.
    pub fn last_activity(&self) -> SystemTime {
        rows::time(self.row.active)
    }

    /// The pull request and its repository as they are now; `None` when the repository was deleted (2 gets).
    pub async fn reload(&self) -> Result<Option<Self>, Error> {
        self.repository.store().find_pull_request(self.id).await
    }
}

impl Store {
    /// The pull request with this id, if there is one and its repository was not deleted (2 gets).
    pub async fn find_pull_request(&self, id: PullRequestId) -> Result<Option<PullRequest>, Error> {
        let Some(row) = self.parts.table.get(&keys::pull_request(id)).await? else {
            return Ok(None);
        };
        let body: PullRequestRow = rows::decode(&row)?;
        let Some(repository) = self.repository_by_id(&body.repository).await? else {
            return Ok(None);
        };
        PullRequest::of(repository, id, body, row.version).map(Some)
    }
}
