//! `DisassociateApprovalRuleTemplateFromRepository`: lets a template make no more rules for a repository's pull requests.

use super::associations::failure;
use super::wire::template_name;
use api::DisassociateApprovalRuleTemplateFromRepositoryInput;
use service::{Authorized, Context, Result};
use store::Repository;

/// Ends an association; that there is none is no error. Rules that were made from the template stay.
pub(crate) async fn disassociate_approval_rule_template_from_repository(
    cx: Context,
    repository: Authorized<Repository>,
    input: DisassociateApprovalRuleTemplateFromRepositoryInput,
) -> Result<()> {
    let name = template_name(input.approval_rule_template_name)?;
    repository.disassociate_approval_rule_template(&cx.actor(), &name).await.map_err(failure)?;
    Ok(())
}
