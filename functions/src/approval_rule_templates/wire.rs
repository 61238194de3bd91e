//! Approval rule templates as the API shows them, and what the operations take and tell of them alike.

use crate::inputs::required;
use api::{ErrorCode, Timestamp};
use domain::{ApprovalRuleTemplateName, RuleContent};
use service::{Failure, Result};
use store::{ApprovalRuleTemplate, ChangeTemplateError};

/// How many names a page of a listing has, unless the client names a number; and the most that it may name.
const PAGE: usize = 100;
const LARGEST_PAGE: usize = 1000;

/// A template.
pub(crate) fn template(template: &ApprovalRuleTemplate) -> api::ApprovalRuleTemplate {
    api::ApprovalRuleTemplate {
        approval_rule_template_id: Some(template.id().to_string()),
        approval_rule_template_name: Some(template.name().to_string()),
        approval_rule_template_description: template.description().map(str::to_owned),
        approval_rule_template_content: Some(template.content().as_str().to_owned()),
        rule_content_sha256: Some(template.content().sha256()),
        creation_date: Some(Timestamp::from(template.created())),
        last_modified_date: Some(Timestamp::from(template.modified())),
        last_modified_user: Some(template.modified_by().to_owned()),
    }
}

/// A required template name.
pub(crate) fn template_name(given: Option<String>) -> Result<ApprovalRuleTemplateName> {
    let name = required(given, ErrorCode::ApprovalRuleTemplateNameRequiredException, "a template name")?;
    ApprovalRuleTemplateName::parse(name)
        .map_err(|error| Failure::new(ErrorCode::InvalidApprovalRuleTemplateNameException, error.to_string()))
}

/// The required content of a template.
pub(crate) fn template_content(given: Option<String>) -> Result<RuleContent> {
    let content = required(given, ErrorCode::ApprovalRuleTemplateContentRequiredException, "content")?;
    RuleContent::parse(content)
        .map_err(|error| Failure::new(ErrorCode::InvalidApprovalRuleTemplateContentException, error.to_string()))
}

/// An optional description; an empty one is none.
pub(crate) fn description(given: Option<String>) -> Option<String> {
    given.filter(|text| !text.is_empty())
}

/// How many names a page is to have.
pub(crate) fn page_size(given: Option<i32>) -> Result<usize> {
    crate::inputs::page_size(given, PAGE, LARGEST_PAGE)
}

/// The failure for a template that is not there.
pub(crate) fn missing_template(name: &ApprovalRuleTemplateName) -> Failure {
    Failure::new(
        ErrorCode::ApprovalRuleTemplateDoesNotExistException,
        format!("there is no approval rule template '{name}'"),
    )
}

/// The failure for a name that is taken.
pub(crate) fn taken_name(name: &ApprovalRuleTemplateName) -> Failure {
    Failure::new(
        ErrorCode::ApprovalRuleTemplateNameAlreadyExistsException,
        format!("there is an approval rule template '{name}' already"),
    )
}

/// A change of a template that did not happen.
pub(crate) fn unchanged(error: ChangeTemplateError) -> Failure {
    match error {
        ChangeTemplateError::Missing(name) => missing_template(&name),
        ChangeTemplateError::NameTaken(name) => taken_name(&name),
        ChangeTemplateError::OtherContent(_) => {
            Failure::new(ErrorCode::InvalidRuleContentSha256Exception, error.to_string())
        }
        ChangeTemplateError::Store(error) => error.into(),
    }
}
