//! `OverridePullRequestApprovalRules`: sets the approval rules of a revision aside, or puts them into force again.

use super::approval::{failure, revision_id};
use api::OverridePullRequestApprovalRulesInput;
use service::{Authorized, Context, Result};
use store::PullRequest;

/// Sets all rules aside for the current revision, or takes that back.
pub(crate) async fn override_pull_request_approval_rules(
    cx: Context,
    pull_request: Authorized<PullRequest>,
    input: OverridePullRequestApprovalRulesInput,
) -> Result<()> {
    let revision = revision_id(input.revision_id)?;
    let overridden = input.override_status.as_deref() == Some("OVERRIDE");
    let done = pull_request.override_approval_rules(&cx.actor(), &revision, overridden).await;
    done.map_err(|error| failure(pull_request.id(), error))
}
