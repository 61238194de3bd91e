//! `ListPullRequests`: lists a repository's pull requests in the order in which they were made.

use super::principal::{Principal, principal};
use crate::inputs::page_size;
use crate::page_token;
use api::{ErrorCode, ListPullRequestsInput, ListPullRequestsOutput};
use domain::{PullRequestId, PullRequestStatus};
use service::{Authorized, Context, Failure, Result};
use store::{PullRequestFilter, Repository};

/// The most ids of a page, and how many it has when the client names no number.
const PAGE: usize = 100;

/// Lists the pull requests, or those of a status or an author.
pub(crate) async fn list_pull_requests(
    cx: Context,
    repository: Authorized<Repository>,
    input: ListPullRequestsInput,
) -> Result<ListPullRequestsOutput> {
    let status = [PullRequestStatus::Open, PullRequestStatus::Closed];
    let status = status.into_iter().find(|status| input.pull_request_status.as_deref() == Some(status.as_str()));
    let author = match principal(&cx, input.author_arn) {
        Principal::Known(author) => author,
        Principal::Malformed(reason) => return Err(Failure::new(ErrorCode::InvalidAuthorArnException, reason)),
        Principal::Elsewhere(reason) => return Err(Failure::new(ErrorCode::AuthorDoesNotExistException, reason)),
    };
    let size = page_size(input.max_results, PAGE, PAGE)?;
    let listing = format!("pull requests of {} status={status:?} author={author:?}", repository.id());
    let after = page_token::decode(input.next_token, &listing)?.and_then(|id| PullRequestId::parse(id).ok());

    let page = repository.list_pull_requests(&PullRequestFilter { status, author }, after, size).await?;
    Ok(ListPullRequestsOutput {
        pull_request_ids: Some(page.ids.iter().map(ToString::to_string).collect()),
        next_token: page.next.map(|id| page_token::encode(&listing, &id.to_string())),
    })
}
