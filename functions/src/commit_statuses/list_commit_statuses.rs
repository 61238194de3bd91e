//! `ListCommitStatuses`: tells how the checks of a commit went.

use super::wire;
use crate::inputs::{object_id, page_size};
use crate::page_token;
use api::ErrorCode;
use api::own::{ListCommitStatusesInput, ListCommitStatusesOutput};
use service::{Authorized, Context, Result};
use store::Repository;

/// How many statuses a page has when the client names no number, and at most.
const PAGE: usize = 100;
const MOST: usize = 1000;

/// Lists the newest status of each context. A commit that nobody said anything of has none, whether it is there or not.
pub(crate) async fn list_commit_statuses(
    _cx: Context,
    repository: Authorized<Repository>,
    input: ListCommitStatusesInput,
) -> Result<ListCommitStatusesOutput> {
    let size = page_size(input.max_results, PAGE, MOST)?;
    let commit = object_id(input.commit_id, ErrorCode::CommitIdRequiredException, ErrorCode::InvalidCommitIdException)?;
    let listing = format!("statuses of {commit} in {}", repository.id());
    let after = page_token::decode(input.next_token, &listing)?;
    let page = repository.list_commit_statuses(commit, after.as_deref(), size).await?;
    Ok(ListCommitStatusesOutput {
        commit_statuses: Some(page.statuses.into_iter().map(wire::commit_status).collect()),
        next_token: page.next.map(|after| page_token::encode(&listing, &after)),
    })
}
