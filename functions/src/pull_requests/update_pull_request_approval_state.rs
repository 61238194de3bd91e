//! `UpdatePullRequestApprovalState`: gives or takes back the caller's approval of a revision.

use super::approval::{failure, revision_id};
use api::UpdatePullRequestApprovalStateInput;
use service::{Authorized, Context, Result};
use store::PullRequest;

/// Approves the current revision, or takes the caller's approval of it back.
pub(crate) async fn update_pull_request_approval_state(
    cx: Context,
    pull_request: Authorized<PullRequest>,
    input: UpdatePullRequestApprovalStateInput,
) -> Result<()> {
    let revision = revision_id(input.revision_id)?;
    let approved = input.approval_state.as_deref() == Some("APPROVE");
    let done = pull_request.set_approval(&cx.actor(), &revision, approved).await;
    done.map_err(|error| failure(pull_request.id(), error))
}
