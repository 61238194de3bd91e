//! `UpdateApprovalRuleTemplateDescription`: sets or removes a template's description.

use super::wire::{self, description, template_name, unchanged};
use api::{UpdateApprovalRuleTemplateDescriptionInput, UpdateApprovalRuleTemplateDescriptionOutput};
use service::{Account, Authorized, Context, Result};
use store::TemplateChange;

/// Sets the description; an empty one removes it.
pub(crate) async fn update_approval_rule_template_description(
    cx: Context,
    _account: Authorized<Account>,
    input: UpdateApprovalRuleTemplateDescriptionInput,
) -> Result<UpdateApprovalRuleTemplateDescriptionOutput> {
    let name = template_name(input.approval_rule_template_name)?;
    let change = TemplateChange::Description(description(input.approval_rule_template_description));
    let changed = cx.store.change_approval_rule_template(&cx.actor(), &name, &change).await.map_err(unchanged)?;
    Ok(UpdateApprovalRuleTemplateDescriptionOutput { approval_rule_template: Some(wire::template(&changed)) })
}
