//! `UpdatePullRequestStatus`: closes a pull request without merging it.

use super::outcome::gone;
use super::wire;
use crate::changes;
use api::{ErrorCode, UpdatePullRequestStatusInput, UpdatePullRequestStatusOutput};
use domain::PullRequestStatus;
use service::{Authorized, Context, Failure, Result};
use store::{ChangeError, PullRequest};

/// Closes an open pull request. A status that it has already changes nothing; a closed one cannot be opened again.
pub(crate) async fn update_pull_request_status(
    cx: Context,
    mut pull_request: Authorized<PullRequest>,
    input: UpdatePullRequestStatusInput,
) -> Result<UpdatePullRequestStatusOutput> {
    let closes = input.pull_request_status.as_deref() == Some(PullRequestStatus::Closed.as_str());
    while pull_request.is_open() && closes {
        let mut change = pull_request.repository().change(cx.actor());
        change.close_pull_request(PullRequest::clone(&pull_request));
        match change.commit().await {
            // What it changed meanwhile does not matter: it is closed as it is now.
            Ok(()) | Err(ChangeError::PullRequestChanged(_)) => pull_request = pull_request.reload().await?,
            Err(ChangeError::RepositoryGone) => return Err(gone(pull_request.id())),
            Err(error) => return Err(changes::failure(error)),
        }
    }
    if !pull_request.is_open() && !closes {
        return Err(Failure::new(
            ErrorCode::InvalidPullRequestStatusUpdateException,
            format!("pull request {} is closed, and cannot be opened again", pull_request.id()),
        ));
    }
    Ok(UpdatePullRequestStatusOutput { pull_request: Some(wire::pull_request(&pull_request).await?) })
}
