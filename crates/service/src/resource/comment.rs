//! Comments, which are named by their ids and stand for the repository that they are in.

use super::{Authorized, Resource};
use crate::context::Context;
use crate::failure::{Failure, Result};
use api::{ErrorCode, NamesComment};
use domain::CommentId;
use store::FoundComment;

impl<Input: NamesComment + Sync> Resource<Input> for FoundComment {
    /// Whoever may not is told the same whether the comment is there or not: the action on one that is not there counts as one
    /// on some repository of the account.
    async fn find(cx: &Context, action: &str, input: &Input) -> Result<Authorized<Self>> {
        let id = input
            .comment_id()
            .ok_or_else(|| Failure::new(ErrorCode::CommentIdRequiredException, "a comment id is required"))?;
        let id = CommentId::parse(id)
            .map_err(|error| Failure::new(ErrorCode::InvalidCommentIdException, error.to_string()))?;
        let found = cx.store.find_comment(&id).await?;
        let allowed = match &found {
            Some(comment) => cx.authorize(action, comment.repository().name()).await,
            None => cx.authorize_on_all_repositories(action),
        };
        allowed.map_err(|_| {
            let principal = cx.principal.arn();
            Failure::access_denied(format!("{principal} is not authorized to perform {action} on comment {id}"))
        })?;
        found
            .map(Authorized)
            .ok_or_else(|| Failure::new(ErrorCode::CommentDoesNotExistException, format!("there is no comment {id}")))
    }
}
