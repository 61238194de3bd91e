//! Comments on differences between commits, and the reactions to them.
//!
//! A comment is kept where it is listed: with its repository, or with its pull request. A row of its own leads there from its id.

mod edit;
mod list;
mod post;
mod react;
mod row;

pub use edit::EditCommentError;
pub use list::CommentPage;
pub use post::{NewComment, PostCommentError};
pub use react::{CommentReaction, ReactionPage};

pub(crate) use row::PlaceRow;

use crate::error::Error;
use crate::keys;
use crate::repository::Repository;
use crate::rows;
use crate::stores::Store;
use domain::{CommentId, CommentLocation, CommentedOn, PullRequestId};
use futures_util::future::try_join;
use git::ObjectId;
use ports::Key;
use row::CommentRow;
use std::time::SystemTime;

/// What a comment is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Commented {
    /// The commit before; `None` when the commit after has no parent to compare it with.
    pub before: Option<ObjectId>,
    /// The commit after.
    pub after: ObjectId,
    /// Where in the difference; `None` when it is about all of it.
    pub location: Option<CommentLocation>,
    /// The file in the commit before, if it is there.
    pub before_blob: Option<ObjectId>,
    /// The file in the commit after, if it is there.
    pub after_blob: Option<ObjectId>,
}

/// A comment with the reactions to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Its id.
    pub id: CommentId,
    /// The ARN of who wrote it.
    pub author: String,
    /// What it says; `None` when that was deleted.
    pub content: Option<String>,
    /// The comment that it replies to.
    pub in_reply_to: Option<CommentId>,
    /// The token that the request which posted it carried.
    pub request_token: Option<String>,
    /// When it was posted, to the millisecond.
    pub created: SystemTime,
    /// When its content last changed, to the millisecond.
    pub modified: SystemTime,
    /// What it is about.
    pub on: Commented,
    /// The reactions to it.
    pub reactions: Vec<CommentReaction>,
}

/// A comment that was found by its id, without the reactions to it. Cheap to clone.
#[derive(Clone)]
pub struct FoundComment {
    repository: Repository,
    pull_request: Option<PullRequestId>,
    id: CommentId,
    key: Key,
    row: CommentRow,
}

impl FoundComment {
    /// The repository it is in.
    pub fn repository(&self) -> &Repository {
        &self.repository
    }

    /// The pull request it belongs to, if it belongs to one.
    pub fn pull_request(&self) -> Option<PullRequestId> {
        self.pull_request
    }

    /// Its id.
    pub fn id(&self) -> &CommentId {
        &self.id
    }

    /// Whether its content was deleted.
    pub fn is_deleted(&self) -> bool {
        self.row.content.is_none()
    }

    /// What it is about.
    pub fn on(&self) -> Result<Commented, Error> {
        self.row.commented(&self.key)
    }

    /// The comment with the reactions to it (1 scan).
    pub async fn load(&self) -> Result<Comment, Error> {
        self.row.comment(&self.key, self.id.clone(), self.reactions().await?)
    }

    fn told(&self) -> CommentedOn {
        self.row.told(self.id.clone(), self.pull_request)
    }
}

impl Store {
    /// The comment with this id, if there is one and its repository was not deleted (3 gets).
    pub async fn find_comment(&self, id: &CommentId) -> Result<Option<FoundComment>, Error> {
        let table = &self.parts.table;
        let Some(place) = table.get(&keys::comment_place(id)).await? else {
            return Ok(None);
        };
        let PlaceRow { repository, pull_request, tail } = rows::decode(&place)?;
        let key = keys::comment(&repository, pull_request, &tail);
        let row = async { Ok(table.get(&key).await?) };
        let (row, repository) = try_join(row, self.repository_by_id(&repository)).await?;
        let (Some(row), Some(repository)) = (row, repository) else {
            return Ok(None);
        };
        let row = rows::decode(&row)?;
        Ok(Some(FoundComment { repository, pull_request, id: id.clone(), key, row }))
    }
}
