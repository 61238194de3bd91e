//! Posting comments and replies.

use super::row::CommentRow;
use super::{Comment, Commented, PlaceRow};
use crate::amendment::Amendment;
use crate::error::Error;
use crate::keys;
use crate::repository::Repository;
use crate::rows::put;
use crate::stores::random;
use crate::tokens::{RequestToken, TokenUse};
use domain::{Actor, CommentId, EventKind, PullRequestId};
use ports::{Expect, Write};

/// What a new comment is to be.
#[derive(Debug, Clone)]
pub struct NewComment {
    /// What it says.
    pub content: String,
    /// What it is about; a reply is about the same as what it replies to.
    pub on: Commented,
    /// The comment that it replies to.
    pub in_reply_to: Option<CommentId>,
    /// The client request token, as it was sent and as it is remembered.
    pub token: Option<(String, RequestToken)>,
}

/// Why a comment was not posted.
#[derive(Debug, thiserror::Error)]
pub enum PostCommentError {
    /// The token was used with another request.
    #[error("the client request token was used with another request")]
    TokenUsed,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

impl Repository {
    /// Posts a comment on a difference in this repository, or in a pull request of it, which must exist. With a token that was
    /// used with the same request, it gives what that posted.
    pub async fn post_comment(
        &self,
        actor: &Actor,
        pull_request: Option<PullRequestId>,
        new: &NewComment,
    ) -> Result<Comment, PostCommentError> {
        self.amend(actor, |repository| async move {
            if let Some(posted) = repository.posted_before(new).await? {
                return Ok(Amendment::none(posted));
            }
            let store = repository.store();
            let now = store.parts.clock.now();
            let id = CommentId::new(now, random()?);
            let row = CommentRow::new(&actor.arn, new, store.now());
            let tail = keys::comment_tail(pull_request, &row.after, row.before.as_deref(), &id);
            let key = keys::comment(repository.id(), pull_request, &tail);
            let comment = row.comment(&key, id.clone(), Vec::new())?;
            let place = PlaceRow { repository: repository.id().clone(), pull_request, tail };
            let mut writes =
                vec![put(keys::comment_place(&id), &place, Expect::Absent)?, put(key, &row, Expect::Absent)?];
            if let Some(pull_request) = pull_request {
                writes.push(Write::Check { key: keys::pull_request(pull_request), expect: Expect::Present });
            }
            if let Some((_, token)) = &new.token {
                writes.push(token.remember(id.as_str(), now)?);
            }
            let events = vec![EventKind::CommentCreated(row.told(id, pull_request))];
            Ok(Amendment { writes, settings: None, events, outcome: comment })
        })
        .await
    }

    async fn posted_before(&self, new: &NewComment) -> Result<Option<Comment>, PostCommentError> {
        let Some((_, token)) = &new.token else { return Ok(None) };
        let id = match self.store().find_token(token).await? {
            TokenUse::New => return Ok(None),
            TokenUse::Different => return Err(PostCommentError::TokenUsed),
            TokenUse::Same(id) => CommentId::parse(id).map_err(|_| PostCommentError::TokenUsed)?,
        };
        let found = self.store().find_comment(&id).await?.ok_or(Error::RepositoryGone)?;
        Ok(Some(found.load().await?))
    }
}
