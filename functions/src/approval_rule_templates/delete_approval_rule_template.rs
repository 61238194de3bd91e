//! `DeleteApprovalRuleTemplate`: deletes a template that no repository is associated with.

use super::wire::template_name;
use api::{DeleteApprovalRuleTemplateInput, DeleteApprovalRuleTemplateOutput, ErrorCode};
use service::{Account, Authorized, Context, Failure, Result};
use store::DeleteTemplateError;

/// Deletes a template; the rules that were made from it stay. Deleting one that does not exist is no error and names no id.
pub(crate) async fn delete_approval_rule_template(
    cx: Context,
    _account: Authorized<Account>,
    input: DeleteApprovalRuleTemplateInput,
) -> Result<DeleteApprovalRuleTemplateOutput> {
    let name = template_name(input.approval_rule_template_name)?;
    match cx.store.delete_approval_rule_template(&cx.actor(), &name).await {
        Ok(deleted) => {
            Ok(DeleteApprovalRuleTemplateOutput { approval_rule_template_id: deleted.map(|id| id.to_string()) })
        }
        Err(error @ DeleteTemplateError::InUse(_)) => {
            Err(Failure::new(ErrorCode::ApprovalRuleTemplateInUseException, error.to_string()))
        }
        Err(DeleteTemplateError::Store(error)) => Err(error.into()),
    }
}
