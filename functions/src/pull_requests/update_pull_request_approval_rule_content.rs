//! `UpdatePullRequestApprovalRuleContent`: changes what an approval rule of a pull request says.

use super::approval_rule::{approval_rule, failure, rule_content, rule_name};
use api::{ErrorCode, UpdatePullRequestApprovalRuleContentInput, UpdatePullRequestApprovalRuleContentOutput};
use service::{Authorized, Context, Result};
use store::PullRequest;

/// Replaces the content of a rule that was made for this pull request, if it is the one whose digest was given.
pub(crate) async fn update_pull_request_approval_rule_content(
    cx: Context,
    pull_request: Authorized<PullRequest>,
    input: UpdatePullRequestApprovalRuleContentInput,
) -> Result<UpdatePullRequestApprovalRuleContentOutput> {
    let name = rule_name(input.approval_rule_name)?;
    let content = rule_content(input.new_rule_content)?;
    let replaces = input.existing_rule_content_sha256.as_deref();
    let changed = pull_request.change_approval_rule(&cx.actor(), &name, &content, replaces).await;
    let from_template = ErrorCode::CannotModifyApprovalRuleFromTemplateException;
    let changed = changed.map_err(|error| failure(pull_request.id(), error, from_template))?;
    Ok(UpdatePullRequestApprovalRuleContentOutput { approval_rule: Some(approval_rule(&changed)) })
}
