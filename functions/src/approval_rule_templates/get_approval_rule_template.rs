//! `GetApprovalRuleTemplate`: tells what is known of a template.

use super::wire::{self, missing_template, template_name};
use api::{GetApprovalRuleTemplateInput, GetApprovalRuleTemplateOutput};
use service::{Account, Authorized, Context, Result};

/// Tells what is known of a template.
pub(crate) async fn get_approval_rule_template(
    cx: Context,
    _account: Authorized<Account>,
    input: GetApprovalRuleTemplateInput,
) -> Result<GetApprovalRuleTemplateOutput> {
    let name = template_name(input.approval_rule_template_name)?;
    let found = cx.store.find_approval_rule_template(&name).await?.ok_or_else(|| missing_template(&name))?;
    Ok(GetApprovalRuleTemplateOutput { approval_rule_template: Some(wire::template(&found)) })
}
