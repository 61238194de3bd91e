//! `UpdateApprovalRuleTemplateContent`: changes what the rules say that are made from a template.

use super::wire::{self, template_content, template_name, unchanged};
use api::{UpdateApprovalRuleTemplateContentInput, UpdateApprovalRuleTemplateContentOutput};
use service::{Account, Authorized, Context, Result};
use store::TemplateChange;

/// Replaces the content, if it is the one whose digest was given. Rules that were made from the template stay as they are.
pub(crate) async fn update_approval_rule_template_content(
    cx: Context,
    _account: Authorized<Account>,
    input: UpdateApprovalRuleTemplateContentInput,
) -> Result<UpdateApprovalRuleTemplateContentOutput> {
    let name = template_name(input.approval_rule_template_name)?;
    let content = template_content(input.new_rule_content)?;
    let change = TemplateChange::Content { content, replaces: input.existing_rule_content_sha256 };
    let changed = cx.store.change_approval_rule_template(&cx.actor(), &name, &change).await.map_err(unchanged)?;
    Ok(UpdateApprovalRuleTemplateContentOutput { approval_rule_template: Some(wire::template(&changed)) })
}
