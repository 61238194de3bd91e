//! `AssociateApprovalRuleTemplateWithRepository`: lets a template make rules for a repository's pull requests.

use super::associations::failure;
use super::wire::template_name;
use api::AssociateApprovalRuleTemplateWithRepositoryInput;
use service::{Authorized, Context, Result};
use store::Repository;

/// Associates a template with a repository; that it is so already is no error.
pub(crate) async fn associate_approval_rule_template_with_repository(
    cx: Context,
    repository: Authorized<Repository>,
    input: AssociateApprovalRuleTemplateWithRepositoryInput,
) -> Result<()> {
    let name = template_name(input.approval_rule_template_name)?;
    repository.associate_approval_rule_template(&cx.actor(), &name).await.map_err(failure)?;
    Ok(())
}
