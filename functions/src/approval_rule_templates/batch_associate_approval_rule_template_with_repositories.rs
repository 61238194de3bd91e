//! `BatchAssociateApprovalRuleTemplateWithRepositories`: lets a template make rules for the pull requests of many repositories.

use super::associations::{Refused, Wish, for_each};
use api::{
    BatchAssociateApprovalRuleTemplateWithRepositoriesError, BatchAssociateApprovalRuleTemplateWithRepositoriesInput,
    BatchAssociateApprovalRuleTemplateWithRepositoriesOutput,
};
use service::{Account, Authorized, Context, Result};

/// Associates a template with repositories; what is wrong with one of them is told in the answer.
pub(crate) async fn batch_associate_approval_rule_template_with_repositories(
    cx: Context,
    _account: Authorized<Account>,
    input: BatchAssociateApprovalRuleTemplateWithRepositoriesInput,
) -> Result<BatchAssociateApprovalRuleTemplateWithRepositoriesOutput> {
    let action = "codecommit:BatchAssociateApprovalRuleTemplateWithRepositories";
    let (template, names) = (input.approval_rule_template_name, input.repository_names);
    let (done, refused) = for_each(&cx, action, template, names, Wish::Associate).await?;
    Ok(BatchAssociateApprovalRuleTemplateWithRepositoriesOutput {
        associated_repository_names: Some(done),
        errors: Some(refused.into_iter().map(error).collect()),
    })
}

fn error(refused: Refused) -> BatchAssociateApprovalRuleTemplateWithRepositoriesError {
    BatchAssociateApprovalRuleTemplateWithRepositoriesError {
        repository_name: Some(refused.repository_name),
        error_code: Some(refused.code),
        error_message: Some(refused.message),
    }
}
