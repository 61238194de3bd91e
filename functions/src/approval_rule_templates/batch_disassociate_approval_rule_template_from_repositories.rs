//! `BatchDisassociateApprovalRuleTemplateFromRepositories`: lets a template make no more rules for many repositories.

use super::associations::{Refused, Wish, for_each};
use api::{
    BatchDisassociateApprovalRuleTemplateFromRepositoriesError,
    BatchDisassociateApprovalRuleTemplateFromRepositoriesInput,
    BatchDisassociateApprovalRuleTemplateFromRepositoriesOutput,
};
use service::{Account, Authorized, Context, Result};

/// Ends the association of a template with repositories; what is wrong with one of them is told in the answer.
pub(crate) async fn batch_disassociate_approval_rule_template_from_repositories(
    cx: Context,
    _account: Authorized<Account>,
    input: BatchDisassociateApprovalRuleTemplateFromRepositoriesInput,
) -> Result<BatchDisassociateApprovalRuleTemplateFromRepositoriesOutput> {
    let action = "codecommit:BatchDisassociateApprovalRuleTemplateFromRepositories";
    let (template, names) = (input.approval_rule_template_name, input.repository_names);
    let (done, refused) = for_each(&cx, action, template, names, Wish::Disassociate).await?;
    Ok(BatchDisassociateApprovalRuleTemplateFromRepositoriesOutput {
        disassociated_repository_names: Some(done),
        errors: Some(refused.into_iter().map(error).collect()),
    })
}

fn error(refused: Refused) -> BatchDisassociateApprovalRuleTemplateFromRepositoriesError {
    BatchDisassociateApprovalRuleTemplateFromRepositoriesError {
        repository_name: Some(refused.repository_name),
        error_code: Some(refused.code),
        error_message: Some(refused.message),
    }
}
