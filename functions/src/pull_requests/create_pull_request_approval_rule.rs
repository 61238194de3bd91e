//! `CreatePullRequestApprovalRule`: makes an approval rule for one pull request.

use super::approval_rule::{approval_rule, failure, rule_content, rule_name};
use api::{CreatePullRequestApprovalRuleInput, CreatePullRequestApprovalRuleOutput, ErrorCode};
use service::{Authorized, Context, Result};
use store::PullRequest;

/// Makes a rule.
pub(crate) async fn create_pull_request_approval_rule(
    cx: Context,
    pull_request: Authorized<PullRequest>,
    input: CreatePullRequestApprovalRuleInput,
) -> Result<CreatePullRequestApprovalRuleOutput> {
    let name = rule_name(input.approval_rule_name)?;
    let content = rule_content(input.approval_rule_content)?;
    let created = pull_request.create_approval_rule(&cx.actor(), &name, &content).await;
    // A rule that was made from a template has the name, too.
    let taken = ErrorCode::ApprovalRuleNameAlreadyExistsException;
    let created = created.map_err(|error| failure(pull_request.id(), error, taken))?;
    Ok(CreatePullRequestApprovalRuleOutput { approval_rule: Some(approval_rule(&created)) })
}
