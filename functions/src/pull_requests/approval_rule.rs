//! Approval rules as the API shows them, and what the operations on them take and tell alike.

use super::outcome::not_changed;
use crate::inputs::required;
use api::{ErrorCode, OriginApprovalRuleTemplate, Timestamp};
use domain::{ApprovalRuleName, PullRequestId, RuleContent};
use service::{Failure, Result};
use store::{ApprovalRule, ApprovalRuleError};

/// An approval rule.
pub(crate) fn approval_rule(rule: &ApprovalRule) -> api::ApprovalRule {
    let origin = rule.origin().map(|origin| OriginApprovalRuleTemplate {
        approval_rule_template_id: Some(origin.id.to_string()),
        approval_rule_template_name: Some(origin.name.to_string()),
    });
    api::ApprovalRule {
        approval_rule_id: Some(rule.id().to_string()),
        approval_rule_name: Some(rule.name().to_string()),
        approval_rule_content: Some(rule.content().as_str().to_owned()),
        rule_content_sha256: Some(rule.content().sha256()),
        creation_date: Some(Timestamp::from(rule.created())),
        last_modified_date: Some(Timestamp::from(rule.modified())),
        last_modified_user: Some(rule.modified_by().to_owned()),
        origin_approval_rule_template: origin,
    }
}

/// A required rule name.
pub(crate) fn rule_name(given: Option<String>) -> Result<ApprovalRuleName> {
    let name = required(given, ErrorCode::ApprovalRuleNameRequiredException, "a rule name")?;
    ApprovalRuleName::parse(name)
        .map_err(|error| Failure::new(ErrorCode::InvalidApprovalRuleNameException, error.to_string()))
}

/// The required content of a rule that is for one pull request.
pub(crate) fn rule_content(given: Option<String>) -> Result<RuleContent> {
    let content = required(given, ErrorCode::ApprovalRuleContentRequiredException, "content")?;
    RuleContent::parse_without_destinations(content)
        .map_err(|error| Failure::new(ErrorCode::InvalidApprovalRuleContentException, error.to_string()))
}

/// A change of a rule that did not happen. `from_template`: the error that says so of a rule that comes from a template.
pub(crate) fn failure(id: PullRequestId, error: ApprovalRuleError, from_template: ErrorCode) -> Failure {
    let code = match error {
        ApprovalRuleError::Missing(_) => ErrorCode::ApprovalRuleDoesNotExistException,
        ApprovalRuleError::NameTaken(_) => ErrorCode::ApprovalRuleNameAlreadyExistsException,
        ApprovalRuleError::TooMany => ErrorCode::NumberOfRulesExceededException,
        ApprovalRuleError::FromTemplate(_) => from_template,
        ApprovalRuleError::OtherContent(_) => ErrorCode::InvalidRuleContentSha256Exception,
        ApprovalRuleError::PullRequest(error) => return not_changed(id, error),
    };
    Failure::new(code, error.to_string())
}
