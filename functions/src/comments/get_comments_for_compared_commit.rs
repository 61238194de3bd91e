//! `GetCommentsForComparedCommit`: lists the comments on the difference between two commits.

use super::place::{commit_id, require_commits};
use super::wire;
use crate::inputs::page_size;
use crate::page_token;
use api::{CommentsForComparedCommit, GetCommentsForComparedCommitInput, GetCommentsForComparedCommitOutput};
use service::{Authorized, Context, Result};
use store::{Commented, Repository};

/// How many comments a page has when the client names no number, and at most (API reference).
const PAGE: usize = 100;
const MOST: usize = 500;

/// Lists the comments by what they are about; without a commit before, whatever the commit after is compared with.
pub(crate) async fn get_comments_for_compared_commit(
    cx: Context,
    repository: Authorized<Repository>,
    input: GetCommentsForComparedCommitInput,
) -> Result<GetCommentsForComparedCommitOutput> {
    let size = page_size(input.max_results, PAGE, MOST)?;
    let after = commit_id(input.after_commit_id)?;
    let before = input.before_commit_id.filter(|id| !id.is_empty()).map(|id| commit_id(Some(id))).transpose()?;
    let listing = format!("comments on {} {before:?} {after}", repository.id());
    let resume = page_token::decode(input.next_token, &listing)?;
    require_commits(&repository, before, after).await?;

    let page = repository.list_comments(after, before, resume.as_deref(), size).await?;
    let shown = |(on, comments): (Commented, Vec<api::Comment>)| CommentsForComparedCommit {
        repository_name: Some(repository.name().to_string()),
        before_commit_id: on.before.map(|id| id.to_string()),
        after_commit_id: Some(on.after.to_string()),
        before_blob_id: on.before_blob.map(|id| id.to_string()),
        after_blob_id: on.after_blob.map(|id| id.to_string()),
        location: on.location.map(wire::location),
        comments: Some(comments),
    };
    Ok(GetCommentsForComparedCommitOutput {
        comments_for_compared_commit_data: Some(wire::groups(&cx, page.comments).into_iter().map(shown).collect()),
        next_token: page.next.map(|resume| page_token::encode(&listing, &resume)),
    })
}
