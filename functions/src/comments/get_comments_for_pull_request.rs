//! `GetCommentsForPullRequest`: lists the comments in a pull request.

use super::place::{commit_id, require_commits};
use super::wire;
use crate::inputs::{page_size, required};
use crate::page_token;
use api::{CommentsForPullRequest, ErrorCode, GetCommentsForPullRequestInput, GetCommentsForPullRequestOutput};
use git::ObjectId;
use service::{Authorized, Context, Result};
use store::{Commented, PullRequest};

/// How many comments a page has when the client names no number, and at most (API reference).
const PAGE: usize = 100;
const MOST: usize = 500;

/// Lists all comments, or those on the difference between two commits, by what they are about.
pub(crate) async fn get_comments_for_pull_request(
    cx: Context,
    pull_request: Authorized<PullRequest>,
    input: GetCommentsForPullRequestInput,
) -> Result<GetCommentsForPullRequestOutput> {
    let size = page_size(input.max_results, PAGE, MOST)?;
    let pair = pair(input.repository_name, input.before_commit_id, input.after_commit_id)?;
    let listing = format!("comments in pull request {} {pair:?}", pull_request.id());
    let resume = page_token::decode(input.next_token, &listing)?;
    let repository = pull_request.repository();
    if let Some((before, after)) = pair {
        require_commits(repository, Some(before), after).await?;
    }

    let page = cx.store.list_pull_request_comments(pull_request.id(), pair, resume.as_deref(), size).await?;
    let shown = |(on, comments): (Commented, Vec<api::Comment>)| CommentsForPullRequest {
        pull_request_id: Some(pull_request.id().to_string()),
        repository_name: Some(repository.name().to_string()),
        before_commit_id: on.before.map(|id| id.to_string()),
        after_commit_id: Some(on.after.to_string()),
        before_blob_id: on.before_blob.map(|id| id.to_string()),
        after_blob_id: on.after_blob.map(|id| id.to_string()),
        location: on.location.map(wire::location),
        comments: Some(comments),
    };
    Ok(GetCommentsForPullRequestOutput {
        comments_for_pull_request_data: Some(wire::groups(&cx, page.comments).into_iter().map(shown).collect()),
        next_token: page.next.map(|resume| page_token::encode(&listing, &resume)),
    })
}

/// The two commits. The repository and both of them are given together, or none is (API reference).
fn pair(
    repository: Option<String>,
    before: Option<String>,
    after: Option<String>,
) -> Result<Option<(ObjectId, ObjectId)>> {
    let given = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
    if !given(&repository) && !given(&before) && !given(&after) {
        return Ok(None);
    }
    required(repository, ErrorCode::RepositoryNameRequiredException, "with commit ids, the name of their repository")?;
    Ok(Some((commit_id(before)?, commit_id(after)?)))
}
