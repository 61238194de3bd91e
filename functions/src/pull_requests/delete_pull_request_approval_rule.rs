//! `DeletePullRequestApprovalRule`: deletes an approval rule that was made for one pull request.

use super::approval_rule::{failure, rule_name};
use api::{DeletePullRequestApprovalRuleInput, DeletePullRequestApprovalRuleOutput, ErrorCode};
use service::{Authorized, Context, Result};
use store::PullRequest;

/// Deletes a rule. Deleting one that does not exist is no error and names no id.
pub(crate) async fn delete_pull_request_approval_rule(
    cx: Context,
    pull_request: Authorized<PullRequest>,
    input: DeletePullRequestApprovalRuleInput,
) -> Result<DeletePullRequestApprovalRuleOutput> {
    let name = rule_name(input.approval_rule_name)?;
    let deleted = pull_request.delete_approval_rule(&cx.actor(), &name).await;
    let from_template = ErrorCode::CannotDeleteApprovalRuleFromTemplateException;
    let deleted = deleted.map_err(|error| failure(pull_request.id(), error, from_template))?;
    Ok(DeletePullRequestApprovalRuleOutput { approval_rule_id: deleted.map(|rule| rule.id().to_string()) })
}
