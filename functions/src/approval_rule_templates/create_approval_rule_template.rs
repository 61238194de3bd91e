//! `CreateApprovalRuleTemplate`: makes a template for the approval rules of pull requests to come.

use super::wire::{self, description, taken_name, template_content, template_name};
use api::{CreateApprovalRuleTemplateInput, CreateApprovalRuleTemplateOutput, ErrorCode};
use service::{Account, Authorized, Context, Failure, Result};
use store::{CreateTemplateError, NewApprovalRuleTemplate};

/// Makes a template.
pub(crate) async fn create_approval_rule_template(
    cx: Context,
    _account: Authorized<Account>,
    input: CreateApprovalRuleTemplateInput,
) -> Result<CreateApprovalRuleTemplateOutput> {
    let new = NewApprovalRuleTemplate {
        name: template_name(input.approval_rule_template_name)?,
        description: description(input.approval_rule_template_description),
        content: template_content(input.approval_rule_template_content)?,
    };
    require_room(&cx).await?;
    let created = cx.store.create_approval_rule_template(&cx.actor(), new).await.map_err(|error| match error {
        CreateTemplateError::AlreadyExists(name) => taken_name(&name),
        CreateTemplateError::Store(error) => error.into(),
    })?;
    Ok(CreateApprovalRuleTemplateOutput { approval_rule_template: Some(wire::template(&created)) })
}

/// Refuses when there are as many templates as there may be. Those that are made at the same moment do not see each other, so a
/// few more may come to be.
async fn require_room(cx: &Context) -> Result<()> {
    let most = cx.settings.quotas.approval_rule_templates;
    let (mut count, mut after) = (0, None);
    while count < most {
        let page = cx.store.list_approval_rule_templates(after.as_ref(), most - count).await?;
        count += page.names.len();
        after = page.next;
        if after.is_none() && count < most {
            return Ok(());
        }
    }
    Err(Failure::new(
        ErrorCode::NumberOfRuleTemplatesExceededException,
        format!("there are {most} approval rule templates, and no more are allowed here"),
    ))
}
