//! Changing and deleting what comments say.

use super::row::CommentRow;
use super::{Comment, FoundComment};
use crate::amendment::Amendment;
use crate::error::Error;
use crate::rows::{self, put};
use domain::{Actor, EventKind};
use ports::{Expect, Version};

/// Why a comment was not changed.
#[derive(Debug, thiserror::Error)]
pub enum EditCommentError {
    /// Its content was deleted.
    #[error("the content of the comment has been deleted")]
    Deleted,
    /// Somebody else wrote it.
    #[error("the comment was written by {0}, who alone can change it")]
    NotAuthor(String),
    /// Its repository was deleted, and the comment with it.
    #[error("the comment has been deleted with its repository")]
    Gone,
    /// The store failed.
    #[error(transparent)]
    Store(Error),
}

impl From<Error> for EditCommentError {
    fn from(error: Error) -> Self {
        match error {
            Error::RepositoryGone => Self::Gone,
            error => Self::Store(error),
        }
    }
}

impl FoundComment {
    /// Gives the comment another content, which only its author may.
    pub async fn set_content(&self, actor: &Actor, content: &str) -> Result<Comment, EditCommentError> {
        if self.row.author != actor.arn {
            return Err(EditCommentError::NotAuthor(self.row.author.clone()));
        }
        self.edit(actor, Some(content)).await
    }

    /// Deletes what the comment says. It stays where it is, with its replies and the reactions to it.
    pub async fn delete_content(&self, actor: &Actor) -> Result<Comment, EditCommentError> {
        self.edit(actor, None).await
    }

    async fn edit(&self, actor: &Actor, content: Option<&str>) -> Result<Comment, EditCommentError> {
        let reactions = self.reactions().await?;
        let row = self
            .repository
            .amend(actor, |repository| async move {
                let (mut row, version) = self.current().await?;
                row.content = content.map(str::to_owned);
                row.modified = repository.store().now();
                let told = self.told();
                let event = match content {
                    Some(_) => EventKind::CommentUpdated(told),
                    None => EventKind::CommentContentDeleted(told),
                };
                Ok::<_, EditCommentError>(Amendment {
                    writes: vec![put(self.key.clone(), &row, Expect::Version(version))?],
                    settings: None,
                    events: vec![event],
                    outcome: row,
                })
            })
            .await?;
        Ok(row.comment(&self.key, self.id.clone(), reactions)?)
    }

    /// The comment as it is now, which must have a content.
    pub(super) async fn current(&self) -> Result<(CommentRow, Version), EditCommentError> {
        let table = &self.repository.store().parts.table;
        let row = table.get(&self.key).await.map_err(Error::from)?.ok_or(EditCommentError::Gone)?;
        let comment: CommentRow = rows::decode(&row)?;
        if comment.content.is_none() {
            return Err(EditCommentError::Deleted);
        }
        Ok((comment, row.version))
    }
}
