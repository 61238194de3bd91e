//! `GetPullRequestApprovalStates`: tells who approves a revision.

use super::approval::revision_id;
use api::{Approval, GetPullRequestApprovalStatesInput, GetPullRequestApprovalStatesOutput};
use service::{Authorized, Context, Result};
use store::PullRequest;

/// Tells who approves a revision, which need not be the current one. What was taken back is not kept.
pub(crate) async fn get_pull_request_approval_states(
    _cx: Context,
    pull_request: Authorized<PullRequest>,
    input: GetPullRequestApprovalStatesInput,
) -> Result<GetPullRequestApprovalStatesOutput> {
    let revision = revision_id(input.revision_id)?;
    let approvers = pull_request.approvers(&revision).await?;
    let approval = |arn| Approval { user_arn: Some(arn), approval_state: Some("APPROVE".to_owned()) };
    Ok(GetPullRequestApprovalStatesOutput { approvals: Some(approvers.into_iter().map(approval).collect()) })
}
