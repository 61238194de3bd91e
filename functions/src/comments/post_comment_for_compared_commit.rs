//! `PostCommentForComparedCommit`: posts a comment on the difference between two commits.

use super::{content, place, wire};
use crate::request_token::request_token;
use api::{PostCommentForComparedCommitInput, PostCommentForComparedCommitOutput};
use service::{Authorized, Context, Result};
use store::{NewComment, Repository};

/// Posts a comment on all of the difference, on a file of it, or on a line.
pub(crate) async fn post_comment_for_compared_commit(
    cx: Context,
    repository: Authorized<Repository>,
    input: PostCommentForComparedCommitInput,
) -> Result<PostCommentForComparedCommitOutput> {
    let token = request_token(&cx, "PostCommentForComparedCommit", input.client_request_token.as_ref(), &input)?;
    let (before, after) = place::commit_ids(input.before_commit_id, input.after_commit_id)?;
    let text = content::content(input.content)?;
    let on = place::find(&repository, before, after, input.location).await?;

    let new = NewComment { content: text, on: on.clone(), in_reply_to: None, token };
    let posted = repository.post_comment(&cx.actor(), None, &new).await.map_err(content::not_posted)?;
    Ok(PostCommentForComparedCommitOutput {
        repository_name: Some(repository.name().to_string()),
        before_commit_id: on.before.map(|id| id.to_string()),
        after_commit_id: Some(on.after.to_string()),
        before_blob_id: on.before_blob.map(|id| id.to_string()),
        after_blob_id: on.after_blob.map(|id| id.to_string()),
        location: on.location.map(wire::location),
        comment: Some(wire::comment(&cx, posted)),
    })
}
