//! `UpdateApprovalRuleTemplateName`: renames a template.

use super::wire::{self, template_name, unchanged};
use api::{UpdateApprovalRuleTemplateNameInput, UpdateApprovalRuleTemplateNameOutput};
use service::{Account, Authorized, Context, Result};
use store::TemplateChange;

/// Renames a template; its id and its associations stay.
pub(crate) async fn update_approval_rule_template_name(
    cx: Context,
    _account: Authorized<Account>,
    input: UpdateApprovalRuleTemplateNameInput,
) -> Result<UpdateApprovalRuleTemplateNameOutput> {
    let name = template_name(input.old_approval_rule_template_name)?;
    let change = TemplateChange::Name(template_name(input.new_approval_rule_template_name)?);
    let changed = cx.store.change_approval_rule_template(&cx.actor(), &name, &change).await.map_err(unchanged)?;
    Ok(UpdateApprovalRuleTemplateNameOutput { approval_rule_template: Some(wire::template(&changed)) })
}
