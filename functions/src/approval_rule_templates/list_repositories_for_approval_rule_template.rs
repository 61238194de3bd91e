//! `ListRepositoriesForApprovalRuleTemplate`: lists the repositories that a template makes rules for.

use super::wire::{missing_template, page_size, template_name};
use crate::page_token;
use api::{ListRepositoriesForApprovalRuleTemplateInput, ListRepositoriesForApprovalRuleTemplateOutput};
use domain::RepositoryName;
use service::{Account, Authorized, Context, Result};

/// Lists the repositories by name.
pub(crate) async fn list_repositories_for_approval_rule_template(
    cx: Context,
    _account: Authorized<Account>,
    input: ListRepositoriesForApprovalRuleTemplateInput,
) -> Result<ListRepositoriesForApprovalRuleTemplateOutput> {
    let name = template_name(input.approval_rule_template_name)?;
    let size = page_size(input.max_results)?;
    let template = cx.store.find_approval_rule_template(&name).await?.ok_or_else(|| missing_template(&name))?;
    let listing = format!("repositories of approval rule template {}", template.id());
    let after = page_token::decode(input.next_token, &listing)?;
    let after = after.and_then(|name| RepositoryName::parse(name).ok());
    let page = cx.store.repositories_of_approval_rule_template(&template, after.as_ref(), size).await?;
    Ok(ListRepositoriesForApprovalRuleTemplateOutput {
        repository_names: Some(page.names.iter().map(ToString::to_string).collect()),
        next_token: page.next.map(|after| page_token::encode(&listing, after.as_str())),
    })
}
