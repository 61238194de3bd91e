//! `PostCommentForPullRequest`: posts a comment in a pull request.

use super::{content, place, wire};
use crate::request_token::request_token;
use api::{PostCommentForPullRequestInput, PostCommentForPullRequestOutput};
use service::{Authorized, Context, Result};
use store::{NewComment, PullRequest};

/// Posts a comment on the difference between two commits, on a file of it, or on a line. Closed pull requests can be commented on,
/// and so can any two commits of the repository: which ones a client compares (the destination's tip or the merge base, the source as
/// it was) is its choice.
pub(crate) async fn post_comment_for_pull_request(
    cx: Context,
    pull_request: Authorized<PullRequest>,
    input: PostCommentForPullRequestInput,
) -> Result<PostCommentForPullRequestOutput> {
    let token = request_token(&cx, "PostCommentForPullRequest", input.client_request_token.as_ref(), &input)?;
    let (before, after) = place::commit_ids(input.before_commit_id, input.after_commit_id)?;
    let text = content::content(input.content)?;
    let repository = pull_request.repository();
    let on = place::find(repository, before, after, input.location).await?;

    let new = NewComment { content: text, on: on.clone(), in_reply_to: None, token };
    let posted = repository.post_comment(&cx.actor(), Some(pull_request.id()), &new).await;
    let posted = posted.map_err(content::not_posted)?;
    Ok(PostCommentForPullRequestOutput {
        repository_name: Some(repository.name().to_string()),
        pull_request_id: Some(pull_request.id().to_string()),
        before_commit_id: on.before.map(|id| id.to_string()),
        after_commit_id: Some(on.after.to_string()),
        before_blob_id: on.before_blob.map(|id| id.to_string()),
        after_blob_id: on.after_blob.map(|id| id.to_string()),
        location: on.location.map(wire::location),
        comment: Some(wire::comment(&cx, posted)),
    })
}
