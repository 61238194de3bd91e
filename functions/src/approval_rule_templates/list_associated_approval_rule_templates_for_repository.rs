//! `ListAssociatedApprovalRuleTemplatesForRepository`: lists the templates that make rules for a repository's pull requests.

use super::wire::page_size;
use crate::page_token;
use api::{
    ListAssociatedApprovalRuleTemplatesForRepositoryInput, ListAssociatedApprovalRuleTemplatesForRepositoryOutput,
};
use service::{Authorized, Context, Result};
use store::Repository;

/// Lists the templates by name. There are few, so that all are read for each page.
pub(crate) async fn list_associated_approval_rule_templates_for_repository(
    _cx: Context,
    repository: Authorized<Repository>,
    input: ListAssociatedApprovalRuleTemplatesForRepositoryInput,
) -> Result<ListAssociatedApprovalRuleTemplatesForRepositoryOutput> {
    let listing = format!("approval rule templates of {}", repository.id());
    let size = page_size(input.max_results)?;
    let after = page_token::decode(input.next_token, &listing)?;
    let templates = repository.approval_rule_templates().await?;
    let mut names: Vec<String> = templates.iter().map(|template| template.name().to_string()).collect();
    names.retain(|name| after.as_ref().is_none_or(|after| name > after));
    let more = names.len() > size;
    names.truncate(size);
    let next_token = names.last().filter(|_| more).map(|after| page_token::encode(&listing, after));
    Ok(ListAssociatedApprovalRuleTemplatesForRepositoryOutput { approval_rule_template_names: Some(names), next_token })
}
